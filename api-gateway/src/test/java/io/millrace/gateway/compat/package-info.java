@NullMarked
package io.millrace.gateway.compat;

import org.jspecify.annotations.NullMarked;
