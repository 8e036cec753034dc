package io.millrace.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.gateway.GatewaySettings.KeyLimits;
import io.millrace.gateway.support.TestSettings;
import io.millrace.outbound.AllowList;
import io.millrace.store.AdmissionGate.OwnerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class ApiKeysTest {

  private static final KeyLimits DEFAULTS =
      new KeyLimits(9, 8, 7, DataSize.ofBytes(6), DataSize.ofBytes(5), DataSize.ofBytes(4));
  private static final String DIGEST_OF_SECRET =
      "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

  @TempDir Path folder;

  @Test
  void severalKeysLiveAtOnce() {
    ApiKeys keys = new ApiKeys(ApiKeys.parseList("alice:one, bob:two queued=3 rate=1", DEFAULTS));
    assertThat(keys.find("one"))
        .hasValue(new Caller("alice", new OwnerLimits(9, 8, 7, 6, 5, 4), null));
    assertThat(keys.find("two"))
        .hasValue(new Caller("bob", new OwnerLimits(3, 8, 1, 6, 5, 4), null));
    assertThat(keys.find("alice:one")).isEmpty();
    assertThat(keys.find("ONE")).isEmpty();
    assertThat(keys.find("")).isEmpty();
  }

  @Test
  void aKeysFilesAreLimitedInBytesWhereThereIsNoUnit() {
    ApiKeys keys =
        new ApiKeys(ApiKeys.parseList("a:one files=5000,b:two files=2GB,c:three", DEFAULTS));
    assertThat(keys.find("one").orElseThrow().limits().files()).isEqualTo(5000);
    assertThat(keys.find("two").orElseThrow().limits().files()).isEqualTo(2L << 30);
    assertThat(keys.find("three").orElseThrow().limits().files()).isEqualTo(4);
    assertThatThrownBy(() -> ApiKeys.parseList("a:one files=much", DEFAULTS))
        .hasMessageContaining("files=SIZE");
  }

  @Test
  void aKeyWithoutANameIsNamedAfterItsDigest() {
    ApiKeys keys = new ApiKeys(ApiKeys.parseList("secret", DEFAULTS));
    assertThat(keys.find("secret").orElseThrow().owner()).isEqualTo("key-2bb80d53");
  }

  @Test
  void aDigestStandsForItsKey() {
    ApiKeys keys =
        new ApiKeys(
            ApiKeys.parseFile(
                "# rotated\n\nalice:sha256:" + DIGEST_OF_SECRET + " running=1\n", DEFAULTS));
    assertThat(keys.find("secret"))
        .hasValue(new Caller("alice", new OwnerLimits(9, 1, 7, 6, 5, 4), null));
    assertThat(keys.find(DIGEST_OF_SECRET)).isEmpty();
  }

  @Test
  void anEntryNamesTheHostsOfItsJobsWithSemicolonsBetween() {
    ApiKeys keys =
        new ApiKeys(
            ApiKeys.parseList(
                "a:one network=API.github.com;*.example.com:8443 rate=1,b:two network=,c:three",
                DEFAULTS));
    assertThat(keys.find("one").orElseThrow().network().texts())
        .containsExactly("api.github.com", "*.example.com:8443");
    assertThat(keys.find("one").orElseThrow().limits().rate()).isEqualTo(1);
    assertThat(keys.find("two").orElseThrow().network()).isEqualTo(AllowList.NOTHING);
    assertThat(keys.find("three").orElseThrow().network()).isNull();
    assertThatThrownBy(() -> ApiKeys.parseFile("a:hushhush network=*", DEFAULTS))
        .hasMessageContaining("line 1: network= is followed by hosts with ; between them: '*' must")
        .hasMessageNotContaining("hushhush");
    assertThatThrownBy(() -> ApiKeys.parseFile("a:hushhush network=a.com,b.com", DEFAULTS))
        .hasMessageContaining("'a.com,b.com'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:one network=a.example,b.example",
        "a:one network=a.example, *.b.example running=2",
        "a:one network=a.example,b.example:8443 running=2",
        "a:one rate=1 network=a.example,b.example:8443",
        "a:one network=a.example ,93.184.216.34",
        "a:one network=a.example,[2606:4700::1]:443",
        "a:one packages=numpy,pandas",
      })
  void aCommaWithinAListMakesNoKeyOfWhatFollowsIt(String list) {
    assertThatThrownBy(() -> ApiKeys.parseList(list, DEFAULTS))
        .hasMessageContaining("MILLRACE_API_KEYS), entry 2: a comma begins another key; write ;");
    assertThatThrownBy(() -> ApiKeys.parseList(list.replace(",", ",,"), DEFAULTS))
        .hasMessageContaining("entry 3: a comma begins another key");
  }

  @Test
  void aKeyAfterAListHasANameOrIsADigest() {
    String list =
        "a:one network=a.example,b:two packages=numpy,,sha256:"
            + DIGEST_OF_SECRET
            + " network=,three,d:12345 network=x.example running=1,four";
    ApiKeys keys = new ApiKeys(ApiKeys.parseList(list, DEFAULTS));
    for (String key : List.of("one", "two", "secret", "three", "12345", "four")) {
      assertThat(keys.find(key)).as(key).isPresent();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"network", "packages", "network=a.example b.example"})
  void aWordThatIsNoLimitIsNotPassedOver(String words) {
    assertThatThrownBy(() -> ApiKeys.parseList("a:hushhush " + words, DEFAULTS))
        .hasMessageContaining("network=HOST;HOST")
        .hasMessageNotContaining("hushhush");
  }

  @Test
  void twoKeysOfOneNameAreOneOwner() {
    ApiKeys keys = new ApiKeys(ApiKeys.parseList("alice:old,alice:new", DEFAULTS));
    assertThat(keys.find("old")).isEqualTo(keys.find("new"));
  }

  @Test
  void aBadEntryIsToldByItsPropertyAndPlaceAndNeverByItsKey() {
    assertThatThrownBy(() -> ApiKeys.parseList("ok:fine,a b:hushhush", DEFAULTS))
        .hasMessageContaining("MILLRACE_API_KEYS")
        .hasMessageContaining("entry 2")
        .hasMessageNotContaining("hushhush");
    assertThatThrownBy(() -> ApiKeys.parseFile("a:sha256:hushhush", DEFAULTS))
        .hasMessageContaining("MILLRACE_API_KEYS_FILE")
        .hasMessageNotContaining("hushhush");
  }

  @Test
  void withoutAKeyThereIsNoStart() {
    assertThatThrownBy(() -> new ApiKeyFile(TestSettings.with("api-keys", " , ")))
        .hasMessageContaining("MILLRACE_API_KEYS");
  }

  @Test
  void aFileThatCannotBeReadStopsTheStart() {
    assertThatThrownBy(
            () ->
                new ApiKeyFile(
                    TestSettings.with("api-keys-file", folder.resolve("none").toString())))
        .hasMessageContaining("MILLRACE_API_KEYS_FILE");
  }

  @Test
  void keysAreRotatedWithoutARestart() throws IOException {
    Path file = folder.resolve("keys");
    Files.writeString(file, "alice:old\n");
    ApiKeyFile source =
        new ApiKeyFile(TestSettings.with("api-keys-file", file.toString(), "api-keys", "bob:two"));
    ApiKeys keys = source.keys();

    Files.writeString(file, "alice:old\nalice:new\n");
    source.reload();
    assertThat(keys.find("old")).isPresent();
    assertThat(keys.find("new")).isPresent();
    Files.writeString(file, "alice:new\n");
    source.reload();
    assertThat(keys.find("old")).isEmpty();
    assertThat(keys.find("two")).isPresent();
  }

  @Test
  void aFileThatCannotBeReadLaterLeavesTheKeysAsTheyWere() throws IOException {
    Path file = folder.resolve("keys");
    Files.writeString(file, "alice:old\n");
    ApiKeyFile source = new ApiKeyFile(TestSettings.with("api-keys-file", file.toString()));
    ApiKeys keys = source.keys();

    Files.writeString(file, "no key: at all\n");
    source.reload();
    Files.delete(file);
    source.reload();
    assertThat(keys.find("old")).isPresent();
  }

  @Test
  void limitsInBytesAreSizes() {
    KeyEntry entry = KeyEntry.parse("a:key stored=2MB bytes=100", DEFAULTS);
    assertThat(entry.caller().limits())
        .isEqualTo(new OwnerLimits(9, 8, 7, 2 * 1024 * 1024, 100, 4));
    for (String bad : List.of("stored=-1B", "bytes=x", "stored=99999999999GB", "stored")) {
      assertThatThrownBy(() -> KeyEntry.parse("a:key " + bad, DEFAULTS))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("stored=SIZE");
    }
  }
}
