package io.millrace.store;

import java.util.UUID;

/** The names of keys and channels. All share one hash tag, and so one hash slot. */
public final class RedisKeys {

  /** Missing when Redis was emptied: the gate stays shut until the lanes are rebuilt. */
  public static final String EPOCH = "{millrace}:epoch";

  /** Taken by the one instance that rebuilds the lanes. */
  static final String REPAIR = "{millrace}:repair";

  /** Which start of Redis the lanes were last compared with. */
  static final String SERVER = "{millrace}:server";

  /** Jobs that go before what waits; also the channel on which workers hear of a new one. */
  public static final String AHEAD = "{millrace}:ahead";

  /** Jobs that must start within a time, by when it is over. */
  static final String DEADLINES = "{millrace}:deadlines";

  static final String OUTBOX = "{millrace}:outbox";
  static final String RUNNING = "{millrace}:running";

  private RedisKeys() {}

  /** The hash of a job. */
  public static String job(UUID jobId) {
    return "{millrace}:job:" + jobId;
  }

  /** The hash of a batch. */
  static String batch(UUID batchId) {
    return "{millrace}:batch:" + batchId;
  }

  /** The stream of what a job writes while it runs. */
  static String output(UUID jobId) {
    return "{millrace}:output:" + jobId;
  }

  /** The channel on which a gateway hears replies: job id (36), status (3), a small body. */
  public static String replies(String gatewayId) {
    return "{millrace}:replies:" + gatewayId;
  }

  /** The channel on which a worker hears the ids of jobs it must kill. */
  public static String kills(String workerId) {
    return "{millrace}:kills:" + workerId;
  }

  /** The channel on which a worker hears the ids of jobs that somebody watches. */
  public static String follows(String workerId) {
    return "{millrace}:follow:" + workerId;
  }

  static String jobsOf(String owner) {
    return "{millrace}:owner:" + owner + ":jobs";
  }
}
