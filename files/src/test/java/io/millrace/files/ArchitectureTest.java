package io.millrace.files;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.millrace", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule filesKnowNoJobs =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.millrace.job..", "io.millrace.queue..", "io.millrace.store..");

  @ArchTest
  static final ArchRule onlyTheSettingsKnowSpring =
      noClasses()
          .that()
          .doNotBelongToAnyOf(FileSettings.class)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.springframework..");

  @ArchTest
  static final ArchRule onlyTheBucketSpeaksS3 =
      noClasses()
          .that()
          .doNotHaveSimpleName("S3Store")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("software.amazon.awssdk..");

  @ArchTest
  static final ArchRule timeComesFromAClock =
      noClasses().should().callMethod(java.time.Instant.class, "now");
}
