package io.millrace.gateway.request;

import io.millrace.job.FilePath;
import io.millrace.job.WideInputs.GivenFile;
import io.millrace.outbound.HostPattern;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * What no schema says of a job's inputs. Each rule answers what is wrong, property by property; an
 * empty list is well.
 */
final class InputRules {

  private static final Pattern ENV_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Set<String> OURS = Set.of("HOME", "PATH", "TMPDIR");
  private static final List<String> OUR_PREFIXES = List.of("LD_", "PYTHON", "MILLRACE_");

  private InputRules() {}

  static List<String> flaws(JsonNode request) {
    List<String> flaws = new ArrayList<>();
    if (hasLoneSurrogate(request.path("stdin"))) {
      flaws.add("stdin holds a lone surrogate, which is no character");
    }
    texts(request, "args", flaws);
    texts(request, "outputs", flaws);
    texts(request, "dependencies", flaws);
    request.path("env").properties().forEach(each -> env(each, flaws));
    files(request.path("files"), flaws);
    hosts(request.path("network").path("allow"), flaws);
    return flaws;
  }

  /** A file, which has passed. */
  static GivenFile given(JsonNode file) {
    String path = file.path("path").stringValue();
    if (file.has("file_id")) {
      return GivenFile.kept(path, file.path("file_id").stringValue());
    }
    String content = file.path("content").stringValue();
    return new GivenFile(
        path,
        isBase64(file)
            ? content
            : Base64.getEncoder().encodeToString(content.getBytes(StandardCharsets.UTF_8)));
  }

  private static void texts(JsonNode request, String name, List<String> flaws) {
    JsonNode texts = request.path(name);
    for (int i = 0; i < texts.size(); i++) {
      String where = name + "[" + i + "]";
      if (texts.path(i).stringValue().indexOf('\0') >= 0) {
        flaws.add(where + " holds a NUL character");
      } else if (hasLoneSurrogate(texts.path(i))) {
        flaws.add(where + " holds a lone surrogate, which is no character");
      }
    }
  }

  private static void env(Map.Entry<String, JsonNode> each, List<String> flaws) {
    String name = each.getKey();
    String shown = "env." + Reasons.plain(name);
    if (!ENV_NAME.matcher(name).matches()) {
      flaws.add(shown + " must be named by letters, digits and _, and not begin with a digit");
    } else if (OURS.contains(name)
        || OUR_PREFIXES.stream().anyMatch(name::startsWith)
        || name.toLowerCase(Locale.ROOT).endsWith("_proxy")) {
      flaws.add(shown + " may not be set: the service sets it, or the interpreter obeys it");
    } else if (each.getValue().stringValue().indexOf('\0') >= 0) {
      flaws.add(shown + " holds a NUL character");
    } else if (hasLoneSurrogate(each.getValue())) {
      flaws.add(shown + " holds a lone surrogate, which is no character");
    }
  }

  private static void files(JsonNode files, List<String> flaws) {
    Set<String> paths = new HashSet<>();
    Set<String> folders = new HashSet<>();
    for (int i = 0; i < files.size(); i++) {
      JsonNode file = files.path(i);
      String path = file.path("path").stringValue();
      String where = "files[" + i + "]";
      String flaw = path.equals("main.py") ? "main.py is the program's own" : FilePath.flaw(path);
      if (flaw.isEmpty() && !isNew(path, paths, folders)) {
        flaw = "is there twice, or below another file's";
      }
      if (!flaw.isEmpty()) {
        flaws.add(where + ".path " + flaw);
      } else if (file.has("content") == file.has("file_id")) {
        flaws.add(where + " must have either content or file_id");
      } else if (file.has("file_id") && file.has("encoding")) {
        flaws.add(where + ".encoding belongs to content, not to file_id");
      } else if (file.has("content")
          && isBase64(file)
          && !isDecodable(file.path("content").stringValue())) {
        flaws.add(where + ".content is not base64");
      } else if (hasLoneSurrogate(file.path("content"))) {
        flaws.add(where + ".content holds a lone surrogate: send its bytes by encoding base64");
      }
    }
  }

  /** Takes note of it; false for a path that is there already, as a file or as a folder of one. */
  private static boolean isNew(String path, Set<String> paths, Set<String> folders) {
    if (folders.contains(path) || !paths.add(path)) {
      return false;
    }
    for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      folders.add(path.substring(0, at));
    }
    return folders.stream().noneMatch(paths::contains);
  }

  private static void hosts(JsonNode patterns, List<String> flaws) {
    for (int i = 0; i < patterns.size(); i++) {
      String where = "network.allow[" + i + "] ";
      HostPattern.flaw(patterns.path(i).stringValue()).ifPresent(why -> flaws.add(where + why));
    }
  }

  private static boolean isBase64(JsonNode file) {
    return file.path("encoding").asString("utf8").equals("base64");
  }

  private static boolean isDecodable(String base64) {
    try {
      Base64.getDecoder().decode(base64);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean hasLoneSurrogate(JsonNode text) {
    return text.isString() && RequestValidator.hasLoneSurrogate(text.stringValue());
  }
}
