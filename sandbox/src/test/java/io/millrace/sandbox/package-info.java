@NullMarked
package io.millrace.sandbox;

import org.jspecify.annotations.NullMarked;
