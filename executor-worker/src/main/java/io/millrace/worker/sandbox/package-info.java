/**
 * One slot's sandbox, seen from the worker. {@link io.millrace.worker.sandbox.TierProof} proves at
 * start that code is locked in, {@link io.millrace.worker.sandbox.Sandbox} talks to the helper
 * process that owns the slot's one-shot sandboxes, in {@link io.millrace.worker.sandbox.Frame}s,
 * and {@link io.millrace.worker.sandbox.SandboxRun} is what came of one job. The helper itself is
 * Python, under {@code src/main/python/millrace_sandbox}; its README is the theory of operation.
 *
 * <p>Nothing here knows the queue or Redis.
 */
@NullMarked
package io.millrace.worker.sandbox;

import org.jspecify.annotations.NullMarked;
