package io.millrace.standalone;

import java.nio.file.Path;
import java.util.Properties;

/**
 * The settings of the embedded broker: a broker and its own controller in one process, for queues
 * that are read by share groups.
 */
final class BrokerSettings {
  static final String CONTROLLER = "CONTROLLER";

  private static final String BROKER = "PLAINTEXT";

  /**
   * A request of 1 MiB doubles as JSON when it is all quotes; this leaves room for its envelope.
   */
  private static final int MAX_RECORD_BYTES = 4 * 1024 * 1024;

  private BrokerSettings() {}

  static Properties of(Path dir, int port, ClusterNode node) {
    Properties settings = new Properties();
    aNode(settings, dir, port, node);
    internalTopics(settings, node.copies());
    shareGroups(settings);
    small(settings);
    if (node.copies() == 1) {
      soonBackAfterAKill(settings);
      withoutIdleRecords(settings);
    }
    return settings;
  }

  private static void aNode(Properties settings, Path dir, int port, ClusterNode node) {
    String host = EmbeddedBroker.HOST;
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "" + node.id());
    settings.put(
        "listeners",
        BROKER
            + "://"
            + host
            + ":"
            + port
            + ","
            + CONTROLLER
            + "://"
            + host
            + ":"
            + node.controllerPort());
    settings.put("advertised.listeners", BROKER + "://" + host + ":" + port);
    settings.put("controller.listener.names", CONTROLLER);
    settings.put("inter.broker.listener.name", BROKER);
    settings.put(
        "listener.security.protocol.map", BROKER + ":PLAINTEXT," + CONTROLLER + ":PLAINTEXT");
    settings.put("controller.quorum.voters", node.voters());
    settings.put("log.dirs", dir.toString());
    settings.put("auto.create.topics.enable", "false");
    settings.put("message.max.bytes", "" + MAX_RECORD_BYTES);
    settings.put("replica.fetch.max.bytes", "" + MAX_RECORD_BYTES);
  }

  private static void internalTopics(Properties settings, int copies) {
    String inSync = "" + Math.max(1, copies - 1);
    settings.put("offsets.topic.replication.factor", "" + copies);
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "" + copies);
    settings.put("transaction.state.log.min.isr", inSync);
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "" + copies);
    settings.put("share.coordinator.state.topic.min.isr", inSync);
    settings.put("share.coordinator.state.topic.num.partitions", "1");
  }

  private static void shareGroups(Properties settings) {
    // An unfinished record pins its partition's window: the wider, the later a slow job is felt.
    settings.put("group.share.partition.max.record.locks", "10000");
    settings.put("group.share.max.partition.max.record.locks", "10000");
    // A worker is two members, one in each lane.
    settings.put("group.share.max.size", "1000");
    // A worker that joins gets its first record in 0.3 s instead of 5.2 s.
    settings.put("group.share.assignor.offload.enable", "false");
    settings.put("group.share.assignment.interval.ms", "0");
    settings.put("group.share.record.lock.duration.ms", "60000");
    // The most there is. The worker counts attempts itself and ends a job long before: past this
    // limit the broker drops a record in silence.
    settings.put("group.share.delivery.count.limit", "10");
    // How short a group may set them for itself; the broker's own defaults stay as they are.
    settings.put("group.share.min.record.lock.duration.ms", "1000");
    settings.put("group.share.min.heartbeat.interval.ms", "500");
    settings.put("group.share.min.session.timeout.ms", "3000");
    settings.put("group.initial.rebalance.delay.ms", "0");
  }

  /** A broker is let in again only once the session of its former self has lapsed: usually 9 s. */
  private static void soonBackAfterAKill(Properties settings) {
    settings.put("broker.session.timeout.ms", "3000");
    settings.put("broker.heartbeat.interval.ms", "1000");
  }

  /** Twice a second a controller writes a record that says nothing, to followers: here are none. */
  private static void withoutIdleRecords(Properties settings) {
    settings.put("metadata.max.idle.interval.ms", "0");
  }

  private static void small(Properties settings) {
    // Each looks for work three times a second, on each listener; two cores keep no more busy.
    settings.put("num.network.threads", "1");
    settings.put("num.io.threads", "2");
    settings.put("background.threads", "2");
    settings.put("num.recovery.threads.per.data.dir", "1");
    settings.put("log.cleaner.dedupe.buffer.size", "2097152");
    settings.put("log.initial.task.delay.ms", "5000");
  }
}
