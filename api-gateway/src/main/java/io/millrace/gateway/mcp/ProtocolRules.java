package io.millrace.gateway.mcp;

import io.millrace.gateway.mcp.McpMessage.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.springframework.http.HttpHeaders;
import tools.jackson.databind.JsonNode;

/**
 * Which revision a request speaks, and what that revision asks of its head. A request that carries
 * its version in {@code _meta}, or names in its head a version that is none of the older ones, is
 * held to the newer rules.
 */
final class ProtocolRules {

  static final String MODERN = "2026-07-28";

  private static final String WITH_BATCHES = "2025-03-26";

  /** Newest first. */
  static final List<String> LEGACY = List.of("2025-11-25", "2025-06-18", WITH_BATCHES);

  /** Names a client for as long as it goes on, in revisions up to 2025-11-25. */
  static final String SESSION_HEADER = "Mcp-Session-Id";

  static final String META = "_meta";
  static final String META_PREFIX = "io.modelcontextprotocol/";

  private static final String VERSION_KEY = META_PREFIX + "protocolVersion";
  private static final String CAPABILITIES_KEY = META_PREFIX + "clientCapabilities";
  private static final String VERSION_HEADER = "MCP-Protocol-Version";
  private static final String ENCODED = "=?base64?";
  private static final String ENCODED_END = "?=";

  private ProtocolRules() {}

  /** All versions, newest first. */
  static List<String> supported() {
    List<String> all = new ArrayList<>();
    all.add(MODERN);
    all.addAll(LEGACY);
    return List.copyOf(all);
  }

  static boolean isModern(Request request, HttpHeaders head) {
    String header = head.getFirst(VERSION_HEADER);
    return request.params().path(META).has(VERSION_KEY)
        || (header != null && !LEGACY.contains(header));
  }

  /** The one revision with batches has no header that names it. */
  static boolean hasBatches(HttpHeaders head) {
    String header = head.getFirst(VERSION_HEADER);
    return header == null || header.equals(WITH_BATCHES);
  }

  /** What is wrong with a request of the newer protocol. */
  static Optional<RpcError> flaw(Request request, HttpHeaders head) {
    JsonNode meta = request.params().path(META);
    String header = head.getFirst(VERSION_HEADER);
    String version = meta.path(VERSION_KEY).asString(header == null ? "" : header);
    if (!version.equals(MODERN)) {
      return Optional.of(RpcError.unsupportedVersion(version, supported()));
    }
    if (!version.equals(header)) {
      return mismatch(VERSION_HEADER, "must be the version of the body's _meta");
    }
    if (!meta.path(VERSION_KEY).isString() || !meta.path(CAPABILITIES_KEY).isObject()) {
      return Optional.of(
          RpcError.invalidParams(
              "params._meta needs " + VERSION_KEY + " and " + CAPABILITIES_KEY, true));
    }
    if (!request.method().equals(head.getFirst("Mcp-Method"))) {
      return mismatch("Mcp-Method", "must be the body's method");
    }
    boolean named = request.method().equals("tools/call");
    return named && !request.params().path("name").asString("").equals(decoded(head))
        ? mismatch("Mcp-Name", "must be the body's params.name")
        : Optional.empty();
  }

  private static Optional<RpcError> mismatch(String header, String rule) {
    return Optional.of(RpcError.headerMismatch(header + " " + rule));
  }

  private static String decoded(HttpHeaders head) {
    String name = String.valueOf(head.getFirst("Mcp-Name"));
    if (!name.startsWith(ENCODED) || !name.endsWith(ENCODED_END)) {
      return name;
    }
    try {
      String base64 = name.substring(ENCODED.length(), name.length() - ENCODED_END.length());
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      return "";
    }
  }
}
