package io.millrace.e2e.roles;

import io.millrace.standalone.ClusterNode;
import io.millrace.standalone.testing.BrokerProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;

/**
 * The broker, which can be killed, frozen and started again on its disk and port; or several of
 * them, of which each can.
 */
public final class BrokerRole implements AutoCloseable {

  private final IntFunction<BrokerProcess> starting;
  private final List<BrokerProcess> brokers;
  private final List<Integer> ports;

  private BrokerRole(IntFunction<BrokerProcess> starting, List<BrokerProcess> brokers) {
    this.starting = starting;
    this.brokers = new ArrayList<>(brokers);
    this.ports = brokers.stream().map(BrokerProcess::port).toList();
  }

  static BrokerRole start(Path folder, int number) {
    if (number == 1) {
      BrokerProcess first = BrokerProcess.start(folder, 0);
      int port = first.port();
      return new BrokerRole(index -> BrokerProcess.start(folder, port), List.of(first));
    }
    List<ClusterNode> nodes = ClusterNode.ofNewCluster(number);
    List<CompletableFuture<BrokerProcess>> all =
        nodes.stream()
            .map(
                node ->
                    CompletableFuture.supplyAsync(
                        () -> BrokerProcess.start(folderOf(folder, node), 0, node)))
            .toList();
    List<BrokerProcess> brokers = all.stream().map(CompletableFuture::join).toList();
    List<Integer> ports = brokers.stream().map(BrokerProcess::port).toList();
    return new BrokerRole(
        index ->
            BrokerProcess.start(
                folderOf(folder, nodes.get(index)), ports.get(index), nodes.get(index)),
        brokers);
  }

  private static Path folderOf(Path folder, ClusterNode node) {
    return folder.resolveSibling(folder.getFileName() + "-" + node.id());
  }

  /** For {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** The first one's. */
  public ProcessHandle process() {
    return brokers.get(0).process();
  }

  /** Which of several leads this topic, from 0 on. */
  public int leaderOf(String topic) {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
      TopicDescription description =
          Objects.requireNonNull(
              admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic));
      return description.partitions().get(0).leader().id() - 1;
    } catch (ExecutionException e) {
      throw new IllegalStateException("no leader of " + topic, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** As {@code kill -9} of the first. */
  public void kill() {
    kill(0);
  }

  /** As {@code kill -9} of one of several, from 0 on. */
  public void kill(int number) {
    brokers.get(number).kill();
  }

  /** Stops the first in order. */
  public void stop() {
    brokers.get(0).close();
  }

  /** Starts those again that do not run, on what they had; returns when they are ready. */
  public void restart() {
    IntStream.range(0, brokers.size())
        .filter(each -> !brokers.get(each).process().isAlive())
        .forEach(each -> brokers.set(each, starting.apply(each)));
  }

  /** Whether all of them run. */
  public boolean isWhole() {
    return brokers.stream().allMatch(each -> each.process().isAlive());
  }

  @Override
  public void close() {
    brokers.stream().filter(each -> each.process().isAlive()).forEach(BrokerProcess::kill);
  }
}
