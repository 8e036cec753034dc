/** What those who watch a job are told. */
@NullMarked
package io.millrace.gateway.events;

import org.jspecify.annotations.NullMarked;
