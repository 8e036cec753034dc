package io.millrace.webhook.dispatch;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Whom TLS trusts: Java's own authorities, and those of a PEM file where one is set. */
final class TrustedAuthorities {

  private TrustedAuthorities() {}

  /**
   * The TLS context for receivers.
   *
   * @throws IllegalArgumentException when the file cannot be read; names the setting
   */
  static SslContext context(@Nullable Path morePem) {
    try {
      TrustManagerFactory trusted =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trusted.init(morePem == null ? null : union(authorities(trusted), read(morePem)));
      return SslContextBuilder.forClient()
          .sslProvider(SslProvider.JDK)
          .trustManager(trusted)
          .build();
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "millrace.webhook.trusted-certificates must be a readable PEM file of certificates", e);
    }
  }

  private static List<X509Certificate> authorities(TrustManagerFactory factory)
      throws GeneralSecurityException {
    factory.init((KeyStore) null);
    List<X509Certificate> all = new ArrayList<>();
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509TrustManager x509) {
        all.addAll(List.of(x509.getAcceptedIssuers()));
      }
    }
    return all;
  }

  private static List<X509Certificate> read(Path pem) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(pem)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .map(X509Certificate.class::cast)
          .toList();
    }
  }

  private static KeyStore union(List<X509Certificate> some, List<X509Certificate> more)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    List<X509Certificate> all = new ArrayList<>(some);
    all.addAll(more);
    for (int i = 0; i < all.size(); i++) {
      store.setCertificateEntry("ca" + i, all.get(i));
    }
    return store;
  }
}
