/**
 * Where a webhook may go. A URL is chosen by a stranger, so the network behind the gateway must be
 * out of its reach: {@link io.millrace.gateway.webhook.address.AddressPolicy} knows every address
 * that is not a public host's, and {@link io.millrace.gateway.webhook.address.PinnedResolver} turns
 * a name into addresses once for each attempt, checks every answer, and hands on nothing but
 * checked ones. What comes out of here is what a socket is opened to: no name is looked up again
 * behind its back.
 */
@NullMarked
package io.millrace.gateway.webhook.address;

import org.jspecify.annotations.NullMarked;
