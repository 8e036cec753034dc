/**
 * The gateway against exact bytes: everything in {@code requests.jsonl}, and what it stands for.
 */
@NullMarked
package io.millrace.gateway.wire;

import org.jspecify.annotations.NullMarked;
