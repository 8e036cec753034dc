package io.millrace.webhook.dispatch;

import io.millrace.outbound.AddressPolicy;
import io.millrace.outbound.NameLookup;
import io.millrace.outbound.Network;
import io.millrace.outbound.PinnedResolver;
import io.millrace.webhook.WebhookSettings;
import io.millrace.webhook.WebhookTarget;
import io.millrace.webhook.delivery.Delivery;
import io.millrace.webhook.sign.WebhookSecret;
import io.millrace.webhook.sign.WebhookSignature;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import reactor.netty.resources.LoopResources;

/** Makes single attempts as the dispatcher does, with names and sockets in the test's hand. */
final class AttemptFixture implements AutoCloseable {

  static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  private static final Duration PATIENCE = Duration.ofSeconds(120);

  final UUID jobId = UUID.randomUUID();
  private final LoopResources loops = LoopResources.create("attempt-test", 1, true);
  private final AttemptMaker attempts;

  private AttemptFixture(
      NameLookup names,
      List<String> opened,
      @Nullable SocketRecorder sockets,
      Map<String, String> settings) {
    WebhookSettings bound = settings(settings);
    WebhookHttp http = WebhookHttp.of(bound, loops);
    this.attempts =
        new AttemptMaker(
            new PinnedResolver(
                names, new AddressPolicy(opened.stream().map(Network::parse).toList())),
            bound.connectTimeout(),
            new WebhookSignature(WebhookSecret.parseAll(SECRET, "secret"), Map.of()),
            new WebhookClient(
                sockets == null ? http.client() : sockets.watching(http.client()),
                TrustedAuthorities.context(bound.trustedCertificates()),
                bound,
                Clock.systemUTC()),
            Clock.systemUTC());
  }

  /** Attempts to receivers on loopback, which is open. */
  static AttemptFixture onLoopback(String... settings) {
    return new AttemptFixture(
        name -> {
          throw new AssertionError("no name is to be looked up");
        },
        List.of("127.0.0.0/8"),
        null,
        pairs(settings));
  }

  /** Attempts with these names, where nothing is open but what is public. */
  static AttemptFixture onTheInternet(
      NameLookup names, SocketRecorder sockets, String... settings) {
    return new AttemptFixture(names, List.of(), sockets, pairs(settings));
  }

  AttemptResult attempt(String url, String body) {
    Delivery delivery = new Delivery(jobId, "alice", url, 0, body.length(), 0, 1);
    return Objects.requireNonNull(
        attempts
            .attempt(
                delivery,
                WebhookTarget.of(url).orElseThrow(),
                body.getBytes(StandardCharsets.UTF_8),
                null)
            .block(PATIENCE));
  }

  @Override
  public void close() {
    loops.disposeLater(Duration.ZERO, Duration.ofSeconds(5)).block(PATIENCE);
  }

  private static WebhookSettings settings(Map<String, String> values) {
    return new Binder(new MapConfigurationPropertySource(values))
        .bindOrCreate("millrace.webhook", WebhookSettings.class);
  }

  private static Map<String, String> pairs(String... settings) {
    Map<String, String> pairs = new LinkedHashMap<>();
    Stream.of(settings)
        .map(each -> each.split("=", 2))
        .forEach(each -> pairs.put("millrace.webhook." + each[0], each[1]));
    return pairs;
  }
}
