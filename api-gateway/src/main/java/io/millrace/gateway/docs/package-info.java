/**
 * The service's description for programs: {@link io.millrace.gateway.docs.OpenApiController}. Its
 * request schema is the very file that requests are validated against.
 */
@NullMarked
package io.millrace.gateway.docs;

import org.jspecify.annotations.NullMarked;
