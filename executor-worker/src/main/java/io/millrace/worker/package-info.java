/**
 * A worker: as many slots as it has room for, each a loop that runs one job after the other. Read
 * {@link io.millrace.worker.JobLoop} first: it is the journey of a job, on one page. A job comes
 * from {@link io.millrace.worker.LaneTaker}; while it runs, {@link io.millrace.worker.LeaseKeeper}
 * keeps its lease; it leaves through {@link io.millrace.worker.ResultRecorder}, or, when the fault
 * was ours, through {@link io.millrace.worker.AttemptPolicy}. {@link io.millrace.worker.SlotPool}
 * starts and drains the loops.
 */
@NullMarked
package io.millrace.worker;

import org.jspecify.annotations.NullMarked;
