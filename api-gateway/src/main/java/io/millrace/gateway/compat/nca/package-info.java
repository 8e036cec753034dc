/**
 * The NCA toolkit's status routes, always there: its users are those whose execute route is ours.
 * Where that toolkit's code and its documents differ, these follow its documents.
 */
@NullMarked
package io.millrace.gateway.compat.nca;

import org.jspecify.annotations.NullMarked;
