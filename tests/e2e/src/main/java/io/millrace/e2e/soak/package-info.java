/**
 * A random fault a minute, for as many minutes as one likes. {@link io.millrace.e2e.soak.Soak}
 * makes a {@link io.millrace.e2e.soak.SoakMinute} after the other on one cluster: a load, one of
 * the {@link io.millrace.e2e.soak.Nemesis}'s faults in the middle of it, a drain, the checker, and
 * the {@link io.millrace.e2e.soak.Vitals} of every process when all is quiet, so that they compare.
 * {@link io.millrace.e2e.soak.Summary} puts it all on one page.
 */
@NullMarked
package io.millrace.e2e.soak;

import org.jspecify.annotations.NullMarked;
