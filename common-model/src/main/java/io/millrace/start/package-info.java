/** What a role's process is while it starts and when it ends, before and after its own work. */
@NullMarked
package io.millrace.start;

import org.jspecify.annotations.NullMarked;
