/**
 * The service as a tool for agents: the Model Context Protocol over streamable HTTP at {@code
 * /mcp}, with one tool, {@code execute_python}. {@link io.millrace.gateway.mcp.McpController} takes
 * a message in, {@link io.millrace.gateway.mcp.ProtocolRules} hold it to the revision it speaks,
 * {@link io.millrace.gateway.mcp.McpMethods} answer it, and {@link
 * io.millrace.gateway.mcp.ExecutePython} turns a call into the same request, through the same
 * checks, limits and queue, that a caller of the execute route sends.
 *
 * <p>No state is kept between messages, so that any gateway answers any of them. Two generations of
 * the protocol are spoken: the one that opens with {@code initialize} (2025-03-26 to 2025-11-25)
 * and the one in which each request says all about itself (2026-07-28).
 */
@NullMarked
package io.millrace.gateway.mcp;

import org.jspecify.annotations.NullMarked;
