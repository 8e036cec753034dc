package io.millrace.standalone.testing;

/**
 * Where {@link SharedInfrastructure} finds its broker and its Redis when they are not to be the
 * embedded ones: an implementation on the class path, named for {@link java.util.ServiceLoader},
 * takes their place for all the tests of the JVM. Started by its constructor.
 */
public interface SharedStores extends AutoCloseable {

  /** For {@code bootstrap.servers}. */
  String bootstrapServers();

  String redisHost();

  int redisPort();

  /** Stops both. */
  @Override
  void close();
}
