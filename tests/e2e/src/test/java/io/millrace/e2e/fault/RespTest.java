package io.millrace.e2e.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.standalone.EmbeddedRedis;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("services")
class RespTest {

  @TempDir Path folder;

  @Test
  void itSpeaksWithARealRedis() throws IOException {
    try (EmbeddedRedis redis = EmbeddedRedis.start(folder, 0)) {
      Resp commands = new Resp(redis.port());

      assertThat(commands.text("SET", "word", "zwölf\r\n")).isEqualTo("OK");
      assertThat(commands.text("GET", "word")).isEqualTo("zwölf\r\n");
      assertThat(commands.text("GET", "nothing")).isEmpty();
      assertThat(commands.text("DBSIZE")).isEqualTo("1");
      assertThat(commands.list("KEYS", "*")).containsExactly("word");
      assertThatThrownBy(() -> commands.text("NONSENSE"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("unknown command");
    }
  }
}
