/**
 * A worker: as many slots as it has room for, and one fetcher for each lane that brings them jobs.
 * Read {@link io.millrace.worker.LaneFetcher} first, then {@link io.millrace.worker.Intake}: from a
 * record to a claimed job that runs in an idle slot. {@link io.millrace.worker.JobLoop} is the
 * slot: it waits for the job's end. Meanwhile {@link io.millrace.worker.LeaseKeeper} keeps its
 * lease; it leaves through {@link io.millrace.worker.ResultRecorder}, or, when the fault was ours,
 * through {@link io.millrace.worker.AttemptPolicy}. {@link io.millrace.worker.RescuedJobs} brings
 * jobs that go before what waits. {@link io.millrace.worker.SlotPool} starts and drains all of it.
 */
@NullMarked
package io.millrace.worker;

import org.jspecify.annotations.NullMarked;
