package io.millrace.deploy;

import static io.millrace.deploy.Mistakes.CONTAINER;
import static io.millrace.deploy.Mistakes.POD;
import static io.millrace.deploy.Mistakes.broken;
import static io.millrace.deploy.Mistakes.gateway;
import static io.millrace.deploy.Mistakes.in;
import static io.millrace.deploy.Mistakes.settings;
import static io.millrace.deploy.Mistakes.worker;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake about how pods run, made in a copy of the production overlay. */
class BrokenWorkloadsTest {

  @ParameterizedTest(name = "{0}")
  @MethodSource({"scaling", "availability", "security", "sandbox", "queueSecurity"})
  void aBrokenCopyIsCaught(String expected, Consumer<Overlay> mistake) {
    Overlay broken = Overlay.rendered("overlays/prod").copy();
    mistake.accept(broken);
    assertThat(Rules.violatedBy(broken))
        .anySatisfy(violation -> assertThat(violation).contains(expected));
  }

  static Stream<Arguments> scaling() {
    return Stream.of(
        broken(
            "scales from 2 to 1",
            in("ScaledObject", "worker", "/spec", it -> it.put("maxReplicaCount", 1))),
        broken(
            "scales from 11 to 10",
            in("HorizontalPodAutoscaler", "gateway", "/spec", it -> it.put("minReplicas", 11))),
        broken(
            "scales what is not there",
            in("ScaledObject", "worker", "/spec/scaleTargetRef", it -> it.put("name", "workers"))),
        broken(
            "falls back to 50",
            in("ScaledObject", "worker", "/spec/fallback", it -> it.put("replicas", 50))),
        broken("each apply would undo it", worker("/spec", it -> it.put("replicas", 3))),
        broken(
            "says no replicas and has no autoscaler",
            in("ScaledObject", "worker", "/spec/scaleTargetRef", it -> it.put("name", "x"))),
        broken(
            "counts 8 jobs a pod, which has 4 slots",
            in(
                "ScaledObject",
                "worker",
                "/spec/advanced/scalingModifiers",
                it -> it.put("target", "8"))),
        broken(
            "a formula with an unknown trigger: busy",
            in(
                "ScaledObject",
                "worker",
                "/spec/advanced/scalingModifiers",
                it -> it.put("formula", "waiting + busy"))),
        broken(
            "divides by a cpu request that is not there",
            gateway(CONTAINER + "/resources/requests", it -> it.remove("cpu"))),
        broken(
            "lets no pod go",
            in("PodDisruptionBudget", "worker", "/spec", it -> it.put("maxUnavailable", 0))),
        broken(
            "lets no pod go",
            in(
                "PodDisruptionBudget",
                "gateway",
                "/spec",
                it -> it.put("minAvailable", 2).remove("maxUnavailable"))),
        broken(
            "worker is killed after 30 s",
            worker(POD, it -> it.put("terminationGracePeriodSeconds", 30))),
        broken(
            "is below the longest job",
            settings("worker", it -> it.put("MILLRACE_WORKER_DRAIN_GRACE", "30s"))),
        broken(
            "gateway is killed after 310 s",
            gateway(POD, it -> it.put("terminationGracePeriodSeconds", 310))),
        broken("but its limit is", settings("worker", it -> it.put("MILLRACE_WORKER_SLOTS", "8"))),
        broken(
            "asks for more memory than its limit",
            gateway(CONTAINER + "/resources/requests", it -> it.put("memory", "2Gi"))));
  }

  static Stream<Arguments> availability() {
    return Stream.of(
        broken(
            "worker: startupProbe asks nothing",
            worker(CONTAINER, it -> it.remove("startupProbe"))),
        broken(
            "gateway: livenessProbe asks nothing",
            gateway(CONTAINER, it -> it.remove("livenessProbe"))),
        broken(
            "gateway: readinessProbe asks nothing",
            gateway(CONTAINER, it -> it.remove("readinessProbe"))),
        broken(
            "livenessProbe asks /actuator/health/readiness",
            worker(
                CONTAINER + "/livenessProbe/httpGet",
                it -> it.put("path", "/actuator/health/readiness"))),
        broken(
            "worker is not spread over kubernetes.io/hostname",
            worker(POD, it -> it.remove("topologySpreadConstraints"))),
        broken(
            "gateway is not spread over topology.kubernetes.io/zone",
            gateway(POD + "/topologySpreadConstraints/0", it -> it.put("topologyKey", "rack"))),
        broken(
            "worker has no disruption budget",
            in(
                "PodDisruptionBudget",
                "worker",
                "/metadata",
                it -> it.put("namespace", "millrace"))),
        broken(
            "is killed within 300 s",
            worker(CONTAINER + "/startupProbe", it -> it.put("failureThreshold", 60))),
        broken(
            "waits long for a node that is gone",
            worker(POD + "/tolerations/0", it -> it.put("tolerationSeconds", 300))),
        broken(
            "rolls with pods away",
            gateway("/spec/strategy/rollingUpdate", it -> it.put("maxUnavailable", 1))));
  }

