/**
 * Piston's API, version 2: one runtime, Python. Without its packages and its websocket. The words
 * of its refusals and the shape of its results are those of its source at 0a844d0.
 */
@NullMarked
package io.millrace.gateway.compat.piston;

import org.jspecify.annotations.NullMarked;
