package io.millrace.gateway.support;

import io.millrace.job.Job;
import io.millrace.job.Outcome;
import io.millrace.job.Output;
import io.millrace.job.Reply;
import io.millrace.queue.Completion;
import io.millrace.queue.JobCodec;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueClients;
import io.millrace.queue.RecordPointer;
import io.millrace.queue.Topics;
import io.millrace.queue.UnreadableRecordException;
import io.millrace.standalone.testing.Eventually;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.Granted;
import io.millrace.store.JobLeases.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.common.errors.WakeupException;
import org.springframework.context.ApplicationContext;
import org.springframework.dao.DataAccessException;

/**
 * Takes jobs from both lanes and ends them as told, through the stores that a worker uses. What was
 * accepted before its gateway started is another test's: it ends that, and neither tells nor counts
 * it.
 */
public final class HandWorker implements AutoCloseable {

  private static final int ALL = 1_000_000;

  private final JobLeases leases;
  private final JobQueue queue;
  private final Reply.Speaker speaker;
  private final ShareConsumer<byte[], byte[]> consumer;
  private final Function<Job, Outcome> program;
  private final Semaphore go;
  private final long sinceMicros;
  private final AtomicInteger started = new AtomicInteger();
  private final Queue<String> runs = new ConcurrentLinkedQueue<>();
  private final CountDownLatch gone = new CountDownLatch(1);
  private volatile boolean closed;

  public HandWorker(ApplicationContext gateway, Function<Job, Outcome> program) {
    this(gateway, program, new Semaphore(0), Instant.ofEpochMilli(gateway.getStartupDate()));
  }

  private HandWorker(
      ApplicationContext gateway, Function<Job, Outcome> program, Semaphore go, Instant since) {
    this.go = go;
    this.sinceMicros = ChronoUnit.MICROS.between(Instant.EPOCH, since);
    this.leases = gateway.getBean(JobLeases.class);
    this.queue = gateway.getBean(JobQueue.class);
    this.speaker = gateway.getBean(Reply.Speaker.class);
    this.program = program;
    this.consumer = gateway.getBean(QueueClients.class).shareConsumer(Topics.WORKERS, 50);
    consumer.subscribe(List.of(Lane.FIRST.topic(), Lane.BULK.topic()));
    Thread thread = new Thread(this::work, "hand-worker");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * One that holds each job back until it is let go on; then says what it printed: its code. What
   * other tests left in the queue it neither holds nor counts.
   */
  public static HandWorker holding(ApplicationContext gateway) {
    Semaphore go = new Semaphore(0);
    return new HandWorker(
        gateway,
        job -> {
          go.acquireUninterruptibly();
          return echo(job);
        },
        go,
        Instant.now());
  }

  /** Lets some more jobs go on. */
  public void letGo(int jobs) {
    go.release(jobs);
  }

  /** Says of every job what it printed: its own code. */
  public static Outcome echo(Job job) {
    return new Outcome.Succeeded(new Output(job.request().code(), "", false), "null");
  }

  /** Jobs that were started so far. */
  public int started() {
    return started.get();
  }

  /** How often a job was started here. */
  public int runs(String jobId) {
    return Collections.frequency(List.copyOf(runs), jobId);
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
      gone.countDown();
    }
  }

  private void run(ConsumerRecord<byte[], byte[]> record) throws UnreadableRecordException {
    Job job = JobCodec.decodeJob(record.value());
    Lane lane = record.topic().equals(Lane.FIRST.topic()) ? Lane.FIRST : Lane.BULK;
    if (leases.claim(job, new RecordPointer(lane, "", record.offset()), "hand")
        instanceof Granted granted) {
      if (job.acceptedAt() < sinceMicros) {
        finish(granted, echo(job), Duration.ZERO);
        return;
      }
      started.incrementAndGet();
      runs.add(job.jobId().toString());
      long begin = System.nanoTime();
      Outcome outcome = program.apply(job);
      finish(granted, outcome, Duration.ofNanos(System.nanoTime() - begin));
    }
  }

  /** As a worker does: what Redis did not hear is said again. */
  private void finish(Granted granted, Outcome outcome, Duration runTime) {
    Job job = granted.lease().job();
    Reply reply = Reply.to(Reply.About.of(job), outcome, speaker);
    Eventually.holds(
        () -> {
          try {
            leases.finish(granted.lease(), reply, runTime).ifPresent(end -> announce(job, end));
            return true;
          } catch (DataAccessException e) {
            return false;
          }
        });
  }

  private void announce(Job job, Recorded end) {
    String webhookUrl = job.request().webhookUrl();
    if (webhookUrl != null) {
      queue
          .complete(
              new Completion(job.jobId(), job.owner(), webhookUrl, end.body(), job.traceparent()))
          .thenRun(() -> leases.published(job.jobId()));
    }
  }

  @Override
  public void close() {
    closed = true;
    go.release(ALL);
    consumer.wakeup();
    try {
      gone.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
