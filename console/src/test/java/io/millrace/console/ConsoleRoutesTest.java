package io.millrace.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;
import org.springframework.test.web.reactive.server.WebTestClient;

class ConsoleRoutesTest {

  private static final Pattern REFERENCE =
      Pattern.compile("(?:src|href)=\"(/[^\"#]*)\"|\"(/assets/lib/[^\"]+)\"");

  private final WebTestClient client =
      WebTestClient.bindToRouterFunction(new ConsoleRoutes().console()).build();

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs"})
  void everyFileThatAPageNamesIsServedFromHere(String page) {
    List<String> references =
        REFERENCE
            .matcher(text(page))
            .results()
            .map(ConsoleRoutesTest::reference)
            .distinct()
            .toList();
    assertThat(references).hasSizeGreaterThan(4);
    references.forEach(path -> client.get().uri(path).exchange().expectStatus().isOk());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs"})
  void aPageLoadsNothingFromAnotherHost(String page) {
    assertThat(text(page))
        .doesNotContain("src=\"http")
        .doesNotContain("href=\"http")
        .doesNotContain("\"//");
  }

  @Test
  void noFileOfTheConsoleTurnsTextIntoMarkup() {
    ConsoleFiles.load().all().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("/assets/js/"))
        .forEach(
            entry ->
                assertThat(new String(entry.getValue().plain(), UTF_8))
                    .as(entry.getKey())
                    .doesNotContain("innerHTML")
                    .doesNotContain("insertAdjacentHTML")
                    .doesNotContain("document.write"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs"})
  void aPageMayRunOnlyItsOwnScripts(String page) {
    String policy = header(page, "Content-Security-Policy");
    assertThat(policy)
        .startsWith("default-src 'none'; script-src 'self'")
        .contains("frame-ancestors 'none'")
        .contains("require-trusted-types-for 'script'")
        .doesNotContain("unsafe");
    boolean inline = text(page).contains("<script type=\"importmap\">");
    assertThat(policy.contains("'sha256-")).isEqualTo(inline);
    assertThat(text(page)).doesNotContain("style=\"").doesNotContainPattern("\\son[a-z]+=\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/assets/",
        "/assets/js/nothing.js",
        "/assets/js/../console.css",
        "/assets/%6as/main.js",
        "/static/index.html",
        "/webjars/uplot/1.6.30/package.json",
        "/gateway.yml"
      })
  void aPathOutsideTheTableDoesNotExist(String path) {
    client.get().uri(java.net.URI.create(path)).exchange().expectStatus().isNotFound();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/docs", "/assets/console.css"})
  void anUnchangedFileIsNotSentAgainAndMayDoWhatItMight(String path) {
    HttpHeaders first = client.get().uri(path).exchange().returnResult().getResponseHeaders();
    HttpHeaders again =
        client
            .get()
            .uri(path)
            .header(HttpHeaders.IF_NONE_MATCH, first.getETag())
            .exchange()
            .expectStatus()
            .isNotModified()
            .returnResult()
            .getResponseHeaders();
    for (String name : List.of("Content-Security-Policy", "Cache-Control", "ETag", "Vary")) {
      assertThat(again.get(name)).as(name).isEqualTo(first.get(name)).hasSize(1);
    }
  }

  @Test
  void aBrowserThatTakesGzipGetsTheSameFileSmaller() throws Exception {
    byte[] zipped =
        Objects.requireNonNull(
            client
                .get()
                .uri("/assets/lib/codemirror-commands.js")
                .header(HttpHeaders.ACCEPT_ENCODING, "br, gzip")
                .exchange()
                .expectHeader()
                .valueEquals(HttpHeaders.CONTENT_ENCODING, "gzip")
                .expectBody()
                .returnResult()
                .getResponseBodyContent());
    String plain = text("/assets/lib/codemirror-commands.js");
    try (GZIPInputStream unzipped = new GZIPInputStream(new java.io.ByteArrayInputStream(zipped))) {
      assertThat(new String(unzipped.readAllBytes(), UTF_8)).isEqualTo(plain);
    }
    assertThat(zipped.length).isLessThan(plain.length() / 2);
  }

  private String text(String path) {
    byte[] body =
        client
            .get()
            .uri(path)
            .exchange()
            .expectStatus()
            .isOk()
            .expectBody()
            .returnResult()
            .getResponseBodyContent();
    return new String(Objects.requireNonNull(body), UTF_8);
  }

  private String header(String path, String name) {
    return Objects.requireNonNull(
        client
            .get()
            .uri(path)
            .exchange()
            .expectBody()
            .returnResult()
            .getResponseHeaders()
            .getFirst(name));
  }

  private static String reference(MatchResult match) {
    return match.group(1) == null ? match.group(2) : match.group(1);
  }
}
