/**
 * Many jobs in one request: {@link io.millrace.gateway.batch.BatchController} has the routes,
 * {@link io.millrace.gateway.batch.BatchSubmitter} makes all of a batch durable or tells no, {@link
 * io.millrace.gateway.batch.BatchRetry} runs its failures again, {@link
 * io.millrace.gateway.batch.BatchResults} streams its replies. A batch's jobs are jobs like any
 * other: what runs, rescues and ends them does not know of it.
 */
@NullMarked
package io.millrace.gateway.batch;

import org.jspecify.annotations.NullMarked;
