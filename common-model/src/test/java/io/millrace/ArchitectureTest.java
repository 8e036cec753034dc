package io.millrace;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Reads the classes of this module as compiled for Java 17, on whatever Java runs it. */
@AnalyzeClasses(packages = "io.millrace", importOptions = CommonModelOnly.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule aJobKnowsNeitherItsQueueNorItsStore =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("job")
          .definedBy("io.millrace.job..")
          .layer("queue")
          .definedBy("io.millrace.queue..")
          .layer("store")
          .definedBy("io.millrace.store..")
          .layer("rescue")
          .definedBy("io.millrace.rescue..")
          .layer("configuration")
          .definedBy("io.millrace")
          .whereLayer("configuration")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("rescue")
          .mayOnlyBeAccessedByLayers("configuration")
          .whereLayer("store")
          .mayOnlyBeAccessedByLayers("rescue", "configuration")
          .whereLayer("queue")
          .mayOnlyBeAccessedByLayers("store", "rescue", "configuration");

  @ArchTest
  static final ArchRule packagesDoNotDependOnEachOtherInACircle =
      slices().matching("io.millrace.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule aJobIsPlainJava =
      noClasses()
          .that()
          .resideInAPackage("io.millrace.job..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework..", "org.apache.kafka..", "redis.clients..");

  @ArchTest
  static final ArchRule onlyTheQueueSpeaksKafka =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.millrace.queue..", "io.millrace")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.kafka..", "org.springframework.kafka..");

  @ArchTest
  static final ArchRule onlyTheStoreSpeaksRedis =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.millrace.store..", "io.millrace")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.springframework.data..", "redis.clients..");

  @ArchTest
  static final ArchRule nobodyAsksTheMachineForTheTimeOfAJob =
      noClasses()
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now");

  @ArchTest
  static final ArchRule nobodySleepsOrPrints =
      noClasses()
          .that()
          // Whoever started the role in vain reads its last line, whatever becomes of the log.
          .doNotHaveSimpleName("StartFailureReporter")
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .accessField(System.class, "out")
          .orShould()
          .accessField(System.class, "err");

  @ArchTest
  static final ArchRule namesSayWhatAClassDoes =
      classes()
          .should()
          .haveSimpleNameNotEndingWith("Manager")
          .andShould()
          .haveSimpleNameNotEndingWith("Util")
          .andShould()
          .haveSimpleNameNotEndingWith("Impl");
}
