/**
 * Files that jobs read and write, as their owner moves them: up, down, listed, deleted. The bytes
 * go between the connection and the {@link io.millrace.files.FileStore} piece by piece; none of
 * them stays here. A gateway without a store says so on each of these paths.
 */
@NullMarked
package io.millrace.gateway.files;

import org.jspecify.annotations.NullMarked;
