package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.millrace.files.FileStore;
import io.millrace.files.FolderStore;
import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.sandbox.OutputFiles;
import io.millrace.sandbox.OutputListener;
import io.millrace.sandbox.Sandbox;
import io.millrace.sandbox.SandboxFailedException;
import io.millrace.sandbox.WideOutcome;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;

/** What comes back of files, also from a helper that was taken over. */
class WideRunTest {

  private static final JobFiles NO_STORE = new JobFiles(null, System::nanoTime);

  @TempDir private Path folder;
  private final Job job = Leases.any().job();
  private final Sandbox sandbox = mock();
  private final OutputListener listener = mock();

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/passwd", "../x", "a/../b", "a//b", ".", "a/", "a\0b"})
  void aPathThatLeavesTheFolderIsNotKept(String path) {
    ArgumentCaptor<OutputFiles> keeper = ArgumentCaptor.captor();
    when(sandbox.run(any(), any(), any(), any())).thenReturn(new CompletableFuture<>());
    new WideRun(job, WideInputs.NONE, sandbox, NO_STORE, null).start(listener);
    verify(sandbox).run(any(), any(), any(), keeper.capture());

    assertThatThrownBy(() -> keeper.getValue().keep(path, 1, new ByteArrayInputStream(new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatARunHasKeptThatCameToNothingIsDeleted() throws Exception {
    FileStore store = new FolderStore(folder, Clock.systemUTC());
    ArgumentCaptor<OutputFiles> keeper = ArgumentCaptor.captor();
    CompletableFuture<WideOutcome> running = new CompletableFuture<>();
    when(sandbox.run(any(), any(), any(), any())).thenReturn(running);
    JobFiles files = new JobFiles(store, System::nanoTime);
    CompletableFuture<Ended> ended =
        new WideRun(job, WideInputs.NONE, sandbox, files, null).start(listener);
    verify(sandbox).run(any(), any(), any(), keeper.capture());
    keeper.getValue().keep("made", 100_000, new ByteArrayInputStream(new byte[100_000]));
    assertThat(store.list(job.owner(), null, 9).files()).hasSize(1);

    running.completeExceptionally(new SandboxFailedException("the helper died"));

    assertThatThrownBy(ended::join).hasCauseInstanceOf(SandboxFailedException.class);
    assertThat(store.list(job.owner(), null, 9).files()).isEmpty();
  }
}
