package io.millrace.e2e.rows;

import static io.millrace.e2e.rows.Row.When.BY_NAME;
import static io.millrace.e2e.rows.Row.When.CI;

import io.millrace.e2e.roles.ClusterPlan;
import io.millrace.e2e.roles.RedisTopology;
import io.millrace.e2e.rows.Row.Body;
import io.millrace.e2e.rows.Row.When;
import java.nio.file.Path;
import java.util.List;

/** Every row, in the order in which they run: those of one cluster after each other. */
public final class Rows {

  private static final ClusterPlan USUAL = WorkerRows.plan();
  private static final ClusterPlan LATE = ClusterPlan.usual("late-worker").of(2, 0);

  private static final List<Row> ALL =
      List.of(
          usual(
              "C1",
              "each job is answered by the gateway it was sent to, and all see one queue",
              CI,
              CrowdRows::rolesApart),
          usual("C2", "200 callers at once each get their own", CI, CrowdRows::everyCallerItsOwn),
          usual("C3", "2,000 waiting callers cost no threads", CI, CrowdRows::manyWait),
          usual(
              "C4",
              "one long job does not slow a stream of short ones",
              BY_NAME,
              CrowdRows::oneLongJob),
          usual(
              "W1",
              "a record that a dead worker held is another worker's",
              BY_NAME,
              WorkerRows::killedWithATakenRecord),
          new Row(
              "F1",
              "a worker dies while its job's files travel: the job runs again, nothing is left",
              BY_NAME,
              FileRows.plan(),
              FileRows::workerKilledWhileFilesTravel),
          new Row(
              "F2",
              "a gateway dies while files travel: half an upload is none, the others have the rest",
              BY_NAME,
              FileRows.plan(),
              FileRows::gatewayKilledWhileFilesTravel),
          new Row(
              "F3",
              "the S3 server dies while files travel: jobs that need it wait, all others go on",
              BY_NAME,
              FileRows.plan(),
              FileRows::bucketKilledWhileFilesTravel),
          new Row(
              "F4",
              "100 MB through gateway and worker: at most 32 MiB more live in a heap, with a bucket",
              BY_NAME,
              HeapRows.plan(null),
              HeapRows::aLargeFileLivesInNoHeap),
          new Row(
              "F5",
              "the same with a folder",
              BY_NAME,
              HeapRows.plan(Path.of("target", "large-files").toAbsolutePath()),
              HeapRows::aLargeFileLivesInNoHeap),
          usual(
              "W2",
              "a killed worker's job starts again within its lease + 5 s, its sandbox dead in 2 s",
              CI,
              WorkerRows::killedInMidRun),
          new Row(
              "W2b",
              "a killed worker's job starts again in 3 s, before a backlog, whatever its lease",
              BY_NAME,
              LaneRows.plan(),
              LaneRows::killedBeforeABacklog),
          usual(
              "L1",
              "long jobs of the second lane hold up no job of the first",
              BY_NAME,
              LaneRows::longJobsOfTheSecondLane),
          usual(
              "L2",
              "a ghost in the first lane's count stops nobody",
              BY_NAME,
              LaneRows::aGhostInTheFirstLane),
          usual(
              "W3",
              "a result whose worker died before its acknowledgement stands, and the job runs once",
              BY_NAME,
              WorkerRows::killedBetweenResultAndAcknowledgement),
          usual(
              "W4",
              "a worker that froze past its lease cannot write",
              CI,
              WorkerRows::frozenForLongerThanItsLease),
          usual(
              "W6",
              "a stopping worker lets short jobs end and gives long ones back at no cost",
              BY_NAME,
              WorkerRows::stoppedInOrder),
          usual(
              "W7",
              "a job that killed three workers ends as failed, and blocks nobody",
              BY_NAME,
              WorkerRows::poison),
          usual(
              "W8",
              "garbage becomes a dead letter with its bytes and cause",
              CI,
              QueueRows::garbage),
          usual("W9", "a record of a newer version is parked", CI, QueueRows::aNewerVersion),
          usual(
              "W11",
              "a worker without an interpreter ends, and names the setting",
              BY_NAME,
              SandboxRows::noInterpreter),
          usual(
              "W13",
              "no program outlives its time by more than 2 s",
              BY_NAME,
              SandboxRows::endless),
          usual("W14", "a greedy program hits its own limits", BY_NAME, SandboxRows::greedy),
          usual("W16", "a record that is there three times runs once", CI, QueueRows::aRecordTwice),
          usual(
              "G1",
              "a gateway that dies in mid send leaves no ghost in the queue's length",
              CI,
              GatewayRows::killedBeforeTheSend),
          usual(
              "G2",
              "a caller whose gateway died gets the same job for the same Idempotency-Key",
              CI,
              GatewayRows::killedWhileACallerWaits),
          usual(
              "G4",
              "a stopping gateway answers everyone who waits",
              BY_NAME,
              GatewayRows::stoppedUnderLoad),
          usual(
              "G5",
              "a gateway that froze gives each caller its own answer",
              BY_NAME,
              GatewayRows::frozen),
          usual(
              "G6",
              "callers that leave free their places, and their waiting jobs never run",
              CI,
              GatewayRows::callersLeave),
          usual(
              "G7",
              "a gateway without descriptors lives, and comes back",
              BY_NAME,
              GatewayRows::outOfDescriptors),
          usual(
              "G8",
              "a gateway without heap loses no accepted job",
              BY_NAME,
              GatewayRows::outOfHeap),
          usual("G9", "a gateway without a key does not start", CI, GatewayRows::noKey),
          usual(
              "K1",
              "a stopped broker: 503 within a second, nothing lost",
              BY_NAME,
              StoreRows::brokerStopped),
          usual("K2", "a killed broker: the same", CI, StoreRows::brokerKilled),
          usual("K3", "a frozen broker: the same", BY_NAME, StoreRows::brokerFrozen),
          usual(
              "K10",
              "the largest body runs, a larger one is refused",
              CI,
              QueueRows::theLargestBody),
          usual(
              "R1",
              "a killed Redis: 503 within a second, nothing lost",
              CI,
              StoreRows::redisKilled),
          usual(
              "R2",
              "an emptied Redis: queued and running jobs end, counters heal",
              CI,
              StoreRows::redisEmptied),
          usual(
              "R3",
              "a frozen Redis: 503 within a second, nothing lost",
              BY_NAME,
              StoreRows::redisFrozen),
          usual("R4", "a paused Redis: the same", BY_NAME, StoreRows::redisPaused),
          usual("R5", "a full Redis: the same", BY_NAME, StoreRows::redisFull),
          usual("R6", "a read-only Redis: the same", BY_NAME, StoreRows::redisReadOnly),
          usual("R7", "cut connections: nothing lost", BY_NAME, StoreRows::redisConnectionsCut),
          usual(
              "R8",
              "a Redis 300 ms away: a job takes at most six round trips of its gateway",
              BY_NAME,
              StoreRows::redisFarAway),
          usual("R9", "an expired result never comes back", CI, StoreRows::aResultExpires),
          usual(
              "R10",
              "a Redis without its last second: one result for each job, one job for each key",
              BY_NAME,
              StoreRows::redisLosesItsLastSecond),
          usual(
              "R11",
              "a Redis that may evict: gateways say so and take no job until it may not",
              BY_NAME,
              StoreRows::redisEvicts),
          usual(
              "R12",
              "cancelled jobs whose results have expired never run",
              BY_NAME,
              StoreRows::cancelledJobsOfALongBacklog),
          usual(
              "R13",
              "the largest reply is 4 MiB as it is sent, flagged, and not in Redis",
              BY_NAME,
              RoomRows::theLargestReply),
          usual(
              "R14",
              "40 of the largest replies cost a small job beside them little",
              BY_NAME,
              RoomRows::smallJobsBesideLargeReplies),
          usual(
              "R15",
              "a Redis that is nearly full: 503, and what was accepted ends",
              BY_NAME,
              RoomRows::nearlyFull),
          new Row(
              "R16",
              "a Redis that dies is replaced by its replica, by Sentinel: nothing lost",
              BY_NAME,
              ClusterPlan.usual("sentinel").withRedis(RedisTopology.SENTINEL),
              StoreRows::replicaTakesOver),
          new Row(
              "R17",
              "a Redis Cluster of one shard is killed and started again: nothing lost",
              BY_NAME,
              ClusterPlan.usual("redis-cluster").withRedis(RedisTopology.CLUSTER),
              StoreRows::clusterKilled),
          usual("B-W", "a worker dies in mid burst: nothing lost", CI, BurstRows::workerDies),
          usual("B-G", "a gateway dies in mid burst: nothing lost", CI, BurstRows::gatewayDies),
          usual("B-R", "Redis dies in mid burst: nothing lost", CI, BurstRows::redisDies),
          usual("B-K", "the broker dies in mid burst: nothing lost", CI, BurstRows::brokerDies),
          usual(
              "K8", "workers that come and go: nothing lost", BY_NAME, WorkerRows::comingAndGoing),
          usual(
              "V2",
              "every role is restarted one by one: no caller is cut off, nothing lost",
              BY_NAME,
              RestartRows::oneByOne),
          new Row(
              "C5",
              "a burst at a small queue: only 202 and 429, every 202 done once, no 429 run",
              BY_NAME,
              BurstRows.plan(),
              BurstRows::smallQueue),
          new Row(
              "K9",
              "a backlog from before the first worker runs whole",
              BY_NAME,
              LATE,
              QueueRows::aBacklogBeforeTheFirstWorker),
          new Row(
              "K11",
              "of three brokers the jobs' leader is killed under load: nothing lost",
              BY_NAME,
              RoomRows.threeBrokers(),
              RoomRows::theLeaderDies),
          new Row(
              "Q1",
              "100,000 jobs that wait for a first worker all run, and cost the next one nothing",
              BY_NAME,
              BacklogRows.plan("backlog"),
              BacklogRows::aHundredThousand),
          new Row(
              "H1",
              "a receiver that fails three times gets the same webhook a fourth time",
              BY_NAME,
              HookRows.plan(),
              HookRows::failsThreeTimes),
          new Row(
              "M1",
              "a gateway killed in mid batch: counts end true, nothing twice, one webhook",
              BY_NAME,
              BatchRows.plan(),
              BatchRows::gatewayKilled),
          new Row(
              "M2",
              "a worker killed in mid batch: the same",
              BY_NAME,
              BatchRows.plan(),
              BatchRows::workerKilled),
          new Row(
              "M3",
              "the broker killed in mid batch: the same",
              BY_NAME,
              BatchRows.plan(),
              BatchRows::brokerKilled),
          new Row(
              "M4",
              "Redis killed in mid batch: the same",
              BY_NAME,
              BatchRows.plan(),
              BatchRows::redisKilled),
          new Row(
              "M5",
              "Redis emptied in mid batch: the same, but for replies that it alone had",
              BY_NAME,
              BatchRows.plan(),
              BatchRows::redisEmptied),
          new Row(
              "P1",
              "the index away: new sets fail by name, what was built and all others go on",
              BY_NAME,
              PackageRows.plan(),
              PackageRows::indexAway),
          new Row(
              "P2",
              "a builder killed in mid build: the set is built once more, nothing is left",
              BY_NAME,
              PackageRows.plan(),
              PackageRows::builderKilled),
          new Row(
              "P3",
              "the S3 server away: jobs that need it for packages wait, all others go on",
              BY_NAME,
              PackageRows.plan(),
              PackageRows::storeAway),
          new Row(
              "P4",
              "a worker's disk is full: sets that no slot uses make way, what has no room is told so, all others go on",
              BY_NAME,
              PackageRows.planOfOne(),
              PackageRows::diskFull),
          new Row(
              "P5",
              "everything restarted, Redis emptied: sets are there without a download",
              BY_NAME,
              PackageRows.plan(),
              PackageRows::allRestarted),
          new Row(
              "N1",
              "a job that abuses the proxy by hand reaches nothing and slows no neighbour down",
              BY_NAME,
              NetworkRows.plan(),
              NetworkRows::neighboursOfAnAttack),
          new Row(
              "N2",
              "a worker or helper killed in mid transfer: no connection outlives it by 2 s",
              BY_NAME,
              NetworkRows.plan(),
              NetworkRows::killedInMidTransfer),
          new Row("H3", "410 ends a delivery", BY_NAME, HookRows.plan(), HookRows::gone));

  private Rows() {}

  private static Row usual(String id, String promise, When when, Body body) {
    return new Row(id, promise, when, USUAL, body);
  }

  /** All rows. */
  public static List<Row> all() {
    return ALL;
  }

  /** Those of the fault suite. */
  public static List<Row> inCi() {
    return ALL.stream().filter(row -> row.when() == CI).toList();
  }

  /** The row of that name. */
  public static Row named(String id) {
    return ALL.stream()
        .filter(row -> row.id().equalsIgnoreCase(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no row " + id + "; rows: " + ALL.stream().map(Row::id).toList()));
  }
}
