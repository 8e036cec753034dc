/**
 * What is settled on the wire, before a request is one: {@link io.millrace.wire.Wire} bounds
 * connections, heads and waits, {@link io.millrace.wire.WireRules} refuses framing that two parsers
 * could read in two ways, with what {@link io.millrace.wire.FoldedLines} finds before the codec,
 * and {@link io.millrace.wire.LingeringClose} lets a refused sender read why. {@link
 * io.millrace.wire.Vanished} tells a sender that waits with its side closed from one that has gone.
 * Of what the requests ask for nothing is known here.
 */
@NullMarked
package io.millrace.wire;

import org.jspecify.annotations.NullMarked;
