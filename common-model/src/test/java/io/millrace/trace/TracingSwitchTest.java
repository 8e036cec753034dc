package io.millrace.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.tracing.Tracer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

class TracingSwitchTest {

  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLERS = "00-" + TRACE + "-00f067aa0ba902b7-00";

  /** Nothing listens there, and nothing is sent: no trace is sampled. */
  private static final String ENDPOINT =
      "--management.opentelemetry.tracing.export.otlp.endpoint=http://127.0.0.1:9/v1/traces";

  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(TraceConfiguration.class)
  static class Role {}

  @Test
  void withoutAnAddressThereIsNoTracerAndAStepIsNothing() {
    try (ConfigurableApplicationContext role = start()) {
      Traces traces = role.getBean(Traces.class);
      assertThat(traces).isSameAs(Traces.OFF);
      assertThat(traces.begin("a step", Traces.Kind.INNER, CALLERS)).isSameAs(Traces.Step.NONE);
      assertThat(role.getBeanNamesForType(Tracer.class)).isEmpty();
      assertThat(List.of(role.getBeanDefinitionNames()))
          .noneMatch(name -> name.startsWith("otel"))
          .noneMatch(name -> name.contains("boot.micrometer.tracing"))
          .noneMatch(name -> name.contains("boot.opentelemetry"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--management.tracing.export.enabled=false",
        "--management.opentelemetry.enabled=false"
      })
  void whoSwitchesItOffHasItOffWhateverTheAddress(String off) {
    try (ConfigurableApplicationContext role = start(ENDPOINT, off)) {
      assertThat(role.getBean(Traces.class)).isSameAs(Traces.OFF);
    }
  }

  @Test
  void withAnAddressAStepGoesOnWithTheTraceItWasHanded() {
    try (ConfigurableApplicationContext role = start(ENDPOINT)) {
      Traces traces = role.getBean(Traces.class);
      try (Traces.Step step = traces.begin("a step", Traces.Kind.CONSUMER, CALLERS)) {
        assertThat(Traceparent.valid(step.traceparent()))
            .startsWith("00-" + TRACE + "-")
            .endsWith("-00")
            .isNotEqualTo(CALLERS);
      }
    }
  }

  @Test
  void aStepThatWasHandedNothingBeginsATrace() {
    try (ConfigurableApplicationContext role = start(ENDPOINT)) {
      Traces traces = role.getBean(Traces.class);
      try (Traces.Step first = traces.begin("a step", Traces.Kind.INNER, null);
          Traces.Step second = traces.begin("a step", Traces.Kind.INNER, null)) {
        assertThat(traceOf(first)).isNotEqualTo(traceOf(second));
      }
    }
  }

  private static String traceOf(Traces.Step step) {
    return String.valueOf(Traceparent.valid(step.traceparent())).split("-")[1];
  }

  private static ConfigurableApplicationContext start(String... arguments) {
    return new SpringApplicationBuilder(Role.class)
        .web(WebApplicationType.NONE)
        .properties("spring.main.banner-mode=off", "management.tracing.sampling.probability=0")
        .run(arguments);
  }
}
