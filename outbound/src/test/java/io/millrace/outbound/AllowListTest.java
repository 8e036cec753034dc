package io.millrace.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {

  @ParameterizedTest
  @CsvSource({
    "api.github.com, api.github.com:443, true",
    "api.github.com, api.github.com:80, true",
    "api.github.com, api.github.com:8443, false",
    "api.github.com, API.GitHub.COM.:443, true",
    "API.GitHub.com., api.github.com:443, true",
    "api.github.com, github.com:443, false",
    "api.github.com, api.github.com.evil.org:443, false",
    "api.github.com, evil-api.github.com:443, false",
    "api.github.com, x.api.github.com:443, false",
    "*.example.com, a.example.com:443, true",
    "*.example.com, a.b.example.com:80, true",
    "*.example.com, example.com:443, false",
    "*.example.com, notexample.com:443, false",
    "*.example.com, a.example.com.evil.org:443, false",
    "*.example.com:8443, a.example.com:8443, true",
    "*.example.com:8443, a.example.com:443, false",
    "host:8443, host:8443, true",
    "host:8443, host:443, false",
    "bücher.example, xn--bcher-kva.example:443, true",
    "BÜCHER.example:99, xn--bcher-kva.example:99, true",
    "*.bücher.example, shop.xn--bcher-kva.example:443, true",
    "93.184.216.34, 93.184.216.34:443, true",
    "93.184.216.34, 93.184.216.35:443, false",
    "93.184.216.34:22, 93.184.216.34:22, true",
    "2606:4700:0:0::1, [2606:4700::1]:443, true",
    "[2606:4700::1]:99, [2606:4700:0:0:0:0:0:1]:99, true",
    "[2606:4700::1], [2606:4700::1]:80, true",
    "[2606:4700::1]:99, [2606:4700::1]:80, false",
    "localhost:8000, localhost:8000, true",
  })
  void aPatternAllowsItsHostsAtItsPortsAndNothingElse(
      String pattern, String wanted, boolean allowed) {
    assertThat(list(pattern).allows(Destination.parse(wanted, 0))).isEqualTo(allowed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "*:443",
        "*.*",
        "*.*.com",
        "a.*.com",
        "*example.com",
        "api.*",
        "*.",
        "*.93.184.216.34",
        "*.[::1]",
        "https://api.github.com",
        "api.github.com/path",
        "user@host",
        "host:0",
        "host:65536",
        "host:",
        "host:x",
        "host:+80",
        "a b",
        "-a.com",
        "a..com",
        "127.1",
        "0x7f.0.0.1",
        "017700000001",
        "2130706433",
        "1.2.3.4.5",
        "1.2.3.256",
        "[1.2.3.4]",
        "[::1",
        "[fe80::1%25eth0]",
        "fe80::1%eth0",
        "::1::2",
        "straße.example",
        "a_b.example",
        "\u0000.example",
        "x.example\r\nHost: y",
      })
  void whatIsNoPatternIsRefusedByName(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HostPattern.parse(text))
        .withMessageStartingWith("'" + text.strip() + "' ");
  }

  @ParameterizedTest
  @CsvSource({
    "api.github.com, api.github.com, true",
    "api.github.com, api.github.com:443, true",
    "api.github.com:443, api.github.com, false",
    "api.github.com:443;api.github.com:80, api.github.com, true",
    "*.example.com, *.example.com, true",
    "*.example.com, *.a.example.com, true",
    "*.example.com, a.example.com, true",
    "*.example.com, example.com, false",
    "*.a.example.com, *.example.com, false",
    "a.example.com, *.a.example.com, false",
    "*.example.com, *.notexample.com, false",
    "*.example.com:8443, a.example.com:8443, true",
    "*.example.com:8443, a.example.com, false",
    "*.com, 1.2.3.4, false",
    "1.2.3.4, 1.2.3.4:443, true",
    "'', a.example, false",
  })
  void narrowerIsWhatReachesNoOtherHostAndPort(String list, String pattern, boolean covered) {
    assertThat(list(list).covers(HostPattern.parse(pattern))).isEqualTo(covered);
  }

  @Test
  void thePatternsAreToldInOneForm() {
    assertThat(list("API.github.com.; api.github.com;;*.Bücher.example:8443;::1").texts())
        .containsExactly("api.github.com", "*.xn--bcher-kva.example:8443", "[::1]");
  }

  @Test
  void noPatternAllowsNothing() {
    assertThat(AllowList.NOTHING.isEmpty()).isTrue();
    assertThat(AllowList.NOTHING.allows(Destination.parse("a.example:80", 0))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":80",
        "host",
        "host:80:80",
        "127.1:80",
        "0177.0.0.1:80",
        "0x7f000001:80",
        "2130706433:80",
        "127.0.0.1.:80x",
        "[::ffff:127.0.0.1%lo]:80",
        "[127.0.0.1]:80",
        "[::1]80",
        "[::1]x:80",
        "::1:80",
        "user@host:80",
        "host\u0000:80",
        "h\u00f6st:80",
        "host%2e:80",
        "host/:80",
      })
  void whatIsNoDestinationIsRefused(String authority) {
    assertThatIllegalArgumentException().isThrownBy(() -> Destination.parse(authority, 0));
  }

  private static AllowList list(String patterns) {
    return AllowList.parse(Arrays.asList(patterns.split(";")));
  }
}
