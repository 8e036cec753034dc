/**
 * Receivers of webhooks as they are found in the world, for tests: good ones and all the others.
 */
@NullMarked
package io.millrace.standalone.testing.receiver;

import org.jspecify.annotations.NullMarked;
