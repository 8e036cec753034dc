package io.millrace.files;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.standalone.testing.FreePort;
import io.millrace.standalone.testing.S3Server;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
class S3StoreTest extends FileStoreConformance {

  @TempDir private static Path folder;
  private static S3Server server;
  private S3Store store;

  @BeforeAll
  static void start() {
    S3Server.useItsCredentials();
    server = S3Server.start(folder);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    store =
        new S3Store(
            S3Server.BUCKET,
            UUID.randomUUID().toString(),
            server.endpoint(),
            folder,
            Clock.systemUTC());
  }

  @Override
  FileStore store() {
    return store;
  }

  /** An object's last change is told in whole seconds. */
  @Override
  Instant later() {
    Instant next = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    Awaitility.await()
        .pollInterval(20, TimeUnit.MILLISECONDS)
        .until(() -> !Instant.now().isBefore(next));
    return next;
  }

  @Test
  void aServiceThatIsAwayIsTold() {
    try (S3Store nowhere =
        new S3Store(
            S3Server.BUCKET,
            "",
            java.net.URI.create("http://127.0.0.1:" + FreePort.choose()),
            null,
            Clock.systemUTC())) {
      assertThatThrownBy(() -> nowhere.list("anna", null, 1))
          .isInstanceOf(FileStoreException.class)
          .hasMessageContaining(S3Server.BUCKET);
    }
  }
}
