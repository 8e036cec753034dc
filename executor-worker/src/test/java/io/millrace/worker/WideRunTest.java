package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.millrace.job.Job;
import io.millrace.job.WideInputs;
import io.millrace.sandbox.OutputFiles;
import io.millrace.sandbox.OutputListener;
import io.millrace.sandbox.Sandbox;
import java.io.ByteArrayInputStream;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mockito.ArgumentCaptor;

/** What a helper that was taken over may say of files. */
class WideRunTest {

  private final Job job = Leases.any().job();
  private final Sandbox sandbox = mock();
  private final OutputListener listener = mock();

  @ParameterizedTest
  @ValueSource(strings = {"", "/etc/passwd", "../x", "a/../b", "a//b", ".", "a/", "a\0b"})
  void aPathThatLeavesTheFolderIsNotKept(String path) {
    ArgumentCaptor<OutputFiles> keeper = ArgumentCaptor.captor();
    when(sandbox.run(any(), any(), any(), any())).thenReturn(new CompletableFuture<>());
    new WideRun(job, WideInputs.NONE, sandbox).start(listener);
    verify(sandbox).run(any(), any(), any(), keeper.capture());

    assertThatThrownBy(() -> keeper.getValue().keep(path, 1, new ByteArrayInputStream(new byte[1])))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
