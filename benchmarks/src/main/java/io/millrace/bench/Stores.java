package io.millrace.bench;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** What Redis and Kafka have counted of themselves since they were started. */
public final class Stores implements AutoCloseable {

  private static final String REQUESTS =
      "kafka.network:type=RequestMetrics,name=RequestsPerSec,request=*,*";

  private final int redisPort;
  private final JMXConnector kafka;

  /** Of a Redis on loopback, and of a Kafka in this process of the same user. */
  @SuppressWarnings("BanJNDI") // The address is one that the process itself has just given.
  Stores(int redisPort, long kafkaPid) {
    this.redisPort = redisPort;
    try {
      VirtualMachine process = VirtualMachine.attach(String.valueOf(kafkaPid));
      kafka = JMXConnectorFactory.connect(new JMXServiceURL(process.startLocalManagementAgent()));
      process.detach();
    } catch (AttachNotSupportedException | IOException e) {
      throw new IllegalStateException("Kafka's process does not show its figures", e);
    }
  }

  /**
   * All of it, by name: {@code redis scripts}, {@code redis commands} (those of scripts among
   * them), {@code redis bytes in} and {@code out}, and {@code kafka Produce} as every other kind of
   * request that clients and the broker itself have sent.
   */
  public TreeMap<String, Double> counts() {
    TreeMap<String, Double> counts = new TreeMap<>();
    try {
      countRedis(counts);
      countKafka(counts);
    } catch (IOException e) {
      throw new UncheckedIOException("a store has gone", e);
    }
    return counts;
  }

  private void countRedis(TreeMap<String, Double> counts) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", redisPort);
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
      socket.getOutputStream().write("INFO all\r\nQUIT\r\n".getBytes(StandardCharsets.UTF_8));
      in.lines().forEach(line -> countLine(counts, line.split(":", 2)));
    }
  }

  private static void countLine(TreeMap<String, Double> counts, String[] line) {
    if (line[0].equals("total_net_input_bytes")) {
      counts.put("redis bytes in", Double.valueOf(line[1]));
    } else if (line[0].equals("total_net_output_bytes")) {
      counts.put("redis bytes out", Double.valueOf(line[1]));
    } else if (line[0].startsWith("cmdstat_")) {
      double calls = Double.parseDouble(line[1].split("[=,]", 3)[1]);
      counts.merge("redis commands", calls, Double::sum);
      if (line[0].equals("cmdstat_fcall")) {
        counts.put("redis scripts", calls);
      }
    }
  }

  private void countKafka(TreeMap<String, Double> counts) throws IOException {
    MBeanServerConnection beans = kafka.getMBeanServerConnection();
    try {
      for (ObjectName name : beans.queryNames(new ObjectName(REQUESTS), null)) {
        double count = ((Number) beans.getAttribute(name, "Count")).doubleValue();
        counts.merge("kafka " + name.getKeyProperty("request"), count, Double::sum);
      }
    } catch (JMException e) {
      throw new IllegalStateException("Kafka counts its requests under another name", e);
    }
  }

  @Override
  public void close() {
    try {
      kafka.close();
    } catch (IOException e) {
      // It has gone with its process.
    }
  }
}
