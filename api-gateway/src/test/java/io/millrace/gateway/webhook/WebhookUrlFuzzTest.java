package io.millrace.gateway.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.outbound.AddressPolicy;
import io.millrace.standalone.testing.receiver.UrlCase;
import io.millrace.webhook.WebhookTarget;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * URLs that a seeded generator spoils; the rows of {@link UrlCase} are its corpus. The message of a
 * failure has the URL: add it to {@code more-webhook-urls.jsonl}.
 */
class WebhookUrlFuzzTest {

  private static final int ROUNDS = 20_000;
  private static final String SPITE = "/:@?#[]%.\\ -0x1\u0000\u00e9\u3002";
  private static final List<String> CORPUS =
      Stream.concat(UrlCase.all(), UrlCase.more()).map(UrlCase::url).toList();

  private final WebhookUrlPolicy publicOnly =
      new WebhookUrlPolicy(new AddressPolicy(List.of()), true);

  @Test
  void aUrlThatIsTakenMeansTheSameToAnotherParserAndNoAddressOfOurs() throws Exception {
    int taken = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      String url = spoilt(new Random(seed));
      if (publicOnly.reject(url).isEmpty()) {
        taken++;
        check(url);
      }
    }
    assertThat(taken).as("the generator makes good ones too").isGreaterThan(ROUNDS / 100);
  }

  private static void check(String url) throws URISyntaxException, UnknownHostException {
    WebhookTarget target = WebhookTarget.of(url).orElseThrow();
    // Without the path, in which ours lets brackets pass.
    URI other = new URI(url.replaceAll("(?s)^([A-Za-z]+://[^/?#]*).*", "$1/"));
    // Not its host, which it does not tell where a last label begins with a digit.
    String authority = other.getRawAuthority().toLowerCase(Locale.ROOT);
    String host = authority.replaceAll(":[0-9]+$", "").replaceAll("^\\[|]$|\\.$", "");
    assertThat(target.host()).as(url).isEqualToIgnoringCase(host);
    assertThat(authority).as(url).doesNotContain("@");
    assertThat(authority.replaceAll("^(\\[.*]|[^:]*)", "")).as(url).isIn("", ":" + target.port());
    assertThat(target.requestTarget()).as(url).startsWith("/").matches("[!-~]+");
    if (target.ipv6() || host.matches("[0-9.]+")) {
      InetAddress address = InetAddress.getByName(host);
      assertThat(
              address.isLoopbackAddress()
                  || address.isAnyLocalAddress()
                  || address.isSiteLocalAddress()
                  || address.isLinkLocalAddress()
                  || address.isMulticastAddress())
          .as(url)
          .isFalse();
    }
  }

  private static String spoilt(Random random) {
    StringBuilder url = new StringBuilder(CORPUS.get(random.nextInt(CORPUS.size())));
    String other = CORPUS.get(random.nextInt(CORPUS.size()));
    for (int i = random.nextInt(4); i > 0 && !url.isEmpty(); i--) {
      int at = random.nextInt(url.length());
      char spite = SPITE.charAt(random.nextInt(SPITE.length()));
      switch (random.nextInt(4)) {
        case 0 -> url.insert(at, spite);
        case 1 -> url.deleteCharAt(at);
        case 2 -> url.setCharAt(at, spite);
        default -> url.replace(at, url.length(), other.substring(other.length() / 2));
      }
    }
    return url.toString();
  }
}
