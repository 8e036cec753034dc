/**
 * The console in the browser: a fixed table of files, read into memory at the start and served
 * without a key, because they hold no data. What a person then does there goes through the same
 * routes, with the same key, as any other client's requests.
 *
 * <p>The pages run under a Content-Security-Policy that allows scripts and styles of this server
 * only, and no way to turn text into markup; the one inline script, the import map, is allowed by
 * its digest.
 */
@NullMarked
package io.millrace.console;

import org.jspecify.annotations.NullMarked;
