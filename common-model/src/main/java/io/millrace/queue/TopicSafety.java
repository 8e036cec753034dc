package io.millrace.queue;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;

/**
 * Whether what is accepted survives the loss of a broker: as many copies as are asked for, a
 * confirmation that means more than one of them, no leader that lacks what was confirmed, and no
 * deletion by size.
 */
final class TopicSafety {

  private static final long TIMEOUT_SECONDS = 20;

  /** Where Kafka keeps how far the workers have come. */
  private static final String SHARE_STATE = "__share_group_state";

  private static final int ENOUGH = 3;

  private final Admin admin;

  TopicSafety(Admin admin) {
    this.admin = admin;
  }

  /** How many copies must confirm a record where there are so many. */
  static int minInSync(int copies) {
    return copies >= ENOUGH ? 2 : 1;
  }

  /**
   * What is wrong, a sentence each.
   *
   * @param asked copies; below 1: as many as the cluster has brokers, and three at most
   */
  List<String> flaws(Set<String> topics, int asked)
      throws ExecutionException, InterruptedException, TimeoutException {
    int brokers = admin.describeCluster().nodes().get(TIMEOUT_SECONDS, TimeUnit.SECONDS).size();
    int wanted = asked > 0 ? asked : Math.min(ENOUGH, brokers);
    List<String> looked = new ArrayList<>(topics);
    if (admin
        .listTopics(internalToo())
        .names()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .contains(SHARE_STATE)) {
      looked.add(SHARE_STATE);
    }
    Map<String, Config> configs = configs(looked);
    List<String> flaws = new ArrayList<>();
    for (TopicDescription topic : descriptions(looked)) {
      int copies = copies(topic);
      Config config = configs.get(topic.name());
      if (copies < wanted) {
        flaws.add(
            "Topic %s has %d of %d copies: it is lost with its broker; reassign its replicas (%s)"
                .formatted(topic.name(), copies, wanted, "millrace.queue.replicas"));
      }
      if (config != null) {
        settings(topic.name(), copies, config, flaws);
      }
    }
    return flaws;
  }

  private static void settings(String topic, int copies, Config config, List<String> flaws) {
    int inSync = Integer.parseInt(value(config, "min.insync.replicas"));
    if (inSync < minInSync(copies)) {
      flaws.add(
          "Topic %s has min.insync.replicas=%d: what one copy has confirmed may be lost; set it to %d"
              .formatted(topic, inSync, minInSync(copies)));
    }
    if (inSync > copies) {
      flaws.add(
          "Topic %s has min.insync.replicas=%d and %d copies: it takes no record"
              .formatted(topic, inSync, copies));
    }
    if (Boolean.parseBoolean(value(config, "unclean.leader.election.enable"))) {
      flaws.add(
          "Topic %s has unclean.leader.election.enable=true: what was confirmed may be lost"
              .formatted(topic));
    }
    if (!topic.equals(SHARE_STATE) && !value(config, "retention.bytes").equals("-1")) {
      flaws.add(
          "Topic %s has retention.bytes=%s: jobs that wait may be deleted; set it to -1"
              .formatted(topic, value(config, "retention.bytes")));
    }
  }

  /** Of each topic's first partition; ours have no other. */
  static int copies(TopicDescription topic) {
    return topic.partitions().stream()
        .mapToInt(partition -> partition.replicas().size())
        .min()
        .orElse(0);
  }

  private Collection<TopicDescription> descriptions(List<String> topics)
      throws ExecutionException, InterruptedException, TimeoutException {
    return admin
        .describeTopics(topics)
        .allTopicNames()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .values();
  }

  private Map<String, Config> configs(List<String> topics)
      throws ExecutionException, InterruptedException, TimeoutException {
    Map<String, Config> configs = new HashMap<>();
    admin
        .describeConfigs(
            topics.stream()
                .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                .toList())
        .all()
        .get(TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .forEach((resource, config) -> configs.put(resource.name(), config));
    return configs;
  }

  private static String value(Config config, String name) {
    ConfigEntry entry = config.get(name);
    return entry == null || entry.value() == null ? "" : entry.value();
  }

  private static ListTopicsOptions internalToo() {
    return new ListTopicsOptions().listInternal(true);
  }
}
