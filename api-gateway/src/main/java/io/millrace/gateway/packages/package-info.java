/**
 * Packages that jobs ask for. {@link io.millrace.gateway.packages.PackageRule} reads what a request
 * needs, of its property {@code dependencies} and of the block in its code, and holds it against
 * what the service and the caller's key allow. Who builds them is the workers' business.
 */
@NullMarked
package io.millrace.gateway.packages;

import org.jspecify.annotations.NullMarked;
