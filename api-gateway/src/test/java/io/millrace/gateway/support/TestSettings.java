package io.millrace.gateway.support;

import io.millrace.gateway.GatewaySettings;
import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Settings as Spring binds them. */
public final class TestSettings {

  private TestSettings() {}

  /** The defaults, but for these names (below {@code millrace.}) and values. */
  public static GatewaySettings with(String... namesAndValues) {
    Map<String, String> properties = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      properties.put("millrace." + namesAndValues[i], namesAndValues[i + 1]);
    }
    return new Binder(new MapConfigurationPropertySource(properties))
        .bindOrCreate("millrace", GatewaySettings.class);
  }
}
