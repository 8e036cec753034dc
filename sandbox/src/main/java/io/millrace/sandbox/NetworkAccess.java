package io.millrace.sandbox;

/**
 * How a program reaches hosts: its helper passes its connections on to a proxy.
 *
 * @param proxy path of the proxy's unix socket
 * @param token what the helper says first on each connection, so that the proxy knows whose it is;
 *     no line's end in it
 * @param connections at once; more of them wait
 * @param rate connections a second; more of them wait
 */
public record NetworkAccess(String proxy, String token, int connections, int rate) {}
