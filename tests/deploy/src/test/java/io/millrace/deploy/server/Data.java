package io.millrace.deploy.server;

/** ConfigMaps and Secrets. */
final class Data {
  private static final int MOST_BYTES = 1 << 20;

  private Data() {}

  static void check(Field object) {
    int bytes = 0;
    for (String part : new String[] {"data", "binaryData", "stringData"}) {
      Field data = object.at(part);
      data.names()
          .filter(key -> !Form.KEY.fits(key))
          .forEach(key -> data.at(key).refuse("has a key that is no " + Form.KEY.what()));
      bytes += data.values().mapToInt(each -> each.text().length()).sum();
    }
    Field binary = object.at("binaryData");
    object
        .at("data")
        .names()
        .filter(key -> binary.at(key).isThere())
        .forEach(key -> binary.at(key).refuse("is in data too"));
    if (bytes > MOST_BYTES) {
      object.at("data").refuse("has more than " + MOST_BYTES + " bytes");
    }
    if (object.at("type").text().equals("kubernetes.io/tls")) {
      object.at("data").at("tls.crt").required();
      object.at("data").at("tls.key").required();
    }
  }
}
