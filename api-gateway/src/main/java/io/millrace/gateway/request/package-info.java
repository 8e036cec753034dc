/**
 * From bytes to a request that can be run: {@link io.millrace.gateway.request.RequestBodyReader}
 * looks at the head and takes the body in, bounded in size, time and total memory; {@link
 * io.millrace.gateway.request.StrictJson} reads it by RFC 8259 and nothing wider; {@link
 * io.millrace.gateway.request.RequestValidator} holds it against {@code request.schema.json} and
 * against what Python cannot take. Whatever fails is told where and why, in at most ten reasons.
 */
@NullMarked
package io.millrace.gateway.request;

import org.jspecify.annotations.NullMarked;
