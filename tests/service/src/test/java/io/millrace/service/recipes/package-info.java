/** What the documentation shows, run again on a real service: the scripts, and their answers. */
@NullMarked
package io.millrace.service.recipes;

import org.jspecify.annotations.NullMarked;
