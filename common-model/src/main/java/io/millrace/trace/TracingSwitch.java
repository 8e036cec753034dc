package io.millrace.trace;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Leaves all of Boot's tracing out unless there is an address to send traces to. Boot itself would
 * only leave out the sending, and still make a span of each request and each command to Redis.
 */
public final class TracingSwitch implements AutoConfigurationImportFilter, EnvironmentAware {

  private static final String ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";
  private static final String[] TRACING = {
    "org.springframework.boot.micrometer.tracing.", "org.springframework.boot.opentelemetry."
  };

  private @Nullable Environment environment;

  @Override
  public void setEnvironment(Environment environment) {
    this.environment = environment;
  }

  @Override
  public boolean[] match(@Nullable String[] names, AutoConfigurationMetadata metadata) {
    boolean on = isOn(Objects.requireNonNull(environment));
    boolean[] wanted = new boolean[names.length];
    for (int i = 0; i < names.length; i++) {
      wanted[i] = on || !isTracing(names[i]);
    }
    return wanted;
  }

  private static boolean isOn(Environment environment) {
    return StringUtils.hasText(environment.getProperty(ENDPOINT))
        && environment.getProperty("management.tracing.export.enabled", Boolean.class, true)
        && environment.getProperty("management.opentelemetry.enabled", Boolean.class, true);
  }

  private static boolean isTracing(@Nullable String name) {
    for (String part : TRACING) {
      if (name != null && name.startsWith(part)) {
        return true;
      }
    }
    return false;
  }
}
