/**
 * The first step: who asks. {@link io.millrace.gateway.auth.ApiKeyFilter} stands before everything
 * but the few pages that a browser loads without a key, and finds the {@link
 * io.millrace.gateway.auth.Caller} in {@link io.millrace.gateway.auth.ApiKeys}: names, limits and
 * SHA-256 digests, never a key. {@link io.millrace.gateway.auth.ApiKeyFile} exchanges them while
 * the gateway runs.
 */
@NullMarked
package io.millrace.gateway.auth;

import org.jspecify.annotations.NullMarked;
