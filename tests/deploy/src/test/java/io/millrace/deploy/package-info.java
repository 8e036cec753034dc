/**
 * What is deployed, read as a cluster and an engine would read it. Every overlay is rendered by
 * kustomize, every object checked against its type with no unknown field allowed, and then by rules
 * for what types cannot say: names that refer to each other, ports that agree, settings that the
 * applications bind, privileges that nobody asked for. The compose file and the Dockerfiles have
 * rules of their own. Each rule has broken copies beside it that it must catch.
 */
@NullMarked
package io.millrace.deploy;

import org.jspecify.annotations.NullMarked;
