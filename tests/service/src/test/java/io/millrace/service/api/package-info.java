/**
 * The running service beside its own OpenAPI description: {@link
 * io.millrace.service.api.Description} reads it, {@link io.millrace.service.api.Calls} provokes
 * every answer that it names.
 */
@NullMarked
package io.millrace.service.api;

import org.jspecify.annotations.NullMarked;
