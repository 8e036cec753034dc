/** Jobs after their requests. */
@NullMarked
package io.millrace.gateway.job;

import org.jspecify.annotations.NullMarked;
