package io.millrace.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.BindException;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** A role that cannot start says why in one line: setting, value, cause, what to do. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureReporterTest {

  @ConfigurationProperties("millrace.example")
  record Settings(int slots, Duration waitFor, boolean on) {
    Settings {
      if (slots < 0) {
        throw new IllegalArgumentException(
            "millrace.example.slots must be 0 or more, but is " + slots);
      }
    }
  }

  @Configuration(proxyBeanMethods = false)
  @EnableConfigurationProperties(Settings.class)
  static class Example {
    @Bean
    String greeting(Settings settings) {
      if (settings.on()) {
        throw new IllegalStateException("EXAMPLE is on: nobody wants that; set it to false");
      }
      return "hello";
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      value = {
        "millrace.example.slots=-1 > millrace.example.slots must be 0 or more, but is -1"
            + " (in the environment: MILLRACE_EXAMPLE_SLOTS)",
        "millrace.example.slots=few > millrace.example.slots is 'few', which is no whole number"
            + " (in the environment: MILLRACE_EXAMPLE_SLOTS)",
        "millrace.example.wait-for=long > millrace.example.wait-for is 'long', which is no"
            + " duration, as 500ms, 30s or 1h (in the environment: MILLRACE_EXAMPLE_WAIT_FOR)",
        "millrace.example.on=true > EXAMPLE is on: nobody wants that; set it to false"
      })
  void theLineNamesTheSettingAndNoBeanIsMentioned(
      String setting, String sentence, CapturedOutput output) {
    assertThat(
            catchThrowable(
                () ->
                    new SpringApplicationBuilder(Example.class)
                        .web(WebApplicationType.NONE)
                        .run("--" + setting)))
        .isNotNull();

    assertThat(output.getErr()).isEqualTo("millrace: " + sentence + "\n");
    assertThat(output.getOut()).doesNotContain("APPLICATION FAILED", "\tat ");
  }

  @Test
  void aPortIsTold() {
    Exception taken =
        new IllegalStateException(
            "Failed to bind on [127.0.0.1:8080]", new BindException("Address already in use"));
    Exception forbidden =
        new IllegalStateException(
            "Failed to bind on [127.0.0.1:80]", new BindException("Permission denied"));

    assertThat(StartFailure.sentence(new RuntimeException("Unable to start Netty", taken)))
        .isEqualTo(
            "SERVER_PORT or MANAGEMENT_SERVER_PORT: cannot listen on 127.0.0.1:8080 (Address"
                + " already in use); stop what listens there, or set another port");
    assertThat(StartFailure.sentence(forbidden))
        .endsWith(
            "cannot listen on 127.0.0.1:80, since ports below 1024 are for root alone; set a port"
                + " from 1024 on");
  }

  @Test
  void aFileIsTold() {
    assertThat(StartFailure.sentence(new RuntimeException(new AccessDeniedException("/keys"))))
        .startsWith("cannot use /keys (AccessDeniedException); give user ");
  }

  @Test
  void whatOurOwnCodeCannotDoIsToldInItsWords() {
    Exception own = new IllegalStateException("No API key: set MILLRACE_API_KEYS");

    assertThat(StartFailure.sentence(new RuntimeException("bean 'apiKeys'", own)))
        .isEqualTo("No API key: set MILLRACE_API_KEYS");
  }

  @Test
  void whatNobodyExpectedIsToldOnOneLineToo() {
    Exception foreign = new NullPointerException("a\n  b");
    foreign.setStackTrace(new StackTraceElement[] {new StackTraceElement("org.X", "x", null, 0)});

    assertThat(StartFailure.sentence(foreign))
        .isEqualTo(
            "the start failed: NullPointerException: a b; with LOGGING_LEVEL_IO_MILLRACE=DEBUG the"
                + " log says where");
  }
}
