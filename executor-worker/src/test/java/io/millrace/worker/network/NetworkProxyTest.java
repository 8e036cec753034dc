package io.millrace.worker.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.millrace.job.WideResults.Connection;
import io.millrace.outbound.NameLookup;
import io.millrace.sandbox.NetworkAccess;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;
import reactor.core.publisher.Mono;

@Timeout(30)
class NetworkProxyTest {

  private static final String ESTABLISHED = "HTTP/1.1 200 Connection established\r\n\r\n";

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Map<String, List<List<InetAddress>>> names = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicLong nanos = new AtomicLong();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeEach
  void knowNames() throws Exception {
    names("api.example", "127.0.0.1");
    names("other.example", "127.0.0.1");
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
  }

  @Test
  void aTunnelPassesBytesBothWaysAndIsToldWithItsBytes() throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy.Opened job = open(LOOPBACK, "api.example:" + echo.port());
    try (Talk talk = Talk.with(job.access())) {
      talk.say("CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n");
      assertThat(talk.hearUntil("\r\n\r\n")).isEqualTo(ESTABLISHED);
      talk.say("GET / HTTP/1.1\r\n\r\n");
      assertThat(talk.hearUntil("\r\n\r\n")).isEqualTo("GET / HTTP/1.1\r\n\r\n");
    }
    await().until(() -> open() == 0);
    assertThat(job.close())
        .singleElement()
        .usingRecursiveComparison()
        .ignoringFields("ms")
        .isEqualTo(new Connection("api.example", echo.port(), true, 18, 18, 0));
    assertThat(received()).isEqualTo(18);
    assertThat(answers("connected")).isEqualTo(1);
  }

  @Test
  void whatFollowsConnectAtOnceGoesIntoTheTunnel() throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy.Opened job = open(LOOPBACK, "api.example:" + echo.port());
    try (Talk talk = Talk.with(job.access())) {
      String early = "GET http://other.example/ HTTP/1.1\r\nHost: x\r\n\r\n";
      talk.say("CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n" + early);
      assertThat(talk.hearUntil(early)).isEqualTo(ESTABLISHED + early);
    }
    assertThat(asked).containsExactly("api.example");
  }

  @Test
  void anAbsoluteUrlIsAskedForAsItsHostExpectsIt() throws Exception {
    Host host =
        kept(
            Host.answering(
                "body",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive, X-Hop\r\n"
                    + "X-Hop: 1\r\nX-Kept: 2\r\n\r\nhello"));
    NetworkProxy.Opened job = open(LOOPBACK, "api.example:" + host.port());
    String authority = "API.Example.:" + host.port();
    try (Talk talk = Talk.with(job.access())) {
      talk.say(
          "POST http://"
              + authority
              + "?q=1 HTTP/1.1\r\nHost: other.example\r\nProxy-Authorization: Basic eA==\r\n"
              + "Connection: X-Drop, close\r\nX-Drop: 1\r\nProxy-Connection: keep-alive\r\n"
              + "Upgrade: h2c\r\nTE: trailers\r\nX-Kept: a\r\nContent-Length: 4\r\n\r\nbody"
              + "GET http://other.example/ HTTP/1.1\r\n\r\n");
      String answer = talk.hearAll();
      assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhello");
      assertThat(answer.toLowerCase())
          .contains("connection: close\r\n", "x-kept: 2\r\n")
          .doesNotContain("x-hop", "keep-alive");
    }
    assertThat(host.heard().toLowerCase())
        .startsWith("post /?q=1 http/1.1\r\n")
        .contains("host: api.example:" + host.port() + "\r\n", "x-kept: a\r\n")
        .contains("connection: close\r\n")
        .endsWith("\r\n\r\nbody")
        .doesNotContain("proxy-", "x-drop", "upgrade", "te:", "other.example");
    assertThat(asked).containsExactly("api.example");
  }

  @Test
  void aBodyInChunksAndAnAnswerThatEndsWithItsConnectionPassThrough() throws Exception {
    Host host = kept(Host.answering("0\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\nto the end"));
    NetworkProxy.Opened job = open(LOOPBACK, "api.example:" + host.port());
    try (Talk talk = Talk.with(job.access())) {
      talk.say(
          "PUT http://api.example:"
              + host.port()
              + "/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
      assertThat(talk.hearAll()).endsWith("\r\n\r\nto the end");
    }
    assertThat(host.heard()).contains("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  }

  @Test
  void aHostThatIsNotInTheListIsRefusedByNameAndSettingAndNobodyIsAskedForIt() throws Exception {
    NetworkProxy.Opened job = open(LOOPBACK, "api.example:443");
    for (String request :
        List.of(
            "CONNECT other.example:443 HTTP/1.1\r\n\r\n",
            "CONNECT api.example:444 HTTP/1.1\r\n\r\n",
            "GET http://other.example/ HTTP/1.1\r\n\r\n",
            "GET http://api.example/ HTTP/1.1\r\nHost: api.example:443\r\n\r\n")) {
      assertThat(answer(job, request))
          .startsWith("HTTP/1.1 403 ")
          .contains("example", "MILLRACE_NETWORK_ALLOW", "network= in the key's line");
    }
    assertThat(asked).isEmpty();
    assertThat(job.close()).hasSize(4).noneMatch(Connection::allowed);
    assertThat(answers("refused")).isEqualTo(4);
  }

  /** Loopback in every notation that some parser reads, each with a list that has its text. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.1",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "2130706433",
        "017700000001",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]",
        "[64:ff9b::7f00:1]",
        "[::127.0.0.1]",
        "[::1%lo]",
        "localhost",
        "LOCALHOST.",
        "x.localhost",
        "0.0.0.0",
        "[::]",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "10.0.0.1",
        "127.0.0.1%00.example",
        "127.0.0.1\\@api.example",
        "api.example@127.0.0.1"
      })
  void noNotationReachesAnAddressThatIsNotPublic(String host) throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy.Opened job =
        open(
            CLOSED,
            Arrays.asList(
                "127.0.0.1:" + echo.port(),
                "[::1]:" + echo.port(),
                "[::ffff:127.0.0.1]:" + echo.port(),
                "[64:ff9b::7f00:1]:" + echo.port(),
                "[::127.0.0.1]:" + echo.port(),
                "localhost:" + echo.port(),
                "*.localhost:" + echo.port(),
                "0.0.0.0:" + echo.port(),
                "[::]:" + echo.port(),
                "169.254.169.254:" + echo.port(),
                "[fe80::1]:" + echo.port(),
                "[fd00:ec2::254]:" + echo.port(),
                "10.0.0.1:" + echo.port()));
    String authority = host + ":" + echo.port();
    assertThat(answer(job, "CONNECT " + authority + " HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 40");
    assertThat(answer(job, "GET http://" + authority + "/ HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 40");
    assertThat(echo.connections()).isZero();
  }

  @Test
  void aNameOfAnAddressThatIsNotPublicIsRefusedAlsoWhereOthersOfItsAre() throws Exception {
    Host echo = kept(Host.echo());
    names("private.example", "10.0.0.1");
    names("both.example", "93.184.216.34", "127.0.0.1");
    names("metadata.example", "169.254.169.254");
    NetworkProxy.Opened job = open(CLOSED, "*.example:" + echo.port());
    for (String name : List.of("private", "both", "metadata", "api")) {
      String request = "CONNECT " + name + ".example:" + echo.port() + " HTTP/1.1\r\n\r\n";
      assertThat(answer(job, request))
          .startsWith("HTTP/1.1 403 ")
          .contains(name + ".example", "MILLRACE_NETWORK_ALLOWED_NETWORKS");
    }
    assertThat(echo.connections()).isZero();
  }

  @Test
  void aNameThatMeansAnotherAddressAfterItsCheckIsNotAskedForAgain() throws Exception {
    Host echo = kept(Host.echo());
    names.put(
        "rebound.example",
        List.of(List.of(InetAddress.getByName("127.0.0.1")), List.of(address("10.0.0.1"))));
    NetworkProxy.Opened job = open(LOOPBACK, "rebound.example:" + echo.port());
    String request = "CONNECT rebound.example:" + echo.port() + " HTTP/1.1\r\n\r\n";
    try (Talk talk = Talk.with(job.access())) {
      assertThat(talk.say(request).hearUntil("\r\n\r\n")).isEqualTo(ESTABLISHED);
    }
    assertThat(asked).hasSize(1);
    assertThat(answer(job, request)).startsWith("HTTP/1.1 403 ");
    assertThat(asked).hasSize(2);
  }

  @Test
  void aNameThatNobodyKnowsAndAPortThatNobodyHasAreToldApart() throws Exception {
    int nobody;
    try (Host gone = Host.echo()) {
      nobody = gone.port();
    }
    NetworkProxy.Opened job = open(LOOPBACK, "*.example:" + nobody);
    assertThat(answer(job, "CONNECT no.example:" + nobody + " HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 502 no.example has no address");
    assertThat(answer(job, "CONNECT api.example:" + nobody + " HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 502 api.example:" + nobody + " does not answer");
    assertThat(answers("failed")).isEqualTo(2);
  }

  /** H is the host's authority. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST http://H/ HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST http://H/ HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST http://H/ HTTP/1.1\r\nContent-Length: 1, 2\r\n\r\nxx",
        "POST http://H/ HTTP/1.1\r\nContent-Length: +1\r\n\r\nx",
        "POST http://H/ HTTP/1.1\r\nContent-Length: -1\r\n\r\nx",
        "POST http://H/ HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST http://H/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
        "POST http://H/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST http://H/ HTTP/1.1\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "POST http://H/ HTTP/1.1\r\nTransfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
        "POST http://H/ HTTP/1.1\r\nConnection: Content-Length\r\nContent-Length: 1\r\n\r\nx",
        "POST http://H/ HTTP/1.1\r\nConnection: transfer-encoding\r\n\r\n",
        "GET http://H/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET http://H/ HTTP/1.1\r\nX: a\r\n b\u0000\r\n\r\n",
        "GET http://H/ HTTP/1.1\r\nX\u0000: a\r\n\r\n",
        "GET http://H/\u0000 HTTP/1.1\r\n\r\n",
        "GET http://H/ HTTP/1.1\nX: a\n\n",
        "GET http://H/ HTTP/2.0\r\n\r\n",
        "GET http://H/ HTTP/0.9\r\n\r\n",
        "GET https://H/ HTTP/1.1\r\n\r\n",
        "GET ftp://H/ HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: H\r\n\r\n",
        "GET http:///x HTTP/1.1\r\nHost: H\r\n\r\n",
        "GET http://user@H/ HTTP/1.1\r\n\r\n",
        "GET http://H\\x/ HTTP/1.1\r\n\r\n",
        "GET http://H#/ HTTP/1.1\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\n\r\n",
        "CONNECT H HTTP/1.1\r\nContent-Length: 1\r\n\r\nx",
        "CONNECT http://H HTTP/1.1\r\n\r\n",
        "CONNECT H/ HTTP/1.1\r\n\r\n",
        "CONNECT api.example HTTP/1.1\r\n\r\n",
        "\u0016\u0003\u0001\u0002\r\n\r\n"
      })
  void aRequestThatTwoReadersCouldReadDifferentlyReachesNobody(String request) throws Exception {
    Host host = kept(Host.answering("\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    String authority = "api.example:" + host.port();
    NetworkProxy.Opened job = open(LOOPBACK, authority);
    String answer =
        answer(job, request.replace("H/", authority + "/").replace(" H", " " + authority));
    assertThat(answer).doesNotContain("200 OK");
    assertThat(host.connections()).isZero();
  }

  @Test
  void aRefusalIsReadByWhoIsStillWriting() throws Exception {
    NetworkProxy.Opened job = open(LOOPBACK, "api.example");
    try (Talk talk = Talk.with(job.access())) {
      talk.say("POST http://other.example/ HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n");
      talk.say("x".repeat(3_000_000));
      assertThat(talk.hearAll()).startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void aHeadThatNeverEndsIsCutOff() throws Exception {
    NetworkProxy.Opened job = open(LOOPBACK, "api.example");
    try (Talk talk = Talk.with(job.access())) {
      talk.say("GET http://api.example/ HTTP/1.1\r\nX: " + "x".repeat(NetworkProxy.MOST_HEAD));
      assertThat(talk.hearAll()).startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void bytesBeyondTheJobsLimitCloseTheConnectionAndNoOtherIsMade() throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy.Opened job =
        open(settings(List.of("127.0.0.0/8"), "", 32, 1000, 60_000), "api.example:" + echo.port());
    String request = "CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n";
    try (Talk talk = Talk.with(job.access())) {
      talk.say(request).hearUntil("\r\n\r\n");
      talk.say("x".repeat(300));
      talk.hearUntil("x".repeat(300));
      talk.say("x".repeat(300));
      assertThat(talk.hearAll().length()).isLessThan(300);
    }
    assertThat(answer(job, request)).startsWith("HTTP/1.1 403 ").contains("MILLRACE_NETWORK_BYTES");
  }

  @Test
  void afterItsBurstAJobsBytesWaitForItsBandwidthAndNoneIsLost() throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy.Opened job = open(LOOPBACK, "api.example:" + echo.port());
    try (Talk talk = Talk.with(job.access())) {
      talk.say("CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n").hearUntil("\r\n\r\n");
      talk.say("x".repeat(BURST / 2)).hearUntil("x".repeat(BURST / 2));
      talk.say("more");
      await().during(Duration.ofMillis(100)).until(() -> received() == BURST / 2.0);
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      assertThat(talk.hearUntil("more")).isEqualTo("more");
    }
  }

  private double received() {
    return meters.get("millrace.network.received").counter().count();
  }

  @Test
  void aConnectionWithoutAByteIsClosedInTime() throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy.Opened job =
        open(settings(List.of("127.0.0.0/8"), "", 32, 1000, 200), "api.example:" + echo.port());
    try (Talk talk = Talk.with(job.access())) {
      talk.say("CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n");
      assertThat(talk.hearAll()).isEqualTo(ESTABLISHED);
    }
  }

  @Test
  void whoKnowsNoTokenIsCutOffWithoutAWord() throws Exception {
    NetworkProxy.Opened job = open(LOOPBACK, "api.example");
    NetworkAccess access = job.access();
    for (String token : List.of("", "x", "0".repeat(32), access.token() + "0", "x".repeat(100))) {
      try (Talk talk = Talk.with(new NetworkAccess(access.proxy(), token, 1, 1))) {
        assertThat(talk.answer("GET http://api.example/ HTTP/1.1\r\n\r\n")).as(token).isEmpty();
      }
    }
  }

  @Test
  void withTheJobAllItsConnectionsEndAndItsTokenWithThem() throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy.Opened job = open(LOOPBACK, "api.example:" + echo.port());
    try (Talk talk = Talk.with(job.access());
        Talk other = Talk.with(job.access())) {
      talk.say("CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n").hearUntil("\r\n\r\n");
      assertThat(job.close()).hasSize(1);
      assertThat(talk.hearAll()).isEmpty();
      assertThat(other.hearAll()).isEmpty();
    }
    assertThat(answer(job, "CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n")).isEmpty();
    await().until(() -> open() == 0);
  }

  @Test
  void oneJobsTokenReachesWhatThatJobMayAlone() throws Exception {
    Host echo = kept(Host.echo());
    NetworkProxy proxy = proxy(LOOPBACK);
    NetworkProxy.Opened one = proxy.open(List.of("api.example:" + echo.port()));
    NetworkProxy.Opened other = proxy.open(List.of("other.example:" + echo.port()));
    String request = "CONNECT api.example:" + echo.port() + " HTTP/1.1\r\n\r\n";
    assertThat(answer(other, request)).startsWith("HTTP/1.1 403 ");
    assertThat(one.close()).isEmpty();
    assertThat(other.close()).hasSize(1);
  }

  @Test
  void aHelperIsToldHowManyConnectionsItsJobMayHave() throws Exception {
    NetworkAccess access = open(settings(List.of(), "", 7, 1000, 200), "api.example").access();
    assertThat(access.connections()).isEqualTo(7);
    assertThat(access.rate()).isEqualTo(200);
  }

  @Test
  void theReplyTellsOf64Connections() throws Exception {
    NetworkProxy.Opened job = open(CLOSED, "api.example");
    for (int i = 0; i < 70; i++) {
      answer(job, "CONNECT h" + i + ".example:443 HTTP/1.1\r\n\r\n");
    }
    List<Connection> told = job.close();
    assertThat(told).hasSize(64);
    assertThat(told.get(63).host()).isEqualTo("h63.example");
  }

  @Test
  void throughTheOperatorsProxyGoNamesAndItsKeyAndNoAddressThatIsNotPublic() throws Exception {
    Host upstream =
        kept(
            new Host(
                (connection, heard) -> {
                  heard.add(Host.readUntil(connection.getInputStream(), "\r\n\r\n"));
                  connection.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes());
                  connection.getInputStream().transferTo(connection.getOutputStream());
                }));
    String setting = "http://us%65r:pa+ss@127.0.0.1:" + upstream.port();
    NetworkProxy.Opened job =
        open(settings(List.of(), setting, 32, 100_000, 60_000), "no.example", "127.0.0.1");
    try (Talk talk = Talk.with(job.access())) {
      talk.say("CONNECT no.example:443 HTTP/1.1\r\nProxy-Authorization: mine\r\n\r\n");
      assertThat(talk.hearUntil("\r\n\r\n")).isEqualTo(ESTABLISHED);
      assertThat(talk.say("ping").hearUntil("ping")).isEqualTo("ping");
    }
    assertThat(upstream.heard())
        .startsWith("CONNECT no.example:443 HTTP/1.1\r\n")
        .containsIgnoringCase("proxy-authorization: Basic dXNlcjpwYStzcw==\r\n")
        .doesNotContain("mine");
    try (Talk talk = Talk.with(job.access())) {
      talk.say("GET http://no.example/x HTTP/1.1\r\n\r\n");
      assertThat(talk.hearUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
    }
    assertThat(upstream.heard()).startsWith("GET http://no.example/x HTTP/1.1\r\n");
    assertThat(answer(job, "CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 403 ");
    assertThat(asked).isEmpty();
  }

  @Test
  void anOperatorsProxyThatSaysNoIsQuoted() throws Exception {
    Host upstream =
        kept(Host.answering("\r\n\r\n", "HTTP/1.1 407 Who?\r\nContent-Length: 0\r\n\r\n"));
    NetworkProxy.Opened job =
        open(
            settings(List.of(), "http://127.0.0.1:" + upstream.port(), 32, 1000, 60_000),
            "no.example");
    assertThat(answer(job, "CONNECT no.example:443 HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 502 ")
        .contains("MILLRACE_NETWORK_PROXY", "407");
  }

  /** More than any test sends but the one of the pace. */
  private static final int BURST = 256 << 10;

  private static final NetworkSettings CLOSED = settings(List.of(), "", 32, 1 << 30, 60_000);
  private static final NetworkSettings LOOPBACK =
      settings(List.of("127.0.0.0/8"), "", 32, 1 << 30, 60_000);

  private static NetworkSettings settings(
      List<String> networks, String proxy, int connections, long bytes, long idleMillis) {
    return new NetworkSettings(
        networks,
        proxy,
        connections,
        200,
        DataSize.ofBytes(bytes),
        DataSize.ofMegabytes(1),
        DataSize.ofBytes(BURST),
        Duration.ofMillis(idleMillis),
        Duration.ofSeconds(5),
        Duration.ofSeconds(2));
  }

  private static String answer(NetworkProxy.Opened job, String request) throws Exception {
    try (Talk talk = Talk.with(job.access())) {
      return talk.answer(request);
    }
  }

  private NetworkProxy.Opened open(NetworkSettings settings, String... hosts) {
    return open(settings, List.of(hosts));
  }

  private NetworkProxy.Opened open(NetworkSettings settings, List<String> hosts) {
    return proxy(settings).open(hosts);
  }

  private NetworkProxy proxy(NetworkSettings settings) {
    return kept(new NetworkProxy(settings, meters, loop -> lookup(), nanos::get));
  }

  private <T extends AutoCloseable> T kept(T each) {
    opened.add(0, each);
    return each;
  }

  private NameLookup lookup() {
    return name -> {
      List<List<InetAddress>> answers = names.getOrDefault(name, List.of());
      int times = (int) asked.stream().filter(name::equals).count();
      asked.add(name);
      return answers.isEmpty()
          ? Mono.error(new UnknownHostException(name))
          : Mono.just(answers.get(Math.min(times, answers.size() - 1)));
    };
  }

  private void names(String name, String... addresses) throws Exception {
    List<InetAddress> all = new ArrayList<>();
    for (String each : addresses) {
      all.add(address(each));
    }
    names.put(name, List.of(all));
  }

  private static InetAddress address(String literal) throws Exception {
    return InetAddress.getByName(literal);
  }

  private double answers(String answer) {
    return meters.get("millrace.network.connections").tag("answer", answer).counter().count();
  }

  private double open() {
    return meters.get("millrace.network.open").gauge().value();
  }
}
