package io.millrace.e2e.fault;

import io.millrace.e2e.roles.Cluster;
import io.millrace.e2e.roles.Role;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What must not be there when every job has ended. */
public final class Leftovers {

  private static final String PREFIX = "{millrace}:";

  /** The keys that live as long as the queue does. */
  private static final Set<String> LASTING =
      Set.of(
          PREFIX + "epoch",
          PREFIX + "server",
          PREFIX + "webhooks:epoch",
          PREFIX + "webhooks:taken");

  /** Sorted sets that are empty, and so absent, when every job has ended. */
  private static final Set<String> EMPTY =
      Set.of(
          "lane:first",
          "lane:bulk",
          "held",
          "running",
          "outbox",
          "batches",
          "outbox:batches",
          "preparing",
          "webhooks:due",
          "webhooks:unmarked");

  private Leftovers() {}

  /** One sentence for each; empty when the place is clean. */
  public static List<String> of(Cluster cluster) throws IOException {
    List<String> found = new ArrayList<>();
    inRedis(cluster.redis().commands(), found);
    inKafka(new Log(cluster.broker().bootstrapServers()), found);
    for (Role worker : cluster.workers()) {
      Set<ProcessHandle> orphans = worker.orphans();
      if (!orphans.isEmpty()) {
        found.add(worker.name() + " left processes: " + new TreeSet<>(pids(orphans)));
      }
    }
    return found;
  }

  private static void inRedis(Resp redis, List<String> found) throws IOException {
    for (String key : redis.list("KEYS", "*")) {
      String holds = counted(redis, key);
      if (!holds.isEmpty() && !holds.equals("0")) {
        found.add(key + " still holds " + holds + one(redis, key));
      }
      if (redis.text("PTTL", key).equals("-1") && !LASTING.contains(key)) {
        found.add(key + " would stay for ever");
      }
    }
  }

  /** How many jobs or deliveries a key holds that should hold none; nothing for other keys. */
  private static String counted(Resp redis, String key) throws IOException {
    String name = key.startsWith(PREFIX) ? key.substring(PREFIX.length()) : key;
    if (EMPTY.contains(name)) {
      return redis.text("ZCARD", key);
    }
    if (name.startsWith("owner:") && (name.endsWith(":waiting") || name.endsWith(":held"))) {
      return redis.text("ZCARD", key);
    }
    return name.startsWith("owner:") && name.endsWith(":running") ? redis.text("SCARD", key) : "";
  }

  /** One delivery that is left, whose address and attempts say of which row it is, and why. */
  private static String one(Resp redis, String key) throws IOException {
    if (!key.equals(PREFIX + "webhooks:due")) {
      return "";
    }
    List<String> first = redis.list("ZRANGE", key, "0", "0", "WITHSCORES");
    return first.isEmpty()
        ? ""
        : ", the first "
            + first
            + ": "
            + redis.list("HGETALL", PREFIX + "webhook:" + first.get(0))
            + " at "
            + System.currentTimeMillis();
  }

  private static void inKafka(Log log, List<String> found) {
    for (String topic : List.of(Log.JOBS, Log.BULK, Log.COMPLETIONS)) {
      long lag = log.lag(topic);
      if (lag > 0) {
        found.add(topic + " has " + lag + " records that nobody is done with");
      }
    }
  }

  private static List<Long> pids(Set<ProcessHandle> processes) {
    return processes.stream().map(ProcessHandle::pid).toList();
  }
}
