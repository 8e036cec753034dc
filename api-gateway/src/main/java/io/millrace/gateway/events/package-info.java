/**
 * A job as it goes on, for those who watch it: {@link
 * io.millrace.gateway.events.JobEventsController} looks at the job's state and at what its worker
 * has passed on of its output, and {@link io.millrace.gateway.events.JobFollower} says what of that
 * the watcher has not heard yet.
 *
 * <p>All that a watcher has heard is in the id of its last event, so that it may come back to any
 * gateway, and nothing is kept for it. At the end the reply fills up whatever the live stream has
 * lost.
 */
@NullMarked
package io.millrace.gateway.events;

import org.jspecify.annotations.NullMarked;
