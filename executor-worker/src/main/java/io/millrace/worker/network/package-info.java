/**
 * The network of jobs: an HTTP proxy that lets a job reach the hosts it may, and nothing else.
 *
 * <p>A job that may reach something runs with a loopback interface of its own, on which its
 * sandbox's helper listens. The helper passes each connection on to a unix socket of {@link
 * io.millrace.worker.network.NetworkProxy}, after a line with the job's token, which the job does
 * not know. {@link io.millrace.worker.network.ProxyRequest} reads one request of it: CONNECT, or an
 * absolute URL. Its host must be in the job's list; its name is resolved here, every address that
 * it has is checked as a webhook's is, and the socket goes to a checked one ({@link
 * io.millrace.worker.network.Dialer}). From then on bytes are passed on and counted: no body is
 * read, no TLS is opened.
 */
@NullMarked
package io.millrace.worker.network;

import org.jspecify.annotations.NullMarked;
