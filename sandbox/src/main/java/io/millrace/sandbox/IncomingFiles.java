package io.millrace.sandbox;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files that one wide job sends back, read off the frames as whoever keeps them reads. A frame
 * that breaks the protocol throws {@link BrokenHelperException}, which is no fault of who keeps
 * them.
 */
final class IncomingFiles {

  /** The next frame that is of a file, whatever else comes before it. */
  interface Frames {
    Frame next() throws IOException;
  }

  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST_FILES = 64;

  private final String jobId;
  private final OutputFiles keeper;
  private final long mostBytes;
  private final Set<String> paths = new HashSet<>();
  private @Nullable IOException notKept;

  /** {@code mostBytes}: of one file. */
  IncomingFiles(String jobId, OutputFiles keeper, long mostBytes) {
    this.jobId = jobId;
    this.keeper = keeper;
    this.mostBytes = mostBytes;
  }

  /** Why a file could not be kept; null where all were, that were whole. */
  @Nullable IOException notKept() {
    return notKept;
  }

  /** Reads one file to its end, which FILE began; says whether all is well with who keeps it. */
  boolean receive(Frame file, Frames frames) throws IOException {
    Content content = begun(file, frames);
    try {
      if (notKept == null) {
        keeper.keep(content.path, content.size, content);
      }
    } catch (BrokenHelperException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      if (!content.isBroken()) {
        notKept = e instanceof IOException failed ? failed : new IOException(e);
      }
    }
    content.drain();
    return notKept == null;
  }

  private Content begun(Frame file, Frames frames) throws BrokenHelperException {
    try {
      JsonNode said = JSON.readTree(file.payload());
      String path = said.path("path").asString();
      long size = said.path("size").asLong(-1);
      boolean isOfThisJob = said.path("job_id").asString().equals(jobId);
      if (!isOfThisJob || size < 0 || size > mostBytes || paths.size() == MOST_FILES) {
        throw new IllegalArgumentException("another job's, too large, or too many");
      }
      if (!paths.add(path)) {
        throw new IllegalArgumentException("the same path twice");
      }
      return new Content(path, size, frames);
    } catch (JacksonException | IllegalArgumentException e) {
      throw new BrokenHelperException("the helper sent a file that is none: " + e.getMessage(), e);
    }
  }

  /** One file's bytes. */
  private final class Content extends InputStream {
    private final String path;
    private final long size;
    private final Frames frames;
    private byte[] piece = {};
    private int at;
    private long left;
    private boolean ended;
    private boolean broken;

    Content(String path, long size, Frames frames) {
      this.path = path;
      this.size = size;
      this.frames = frames;
      this.left = size;
    }

    boolean isBroken() {
      return broken;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int from, int length) throws IOException {
      while (at == piece.length) {
        if (!ended) {
          take(frames.next());
        } else if (broken) {
          throw new EOFException("the file changed while it was read, or its program was killed");
        } else {
          return -1;
        }
      }
      int count = Math.min(length, piece.length - at);
      System.arraycopy(piece, at, to, from, count);
      at += count;
      return count;
    }

    private void take(Frame frame) throws IOException {
      if (frame.type() == Frame.DATA) {
        piece = frame.untagged(jobId);
        at = 0;
        left -= piece.length;
      } else {
        JsonNode said = JSON.readTree(frame.payload());
        ended = true;
        broken = !said.path("whole").asBoolean() || left != 0;
      }
      if (left < 0) {
        throw new BrokenHelperException("the helper sent more of a file than it named", null);
      }
    }

    void drain() throws IOException {
      while (!ended) {
        take(frames.next());
      }
    }
  }
}
