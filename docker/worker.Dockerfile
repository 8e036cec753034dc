# The worker, with the Python that its sandboxes run. Built from the repository's root:
#   docker build -f docker/worker.Dockerfile -t millrace/worker:1.0.0 .
# With numpy and pandas, imported before a job asks for them:
#   ... --build-arg PYTHON_PACKAGES="python3-numpy python3-pandas" --build-arg PREIMPORT=numpy,pandas
# A jar that was built elsewhere takes the place of the first two stages:
#   ... --build-context jar=executor-worker/target
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS source
WORKDIR /source
COPY . .
# The checks of style and the tests are the build's before this one: they need JDK 17.
RUN --mount=type=cache,target=/root/.m2 \
    mvn -B -q -pl executor-worker -am package -DskipTests -Dspotless.check.skip=true -Dmdep.analyze.skip=true

FROM scratch AS jar
COPY --from=source /source/executor-worker/target/executor-worker.jar /

FROM ${RUNTIME_IMAGE} AS layers
WORKDIR /layers
COPY --from=jar executor-worker.jar worker.jar
RUN java -Djarmode=tools -jar worker.jar extract --layers --destination .

FROM ${RUNTIME_IMAGE}
ARG VERSION=1.0.0
ARG PYTHON_PACKAGES=""
ARG PREIMPORT=""
LABEL org.opencontainers.image.title="Millrace worker" \
      org.opencontainers.image.version="${VERSION}"
# tini is the container's first process: it reaps what a killed helper leaves behind.
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 tini ${PYTHON_PACKAGES} \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --system --gid 10001 millrace \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin millrace
WORKDIR /app
# From what changes least to what changes most.
COPY --from=layers /layers/dependencies/ ./
COPY --from=layers /layers/snapshot-dependencies/ ./
COPY --from=layers /layers/application/ ./
COPY --chmod=0755 docker/ready.sh /usr/local/bin/

# The training run starts the application as far as it goes without Kafka and Redis; what it loaded
# and linked is in the cache, so that a start does neither again. It must be this very JVM.
RUN java -XX:AOTCacheOutput=/app/worker.aot -Dspring.context.exit=onRefresh -jar worker.jar > /tmp/training.log 2>&1 \
 || { cat /tmp/training.log; exit 1; }; \
    test -s /app/worker.aot && rm -rf /tmp/*

# The heap is small and fixed: the container's memory is the sandboxes'.
ENV MANAGEMENT_SERVER_ADDRESS=0.0.0.0 \
    MANAGEMENT_SERVER_PORT=9091 \
    MILLRACE_SANDBOX_PREIMPORT=${PREIMPORT} \
    JDK_JAVA_OPTIONS="-Xmx256m"
EXPOSE 9091
USER 10001:10001
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --start-interval=1s --retries=3 CMD ["ready.sh"]
ENTRYPOINT ["tini", "--", "java", "-XX:AOTCache=/app/worker.aot", "-XX:+ExitOnOutOfMemoryError", "-jar", "/app/worker.jar"]
