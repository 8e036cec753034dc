package io.millrace.worker;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.millrace.queue.Lane;
import io.millrace.queue.QueueClients;
import io.millrace.queue.TopicIds;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.InOrder;

/** When it asks for a record, and how the broker is told what became of the last. */
class LaneFetcherTest {

  private final ShareConsumer<byte[], byte[]> member = mock();
  private final IdleSlots idle = mock();
  private final Intake intake = mock();
  private final Patience patience = mock();
  private final AtomicBoolean oneIsIdle = new AtomicBoolean(true);
  private final AtomicBoolean goesOn = new AtomicBoolean(true);

  @BeforeEach
  void aRecordForTheOnlySlot() {
    when(idle.any()).thenAnswer(asked -> oneIsIdle.get());
    when(patience.goesOn()).thenAnswer(asked -> goesOn.get());
    doAnswer(run -> run(run.getArgument(1))).when(patience).again(anyString(), any());
    doAnswer(run -> run(run.getArgument(1))).when(patience).survive(anyString(), any());
    var record = new ConsumerRecord<>("jobs", 0, 7, (byte[]) null, new byte[0]);
    when(member.poll(any()))
        .thenReturn(
            new ConsumerRecords<>(Map.of(new TopicPartition("jobs", 0), List.of(record)), Map.of()))
        .thenAnswer(
            second -> {
              goesOn.set(false);
              return ConsumerRecords.empty();
            });
    doAnswer(
            placed -> {
              oneIsIdle.set(false);
              return null;
            })
        .when(intake)
        .place(any());
  }

  @Test
  void theNextRequestTellsWhatBecameOfARecordWhenASlotComesFreeSoon() {
    doAnswer(freed -> free()).when(idle).awaitChange(anyLong(), anyLong());

    fetch();

    verify(member, never()).commitAsync();
  }

  @Test
  void itIsToldByARequestOfItsOwnWhenNoSlotComesFree() {
    doAnswer(told -> free()).when(member).commitAsync();

    fetch();

    InOrder calls = inOrder(member);
    calls.verify(member).poll(any());
    calls.verify(member).commitAsync();
    calls.verify(member).poll(any());
  }

  private void fetch() {
    QueueClients clients = mock();
    when(clients.shareConsumer(anyString(), anyInt())).thenReturn(member);
    TopicIds topics = mock();
    when(topics.of(anyString())).thenReturn("topic");
    new LaneFetcher(Lane.FIRST, null, clients, topics, idle, mock(), intake, patience).run();
  }

  private Void free() {
    oneIsIdle.set(true);
    return null;
  }

  private static Void run(Runnable step) {
    step.run();
    return null;
  }
}
