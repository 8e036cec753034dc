package io.millrace.webhook.dispatch;

import java.util.Map;

/** What one attempt sends: the same body each time, headers of this attempt. */
record SignedMessage(byte[] body, Map<String, String> headers) {}
