/**
 * What brings jobs back. Any instance of any role may do it, all of them do, and the scripts see to
 * it that only one succeeds: {@link io.millrace.rescue.Reaper} enqueues the jobs whose worker
 * vanished, {@link io.millrace.rescue.Reconciler} makes the lanes in Redis agree with the log.
 */
@NullMarked
package io.millrace.rescue;

import org.jspecify.annotations.NullMarked;