  static Stream<Arguments> security() {
    return Stream.of(
        broken(
            "procMount is Unmasked without hostUsers: false",
            worker(POD, it -> it.remove("hostUsers"))),
        broken(
            "needs what the level restricted",
            in(
                "Namespace",
                "millrace-workers",
                "/metadata/labels",
                it -> it.put("pod-security.kubernetes.io/enforce", "restricted"))),
        broken(
            "only workers belong into a privileged namespace",
            in(
                "Namespace",
                "millrace",
                "/metadata/labels",
                it -> it.put("pod-security.kubernetes.io/enforce", "privileged"))),
        broken(
            "privileged is on",
            worker(CONTAINER + "/securityContext", it -> it.put("privileged", true))),
        broken(
            "drop ALL, add none",
            worker(
                CONTAINER + "/securityContext/capabilities",
                it -> it.putArray("add").add("SYS_ADMIN"))),
        broken(
            "allowPrivilegeEscalation is not false",
            gateway(CONTAINER + "/securityContext", it -> it.remove("allowPrivilegeEscalation"))),
        broken(
            "readOnlyRootFilesystem is not true",
            gateway(CONTAINER + "/securityContext", it -> it.remove("readOnlyRootFilesystem"))),
        broken(
            "runAsNonRoot is not true",
            gateway(POD + "/securityContext", it -> it.remove("runAsNonRoot"))),
        broken(
            "seccompProfile is missing",
            worker(POD + "/securityContext", it -> it.remove("seccompProfile"))),
        broken(
            "automountServiceAccountToken is not false",
            worker(POD, it -> it.remove("automountServiceAccountToken"))),
        broken(
            "hands out a token",
            in("ServiceAccount", "worker", "", it -> it.remove("automountServiceAccountToken"))),
        broken(
            "enableServiceLinks is not false", gateway(POD, it -> it.remove("enableServiceLinks"))),
        broken("hostNetwork is on", gateway(POD, it -> it.put("hostNetwork", true))),
        broken(
            "the image is in no registry",
            gateway(CONTAINER, it -> it.put("image", "millrace/gateway:1.0.0"))),
        broken(
            "the image has no version",
            gateway(CONTAINER, it -> it.put("image", "millrace/gateway:latest"))));
  }

  static Stream<Arguments> sandbox() {
    return Stream.of(
        broken("lacks hostUsers: false", worker(POD, it -> it.put("hostUsers", true))),
        broken(
            "lacks procMount: Unmasked",
            worker(CONTAINER + "/securityContext", it -> it.remove("procMount"))),
        broken(
            "lacks the workers' seccomp profile",
            worker(
                POD + "/securityContext/seccompProfile",
                it -> it.put("type", "RuntimeDefault").remove("localhostProfile"))),
        broken(
            "lacks the workers' seccomp profile",
            worker(
                POD + "/securityContext/seccompProfile",
                it -> it.put("localhostProfile", "profiles/other.json"))),
        broken(
            "lacks appArmorProfile",
            worker(POD + "/securityContext", it -> it.remove("appArmorProfile"))),
        broken(
            "has procMount: Unmasked",
            settings("worker", it -> it.put("MILLRACE_SANDBOX_REQUIRE", "fallback"))),
        broken(
            "requires no tier that there is",
            settings("worker", it -> it.remove("MILLRACE_SANDBOX_REQUIRE"))));
  }

  static Stream<Arguments> queueSecurity() {
    return Stream.of(
        broken(
            "worker speaks to Kafka in plain text",
            settings("worker", it -> it.put("SPRING_KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"))),
        broken(
            "gateway speaks to Kafka in plain text, or as nobody",
            settings("gateway", it -> it.remove("SPRING_KAFKA_SECURITY_PROTOCOL"))),
        broken(
            "shows Kafka its password",
            settings("worker", it -> it.put("SPRING_KAFKA_PROPERTIES_SASL_MECHANISM", "PLAIN"))),
        broken("gateway has no credentials for Kafka", gateway(CONTAINER, it -> it.remove("env"))),
        broken("worker has no credentials for Redis", worker(CONTAINER, it -> it.remove("env"))),
        broken(
            "no certificate to know Kafka by",
            settings("worker", it -> it.remove("SPRING_KAFKA_SSL_BUNDLE"))),
        broken(
            "no certificate to know Redis by",
            settings("gateway", it -> it.remove("SPRING_DATA_REDIS_SSL_BUNDLE"))),
        broken(
            "no certificate to know Redis by",
            settings(
                "gateway",
                it ->
                    it.put("SPRING_SSL_BUNDLE_PEM_QUEUE_TRUSTSTORE_CERTIFICATE", "file:/ca.crt"))));
  }
}
