package io.millrace.queue;

import java.util.Locale;

/**
 * The two ways through the queue. Every slot looks into the first lane first; jobs of an owner that
 * has more than its fair share waiting go to the second.
 */
public enum Lane {
  FIRST("millrace.jobs"),
  BULK("millrace.jobs.bulk");

  private final String topic;

  Lane(String topic) {
    this.topic = topic;
  }

  /** The lane's topic: one partition, since share groups spread records, not partitions. */
  public String topic() {
    return topic;
  }

  /** The lane's name in Redis. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The lane of that name in Redis. */
  public static Lane of(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
