package io.millrace.e2e.roles;

/** How a cluster keeps its Redis: those that docs/operations.md names. */
public enum RedisTopology {
  /** One process. */
  SINGLE,
  /** One process and its replica, which a Sentinel lets take over. */
  SENTINEL,
  /** A Redis Cluster of one shard. */
  CLUSTER
}
