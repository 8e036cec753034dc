package io.millrace.bench;

import java.util.Map;

/**
 * Where parts find what they measure. Thread-confined.
 *
 * @param options what was asked for
 */
public record Lab(Options options) {

  /** Something to measure; closing it ends what was started for it. */
  public interface Subject extends AutoCloseable {

    /** Where jobs are sent. */
    Endpoint endpoint();

    @Override
    void close() throws InterruptedException;
  }

  /**
   * The endpoint that was given, else an installation with these settings: a gateway and a worker
   * started as they are where they run for long, with the full compiler.
   */
  public Subject subject(Map<String, String> settings) throws InterruptedException {
    if (options.url().isPresent()) {
      return given(new Endpoint(options.url().get(), options.headers(), options.body()));
    }
    Installation installation = Installation.ofWorkers(options.launcher(), settings, 1);
    return new Subject() {
      @Override
      public Endpoint endpoint() {
        return installation.endpoint();
      }

      @Override
      public void close() throws InterruptedException {
        installation.close();
      }
    };
  }

  private static Subject given(Endpoint endpoint) {
    return new Subject() {
      @Override
      public Endpoint endpoint() {
        return endpoint;
      }

      @Override
      public void close() {
        // Whoever started it ends it.
      }
    };
  }
}
