package io.millrace.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.springframework.stereotype.Controller;
import org.springframework.web.server.WebFilter;

/** Who may speak to whom between a request and its reply. */
@AnalyzeClasses(
    packages = "io.millrace.gateway",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String[] KAFKA = {"org.apache.kafka..", "org.springframework.kafka.."};
  private static final String[] REDIS = {"org.springframework.data.redis..", "redis.clients.."};

  @ArchTest
  static final ArchRule thereAreNoCycles =
      slices().matching("io.millrace.gateway.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule controllersTouchNoKafka =
      noClasses()
          .that()
          .areMetaAnnotatedWith(Controller.class)
          .or()
          .implement(WebFilter.class)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(KAFKA);

  @ArchTest
  static final ArchRule controllersTouchNoRedis =
      noClasses()
          .that()
          .areMetaAnnotatedWith(Controller.class)
          .or()
          .implement(WebFilter.class)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(REDIS);

  @ArchTest
  static final ArchRule kafkaIsSpokenByTheQueueOnly =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.gateway.queue..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(KAFKA);

  @ArchTest
  static final ArchRule redisIsSpokenByTheReplyOnly =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.millrace.gateway", "io.millrace.gateway.reply..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(REDIS);

  @ArchTest
  static final ArchRule scriptsAreTheStoresAlone =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework.data.redis.core.script..");

  @ArchTest
  static final ArchRule aRequestIsReadAndCheckedBeforeAnyStore =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.gateway.request..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.millrace.queue..",
              "io.millrace.store..",
              "io.millrace.gateway.admission..",
              "io.millrace.gateway.submit..",
              "io.millrace.gateway.reply..");

  @ArchTest
  static final ArchRule errorsKnowNoStep =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.gateway.error..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.millrace.queue..",
              "io.millrace.store..",
              "io.millrace.gateway.auth..",
              "io.millrace.gateway.request..",
              "io.millrace.gateway.admission..",
              "io.millrace.gateway.submit..",
              "io.millrace.gateway.reply..");

  @ArchTest
  static final ArchRule onlyWebhooksCallOut =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("reactor.netty.http.client..", "java.net.http..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.net.URLConnection");

  @ArchTest
  static final ArchRule nothingIsInjectedIntoFields = NO_CLASSES_SHOULD_USE_FIELD_INJECTION;

  @ArchTest static final ArchRule nothingIsPrinted = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
