/**
 * What a job asks for beyond what its worker has: requirements of Python packages, as the caller
 * writes them ({@link io.millrace.packages.Requirement}, {@link io.millrace.packages.ScriptBlock}),
 * which of them may be asked for ({@link io.millrace.packages.PackagePolicy}), and the name of the
 * environment that holds what they resolve to ({@link io.millrace.packages.EnvironmentKey}).
 * Nothing here speaks to an index.
 */
@NullMarked
package io.millrace.packages;

import org.jspecify.annotations.NullMarked;
