/**
 * One whole Millrace, as processes, for the tests that use it as a customer does: nothing of it is
 * on their class path.
 */
@NullMarked
package io.millrace.service;

import org.jspecify.annotations.NullMarked;
