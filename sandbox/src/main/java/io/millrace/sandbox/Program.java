package io.millrace.sandbox;

import java.util.UUID;

/**
 * What a sandbox is to run. Immutable.
 *
 * @param jobId its name in every frame about it
 * @param code Python, of any length, may be empty
 * @param timeout whole seconds that it may run, 1 or more
 */
public record Program(UUID jobId, String code, int timeout) {}
