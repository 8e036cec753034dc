#!/usr/bin/env bash
# train.sh JAR CACHE: a training run of an application. It is started for real, on the embedded Kafka
# and Redis, and stopped once it is ready; its JVM then writes what it loaded and linked into CACHE,
# so that later starts do neither again. The JVM must be the one that will use the cache.
set -euo pipefail
jar=$1 cache=$2
folder=$(mktemp -d)
trap 'kill -KILL "${application:-$infrastructure}" "$infrastructure" 2> /dev/null || true; rm -rf "$folder"' EXIT

# wait_for SECONDS PROCESS COMMAND...: until the command succeeds.
wait_for() {
  local seconds=$1 process=$2
  shift 2
  for ((i = 0; i < seconds * 5; i++)); do
    "$@" > /dev/null 2>&1 && return
    kill -0 "$process" || break
    sleep 0.2
  done
  cat "$folder"/*.out >&2
  return 1
}

MILLRACE_DATA_DIR=$folder/data java -Xmx256m -cp /infra/standalone.jar \
  io.millrace.standalone.Infrastructure > "$folder/infrastructure.out" 2>&1 &
infrastructure=$!
wait_for 60 "$infrastructure" grep -q '^Ready' "$folder/infrastructure.out"

java -XX:AOTCacheOutput="$cache" -jar "$jar" > "$folder/application.out" 2>&1 &
application=$!
wait_for 120 "$application" ready.sh

kill -TERM "$application"
wait "$application" || true
test -s "$cache"
