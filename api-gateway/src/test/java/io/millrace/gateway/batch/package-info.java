@NullMarked
package io.millrace.gateway.batch;

import org.jspecify.annotations.NullMarked;
