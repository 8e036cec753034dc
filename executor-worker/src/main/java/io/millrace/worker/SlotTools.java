package io.millrace.worker;

import io.millrace.trace.Traces;
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
    Traces traces) {}
