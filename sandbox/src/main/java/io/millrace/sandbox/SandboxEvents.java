package io.millrace.sandbox;

/** Hears what happens to a worker's sandboxes. Called by any thread; must not throw. */
public interface SandboxEvents {

  /** For whoever counts nothing. */
  SandboxEvents IGNORED =
      new SandboxEvents() {
        @Override
        public void started() {}

        @Override
        public void notStarted() {}

        @Override
        public void recycled() {}
      };

  /** A slot's helper is up. */
  void started();

  /** A slot's helper did not come up. */
  void notStarted();

  /** A slot's template process made way for a new one. */
  void recycled();
}
