/**
 * What is settled on the wire, before a request is one: {@link io.millrace.gateway.http.WireLimits}
 * bounds connections, heads and waits, {@link io.millrace.gateway.http.WireRules} refuses framing
 * that two parsers could read in two ways, with what {@link io.millrace.gateway.http.FoldedLines}
 * finds before the codec, and {@link io.millrace.gateway.http.LingeringClose} lets a refused sender
 * read why. {@link io.millrace.gateway.http.Vanished} tells a sender that waits with its side
 * closed from one that has gone. {@link io.millrace.gateway.http.ResponseHead} is what every reply
 * says to browsers.
 */
@NullMarked
package io.millrace.gateway.http;

import org.jspecify.annotations.NullMarked;
