package io.millrace.worker;

import io.millrace.store.JobLeases;
import io.millrace.trace.Traces;
import io.millrace.worker.output.LiveOutput;
import java.time.Duration;

/** What the slots of one worker share. */
record SlotTools(
    String workerId,
    JobLeases leases,
    LeaseKeeper keeper,
    ResultRecorder recorder,
    AttemptPolicy attempts,
    StrayRecords strays,
    Patience patience,
    LiveOutput output,
    Traces traces,
    StoreWatch store,
    Duration handOverAfter) {}
