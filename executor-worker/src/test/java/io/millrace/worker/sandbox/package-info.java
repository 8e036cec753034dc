@NullMarked
package io.millrace.worker.sandbox;

import org.jspecify.annotations.NullMarked;
