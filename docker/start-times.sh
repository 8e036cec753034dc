#!/usr/bin/env bash
# start-times.sh ROLE [ROUNDS]: how long the gateway or the worker takes from exec to ready, with and
# without the AOT cache of its image, in turns; prints both medians and their ratio. The compose
# file's Kafka and Redis must be up, and nothing else should run.
set -euo pipefail
role=${1:?gateway or worker} rounds=${2:-7}
project=${COMPOSE_PROJECT_NAME:-millrace}

# Inside of the container, so that what the engine does is not in the time. Without the cache a JVM
# still has the archive of its own classes: where the runtime lacks it, it is made first.
# shellcheck disable=SC2016 # for that shell to expand
readonly timed='
  flags=$0
  home=$(java -XshowSettings:properties -version 2>&1 | sed -n "s/ *java.home = //p")
  if [[ -z $flags && ! -e $home/lib/server/classes.jsa ]]; then
    flags=-XX:SharedArchiveFile=/tmp/classes.jsa
    java -Xshare:dump "$flags" > /dev/null 2>&1
  fi
  begun=$EPOCHREALTIME
  java $flags -jar "/app/$ROLE.jar" > /tmp/log 2>&1 &
  until ready.sh 2> /dev/null; do
    kill -0 $! || { cat /tmp/log >&2; exit 1; }
    sleep 0.02
  done
  echo $(( (${EPOCHREALTIME/./} - ${begun/./}) / 1000 ))'

# once FLAGS: milliseconds. As the compose file runs it, with its settings and limits.
once() {
  docker compose --project-name "$project" --progress quiet run --rm --no-deps --no-TTY \
    --env ROLE="$role" --entrypoint bash "$role" -c "$timed" "$1"
}

median() {
  sort -n | sed -n "$((rounds / 2 + 1))p"
}

with=() without=()
for ((round = 0; round < rounds; round++)); do
  with+=("$(once "-XX:AOTCache=/app/$role.aot")")
  without+=("$(once "")")
done
a=$(printf '%s\n' "${with[@]}" | median) b=$(printf '%s\n' "${without[@]}" | median)
echo "$role: with ${with[*]}, without ${without[*]} ms"
awk -v a="$a" -v b="$b" 'BEGIN { printf "medians: with %d, without %d ms, ratio %.2f\n", a, b, a / b }'
