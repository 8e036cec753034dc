package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;

class LaneProgressTest {

  private static final String NOBODY_LISTENS = "127.0.0.1:1";

  /** A process that is told to stop while its broker is away has its grace period, and no more. */
  @Test
  void aQuestionThatNobodyAnsweredDoesNotHoldUpTheClientsEnd() throws InterruptedException {
    Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, NOBODY_LISTENS));
    LaneProgress progress = new LaneProgress(admin, 100);
    assertThatIllegalStateException().isThrownBy(() -> progress.end(Lane.FIRST));
    assertThatIllegalStateException().isThrownBy(() -> progress.start(Lane.FIRST));

    Thread closing = new Thread(admin::close);
    closing.start();
    closing.join(Duration.ofSeconds(30).toMillis());

    assertThat(closing.isAlive()).isFalse();
  }
}
