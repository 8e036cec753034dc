# The worker, with the Python that its sandboxes run. Built from the repository's root:
#   docker build -f docker/worker.Dockerfile -t millrace/worker:1.0.0 .
# With numpy and pandas, which are then imported before a job asks for them (PREIMPORT names others):
#   ... --build-arg PYTHON_PACKAGES="python3-numpy python3-pandas"
# Jars that were built elsewhere take the place of the first stages:
#   ... --build-context jar=executor-worker/target --build-context infra=standalone/target
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS source
WORKDIR /source
COPY . .
# The checks of style and the tests are the build's before this one: they need JDK 17. The other
# image's build may run at the same time, and Maven shares its folder with nobody.
RUN --mount=type=cache,target=/root/.m2,sharing=locked \
    mvn -B -q -pl executor-worker,standalone -am package -DskipTests -Dspotless.check.skip=true -Dmdep.analyze.skip=true

FROM scratch AS jar
COPY --from=source /source/executor-worker/target/executor-worker.jar /

FROM scratch AS infra
COPY --from=source /source/standalone/target/standalone.jar /
COPY --from=source /source/standalone/target/lib /lib

FROM ${RUNTIME_IMAGE} AS layers
WORKDIR /jar
COPY --from=jar executor-worker.jar worker.jar
RUN java -Djarmode=tools -jar worker.jar extract --layers --destination /layers

FROM ${RUNTIME_IMAGE}
ARG VERSION=1.0.0
ARG PYTHON_PACKAGES=""
ARG PREIMPORT="auto"
LABEL org.opencontainers.image.title="Millrace worker" \
      org.opencontainers.image.version="${VERSION}"
# tini is the container's first process: it reaps what a killed helper leaves behind.
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 tini ${PYTHON_PACKAGES} \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 millrace \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin millrace \
 && install -d -o 10001 -g 10001 -m 0700 /var/spool/millrace \
 && install -d -o 10001 -g 10001 -m 0755 /var/lib/millrace
WORKDIR /app
# From what changes least to what changes most.
COPY --from=layers /layers/dependencies/ ./
COPY --from=layers /layers/snapshot-dependencies/ ./
COPY --from=layers /layers/application/ ./
COPY --chmod=0755 docker/ready.sh /usr/local/bin/

# The first start, timed by nobody: what it loads and links is in the cache for every later one. So is matplotlib's list of
# fonts, where that is among the packages (/var/cache/millrace).
# On a machine that is slower still: --build-arg TRAIN_LIMIT_SECONDS=...
ARG TRAIN_LIMIT_SECONDS=900
RUN --network=none --mount=type=bind,from=infra,target=/infra \
    --mount=type=bind,source=docker/train.sh,target=/usr/local/bin/train.sh \
    MILLRACE_SANDBOX_REQUIRE=fallback MANAGEMENT_SERVER_PORT=9091 train.sh /app/worker.jar /app/worker.aot

# The heap is small and fixed: the container's memory is the sandboxes'.
ENV MANAGEMENT_SERVER_ADDRESS=0.0.0.0 \
    MANAGEMENT_SERVER_PORT=9091 \
    MILLRACE_SANDBOX_PREIMPORT=${PREIMPORT} \
    JDK_JAVA_OPTIONS="-Xmx256m"
EXPOSE 9091
USER 10001:10001
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --start-interval=1s --retries=3 CMD ["ready.sh"]
# A name is asked for again after 5 s, not 30: a Kafka or Redis that moved has another address.
ENTRYPOINT ["tini", "--", "java", "-XX:AOTCache=/app/worker.aot", "-XX:+ExitOnOutOfMemoryError", "-Dsun.net.inetaddr.ttl=5", "-jar", "/app/worker.jar"]
