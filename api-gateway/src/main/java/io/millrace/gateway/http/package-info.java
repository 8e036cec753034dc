/**
 * What every route of the server shares: {@link io.millrace.gateway.http.ServerWire} puts {@link
 * io.millrace.wire.Wire} under it, {@link io.millrace.gateway.http.CrossOrigin} lets pages of other
 * origins in, and {@link io.millrace.gateway.http.ResponseHead} is what every reply says to
 * browsers.
 */
@NullMarked
package io.millrace.gateway.http;

import org.jspecify.annotations.NullMarked;
