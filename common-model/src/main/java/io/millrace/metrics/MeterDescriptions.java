package io.millrace.metrics;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/**
 * Gives each meter of ours the help text that stands beside its name in {@code meters.properties}:
 * one table for both roles, since some of them count the same. Thread-safe.
 */
public final class MeterDescriptions implements MeterFilter {

  private static final String TABLE = "/meters.properties";

  private final Properties texts = new Properties();

  public MeterDescriptions() {
    try (InputStream table = MeterDescriptions.class.getResourceAsStream(TABLE)) {
      if (table == null) {
        throw new IllegalStateException("No resource " + TABLE);
      }
      texts.load(table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Meter.Id map(Meter.Id id) {
    String text = texts.getProperty(id.getName());
    return text == null
        ? id
        : new Meter.Id(
            id.getName(), Tags.of(id.getTagsAsIterable()), id.getBaseUnit(), text, id.getType());
  }
}
