package io.millrace.standalone.testing.receiver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A certificate that signs itself, made by the JDK's keytool, and the sockets that show it. */
public final class TestCertificate {

  private static final String PASSWORD = "changeit";

  private final String name;
  private final Path store;
  private final Path pem;

  private TestCertificate(String name, Path store, Path pem) {
    this.name = name;
    this.store = store;
    this.pem = pem;
  }

  /** Makes one for these names, such as {@code dns:hook.example.test,ip:192.0.2.1}. */
  public static TestCertificate create(Path folder, String name, String subjectAlternativeNames) {
    Path store = folder.resolve(name + ".p12");
    Path pem = folder.resolve(name + ".pem");
    keytool(
        store,
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-validity",
        "2",
        "-dname",
        "CN=" + name,
        "-ext",
        "san=" + subjectAlternativeNames);
    keytool(store, "-exportcert", "-rfc", "-alias", name, "-file", pem.toString());
    return new TestCertificate(name, store, pem);
  }

  /** The file that makes it trusted. */
  public Path pem() {
    return pem;
  }

  /** A file with its private key, in PKCS#8. */
  public Path keyPem() {
    try {
      byte[] key = keys().getKey(name, PASSWORD.toCharArray()).getEncoded();
      return Files.writeString(
          pem.resolveSibling(name + ".key"),
          "-----BEGIN PRIVATE KEY-----\n"
              + Base64.getMimeEncoder().encodeToString(key)
              + "\n-----END PRIVATE KEY-----\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Shows this certificate, and trusts it alone. */
  public SSLContext context() {
    try {
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(keys(), PASSWORD.toCharArray());
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(name, keys().getCertificate(name));
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes sockets that show it. */
  public ServerSocketFactory sockets() {
    return context().getServerSocketFactory();
  }

  private KeyStore keys() throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      return keys;
    }
  }

  private static void keytool(Path store, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool") + ""));
    command.addAll(List.of(arguments));
    command.addAll(List.of("-storetype", "PKCS12", "-keystore", "" + store));
    command.addAll(List.of("-storepass", PASSWORD));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said =
          new String(
              process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
