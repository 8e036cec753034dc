package io.millrace.worker;

import io.millrace.store.Environments;
import io.millrace.trace.Traces;
import io.millrace.worker.environment.EnvironmentFolder;
import io.millrace.worker.network.NetworkProxy;
import io.millrace.worker.output.LiveOutput;

/** What the slots of one worker share. */
record SlotTools(
    LeaseKeeper keeper,
    ResultRecorder recorder,
    AttemptPolicy attempts,
    Patience patience,
    LiveOutput output,
    JobFiles files,
    NetworkProxy networks,
    EnvironmentFolder environments,
    Environments known,
    Traces traces) {}
