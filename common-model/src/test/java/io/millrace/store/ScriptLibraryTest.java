package io.millrace.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.testing.Store;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.RedisCallback;

@Tag("services")
class ScriptLibraryTest {

  private final Store store = Store.fresh();
  private final Scripts one = scripts("one");
  private final Scripts two = scripts("two");

  private Scripts scripts(String folder) {
    return new Scripts(store.redis, ScriptLibrary.of("scripts/" + folder, "shared"));
  }

  @Test
  void twoReleasesRunBesideEachOther() {
    assertThat(one.run("greet", "k", "a")).containsExactly("hello ka");
    assertThat(two.run("greet", "k", "b", null)).containsExactly("hello kb", "", "3");
    assertThat(one.run("greet", "k", "c")).containsExactly("hello kc");
  }

  @Test
  void aRedisThatLostItsFunctionsGetsThemAgain() {
    assertThat(one.run("greet", "k", "a")).containsExactly("hello ka");
    store.redis.execute(
        (RedisCallback<Object>)
            connection -> connection.execute("FUNCTION", "FLUSH".getBytes(UTF_8)));
    assertThat(one.run("greet", "k", "a")).containsExactly("hello ka");
  }

  @Test
  void aScriptMayDoWhatItsFirstLineSays() {
    assertThatThrownBy(() -> two.run("write", "{millrace}:k", "v"))
        .isInstanceOf(DataAccessException.class)
        .hasMessageContaining("Write commands are not allowed from read-only scripts");
    assertThatThrownBy(() -> ScriptLibrary.of("scripts/nameless"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("greet")
        .hasMessageContaining("#!lua");
  }

  @Test
  void aFileThatIsSharedAndNotThereIsNamed() {
    assertThatThrownBy(() -> ScriptLibrary.of("scripts/one", "shared", "more"))
        .hasMessageContaining("more.lua");
  }
}
