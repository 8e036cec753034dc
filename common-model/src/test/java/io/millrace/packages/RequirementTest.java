package io.millrace.packages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.millrace.packages.Requirement.BadRequirementException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequirementTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pandas|pandas",
        " Pandas |pandas",
        "zope.interface|zope-interface",
        "A__b.-C>=1.0 , <2|a-b-c<2,>=1.0",
        "requests [socks,security] (>=2.8.1, ==2.8.*)|requests[security,socks]==2.8.*,>=2.8.1",
        "foo[]|foo",
        "foo.zip|foo-zip",
        "foo ~= 1!2.0.post1+local-7|foo~=1!2.0.post1+local-7",
        "foo===anything|foo===anything",
        "foo>=1,|foo>=1",
        "foo ; python_version < '3' and extra == \"x/y\"|foo; python_version < '3' and extra == \"x/y\"",
      })
  void hasOneSpelling(String written, String text) throws BadRequirementException {
    assertThat(Requirement.parse(written).text()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-r requirements.txt",
        "--index-url=https://example.com",
        " -e .",
        "https://example.com/foo-1.whl",
        "git+https://example.com/foo",
        "foo @ https://example.com/foo-1.whl",
        "foo@file:///etc/passwd",
        "./foo",
        "../foo",
        "/etc/foo.whl",
        "~/foo",
        "foo/bar",
        "foo\\bar",
        "C:\\foo",
        "foo>=1 @ https://example.com/x",
      })
  void placesAndOptionsAreNoRequirementsByName(String written) {
    assertThat(refusal(written).isDirect()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "foo bar",
        "foo==",
        "foo>=1 --hash=sha256:00",
        "foo\n--index-url=x",
        "foo; ${HOME}",
        "foo; python_version < '3\n-r x'",
        "_foo",
        "foo-",
        "foo==1;",
        "foo # comment",
        "foo==1 \\",
        "fóo",
      })
  void anythingElseIsRefused(String written) {
    assertThat(refusal(written).getMessage().length()).isLessThan(300);
  }

  @Test
  void noTextMakesTheReaderSlow() {
    for (String hostile :
        List.of(
            "a".repeat(999),
            "a" + "-a".repeat(490) + "!",
            "foo;" + "a".repeat(990) + "%",
            "foo" + " ,".repeat(400),
            "foo" + ">=1,".repeat(240) + "!",
            "foo[" + "a,".repeat(480) + "!")) {
      long begun = System.nanoTime();
      catchThrowableOfType(BadRequirementException.class, () -> Requirement.parse(hostile));
      assertThat(System.nanoTime() - begun).isLessThan(Duration.ofSeconds(1).toNanos());
    }
  }

  private static BadRequirementException refusal(String written) {
    BadRequirementException refusal =
        catchThrowableOfType(BadRequirementException.class, () -> Requirement.parse(written));
    assertThat(refusal).as(written).isNotNull();
    return refusal;
  }
}
