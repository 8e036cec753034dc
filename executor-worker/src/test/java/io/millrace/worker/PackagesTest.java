package io.millrace.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.files.FileStore;
import io.millrace.files.FolderStore;
import io.millrace.job.ExecutionRequest;
import io.millrace.job.WideInputs;
import io.millrace.standalone.testing.Wheels;
import io.millrace.store.Environments;
import io.millrace.store.JobArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Jobs with packages, on a whole worker that builds them by the real pip from an index here. */
@Tag("services")
class PackagesTest {

  @TempDir private static Path folder;
  private static Wheels wheels;
  private static ConfigurableApplicationContext worker;
  private static TestCaller caller;

  @BeforeAll
  static void start() throws IOException {
    wheels = new Wheels();
    wheels.add(
        "shades", "1.0", Map.of("shades/__init__.py", "import hue\ncolour = hue.name"), "hue>=1");
    wheels.add("hue", "1.5", Map.of("hue.py", "name = 'blue'"));
    wheels.add("json", "1", Map.of("json/__init__.py", "raise SystemError()"));
    wheels.add("direct", "1", Map.of("direct.py", ""), "hue @ " + wheels.index() + "/hue/evil.whl");
    wheels.add("deep", "1", Map.of("deep.py", ""), "direct");
    wheels.add("local", "1", Map.of("local.py", ""), "x @ file:///etc/passwd");
    wheels.add("slow", "1", Map.of("slow.py", "import time\ntime.sleep(1)"));
    wheels.add(
        "fetch",
        "1",
        Map.of(
            "fetch.py",
            "import urllib.request as r\ndef get(url): return r.urlopen(url).read().decode()"));
    wheels.offer("broken", "1", Wheels.zip(Map.of("a", new byte[1])));
    worker =
        WorkerTest.start(
            "--millrace.files.store=dir:" + folder.resolve("store"),
            "--millrace.packages=any",
            "--millrace.network.allowed-networks=127.0.0.0/8",
            "--millrace.packages.builder=true",
            "--millrace.packages.index=" + wheels.index(),
            "--millrace.packages.folder=" + folder.resolve("cache"));
    caller = new TestCaller(worker);
  }

  @AfterAll
  static void stop() throws Exception {
    caller.close();
    worker.close();
    wheels.close();
  }

  private static ExecutionRequest asking(String code, String... requirements) {
    return new ExecutionRequest(code, 30, null, null, null, List.of(requirements));
  }

  private static JsonNode run(String code, String... requirements) throws Exception {
    return caller.run(asking(code, requirements));
  }

  @Test
  void whatIsAskedForAndWhatThatNeedsIsThere() throws Exception {
    String code =
        "import shades, importlib.metadata as m\nreturn [shades.colour, m.version('hue')]";
    JsonNode reply = run(code, "shades");
    assertThat(reply.path("response").path("result").toString())
        .as(reply.toString())
        .isEqualTo("[\"blue\",\"1.5\"]");
    assertThat(run("import shades").path("reason").asString()).isEqualTo("exception");
  }

  @Test
  void manyJobsAtOnceHaveItBuiltOnce() throws Exception {
    String code = "import hue\nreturn hue.name";
    List<UUID> jobs =
        Stream.generate(() -> caller.submit(asking(code, "hue==1.5"))).limit(50).toList();
    for (UUID job : jobs) {
      assertThat(caller.body(caller.await(job)).path("response").path("result").asString())
          .isEqualTo("blue");
    }
    assertThat(built("hue==1.5")).isEqualTo(1);
  }

  /** How many sets the store has for this question. */
  private static long built(String... requirements) {
    var question = worker.getBean(io.millrace.worker.environment.EnvironmentQuestion.class);
    String key =
        io.millrace.packages.EnvironmentKey.of(
            List.of(requirements), question.abi(), question.index());
    try (FileStore store = new FolderStore(folder.resolve("store"), Clock.systemUTC())) {
      return store.list("environment:" + key, null, 10).files().size();
    }
  }

