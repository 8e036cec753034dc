/** The proxy of jobs, spoken to by hand over its own socket. */
package io.millrace.worker.network;
