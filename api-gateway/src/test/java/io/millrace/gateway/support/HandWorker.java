package io.millrace.gateway.support;

import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.queue.JobCodec;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueClients;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.Topics;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Granted;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.springframework.context.ApplicationContext;

/** Takes jobs from both lanes and ends them as told, through the stores that a worker uses. */
public final class HandWorker implements AutoCloseable {

  private final JobLeases leases;
  private final Reply.Speaker speaker;
  private final ShareConsumer<byte[], byte[]> consumer;
  private final Function<Job, Outcome> program;
  private final AtomicInteger started = new AtomicInteger();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean closed;

  public HandWorker(ApplicationContext gateway, Function<Job, Outcome> program) {
    this.leases = gateway.getBean(JobLeases.class);
    this.speaker = gateway.getBean(Reply.Speaker.class);
    this.program = program;
    this.consumer = gateway.getBean(QueueClients.class).shareConsumer(Topics.WORKERS, 50);
    consumer.subscribe(List.of(Lane.FIRST.topic(), Lane.BULK.topic()));
    Thread thread = new Thread(this::work, "hand-worker");
    thread.setDaemon(true);
    thread.start();
  }

  /** Says of every job what it printed: its own code. */
  public static Outcome echo(Job job) {
    return new Outcome.Succeeded(new Output(job.request().code(), "", false), "null");
  }

  /** Jobs that were started so far. */
  public int started() {
    return started.get();
  }

  private void work() {
    try {
      while (!closed) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          run(record);
          consumer.acknowledge(record, AcknowledgeType.ACCEPT);
        }
      }
    } catch (WakeupException e) {
      // close() asked for it.
    } catch (UnreadableRecordException e) {
      throw new AssertionError("the gateway enqueued what no worker can read", e);
    } finally {
      consumer.close();
      ended.countDown();
    }
  }

  private void run(ConsumerRecord<byte[], byte[]> record) throws UnreadableRecordException {
    Job job = JobCodec.decodeJob(record.value());
    Lane lane = record.topic().equals(Lane.FIRST.topic()) ? Lane.FIRST : Lane.BULK;
    if (leases.claim(job, new RecordPointer(lane, record.offset()), "hand")
        instanceof Granted granted) {
      started.incrementAndGet();
      long begin = System.nanoTime();
      Outcome outcome = program.apply(job);
      leases.finish(
          granted.lease(),
          Reply.to(job.jobId(), job.request().id(), outcome, speaker),
          Duration.ofNanos(System.nanoTime() - begin));
    }
  }

  @Override
  public void close() {
    closed = true;
    consumer.wakeup();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
