/**
 * How meters are made. Every series that an alert or a rate may need is there from the start, at
 * zero: a counter that comes into being with its first event hides that event from a rate. Tags are
 * values of enums and names from the settings, never a job, a key or a URL.
 */
@NullMarked
package io.millrace.metrics;

import org.jspecify.annotations.NullMarked;
