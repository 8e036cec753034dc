/**
 * The processes of one Millrace, each of its own: a broker, a Redis, gateways and workers, started
 * from their jars on free ports of loopback, with their logs in files. {@link
 * io.millrace.e2e.roles.Cluster} is all of them; {@link io.millrace.e2e.roles.Role} is a gateway or
 * a worker that can be killed, frozen, stopped and started again. All end with the process that
 * started them, even when that is killed.
 */
@NullMarked
package io.millrace.e2e.roles;

import org.jspecify.annotations.NullMarked;
