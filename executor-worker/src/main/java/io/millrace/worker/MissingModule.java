package io.millrace.worker;

import io.millrace.packages.Requirement;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Says which package to ask for when a program imports a module that is not there. */
final class MissingModule {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String NAME = "[A-Za-z][A-Za-z0-9_]{0,99}";

  /** Where a module has another name than its package. */
  private static final Map<String, String> PACKAGES =
      Map.ofEntries(
          Map.entry("Crypto", "pycryptodome"),
          Map.entry("OpenSSL", "pyOpenSSL"),
          Map.entry("PIL", "Pillow"),
          Map.entry("attr", "attrs"),
          Map.entry("bs4", "beautifulsoup4"),
          Map.entry("cv2", "opencv-python-headless"),
          Map.entry("dateutil", "python-dateutil"),
          Map.entry("docx", "python-docx"),
          Map.entry("dotenv", "python-dotenv"),
          Map.entry("faiss", "faiss-cpu"),
          Map.entry("fitz", "PyMuPDF"),
          Map.entry("git", "GitPython"),
          Map.entry("googleapiclient", "google-api-python-client"),
          Map.entry("jwt", "PyJWT"),
          Map.entry("magic", "python-magic"),
          Map.entry("mpl_toolkits", "matplotlib"),
          Map.entry("nacl", "PyNaCl"),
          Map.entry("osgeo", "GDAL"),
          Map.entry("pkg_resources", "setuptools"),
          Map.entry("pptx", "python-pptx"),
          Map.entry("psycopg2", "psycopg2-binary"),
          Map.entry("pylab", "matplotlib"),
          Map.entry("serial", "pyserial"),
          Map.entry("skimage", "scikit-image"),
          Map.entry("sklearn", "scikit-learn"),
          Map.entry("slugify", "python-slugify"),
          Map.entry("telegram", "python-telegram-bot"),
          Map.entry("usb", "pyusb"),
          Map.entry("win32api", "pywin32"),
          Map.entry("wx", "wxPython"),
          Map.entry("yaml", "PyYAML"),
          Map.entry("zmq", "pyzmq"));

  private MissingModule() {}

  /** The detail of an error, with a {@code hint} where it is about such a module. */
  static @Nullable String hinted(@Nullable String errorDetail) {
    if (errorDetail == null || !errorDetail.contains("\"missing_module\"")) {
      return errorDetail;
    }
    try {
      JsonNode read = JSON.readTree(errorDetail);
      String top = read.path("missing_module").asString("").split("\\.", 2)[0];
      if (read instanceof ObjectNode detail && top.matches(NAME)) {
        return detail.put("hint", hint(top)).toString();
      }
    } catch (JacksonException e) {
      return errorDetail; // the program's own word
    }
    return errorDetail;
  }

  private static String hint(String module) {
    String name = PACKAGES.getOrDefault(module, Requirement.normalised(module));
    return "The module "
        + module
        + " is of the package "
        + name
        + ": ask for it with \"dependencies\": [\""
        + name
        + "\"], where this installation allows that";
  }
}
