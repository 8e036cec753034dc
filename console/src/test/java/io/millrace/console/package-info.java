/** The console, without and with a browser. */
@NullMarked
package io.millrace.console;

import org.jspecify.annotations.NullMarked;
