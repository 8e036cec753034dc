@NullMarked
package io.millrace.gateway.queue;

import org.jspecify.annotations.NullMarked;
