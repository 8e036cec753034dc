/**
 * Where a socket may be opened to. The host is chosen by a stranger, who names a webhook's receiver
 * or runs a program that may use the network; so the network behind the service must be out of
 * reach: {@link io.millrace.outbound.AddressPolicy} knows every address that is not a public
 * host's, and {@link io.millrace.outbound.PinnedResolver} turns a name into addresses once for each
 * attempt, checks every answer, and hands on nothing but checked ones. What comes out of here is
 * what a socket is opened to: no name is looked up again behind its back.
 */
@NullMarked
package io.millrace.outbound;

import org.jspecify.annotations.NullMarked;
