/**
 * Two questions that are not the same. {@link io.millrace.gateway.health.Opening} answers
 * readiness: is it better to ask another gateway? Only until this one has met its stores and sent
 * its first record. The group {@code dependencies} answers whether Kafka, Redis and the share
 * groups are there, for people and alerts: what is away is away from every gateway alike, and
 * callers get their 503 with Retry-After from a gateway that is still asked.
 */
@NullMarked
package io.millrace.gateway.health;

import org.jspecify.annotations.NullMarked;
