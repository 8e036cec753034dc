package io.millrace.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.e2e.fault.FaultProxy.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FaultProxyTest {

  private static final int LIMIT_MILLIS = 20_000;
  private static final int SILENCE_MILLIS = 300;

  private EchoServer echo;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    echo = EchoServer.start();
    proxy = FaultProxy.to(echo.port());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    echo.close();
  }

  @Test
  void withoutFaultsEverythingPasses() throws IOException {
    try (Socket socket = connect()) {
      assertThat(ask(socket, 'a')).isEqualTo('a');
      assertThat(ask(socket, 'b')).isEqualTo('b');
    }
  }

  @Test
  void aDelayHoldsUpEachWay() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, 'a');
      proxy.delay(Duration.ofMillis(150), Duration.ZERO);
      long begun = System.nanoTime();
      ask(socket, 'b');

      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(290));
    }
  }

  @Test
  void aSlowConnectionGetsSoManyBytesASecond() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, 'a');
      proxy.slow(100);
      long begun = System.nanoTime();
      socket.getOutputStream().write(new byte[50]);
      socket.getInputStream().readNBytes(50);

      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(450));
    }
  }

  @Test
  void aBlackHoleSwallowsOneWayAndNobodyNotices() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, 'a');
      proxy.swallow(Way.TO_CLIENT);
      socket.setSoTimeout(SILENCE_MILLIS);
      socket.getOutputStream().write('b');

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(echo.awaitHeard(2, Duration.ofMillis(LIMIT_MILLIS))).isTrue();
    }
  }

  @Test
  void theOtherWayTheServerHearsNothing() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, 'a');
      proxy.swallow(Way.TO_SERVER);
      socket.setSoTimeout(SILENCE_MILLIS);
      socket.getOutputStream().write('b');

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      assertThat(echo.awaitHeard(2, Duration.ZERO)).isFalse();
    }
  }

  @Test
  void aResetIsAReset() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, 'a');
      proxy.reset();

      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    try (Socket next = connect()) {
      assertThat(ask(next, 'b')).isEqualTo('b');
    }
  }

  @Test
  void aCutEndsConnectionsAndKeepsNewOnesOut() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, 'a');
      proxy.cut();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
    try (Socket kept = connect()) {
      assertThat(kept.getInputStream().read()).isEqualTo(-1);
    }
    proxy.mend();
    try (Socket next = connect()) {
      assertThat(ask(next, 'b')).isEqualTo('b');
    }
  }

  @Test
  void aMendedConnectionThatLostBytesIsReset() throws IOException {
    try (Socket socket = connect()) {
      ask(socket, 'a');
      proxy.swallow();
      proxy.mend();

      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(LIMIT_MILLIS);
    return socket;
  }

  private static int ask(Socket socket, char letter) throws IOException {
    socket.getOutputStream().write(letter);
    return socket.getInputStream().read();
  }
}
