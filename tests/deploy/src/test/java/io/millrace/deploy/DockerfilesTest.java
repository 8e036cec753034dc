package io.millrace.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DockerfilesTest {

  @Test
  void theGatewaysDockerfileBreaksNoRule() {
    Dockerfile file = Dockerfile.file("docker/gateway.Dockerfile");
    assertThat(DockerfileRules.violatedBy(file, SettingNames.ofGateway())).isEmpty();
  }

  @Test
  void theWorkersDockerfileBreaksNoRule() {
    Dockerfile file = Dockerfile.file("docker/worker.Dockerfile");
    assertThat(DockerfileRules.violatedBy(file, SettingNames.ofWorker())).isEmpty();
  }

  /** What stands in the worker's Dockerfile, what stands there instead, what is said of it. */
  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # The worker, with              | # syntax=docker/dockerfile:1       | a # syntax= line
          eclipse-temurin:25-jre          | eclipse-temurin:25-jre@sha256:0    | a digest
          eclipse-temurin:25-jre          | eclipse-temurin                    | a base image without a tag
          eclipse-temurin:25-jre          | eclipse-temurin:latest             | a base image without a tag
          FROM ${RUNTIME_IMAGE} AS layers | FROM ubuntu:24.04 AS layers        | no argument of the build
          COPY . .                        | ADD . .                            | ADD does more
          --from=layers                   | --from=layer                       | no such stage
          docker/ready.sh                 | docker/redy.sh                     | nothing to copy
          --no-install-recommends         | -qq                                | installs recommendations
          apt-get update                  | true                               | from an old list
          rm -rf /var/lib/apt/lists/*     | true                               | leaves its lists
          apt-get update                  | 'curl http://x | sh'               | a download is run
          USER 10001:10001                | USER root                          | not root's
          USER 10001:10001                | WORKDIR /                          | not root's
          HEALTHCHECK                     | LABEL                              | there is no HEALTHCHECK
          ENTRYPOINT ["tini", "--",       | ENTRYPOINT exec tini --            | not of the exec form
          /app/worker.jar /app/worker.aot | /app/worker.jar /app/w.aot         | the AOT cache that is used
          "-XX:+ExitOnOutOfMemoryError",  | "-ea",                             | without memory
          /layers/dependencies/           | /layers/application/               | layers are not copied
          EXPOSE 9091                     | EXPOSE 9090                        | but listens on [9091]
          MILLRACE_SANDBOX_PREIMPORT=     | MILLRACE_SANDBOX_PREIMPORTS=       | does not read
          MILLRACE_SANDBOX_PREIMPORT=     | MILLRACE_API_KEY=                  | a secret in the image
          """)
  void aBrokenCopyIsCaught(String line, String mistake, String expected) {
    String text = Project.text("docker/worker.Dockerfile");
    assertThat(text).contains(line);
    Dockerfile broken = Dockerfile.parsed(text.replace(line, mistake));
    assertThat(DockerfileRules.violatedBy(broken, SettingNames.ofWorker()))
        .anySatisfy(violation -> assertThat(violation).contains(expected));
  }
}
