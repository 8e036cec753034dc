package io.millrace.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.millrace.files.FileSettings;
import io.millrace.job.Reply;
import io.millrace.job.ReplyLimit;
import io.millrace.queue.BatchLog;
import io.millrace.queue.JobQueue;
import io.millrace.queue.Lane;
import io.millrace.queue.QueueClients;
import io.millrace.queue.QueueSettings;
import io.millrace.queue.RecordReader;
import io.millrace.queue.ReplyLog;
import io.millrace.queue.StrayCounter;
import io.millrace.queue.TopicIds;
import io.millrace.rescue.Requeuer;
import io.millrace.sandbox.Sandbox;
import io.millrace.sandbox.SandboxFacts;
import io.millrace.sandbox.SandboxFiles;
import io.millrace.sandbox.SandboxSettings;
import io.millrace.sandbox.TierProof;
import io.millrace.store.Environments;
import io.millrace.store.EvictionPolicy;
import io.millrace.store.JobEnds;
import io.millrace.store.JobLeases;
import io.millrace.store.JobLeases.WorkerCard;
import io.millrace.store.OutputStreams;
import io.millrace.store.RedisKeys;
import io.millrace.store.StoreMemory;
import io.millrace.trace.Traces;
import io.millrace.worker.environment.EnvironmentBuilder;
import io.millrace.worker.environment.EnvironmentFolder;
import io.millrace.worker.environment.EnvironmentQuestion;
import io.millrace.worker.environment.Interpreter;
import io.millrace.worker.environment.SandboxUid;
import io.millrace.worker.network.NetworkProxy;
import io.millrace.worker.network.NetworkSettings;
import io.millrace.worker.output.LiveOutput;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/** How a worker is put together. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({
  FileSettings.class,
  NetworkSettings.class,
  SandboxProperties.class,
  WorkerSettings.class
})
class WorkerConfiguration {

  /** How soon a subscription that was lost is tried again. */
  private static final long RECOVERY_MILLIS = 500;

  @Bean
  SandboxFiles sandboxFiles() throws IOException {
    return SandboxFiles.unpack();
  }

  @Bean
  SandboxSettings sandboxSettings(SandboxProperties properties, EnvironmentFolder environments)
      throws IOException {
    return properties.settings(environments.open());
  }

  /** The interpreter of jobs, asked what it is. */
  @Bean
  Interpreter interpreter(SandboxProperties properties) throws IOException {
    List<String> paths = properties.pythonPath() == null ? List.of() : properties.pythonPath();
    return Interpreter.ask(properties.python(), paths);
  }

  @Bean
  SandboxUid sandboxUid(SandboxProperties properties) {
    return properties.uidBase() == null ? SandboxUid.USUAL : new SandboxUid(properties.uidBase());
  }

  /** Fails the start when the machine's sandbox is weaker than is required. */
  @Bean
  TierProof tierProof(SandboxFiles files, SandboxSettings settings, MeterRegistry meters) {
    TierProof proof = TierProof.prove(files, settings);
    WorkerMeters.tell(proof, settings, meters);
    return proof;
  }

  @Bean
  SandboxMeters sandboxMeters(MeterRegistry meters) {
    return new SandboxMeters(meters);
  }

  @Bean
  WorkerCard workerCard(WorkerSettings settings, SandboxSettings sandbox, TierProof proof)
      throws IOException {
    return new WorkerCard(
        UUID.randomUUID().toString(),
        settings.slots(),
        proof.tier(),
        SandboxFacts.of(sandbox, proof),
        InetAddress.getLocalHost().getHostName());
  }

  @Bean
  LeaseKeeper leaseKeeper(
      JobLeases leases,
      WorkerCard card,
      WaitingCounts waiting,
      QueueSettings settings,
      MeterRegistry meters) {
    return new LeaseKeeper(leases, card, waiting, settings.lease(), meters);
  }

  /**
   * Hears of jobs that run here and that were cancelled, or that somebody watches, and of jobs that
   * go before what waits. That its subscription is gone tells the others that this worker is dead.
   */
  @Bean
  RedisMessageListenerContainer words(
      RedisConnectionFactory redis,
      WorkerCard card,
      LeaseKeeper keeper,
      LiveOutput output,
      RescuedJobs rescued,
      List<EnvironmentBuilder> builders) {
    RedisMessageListenerContainer container = new RedisMessageListenerContainer();
    container.setConnectionFactory(redis);
    container.setRecoveryInterval(RECOVERY_MILLIS);
    container.addMessageListener(
        (message, pattern) -> rescued.look(), new ChannelTopic(RedisKeys.AHEAD));
    builders.forEach(
        builder ->
            container.addMessageListener(
                (message, pattern) -> builder.look(), new ChannelTopic(Environments.WANTED)));
    container.addMessageListener(
        (message, pattern) -> keeper.kill(jobId(message)),
        new ChannelTopic(RedisKeys.kills(card.workerId())));
    container.addMessageListener(
        (message, pattern) -> output.follow(jobId(message)),
        new ChannelTopic(RedisKeys.follows(card.workerId())));
    return container;
  }

  private static UUID jobId(Message message) {
    return UUID.fromString(new String(message.getBody(), StandardCharsets.UTF_8));
  }

  @Bean
  Patience patience() {
    return new Patience();
  }

  @Bean
  WaitingCounts waitingCounts() {
    return new WaitingCounts();
  }

  @Bean
  IdleSlots idleSlots(StoreWatch store) {
    return new IdleSlots(store::takesJobs);
  }

  @Bean
  Intake intake(
      WorkerCard card,
      IdleSlots idle,
      JobLeases leases,
      StoreWatch store,
      JobQueue queue,
      BatchLog batches,
      EnvironmentQuestion packages,
      AttemptPolicy attempts,
      StrayCounter strays,
      Patience patience,
      Traces traces) {
    return new Intake(
        card.workerId(),
        idle,
        leases,
        store,
        queue,
        batches,
        packages,
        attempts,
        new StrayRecords(queue, strays),
        patience,
        traces);
  }

  /** For what follows a result and must not hold up its slot. */
  @Bean(destroyMethod = "shutdown")
  ExecutorService afterwards() {
    return Executors.newFixedThreadPool(
        2,
        task -> {
          Thread thread = new Thread(task, "afterwards");
          thread.setDaemon(true);
          return thread;
        });
  }

  @Bean
  StoreWatch storeWatch(StoreMemory memory, EvictionPolicy eviction) {
    return new StoreWatch(memory, eviction);
  }

  @Bean
  LiveOutput liveOutput(OutputStreams streams, WorkerSettings settings) {
    return new LiveOutput(streams, settings.outputBeat());
  }

  @Bean
  ResultRecorder resultRecorder(
      JobLeases leases,
      JobQueue queue,
      Requeuer requeuer,
      Reply.Speaker speaker,
      ReplyLimit limit,
      ReplyLog replies,
      QueueSettings settings,
      Patience patience,
      WaitingCounts waiting,
      ExecutorService afterwards,
      JobEnds ends,
      Traces traces,
      MeterRegistry meters) {
    return new ResultRecorder(
        leases,
        queue,
        requeuer,
        speaker,
        limit,
        new ReplyPlaces(replies, settings, System::nanoTime),
        patience,
        waiting,
        afterwards,
        ends,
        new JobTimes(meters),
        traces);
  }

  @Bean
  RescuedJobs rescuedJobs(
      JobLeases leases, RecordReader records, IdleSlots idle, Intake intake, Patience patience) {
    return new RescuedJobs(leases, records, idle, intake, patience);
  }

  @Bean
  AttemptPolicy attemptPolicy(
      JobLeases leases,
      Requeuer requeuer,
      Reply.Speaker speaker,
      Patience patience,
      JobEnds ends,
      MeterRegistry meters) {
    return new AttemptPolicy(leases, requeuer, speaker, patience, ends, meters);
  }

  @Bean
  JobFiles jobFiles(FileSettings settings) {
    return new JobFiles(settings.open(Clock.systemUTC()).orElse(null), System::nanoTime);
  }

  @Bean
  NetworkProxy networkProxy(NetworkSettings settings, MeterRegistry meters) {
    return new NetworkProxy(settings, meters);
  }

  @Bean
  SlotTools slotTools(
      LeaseKeeper keeper,
      ResultRecorder recorder,
      AttemptPolicy attempts,
      Patience patience,
      LiveOutput output,
      JobFiles files,
      NetworkProxy networks,
      EnvironmentFolder environments,
      Environments known,
      Traces traces) {
    return new SlotTools(
        keeper, recorder, attempts, patience, output, files, networks, environments, known, traces);
  }

  /** A slot's sandbox, by the slot's number. */
  @Bean
  IntFunction<Sandbox> sandboxes(
      SandboxFiles files, SandboxSettings settings, TierProof proof, SandboxMeters meters) {
    return number -> new Sandbox(number, files, settings, proof.tier(), meters);
  }

  @Bean
  LaneFetcher firstLane(
      QueueClients clients,
      TopicIds topics,
      IdleSlots idle,
      WaitingCounts waiting,
      Intake intake,
      Patience patience) {
    return new LaneFetcher(Lane.FIRST, null, clients, topics, idle, waiting, intake, patience);
  }

  @Bean
  LaneFetcher bulkLane(
      LaneFetcher firstLane,
      QueueClients clients,
      TopicIds topics,
      IdleSlots idle,
      WaitingCounts waiting,
      Intake intake,
      Patience patience) {
    return new LaneFetcher(Lane.BULK, firstLane, clients, topics, idle, waiting, intake, patience);
  }

  @Bean
  SlotPool slotPool(
      WorkerSettings settings,
      SlotTools tools,
      IdleSlots idle,
      IntFunction<Sandbox> sandboxes,
      List<LaneFetcher> lanes,
      RescuedJobs rescued) {
    return new SlotPool(settings, tools, idle, sandboxes, lanes, rescued);
  }

  @Bean
  WorkerMeters workerMeters(
      SlotPool slots, LeaseKeeper keeper, WorkerSettings settings, MeterRegistry meters) {
    return new WorkerMeters(slots, keeper, settings, meters);
  }

  @Bean
  WorkerReadiness slotsHealthIndicator(
      SlotPool slots, LeaseKeeper keeper, WorkerSettings settings) {
    return new WorkerReadiness(slots, keeper, settings);
  }

  @Bean
  LeaseHealth leasesHealthIndicator(LeaseKeeper keeper, EvictionPolicy eviction) {
    return new LeaseHealth(keeper, eviction);
  }
}
