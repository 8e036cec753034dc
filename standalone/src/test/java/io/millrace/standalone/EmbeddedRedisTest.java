package io.millrace.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EmbeddedRedisTest {
  @TempDir Path dir;

  @Test
  void whatWasWrittenIsThereAfterARestart() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(dir, 0)) {
      assertThat(RedisCommands.ask(redis.port(), "SET key kept")).isEqualTo("+OK");
    }

    try (EmbeddedRedis redis = EmbeddedRedis.start(dir, 0)) {
      assertThat(RedisCommands.ask(redis.port(), "GET key")).isEqualTo("kept");
    }
  }

  @Test
  void nothingIsEvicted() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(dir, 0)) {
      assertThat(RedisCommands.ask(redis.port(), "INFO memory")).isNotEmpty();
      assertThat(RedisCommands.ask(redis.port(), "CONFIG GET maxmemory-policy")).isEqualTo("*2");
      assertThat(RedisCommands.ask(redis.port(), "CONFIG SET maxmemory 1mb")).isEqualTo("+OK");
      assertThat(RedisCommands.ask(redis.port(), "SET key value")).startsWith("-OOM");
    }
  }

  @Test
  void debugCommandsAreRefusedUnlessAskedFor() throws Exception {
    try (EmbeddedRedis redis = EmbeddedRedis.start(dir.resolve("plain"), 0)) {
      assertThat(RedisCommands.ask(redis.port(), "DEBUG SLEEP 0")).startsWith("-ERR");
    }
    try (EmbeddedRedis redis =
        EmbeddedRedis.start(dir.resolve("debug"), 0, "--enable-debug-command", "local")) {
      assertThat(RedisCommands.ask(redis.port(), "DEBUG SLEEP 0")).isEqualTo("+OK");
    }
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(EmbeddedRedis.HOST))) {
      int port = taken.getLocalPort();

      assertThatThrownBy(() -> EmbeddedRedis.start(dir, port))
          .isInstanceOf(UnusablePortException.class)
          .hasMessageStartingWith("Port " + port + " on 127.0.0.1 is taken;");
    }
    EmbeddedRedis.start(dir, 0).close();
  }

  @Test
  void aFolderHasOneRedisAtATime() {
    try (EmbeddedRedis redis = EmbeddedRedis.start(dir, 0)) {
      assertThatThrownBy(() -> EmbeddedRedis.start(dir, 0))
          .isInstanceOf(FolderInUseException.class)
          .hasMessageEndingWith("is in use by another process");
      assertThat(redis.process().isAlive()).isTrue();
    }
  }

  @Test
  void aRedisThatCannotStartSaysWhy() {
    assertThatThrownBy(() -> EmbeddedRedis.start(dir, 0, "--no-such-setting", "1"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no-such-setting");
  }

  @Test
  void redisEndsWhenItsOwnerIsKilledAndTheNextStartHasItsData() throws Exception {
    Process owner = ownerOnAnotherJvm();
    ProcessHandle redis;
    try (BufferedReader said = owner.inputReader(StandardCharsets.UTF_8)) {
      redis = ProcessHandle.of(Long.parseLong(said.readLine())).orElseThrow();
    } finally {
      owner.destroyForcibly().waitFor();
    }
    redis.onExit().get(20, TimeUnit.SECONDS);

    try (EmbeddedRedis next = EmbeddedRedis.start(dir, 0)) {
      assertThat(RedisCommands.ask(next.port(), "GET key")).isEqualTo("kept");
    }
  }

  @Test
  void aLeftoverOnTheFolderIsEndedByTheNextStart() throws Exception {
    long leftover;
    try (EmbeddedRedis redis = EmbeddedRedis.start(dir, 0)) {
      leftover = redis.process().pid();
      redis.kill();
    }
    Path binary = dir.resolve("redis-server-7.0.15");
    Process orphan =
        new ProcessBuilder(binary.toString(), "--port", "0", "--unixsocket", dir + "/socket")
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(orphan.pid()).isNotEqualTo(leftover);
      Files.writeString(dir.resolve("pid"), "" + orphan.pid());

      EmbeddedRedis.start(dir, 0).close();

      assertThat(orphan.isAlive()).isFalse();
    } finally {
      orphan.destroyForcibly();
    }
  }

  private Process ownerOnAnotherJvm() throws Exception {
    return new ProcessBuilder(
            List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                RedisOwner.class.getName(),
                dir.toString()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Starts a Redis, writes to it, says its pid, and waits to be killed. */
  static final class RedisOwner {
    public static void main(String[] arguments) throws Exception {
      EmbeddedRedis redis = EmbeddedRedis.start(Path.of(arguments[0]), 0);
      RedisCommands.ask(redis.port(), "SET key kept");
      System.out.println(redis.process().pid());
      System.in.read();
    }
  }
}
