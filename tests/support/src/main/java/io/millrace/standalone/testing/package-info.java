/**
 * The embedded default as the tests of the other modules use it: real stores, on free ports, in a
 * folder of their own, gone when the test JVM is.
 */
@NullMarked
package io.millrace.standalone.testing;

import org.jspecify.annotations.NullMarked;
