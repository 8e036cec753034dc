package io.millrace.trace;

import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.exporter.SpanExportingPredicate;
import io.micrometer.tracing.propagation.Propagator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Traces where a tracer is there to take them, see {@link TracingSwitch}. */
@Configuration(proxyBeanMethods = false)
public class TraceConfiguration {

  @Bean
  Traces traces(ObjectProvider<Tracer> tracer, ObjectProvider<Propagator> propagator) {
    Tracer known = tracer.getIfAvailable();
    return known == null ? Traces.OFF : new MicrometerTraces(known, propagator.getObject());
  }

  /** Probes and scrapes come every few seconds, and are no job's. */
  @Bean
  SpanExportingPredicate allButTheManagement() {
    return span -> !String.valueOf(span.getName()).contains(" /actuator/");
  }
}
