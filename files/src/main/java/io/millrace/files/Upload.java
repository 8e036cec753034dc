package io.millrace.files;

/** What became of {@link FileStore#put}. */
public sealed interface Upload {

  /** It is in the store, whole. */
  record Stored(StoredFile file) implements Upload {}

  /** It has more bytes than were allowed; nothing of it is kept. */
  record TooLarge(long maxBytes) implements Upload {}
}
