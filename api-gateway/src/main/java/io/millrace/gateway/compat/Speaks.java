package io.millrace.gateway.compat;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.List;
import java.util.Objects;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** A part of the gateway that is there only where the setting names its system. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(Speaks.WhereNamed.class)
public @interface Speaks {

  ForeignSystem value();

  /** Looks at the setting before there is anything of Spring's to hold it. */
  final class WhereNamed implements Condition {

    private static final String SETTING = "millrace.compat";

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata type) {
      ForeignSystem system =
          type.getAnnotations().get(Speaks.class).getEnum("value", ForeignSystem.class);
      List<String> named =
          Binder.get(context.getEnvironment())
              .bind(SETTING, Bindable.listOf(String.class))
              .orElse(List.of());
      return Objects.requireNonNull(named).stream().anyMatch(system.word()::equalsIgnoreCase);
    }
  }
}
