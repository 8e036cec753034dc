/**
 * What is seen of a running Millrace: {@link io.millrace.observability.MetricsInUseTest} holds the
 * dashboard and the alert rules to a scrape of real roles, {@link
 * io.millrace.observability.OneTraceTest} follows a job's trace through them, and both read every
 * log line that was written meanwhile.
 */
@NullMarked
package io.millrace.observability;

import org.jspecify.annotations.NullMarked;
