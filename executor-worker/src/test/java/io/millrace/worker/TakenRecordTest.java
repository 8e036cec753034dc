package io.millrace.worker;

import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

import io.millrace.queue.Lane;
import io.millrace.queue.RecordPointer;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

class TakenRecordTest {

  private final ShareConsumer<byte[], byte[]> consumer = mock();
  private final ConsumerRecord<byte[], byte[]> record =
      new ConsumerRecord<>("jobs", 0, 7, null, new byte[0]);
  private final TakenRecord taken =
      new TakenRecord(consumer, record, new RecordPointer(Lane.FIRST, "topic", 7));

  @Test
  void whatIsAcceptedIsToldWithTheNextRequestForARecordAndNotByOneOfItsOwn() {
    taken.accept();
    taken.release(); // as whoever took it does at last, in case it is still held

    verify(consumer).acknowledge(record, AcknowledgeType.ACCEPT);
    verifyNoMoreInteractions(consumer);
  }

  @Test
  void whatIsReleasedIsToldAtOnce() {
    taken.release();
    taken.accept();
    taken.release();

    InOrder calls = inOrder(consumer);
    calls.verify(consumer).acknowledge(record, AcknowledgeType.RELEASE);
    calls.verify(consumer).commitAsync();
    verifyNoMoreInteractions(consumer);
  }
}
