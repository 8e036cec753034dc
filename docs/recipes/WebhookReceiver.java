import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A receiver of Millrace webhooks, with nothing but the JDK.
 *
 * <pre>WEBHOOK_SECRET=whsec_... PORT=8000 java WebhookReceiver.java</pre>
 */
public class WebhookReceiver {

  private static final long TOLERANCE_SECONDS = 300;
  private static final int MOST_BYTES = 32 * 1024 * 1024;

  private final List<String> secrets;
  // In earnest: a unique column of your database.
  private final Set<String> seen = ConcurrentHashMap.newKeySet();

  WebhookReceiver(List<String> secrets) {
    this.secrets = secrets;
  }

  /**
   * True when one of the secrets signed this body, under this id, within the last five minutes.
   *
   * @param secrets the whsec_... texts that are live now: two of them while one is rotated
   * @param body the bytes as they came: parsed and written again, they would be others
   */
  static boolean verify(
      List<String> secrets, String id, String timestamp, String signatures, byte[] body, Instant now)
      throws GeneralSecurityException {
    if (id == null || timestamp == null || signatures == null || !timestamp.matches("[0-9]{1,12}")) {
      return false;
    }
    if (Math.abs(now.getEpochSecond() - Long.parseLong(timestamp)) > TOLERANCE_SECONDS) {
      return false;
    }
    boolean good = false;
    for (String secret : secrets) {
      Mac mac = Mac.getInstance("HmacSHA256");
      byte[] key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
      String wanted = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
      for (String each : signatures.split(" ")) {
        good |= MessageDigest.isEqual(ascii(wanted), ascii(each));
      }
    }
    return good;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
      exchange.sendResponseHeaders(statusFor(exchange, body), -1);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private int statusFor(HttpExchange exchange, byte[] body) throws GeneralSecurityException {
    if (body.length > MOST_BYTES) {
      return 413;
    }
    String id = exchange.getRequestHeaders().getFirst("webhook-id");
    String timestamp = exchange.getRequestHeaders().getFirst("webhook-timestamp");
    String signatures = exchange.getRequestHeaders().getFirst("webhook-signature");
    if (!verify(secrets, id, timestamp, signatures, body, Instant.now())) {
      return 401;
    }
    if (seen.add(id)) { // The same message may come more than once.
      System.out.println("job " + id + ": " + new String(body, StandardCharsets.UTF_8));
    }
    return 204;
  }

  public static void main(String[] arguments) throws IOException {
    String secrets = System.getenv().getOrDefault("WEBHOOK_SECRET", "");
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8000"));
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.createContext("/", new WebhookReceiver(List.of(secrets.split("\\s+")))::receive);
    server.setExecutor(Executors.newFixedThreadPool(8));
    server.start();
    System.out.println("listening on " + server.getAddress().getPort());
  }
}
