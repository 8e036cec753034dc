/**
 * One slot's sandbox, seen from the worker. {@link io.millrace.sandbox.TierProof} proves at start
 * that code is locked in, {@link io.millrace.sandbox.Sandbox} talks to the helper process that owns
 * the slot's one-shot sandboxes, in {@link io.millrace.sandbox.Frame}s: a {@link
 * io.millrace.sandbox.Program} goes in, a {@link io.millrace.sandbox.RunResult} comes out. The
 * helper itself is Python, under {@code src/main/python/millrace_sandbox}; its README is the theory
 * of operation.
 *
 * <p>Nothing here knows a queue, Redis or Spring.
 */
@NullMarked
package io.millrace.sandbox;

import org.jspecify.annotations.NullMarked;
