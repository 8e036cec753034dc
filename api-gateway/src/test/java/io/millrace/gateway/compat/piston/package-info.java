@NullMarked
package io.millrace.gateway.compat.piston;

import org.jspecify.annotations.NullMarked;
