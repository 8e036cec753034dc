/**
 * Packages that jobs ask for. A job whose set of packages is built runs with it: {@link
 * io.millrace.worker.environment.EnvironmentFolder} has it on this machine. One whose set is not
 * waits in Redis, and {@link io.millrace.worker.environment.EnvironmentBuilder} of a worker that
 * may reach the index builds it: {@link io.millrace.worker.environment.Pip} resolves and fetches
 * wheels, {@link io.millrace.worker.environment.WheelReader} holds each to its own record, {@link
 * io.millrace.worker.environment.EnvironmentPack} makes one file of them. Nothing of a package runs
 * on the way.
 */
@NullMarked
package io.millrace.worker.environment;

import org.jspecify.annotations.NullMarked;
