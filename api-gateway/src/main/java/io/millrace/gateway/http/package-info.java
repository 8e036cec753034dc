/**
 * What is settled on the wire, before a request is one: {@link io.millrace.gateway.http.WireLimits}
 * bounds connections, heads and waits, {@link io.millrace.gateway.http.WireRules} refuses framing
 * that two parsers could read in two ways, and {@link io.millrace.gateway.http.LingeringClose} lets
 * a refused sender read why. {@link io.millrace.gateway.http.ResponseHead} is what every reply says
 * to browsers.
 */
@NullMarked
package io.millrace.gateway.http;

import org.jspecify.annotations.NullMarked;
