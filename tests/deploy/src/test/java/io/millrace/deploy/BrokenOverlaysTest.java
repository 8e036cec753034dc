package io.millrace.deploy;

import static io.millrace.deploy.Mistakes.CONTAINER;
import static io.millrace.deploy.Mistakes.POD;
import static io.millrace.deploy.Mistakes.at;
import static io.millrace.deploy.Mistakes.broken;
import static io.millrace.deploy.Mistakes.gateway;
import static io.millrace.deploy.Mistakes.in;
import static io.millrace.deploy.Mistakes.settings;
import static io.millrace.deploy.Mistakes.worker;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Each mistake about what belongs to what, made in a copy of the production overlay. */
class BrokenOverlaysTest {
  private static final List<String> PACKAGES =
      List.of("packages", "seccomp-installer", "keda", "monitoring");

  @TempDir private static Path dir;

  @ParameterizedTest(name = "{0}")
  @MethodSource({"types", "references", "ports", "network", "environment"})
  void aBrokenCopyIsCaught(String expected, Consumer<Overlay> mistake) {
    Overlay broken = Overlay.rendered("overlays/prod").copy();
    mistake.accept(broken);
    assertThat(Rules.violatedBy(broken))
        .anySatisfy(violation -> assertThat(violation).contains(expected));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broker")
  void aBrokenCopyWithABrokerInsideIsCaught(String expected, Consumer<Overlay> mistake) {
    Overlay broken = Overlay.rendered("overlays/dev").copy();
    mistake.accept(broken);
    assertThat(Rules.violatedBy(broken))
        .anySatisfy(violation -> assertThat(violation).contains(expected));
  }

  /** All becomes ready then, and no job ever runs. */
  static Stream<Arguments> broker() {
    return Stream.of(
        broken(
            "no network policy lets StatefulSet millrace/kafka ask for names",
            in(
                "NetworkPolicy",
                "kafka-to-itself",
                "/spec",
                it -> ((ArrayNode) it.path("egress")).remove(0))),
        broken(
            "no network policy lets StatefulSet millrace/kafka out to",
            in(
                "NetworkPolicy",
                "kafka-to-itself",
                "/spec",
                it -> ((ArrayNode) it.path("egress")).remove(1))),
        broken(
            "StatefulSet millrace/kafka does not let itself in",
            in("NetworkPolicy", "kafka-to-itself", "/spec", it -> it.putArray("ingress"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("builders")
  void aBrokenCopyWithBuildersIsCaught(String expected, Consumer<Overlay> mistake)
      throws IOException {
    Overlay broken = Overlay.rendered(dir, "prod", PACKAGES).copy();
    mistake.accept(broken);
    assertThat(Rules.violatedBy(broken))
        .anySatisfy(violation -> assertThat(violation).contains(expected));
  }

  /** A way out for workers, or for nobody: then each set of packages waits for ever. */
  static Stream<Arguments> builders() {
    return Stream.of(
        broken(
            "NetworkPolicy millrace-workers/builder lets workers out to everywhere",
            in(
                "NetworkPolicy",
                "builder",
                "/spec/podSelector/matchLabels",
                it -> it.put("app.kubernetes.io/name", "worker"))),
        broken(
            "lets builders out by other ports than 443",
            in(
                "NetworkPolicy",
                "builder",
                "/spec/egress/1",
                it -> it.withArray("ports").addObject().put("port", 80))),
        broken(
            "lets builders out by other ports than 443",
            in("NetworkPolicy", "builder", "/spec/egress/1", it -> it.remove("ports"))),
        broken(
            "lets webhooks, jobs or builders out to private networks",
            in(
                "NetworkPolicy",
                "builder",
                "/spec/egress/1/to/0/ipBlock",
                it -> it.putArray("except").add("10.0.0.0/8"))),
        broken(
            "no network policy lets Deployment millrace-workers/builder out to",
            in(
                "NetworkPolicy",
                "worker-to-queue",
                "/spec/podSelector/matchExpressions/0",
                it -> it.putArray("values").add("worker"))),
        broken(
            "no network policy lets Deployment millrace-workers/builder ask for names",
            in(
                "NetworkPolicy",
                "builder",
                "/spec",
                it -> ((ArrayNode) it.path("egress")).remove(0))),
        broken(
            "builder does not read MILLRACE_PACKAGES_BUILDERS",
            builder(
                CONTAINER,
                it -> it.withArray("env").addObject().put("name", "MILLRACE_PACKAGES_BUILDERS"))),
        broken(
            "Deployment millrace-workers/builder needs 3355443200 bytes",
            builder(CONTAINER + "/resources/limits", it -> it.put("memory", "3Gi"))),
        broken(
            "builder requires the tier strong and lacks hostUsers: false",
            builder(POD, it -> it.remove("hostUsers"))));
  }

  private static Consumer<Overlay> builder(String path, Consumer<ObjectNode> mistake) {
    return in("Deployment", "builder", path, mistake);
  }

  static Stream<Arguments> types() {
    return Stream.of(
        broken("`hostuser`", worker(POD, pod -> pod.put("hostuser", false))),
        broken("replics", in("Deployment", "gateway", "/spec", it -> it.put("replics", 2))),
        broken("`selector`", gateway("/spec", it -> it.remove("selector"))),
        broken("NumberFormat", gateway("/spec", it -> it.put("revisionHistoryLimit", "many"))),
        broken(
            "QuantityFormatException",
            gateway(CONTAINER + "/resources/limits", it -> it.put("memory", "1 gigabyte"))),
        broken("has a type that nobody checks", gateway("", it -> it.put("kind", "Deploymnet"))),
        broken(
            "ScaledObject millrace-workers/worker: ",
            in("ScaledObject", "worker", "/spec", it -> it.put("maxReplicas", 5))),
        broken(
            "TriggerAuthentication millrace-workers/gateway-api-key: ",
            in(
                "TriggerAuthentication",
                "gateway-api-key",
                "/spec/secretTargetRef/0",
                it -> it.remove("key"))));
  }

  static Stream<Arguments> references() {
    return Stream.of(
        broken(
            "not a subset of its pods' labels",
            worker("/spec/template/metadata/labels", it -> it.put("app.kubernetes.io/name", "x"))),
        broken(
            "PodDisruptionBudget millrace/gateway selects no pods",
            in(
                "PodDisruptionBudget",
                "gateway",
                "/spec/selector/matchLabels",
                it -> it.put("app.kubernetes.io/name", "gatewy"))),
        broken(
            "Service millrace/gateway selects no pods",
            in("Service", "gateway", "/spec/selector", it -> it.put("app", "gateway"))),
        broken(
            "spreads over other pods",
            gateway(
                POD + "/topologySpreadConstraints/0/labelSelector/matchLabels",
                it -> it.put("app.kubernetes.io/name", "worker"))),
        broken(
            "refers to a ConfigMap that is not there",
            gateway(CONTAINER + "/envFrom/0/configMapRef", it -> it.put("name", "settings"))),
        broken(
            "refers to a ServiceAccount that is not there",
            worker(POD, it -> it.put("serviceAccountName", "default-worker"))),
        broken("mounts [", worker(CONTAINER + "/volumeMounts/0", it -> it.put("name", "scratch"))),
        broken(
            "namespace that is not there",
            worker("/metadata", it -> it.put("namespace", "millrace-wrokers"))));
  }

  static Stream<Arguments> ports() {
    return Stream.of(
        broken(
            "leads to a port that no pod has",
            in("Service", "gateway", "/spec/ports/0", it -> it.put("targetPort", "web"))),
        broken(
            "readinessProbe asks a port that is not there",
            worker(CONTAINER + "/readinessProbe/httpGet", it -> it.put("port", 9090))),
        broken(
            "MANAGEMENT_SERVER_PORT=9091 but the port is",
            worker(CONTAINER + "/ports/0", it -> it.put("containerPort", 9090))),
        broken(
            "opens a port that no pod has",
            in(
                "NetworkPolicy",
                "gateway",
                "/spec/ingress/0/ports/0",
                it -> it.put("port", "https"))),
        broken(
            "leads to a service or port that is not there",
            in(
                "Ingress",
                "gateway",
                "/spec/rules/0/http/paths/0/backend/service",
                it -> it.put("name", "api"))),
        broken(
            "asks where no service is",
            in(
                "ScaledObject",
                "worker",
                "/spec/triggers/0/metadata",
                it -> it.put("url", "http://gateway.default.svc:8080/v1/queue"))),
        broken(
            "do not share a queue",
            settings("worker", it -> it.put("SPRING_DATA_REDIS_HOST", "other.example.com"))),
        broken(
            "no network policy lets Deployment millrace-workers/worker out to",
            settings("worker", it -> it.put("SPRING_DATA_REDIS_PORT", "6379"))));
  }

  static Stream<Arguments> network() {
    return Stream.of(
        broken(
            "namespace millrace-workers has no policy that denies all",
            overlay ->
                overlay
                    .of("NetworkPolicy")
                    .filter(it -> it.is("NetworkPolicy", "millrace-workers", "default-deny"))
                    .forEach(it -> at(it.body(), "/spec").putArray("policyTypes").add("Ingress"))),
        broken(
            "lets something in to the workers",
            in("NetworkPolicy", "worker", "/spec", it -> it.putArray("ingress").addObject())),
        broken(
            "lets workers out to everywhere",
            in(
                "NetworkPolicy",
                "worker-to-queue",
                "/spec/egress/0/to/0/ipBlock",
                it -> it.put("cidr", "0.0.0.0/0"))),
        broken(
            "lets webhooks, jobs or builders out to private networks",
            in(
                "NetworkPolicy",
                "gateway",
                "/spec/egress/1/to/0/ipBlock",
                it -> it.putArray("except").add("10.0.0.0/8"))),
        broken(
            "lets out to everywhere",
            in("NetworkPolicy", "gateway", "/spec/egress/0", it -> it.remove("to"))),
        broken(
            "cuts off callers that wait: proxy-read-timeout is 330 s, and MILLRACE_GATEWAY_MAXWAIT 3600 s",
            settings("gateway", it -> it.remove("MILLRACE_GATEWAY_MAXWAIT"))),
        broken(
            "cuts off callers that wait: proxy-send-timeout is 60 s",
            in(
                "Ingress",
                "gateway",
                "/metadata/annotations",
                it -> it.remove("nginx.ingress.kubernetes.io/proxy-send-timeout"))),
        broken(
            "must have proxy-next-upstream off",
            in(
                "Ingress",
                "gateway",
                "/metadata/annotations",
                it -> it.remove("nginx.ingress.kubernetes.io/proxy-next-upstream"))));
  }

  static Stream<Arguments> environment() {
    return Stream.of(
        broken(
            "does not read MILLRACE_QUEUE_MAX_LENGHT",
            settings("gateway", it -> it.put("MILLRACE_QUEUE_MAX_LENGHT", "1"))),
        broken(
            "worker does not read MILLRACE_QUEUE_MAX_LENGTHS",
            settings("worker", it -> it.put("MILLRACE_QUEUE_MAX_LENGTHS", "1"))),
        broken(
            "gateway does not read MILLRACE_WORKER_SLOTS",
            settings("gateway", it -> it.put("MILLRACE_WORKER_SLOTS", "1"))),
        broken(
            "does not read SPRING_KAFKA_BOOTSTRAPSERVER",
            settings("gateway", it -> it.put("SPRING_KAFKA_BOOTSTRAPSERVER", "x:1"))),
        broken(
            "has a secret in plain text: SPRING_DATA_REDIS_PASSWORD",
            gateway(
                CONTAINER,
                it ->
                    it.withArray("env")
                        .addObject()
                        .put("name", "SPRING_DATA_REDIS_PASSWORD")
                        .put("value", "hunter2"))),
        broken(
            "does not say how to make millrace/other",
            gateway(CONTAINER + "/env/0/valueFrom/secretKeyRef", it -> it.put("name", "other"))),
        broken(
            "does not say how to make millrace/other-tls",
            in("Ingress", "gateway", "/spec/tls/0", it -> it.put("secretName", "other-tls"))),
        broken(
            "Secret millrace/gateway is in the repository",
            in(
                "ServiceAccount",
                "gateway",
                "",
                it -> it.put("kind", "Secret").remove("automountServiceAccountToken"))));
  }
}
