package io.millrace.worker;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import io.millrace.queue.BatchLog;
import io.millrace.queue.JobCodec;
import io.millrace.queue.Lane;
import io.millrace.queue.RecordPointer;
import io.millrace.store.JobLeases;
import io.millrace.trace.Traces;
import java.util.Optional;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IntakeTest {

  private final IdleSlots idle = mock();
  private final JobLeases leases = mock();
  private final BatchLog batches = mock();
  private final Patience patience = mock();
  private final ShareConsumer<byte[], byte[]> consumer = mock();
  private final Intake intake =
      new Intake(
          "worker",
          idle,
          leases,
          mock(),
          mock(),
          batches,
          mock(),
          mock(),
          mock(),
          patience,
          Traces.OFF);

  @BeforeEach
  void everyJobHasEnded() {
    when(patience.goesOn()).thenReturn(true);
    when(batches.whole(any())).thenAnswer(asked -> Optional.of(asked.getArgument(0)));
    when(leases.claim(any(), any(), any(), anyBoolean(), any()))
        .thenReturn(new JobLeases.Ended("cancelled"));
  }

  @Test
  void aRecordOfTheFirstLaneGetsTheNextSlotThoughOneOfTheSecondWaitedBefore() {
    when(idle.takeFirst(any())).thenReturn(Optional.of(mock()));

    ConsumerRecord<byte[], byte[]> record = placed(Lane.FIRST);
    verify(consumer).acknowledge(record, AcknowledgeType.ACCEPT);
    verify(idle, never()).take(any());
  }

  @Test
  void aRecordOfTheSecondLaneWaitsForASlotThatNobodyWaitsForFirst() {
    when(idle.take(any())).thenReturn(Optional.of(mock()));

    ConsumerRecord<byte[], byte[]> record = placed(Lane.BULK);
    verify(consumer).acknowledge(record, AcknowledgeType.ACCEPT);
    verify(idle, never()).takeFirst(any());
  }

  @Test
  void aRecordThatNoSlotTakesGoesBack() {
    when(idle.takeFirst(any())).thenReturn(Optional.empty());

    ConsumerRecord<byte[], byte[]> record = placed(Lane.FIRST);
    verify(consumer).acknowledge(record, AcknowledgeType.RELEASE);
    verifyNoInteractions(leases);
  }

  private ConsumerRecord<byte[], byte[]> placed(Lane lane) {
    byte[] job = JobCodec.encode(Leases.any().job());
    ConsumerRecord<byte[], byte[]> record = new ConsumerRecord<>(lane.topic(), 0, 7, null, job);
    intake.place(new TakenRecord(consumer, record, new RecordPointer(lane, "topic-id", 7)));
    return record;
  }
}
