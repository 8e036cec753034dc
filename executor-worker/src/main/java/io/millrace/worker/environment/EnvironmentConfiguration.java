package io.millrace.worker.environment;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.files.FileSettings;
import io.millrace.files.FileStore;
import io.millrace.job.Reply;
import io.millrace.rescue.Requeuer;
import io.millrace.store.Environments;
import io.millrace.store.JobArchive;
import io.millrace.store.JobEnds;
import java.io.IOException;
import java.time.Clock;
import java.util.UUID;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How a worker has packages of jobs, and builds them where it may. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PackageSettings.class)
class EnvironmentConfiguration {

  @Bean
  EnvironmentFolder environmentFolder(
      PackageSettings settings, FileSettings files, MeterRegistry meters) {
    EnvironmentFolder folder =
        new EnvironmentFolder(
            settings.place(),
            settings.folderSize().toBytes(),
            files.open(Clock.systemUTC()).orElse(null),
            Clock.systemUTC());
    Gauge.builder("millrace.environments.bytes", folder, EnvironmentFolder::size).register(meters);
    return folder;
  }

  @Bean
  EnvironmentQuestion environmentQuestion(Interpreter python, PackageSettings settings) {
    return new EnvironmentQuestion(python.abi(), settings.index().toString());
  }

  @Bean
  DistributionList distributionList(Interpreter python, Environments environments) {
    return new DistributionList(python, environments);
  }

  @Bean
  @ConditionalOnProperty("millrace.packages.builder")
  EnvironmentBuilder environmentBuilder(
      PackageSettings settings,
      FileSettings files,
      Interpreter python,
      SandboxUid user,
      Environments environments,
      Requeuer requeuer,
      JobArchive archive,
      JobEnds ends,
      Reply.Speaker speaker,
      MeterRegistry meters) {
    FileStore store =
        files
            .open(Clock.systemUTC())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "millrace.packages.builder needs a store of files: set"
                            + " MILLRACE_FILES_STORE to dir:/PATH or s3://BUCKET/PREFIX"));
    Pip pip = new Pip(python, settings, user.uid());
    try {
      pip.check();
    } catch (IOException e) {
      throw new IllegalStateException(String.valueOf(e.getMessage()), e);
    }
    return new EnvironmentBuilder(
        UUID.randomUUID().toString(),
        settings,
        environments,
        store,
        pip,
        requeuer,
        archive,
        ends,
        speaker,
        meters);
  }
}
