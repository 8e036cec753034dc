/**
 * Routes of other systems, so that whoever owns a client of theirs changes one URL. Each system has
 * a folder, which turns a foreign request into a submission of ours and our reply into a foreign
 * one; what lies between is the pipeline of {@code POST /v1/jobs}, with its keys, gate, counters
 * and limits. {@code docs/switching.md} says for each what differs.
 */
@NullMarked
package io.millrace.gateway.compat;

import org.jspecify.annotations.NullMarked;
