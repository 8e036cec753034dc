package io.millrace.webhook;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.millrace.webhook", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule thereAreNoCycles =
      slices().matching("io.millrace.webhook.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule webhooksKnowNoGateway =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.millrace.gateway..", "org.springframework.web..", "org.springframework.http..");

  @ArchTest
  static final ArchRule onlyTheDispatcherCallsOut =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.webhook.dispatch..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("reactor.netty.http.client..", "java.net.http..");

  @ArchTest
  static final ArchRule scriptsAreTheDeliveriesAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.millrace.webhook.delivery..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework.data.redis.core.script..");

  @ArchTest static final ArchRule nothingIsPrinted = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
}
