package io.millrace.store;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How full Redis may be: the properties below {@code millrace.store}.
 *
 * @param memory what Redis may use; 0 is what it says itself ({@code maxmemory}), and no bound
 *     where it says none
 * @param admitBelow the share of it, above 0 and at most 1, up to which new jobs are let in
 * @param claimBelow the share up to which waiting jobs are started; not below {@code admitBelow}
 */
@ConfigurationProperties("millrace.store")
public record StoreSettings(
    @DefaultValue("0B") DataSize memory,
    @DefaultValue("0.8") double admitBelow,
    @DefaultValue("0.9") double claimBelow) {

  public StoreSettings {
    check(memory.toBytes() >= 0, "memory", "0B (what Redis says) or more", memory);
    check(admitBelow > 0 && admitBelow <= 1, "admit-below", "above 0 and at most 1", admitBelow);
    check(
        claimBelow >= admitBelow && claimBelow <= 1,
        "claim-below",
        "admit-below or more and at most 1",
        claimBelow);
  }

  private static void check(boolean good, String name, String wanted, Object value) {
    if (!good) {
      throw new IllegalArgumentException(
          "millrace.store." + name + " must be " + wanted + ", but is " + value);
    }
  }
}
