/** The tool server, by its protocol. */
@NullMarked
package io.millrace.gateway.mcp;

import org.jspecify.annotations.NullMarked;
