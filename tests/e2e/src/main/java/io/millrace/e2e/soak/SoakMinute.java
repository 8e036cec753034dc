package io.millrace.e2e.soak;

import java.time.Duration;

/**
 * One minute of a soak.
 *
 * @param fault what went wrong
 * @param found what the checker said, or why it could not say anything
 * @param clean whether no promise was broken
 * @param recovery from the fault until everything was ready again
 * @param vitals when all was quiet
 */
record SoakMinute(
    int number, String fault, String found, boolean clean, Duration recovery, Vitals vitals) {}
