/**
 * The console in a real Chromium, against a real service. {@link
 * io.millrace.service.console.Browser} is the browser, which reaches this machine's loopback
 * address and nothing else; {@link io.millrace.service.console.Console} is the page as a person
 * uses it.
 */
@NullMarked
package io.millrace.service.console;

import org.jspecify.annotations.NullMarked;
