@NullMarked
package io.millrace.gateway.compat.dify;

import org.jspecify.annotations.NullMarked;
