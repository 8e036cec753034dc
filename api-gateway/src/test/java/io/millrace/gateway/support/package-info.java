/**
 * What the tests stand on: a whole gateway on a real broker and a real Redis, a hand that does what
 * a worker does through the same stores, and a client that sends exact bytes.
 */
@NullMarked
package io.millrace.gateway.support;

import org.jspecify.annotations.NullMarked;
