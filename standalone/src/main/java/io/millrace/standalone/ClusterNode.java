package io.millrace.standalone;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/**
 * One of the brokers of a cluster on this machine, each of which is a controller too.
 *
 * @param id from 1 on
 * @param clusterId the same for all
 * @param controllerPorts of all nodes on 127.0.0.1, in the order of their ids
 */
public record ClusterNode(int id, String clusterId, List<Integer> controllerPorts) {

  /** The only node of a new cluster. */
  static ClusterNode alone(int controllerPort) {
    return new ClusterNode(1, Uuid.randomUuid().toString(), List.of(controllerPort));
  }

  /** All nodes of a new cluster, on free ports. */
  public static List<ClusterNode> ofNewCluster(int nodes) {
    String clusterId = Uuid.randomUuid().toString();
    List<LoopbackPort> free =
        IntStream.range(0, nodes).mapToObj(i -> LoopbackPort.chosen(0)).toList();
    List<Integer> ports = free.stream().map(LoopbackPort::number).toList();
    free.forEach(LoopbackPort::close);
    return IntStream.rangeClosed(1, nodes)
        .mapToObj(id -> new ClusterNode(id, clusterId, ports))
        .toList();
  }

  int controllerPort() {
    return controllerPorts.get(id - 1);
  }

  /** For {@code controller.quorum.voters}. */
  String voters() {
    return IntStream.range(0, controllerPorts.size())
        .mapToObj(i -> (i + 1) + "@" + EmbeddedBroker.HOST + ":" + controllerPorts.get(i))
        .collect(Collectors.joining(","));
  }

  /** How many copies the broker's own topics have. */
  int copies() {
    return Math.min(3, controllerPorts.size());
  }
}
