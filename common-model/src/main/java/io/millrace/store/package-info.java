/**
 * What is fast and may be rebuilt: the state of every job, the gate's counters, the leases, the
 * replies. All of it lives in Redis under the hash tag {@code {millrace}}, and every write is a
 * compare-and-set on state and attempt in one Lua script ({@code resources/redis}; the prelude
 * comes before each). A job passes here four times: {@link io.millrace.store.AdmissionGate} lets it
 * in, {@link io.millrace.store.JobLeases} gives it to a worker and takes its result, {@link
 * io.millrace.store.JobArchive} shows it, and {@link io.millrace.store.QueueGauge} counts it.
 *
 * <p>All classes are thread-safe and block for one round trip. A Redis that is away, full or
 * read-only shows as Spring's {@code DataAccessException}.
 */
@NullMarked
package io.millrace.store;

import org.jspecify.annotations.NullMarked;
