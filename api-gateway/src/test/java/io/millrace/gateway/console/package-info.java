/** The console, without and with a browser. */
@NullMarked
package io.millrace.gateway.console;

import org.jspecify.annotations.NullMarked;