  @Test
  void theSecondJobDoesNotImport() throws Exception {
    JsonNode first = run("import slow", "slow");
    List<Double> more = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      more.add(run("import slow", "slow").path("run_time").asDouble());
    }
    double ran = first.path("run_time").asDouble();
    assertThat(ran).isGreaterThan(0.9);
    assertThat(more.stream().sorted().toList().get(1)).isLessThan(ran / 10);
  }

  @Test
  void aJobWithPackagesReachesTheHostsOfItsKey() throws Exception {
    String host = wheels.index().getAuthority();
    String code =
        "import fetch\nreturn fetch.get('%s/hue/').count('whl')".formatted(wheels.index());
    for (WideInputs wide : java.util.Arrays.asList(null, WideInputs.NONE, null)) {
      ExecutionRequest request = new ExecutionRequest(code, 30, null, null, wide, List.of("fetch"));
      JsonNode response =
          caller.body(caller.await(caller.submit(request, List.of(host)))).path("response");
      assertThat(response.path("result").asInt()).as(response.toString()).isEqualTo(2);
      assertThat(response.path("network").size()).isEqualTo(wide == null ? 0 : 1);
    }
    assertThat(run(code, "fetch").path("reason").asString()).isEqualTo("exception");
  }

  @Test
  void aPackageNamedAsTheStandardLibraryHidesNothingOfIt() throws Exception {
    assertThat(run("import json\nreturn json.dumps(1)", "json").path("code").asInt())
        .isEqualTo(200);
  }

  @Test
  void whatCannotBeHadIsToldInPipsOwnWords() throws Exception {
    JsonNode reply = run("", "hue>=7");
    assertThat(reply.path("code").asInt()).isEqualTo(400);
    assertThat(reply.path("reason").asString()).isEqualTo("dependency_failed");
    assertThat(reply.path("message").asString()).contains("hue>=7");
    assertThat(reply.path("queue_time").asDouble()).isPositive();
    assertThat(run("", "broken").path("reason").asString()).isEqualTo("dependency_failed");
  }

  @Test
  void requirementsByUrlOrPathAreRefusedAtAnyDepthAndNotFetched() throws Exception {
    for (String name : List.of("direct", "deep", "local")) {
      JsonNode reply = run("", name);
      assertThat(reply.path("reason").asString())
          .as(reply.toString())
          .isEqualTo("dependency_failed");
      assertThat(reply.path("message").asString()).contains("by URL or path");
    }
    assertThat(wheels.asked("evil.whl")).isZero();
  }

  @Test
  void aJobThatWaitsForPackagesIsPreparing() throws Exception {
    JobArchive archive = worker.getBean(JobArchive.class);
    UUID job = caller.submit(asking("", "hue<=1.5"));
    io.millrace.standalone.testing.Eventually.holds(
        () -> archive.find(job).orElseThrow().state().wireName().matches("preparing|succeeded"));
    caller.await(job);
    assertThat(archive.find(job).orElseThrow().state().wireName()).isEqualTo("succeeded");
  }

  @Test
  void whatRedisForgotIsFoundInTheStore() throws Exception {
    assertThat(run("import hue", "hue>=1.4").path("code").asInt()).isEqualTo(200);
    var redis = worker.getBean(org.springframework.data.redis.core.StringRedisTemplate.class);
    redis.delete(redis.keys("{millrace}:environment:*"));
    FileSystemUtils.deleteRecursively(folder.resolve("cache"));
    Files.createDirectories(folder.resolve("cache"));
    long fetched = wheels.asked(Wheels.fileName("hue", "1.5"));
    assertThat(run("import hue", "hue>=1.4").path("code").asInt()).isEqualTo(200);
    assertThat(wheels.asked(Wheels.fileName("hue", "1.5"))).isEqualTo(fetched);
  }

  @Test
  void whatWorkersHaveIsListed() {
    String told = worker.getBean(Environments.class).distributions().orElseThrow();
    JsonNode read = new JsonMapper().readTree(told);
    assertThat(read.path("python").asString()).startsWith("3.");
    assertThat(read.path("distributions").valueStream())
        .anySatisfy(
            each -> assertThat(each.propertyNames()).contains("name", "version", "modules"));
  }

  @Test
  void aMissingModuleNamesItsPackage() throws Exception {
    JsonNode reply =
        caller.run(new ExecutionRequest("import sklearn_nowhere", 30, null, null, WideInputs.NONE));
    assertThat(reply.path("error_detail").path("hint").asString()).contains("sklearn-nowhere");
    assertThat(MissingModule.hinted("{\"missing_module\":\"yaml.reader\"}")).contains("PyYAML");
    assertThat(MissingModule.hinted("{\"message\":\"\"}")).isEqualTo("{\"message\":\"\"}");
  }
}
