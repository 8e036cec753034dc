package io.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.ExecutionRequest;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.job.WideInputs.GivenFile;
import io.millrace.store.Admission.Refusal;
import io.millrace.store.Admission.Refused;
import io.millrace.store.AdmissionGate.OwnerLimits;
import io.millrace.store.NeededFiles.Release;
import io.millrace.testing.Store;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A kept file stays for as long as a job may read it, and no longer. */
@Tag("services")
class NeededFilesTest {

  private static final String FILE = "file-1";
  private static final String OTHER = "file-2";

  private final Store store = Store.fresh();
  private final NeededFiles files = new NeededFiles(store.redis);

  /** As after the lanes were compared with the log. */
  @BeforeEach
  void whole() {
    store.repair.begin("test", Duration.ofSeconds(30));
    store.repair.end("test");
  }

  @Test
  void aFileIsNeededUntilTheLastOfItsJobsHasEnded() {
    Job first = accepted(FILE, OTHER, FILE);
    Job second = accepted(FILE);
    Lease running = store.granted(first, "w");
    assertThat(files.release(FILE)).isEqualTo(Release.NEEDED);
    store.finished(running);
    assertThat(files.release(OTHER)).isEqualTo(Release.FREE);
    assertThat(files.release(FILE)).isEqualTo(Release.NEEDED);
    store.ends.cancel(second.jobId(), "owner", Store.cancelled(second));

    assertThat(files.release(FILE)).isEqualTo(Release.FREE);
  }

  @Test
  void aJobThatWasRefusedNeedsNothing() {
    Job job = accepted(FILE);
    store.gate.refuse(job.jobId());

    assertThat(files.release(FILE)).isEqualTo(Release.FREE);
  }

  @Test
  void aJobThatWaitsForTheStoreNeedsItsFileAllTheSame() {
    Job job = accepted(FILE);
    store.granted(job, "w");
    store.leases.giveBack(job.jobId(), 1, JobLeases.GiveBack.FILES_AWAY, Duration.ofSeconds(9));

    assertThat(files.release(FILE)).isEqualTo(Release.NEEDED);
  }

  @Test
  void noJobIsLetInWithAFileThatIsBeingDeleted() {
    assertThat(files.release(FILE)).isEqualTo(Release.FREE);

    assertThat(store.admit(job(OTHER, FILE)))
        .isEqualTo(Refused.about(Refusal.FILE_NOT_FOUND, "files[1].file_id"));
    assertThat(store.queueLength()).isZero();
  }

  @Test
  void aRedisThatHasForgottenLetsNoFileGo() {
    Job job = accepted(FILE);
    store.flush();
    assertThat(files.release(FILE)).isEqualTo(Release.UNSURE);
    store.repair.restore(List.of(new LaneRepair.Logged(job, Store.at(1))));
    whole();

    assertThat(files.release(FILE)).isEqualTo(Release.NEEDED);
  }

  @Test
  void aJobThatVanishedHoldsNoFile() {
    Job job = accepted(FILE);
    store.redis.delete(RedisKeys.job(job.jobId()));

    assertThat(files.release(FILE)).isEqualTo(Release.FREE);
  }

  private Job accepted(String... fileIds) {
    return store.accepted(job(fileIds), OwnerLimits.NONE);
  }

  private static Job job(String... fileIds) {
    List<GivenFile> files = List.of(fileIds).stream().map(id -> GivenFile.kept("p", id)).toList();
    return new Job(
        UUID.randomUUID(),
        "owner",
        new ExecutionRequest("1", 30, null, null, WideInputs.NONE.with(files)),
        0,
        null,
        null);
  }
}
