/**
 * The API of Dify's sandbox, as its workflows call it: Python alone. The shape of its answers is
 * that of its source at a94a466, but for malformed requests, which are 400.
 */
@NullMarked
package io.millrace.gateway.compat.dify;

import org.jspecify.annotations.NullMarked;
