package io.millrace.gateway.http;

import io.millrace.gateway.error.ApiError;
import io.millrace.gateway.error.ApiErrors;
import io.netty.handler.codec.http.HttpResponseStatus;

/** What a client is told whose bytes are no request. */
final class MalformedRequest {

  private MalformedRequest() {}

  static byte[] body(HttpResponseStatus status) {
    return ApiErrors.body(ApiError.http(status.code(), status.reasonPhrase()));
  }
}
