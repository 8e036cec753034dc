#!/usr/bin/env bash
# train.sh JAR CACHE: a training run of an application. It is started for real, on the embedded Kafka
# and Redis, and stopped once it is ready; its JVM then writes what it loaded and linked into CACHE,
# so that later starts do neither again. The JVM must be the one that will use the cache.
# On a slow machine a worker takes over 200 s for it: TRAIN_LIMIT_SECONDS (900) bounds each wait.
set -euo pipefail
jar=$1 cache=$2 limit=${TRAIN_LIMIT_SECONDS:-900}
folder=$(mktemp -d)
trap 'kill -KILL "${application:-$infrastructure}" "$infrastructure" 2> /dev/null || true; rm -rf "$folder"' EXIT

# fail CAUSE: says it before the last words of both processes and after, since a build shows the end.
fail() {
  echo "train.sh: $1" >&2
  tail -n 60 "$folder"/*.out >&2
  echo "train.sh: $1. The lines above are the last that it printed." >&2
  exit 1
}

# wait_for WHAT PROCESS COMMAND...: until the command succeeds.
wait_for() {
  local what=$1 process=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    if ! kill -0 "$process" 2> /dev/null; then
      local code=0
      wait "$process" || code=$?
      fail "$what ended with status $code before it was ready"
    fi
    (( SECONDS < limit )) \
      || fail "$what was not ready after $limit s; on a slower machine set TRAIN_LIMIT_SECONDS higher"
    sleep 0.2
  done
  echo "train.sh: $what is ready after $SECONDS s"
  SECONDS=0
}

MILLRACE_DATA_DIR=$folder/data java -Xmx256m -cp /infra/standalone.jar \
  io.millrace.standalone.Infrastructure > "$folder/infrastructure.out" 2>&1 &
infrastructure=$!
wait_for "the embedded Kafka and Redis" "$infrastructure" grep -q '^Ready' "$folder/infrastructure.out"

java -XX:AOTCacheOutput="$cache" -jar "$jar" > "$folder/application.out" 2>&1 &
application=$!
wait_for "$(basename "$jar" .jar)" "$application" ready.sh

kill -TERM "$application"
code=0
wait "$application" || code=$?
[[ -s $cache ]] || fail "$(basename "$jar" .jar) ended with status $code and wrote no cache"
