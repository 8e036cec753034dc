# The gateway. Built from the repository's root:
#   docker build -f docker/gateway.Dockerfile -t millrace/gateway:1.0.0 .
# Jars that were built elsewhere take the place of the first stages:
#   ... --build-context jar=api-gateway/target --build-context infra=standalone/target
ARG BUILD_IMAGE=maven:3.9-eclipse-temurin-25
ARG RUNTIME_IMAGE=eclipse-temurin:25-jre

FROM ${BUILD_IMAGE} AS source
WORKDIR /source
COPY . .
# The checks of style and the tests are the build's before this one: they need JDK 17. The other
# image's build may run at the same time, and Maven shares its folder with nobody.
RUN --mount=type=cache,target=/root/.m2,sharing=locked \
    mvn -B -q -pl api-gateway,standalone -am package -DskipTests -Dspotless.check.skip=true -Dmdep.analyze.skip=true

FROM scratch AS jar
COPY --from=source /source/api-gateway/target/api-gateway.jar /

FROM scratch AS infra
COPY --from=source /source/standalone/target/standalone.jar /
COPY --from=source /source/standalone/target/lib /lib

FROM ${RUNTIME_IMAGE} AS layers
WORKDIR /jar
COPY --from=jar api-gateway.jar gateway.jar
RUN java -Djarmode=tools -jar gateway.jar extract --layers --destination /layers

FROM ${RUNTIME_IMAGE}
ARG VERSION=1.0.0
LABEL org.opencontainers.image.title="Millrace gateway" \
      org.opencontainers.image.version="${VERSION}"
RUN groupadd --system --gid 10001 millrace \
 && useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin millrace \
 && install -d -o 10001 -g 10001 -m 0700 /var/lib/millrace /var/spool/millrace
WORKDIR /app
# From what changes least to what changes most.
COPY --from=layers /layers/dependencies/ ./
COPY --from=layers /layers/snapshot-dependencies/ ./
COPY --from=layers /layers/application/ ./
COPY --chmod=0755 docker/ready.sh docker/keys.sh /usr/local/bin/

# The first start, timed by nobody: what it loads and links is in the cache for every later one.
# On a machine that is slower still: --build-arg TRAIN_LIMIT_SECONDS=...
ARG TRAIN_LIMIT_SECONDS=900
RUN --network=none --mount=type=bind,from=infra,target=/infra \
    --mount=type=bind,source=docker/train.sh,target=/usr/local/bin/train.sh \
    MILLRACE_API_KEYS=training-run-with-a-key-of-no-use MANAGEMENT_SERVER_PORT=9090 train.sh /app/gateway.jar /app/gateway.aot

ENV SERVER_ADDRESS=0.0.0.0 \
    SERVER_PORT=8080 \
    MANAGEMENT_SERVER_ADDRESS=0.0.0.0 \
    MANAGEMENT_SERVER_PORT=9090 \
    JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=60"
EXPOSE 8080 9090
USER 10001:10001
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --start-interval=1s --retries=3 CMD ["ready.sh"]
# A name is asked for again after 5 s, not 30: a Kafka or Redis that moved has another address.
ENTRYPOINT ["java", "-XX:AOTCache=/app/gateway.aot", "-XX:+ExitOnOutOfMemoryError", "-Dsun.net.inetaddr.ttl=5", "-jar", "/app/gateway.jar"]
