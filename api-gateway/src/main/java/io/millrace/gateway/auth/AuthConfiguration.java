package io.millrace.gateway.auth;

import io.millrace.gateway.GatewaySettings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;

/** Reads the keys at the start, and again at every beat. */
@Configuration(proxyBeanMethods = false)
class AuthConfiguration {

  @Bean
  ApiKeys apiKeys(GatewaySettings settings, TaskScheduler beats) {
    ApiKeyFile file = new ApiKeyFile(settings);
    beats.scheduleWithFixedDelay(file::reload, settings.gateway().keyReload());
    return file.keys();
  }
}
