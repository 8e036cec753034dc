package io.millrace.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.packages.Requirement.BadRequirementException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackagePolicyTest {

  @Test
  void aListAllowsItsNamesInAnySpelling() throws BadRequirementException {
    PackagePolicy policy = PackagePolicy.parse("Zope.Interface, pandas", ',');
    assertThat(policy.allows(Requirement.parse("zope_interface>1"))).isTrue();
    assertThat(policy.allows(Requirement.parse("numpy"))).isFalse();
  }

  @Test
  void aKeyAllowsNoMoreThanTheService() {
    PackagePolicy list = PackagePolicy.parse("a,b", ',');
    assertThat(list.narrowedBy(PackagePolicy.parse("b;c", ';')).names()).isEqualTo(Set.of("b"));
    assertThat(list.narrowedBy(PackagePolicy.ANY)).isEqualTo(list);
    assertThat(PackagePolicy.ANY.narrowedBy(list)).isEqualTo(list);
    assertThat(PackagePolicy.OFF.narrowedBy(PackagePolicy.ANY).isOff()).isTrue();
    assertThat(list.narrowedBy(PackagePolicy.OFF).isOff()).isTrue();
    assertThat(PackagePolicy.ANY.narrowedBy(PackagePolicy.ANY).any()).isTrue();
  }

  @Test
  void whatIsNoNameIsRefused() {
    assertThatThrownBy(() -> PackagePolicy.parse("a,b>=1", ',')).hasMessageContaining("b>=1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        ">=3.9|3.11.2|true",
        ">=3.12|3.11.2|false",
        ">=3.9,<3.11|3.11.2|false",
        "==3.11.*|3.11.2|true",
        "!=3.11.*|3.11.2|false",
        "~=3.9|3.11.2|true",
        "~=3.9.1|3.11.2|false",
        "==3.11|3.11.0|true",
        ">3.11|3.11.2|true",
        "<=3.11.2|3.11.2|true",
        "<4|3.13.0rc1|true",
        ">=3.13|3.13.0rc1|false",
        ">=3.13.0rc1|3.13.0rc1|true",
        "''|3.11.2|true",
      })
  void aSetOfVersionsIsReadAsItIsSpecified(String versions, String python, boolean has) {
    assertThat(PythonVersions.parse(versions).orElseThrow().contains(python)).isEqualTo(has);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"3.9", "~=3", ">=3.*", "=>3", "python"})
  void whatIsNoSetOfVersionsIsNotRead(String versions) {
    assertThat(PythonVersions.parse(versions)).isEmpty();
  }

  @Test
  void theSameQuestionHasTheSameKey() {
    String key = EnvironmentKey.of(List.of("b", "a"), "cp311", "https://index");
    assertThat(EnvironmentKey.of(List.of("a", "b"), "cp311", "https://index")).isEqualTo(key);
    assertThat(EnvironmentKey.of(List.of("a", "b"), "cp312", "https://index")).isNotEqualTo(key);
    assertThat(EnvironmentKey.of(List.of("a"), "cp311", "https://index")).isNotEqualTo(key);
    assertThat(EnvironmentKey.of(List.of("a", "b"), "cp311", "https://other")).isNotEqualTo(key);
  }
}
