package io.millrace.standalone;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A process that the supervisor keeps alive.
 *
 * @param name as people call it
 * @param output what it prints; begun anew at each start
 * @param log what it logs, kept over restarts
 * @param environment beside the supervisor's own
 * @param graceSeconds how long it may take to stop
 */
record Role(
    String name,
    List<String> command,
    Map<String, String> environment,
    Path output,
    Path log,
    Readiness readiness,
    int graceSeconds) {}
