package io.millrace.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.job.Job;
import io.millrace.testing.Log;
import io.millrace.testing.Store;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("services")
class JobQueueTest {

  private static final String CONTEXT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private final Log log = Log.drained();

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void aTracedJobSaysSoInItsRecordsHeadToo() throws Exception {
    Job job = Store.job("owner").under(CONTEXT);
    ConsumerRecord<byte[], byte[]> record = read(log.send(Lane.BULK, job));

    Header head = record.headers().lastHeader("traceparent");
    assertThat(new String(head.value(), StandardCharsets.US_ASCII)).isEqualTo(CONTEXT);
    assertThat(JobCodec.decodeJob(record.value()).traceparent()).isEqualTo(CONTEXT);
  }

  @Test
  void anUntracedJobHasAnEmptyHead() throws Exception {
    assertThat(read(log.send(Lane.BULK, Store.job("owner"))).headers()).isEmpty();
  }

  private ConsumerRecord<byte[], byte[]> read(RecordPointer pointer) {
    TopicPartition lane = new TopicPartition(pointer.lane().topic(), 0);
    try (Consumer<byte[], byte[]> reader = log.clients.reader()) {
      reader.assign(List.of(lane));
      reader.seek(lane, pointer.offset());
      return reader.poll(Duration.ofSeconds(20)).iterator().next();
    }
  }
}
