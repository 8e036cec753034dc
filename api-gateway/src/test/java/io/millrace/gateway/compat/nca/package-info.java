@NullMarked
package io.millrace.gateway.compat.nca;

import org.jspecify.annotations.NullMarked;
