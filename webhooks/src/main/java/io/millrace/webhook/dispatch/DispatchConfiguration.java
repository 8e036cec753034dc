package io.millrace.webhook.dispatch;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.outbound.AddressPolicy;
import io.millrace.outbound.DnsLookup;
import io.millrace.outbound.NameLookup;
import io.millrace.outbound.PinnedResolver;
import io.millrace.queue.JobQueue;
import io.millrace.queue.LaneProgress;
import io.millrace.queue.QueueClients;
import io.millrace.queue.StrayCounter;
import io.millrace.queue.Topics;
import io.millrace.trace.Traces;
import io.millrace.webhook.WebhookSettings;
import io.millrace.webhook.delivery.DeliveryArchive;
import io.millrace.webhook.delivery.DeliveryLog;
import io.millrace.webhook.delivery.DeliveryRebuild;
import io.millrace.webhook.delivery.DeliveryStore;
import io.millrace.webhook.delivery.LogProgress;
import io.millrace.webhook.delivery.MessageReader;
import io.millrace.webhook.sign.WebhookSignature;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.resources.LoopResources;

/** The dispatcher's parts, from the wire inwards. */
@Configuration(proxyBeanMethods = false)
public class DispatchConfiguration {

  private static final int SOCKET_THREADS = 2;
  private static final int RECORDER_THREADS = 8;
  private static final int RECORDER_BACKLOG = 10_000;

  /** How long the broker keeps a request that it has nothing for. */
  private static final int FETCH_WAIT_MS = 1000;

  private final Clock clock = Clock.systemUTC();

  @Bean(destroyMethod = "dispose")
  LoopResources webhookLoops() {
    return LoopResources.create("webhook", SOCKET_THREADS, true);
  }

  @Bean(destroyMethod = "dispose")
  Scheduler webhookRecorderThreads() {
    return Schedulers.newBoundedElastic(RECORDER_THREADS, RECORDER_BACKLOG, "webhook-recorder");
  }

  @Bean
  NameLookup webhookNameLookup(LoopResources webhookLoops, WebhookSettings settings) {
    return new DnsLookup(webhookLoops.onClient(false).next(), settings.dnsTimeout());
  }

  @Bean
  WebhookHttp webhookHttp(WebhookSettings settings, LoopResources webhookLoops) {
    return WebhookHttp.of(settings, webhookLoops);
  }

  @Bean
  AttemptMaker webhookAttemptMaker(
      NameLookup names,
      AddressPolicy addresses,
      WebhookSignature signature,
      WebhookHttp http,
      WebhookSettings settings) {
    return new AttemptMaker(
        new PinnedResolver(names, addresses),
        settings.connectTimeout(),
        signature,
        new WebhookClient(
            http.client(),
            TrustedAuthorities.context(settings.trustedCertificates()),
            settings,
            clock),
        clock);
  }

  @Bean
  DeliveryStore webhookDeliveryStore(StringRedisTemplate redis, WebhookSettings settings) {
    return new DeliveryStore(
        redis, settings.retention(), settings.deliveredRetention(), settings.maxPending());
  }

  @Bean
  DeliveryArchive webhookDeliveryArchive(StringRedisTemplate redis) {
    return new DeliveryArchive(redis);
  }

  @Bean
  MessageReader webhookMessageReader(QueueClients clients) {
    return new MessageReader(clients::singleRecordReader, clients::reader);
  }

  @Bean
  DeliveryLog webhookDeliveryLog(JobQueue queue, MessageReader messages, MeterRegistry meters) {
    return new DeliveryLog(queue, messages, new StrayCounter(meters));
  }

  @Bean
  DeliveryRecorder webhookDeliveryRecorder(
      DeliveryStore store, DeliveryLog log, WebhookSettings settings, MeterRegistry meters) {
    RetrySchedule schedule =
        new RetrySchedule(
            settings.retryBase(),
            settings.maxRetryAfter(),
            () -> ThreadLocalRandom.current().nextDouble());
    return new DeliveryRecorder(new RetryPolicy(schedule), store, log, meters, clock);
  }

  @Bean
  ReceiverLimits receiverLimits(WebhookSettings settings, MeterRegistry meters) {
    ReceiverLimits receivers =
        new ReceiverLimits(
            new InFlight.Limits(
                settings.maxInFlight(),
                settings.maxPerReceiver(),
                settings.maxPerOwner(),
                settings.maxBytesInFlight().toBytes()),
            clock);
    Gauge.builder("millrace.webhook.in.flight", receivers, ReceiverLimits::inFlight)
        .register(meters);
    return receivers;
  }

  @Bean
  WebhookDispatcher webhookDispatcher(
      AttemptMaker attempts,
      DeliveryRecorder recorder,
      ReceiverLimits receivers,
      WebhookSettings settings,
      Scheduler webhookRecorderThreads,
      ObjectProvider<Traces> traces) {
    return new WebhookDispatcher(
        attempts,
        recorder,
        receivers,
        settings.slowAfter(),
        webhookRecorderThreads,
        traces.getIfAvailable(() -> Traces.OFF),
        clock);
  }

  @Bean
  LogProgress webhookLogProgress(Admin admin, MessageReader messages, DeliveryStore store) {
    return new LogProgress(new LaneProgress(admin)::startOfCompletions, messages, store, clock);
  }

  @Bean
  WebhookDispatch webhookDispatch(
      DeliveryStore store,
      DeliveryLog log,
      MessageReader messages,
      LogProgress progress,
      DeliveryRecorder recorder,
      ReceiverLimits receivers,
      WebhookDispatcher dispatcher,
      QueueClients clients,
      WebhookSettings settings,
      MeterRegistry meters) {
    DueClaimer claimer =
        new DueClaimer(
            store,
            log,
            new DeliveryRebuild(messages, store, meters, clock),
            progress,
            receivers,
            dispatcher,
            recorder,
            new Backlog(meters),
            settings.lease(),
            clock);
    CompletionTaker taker =
        new CompletionTaker(store, log, receivers, dispatcher, settings.lease());
    List<TakerLoop> takers =
        Stream.generate(
                () ->
                    new TakerLoop(
                        () -> clients.shareConsumer(Topics.WEBHOOKS, FETCH_WAIT_MS),
                        taker,
                        claimer,
                        progress,
                        store::takesWrites,
                        meters))
            .limit(settings.takers())
            .toList();
    return new WebhookDispatch(
        takers,
        new ClaimLoop(claimer, settings.pollInterval(), settings.retryBase()),
        progress,
        receivers,
        settings.totalTimeout().toMillis());
  }
}
