#!/usr/bin/env bash
# Writes the API keys that the gateway reads, one a line: the ones it is given in MILLRACE_API_KEYS
# (comma-separated), else the ones that are there, else a new one.
set -euo pipefail
file=${MILLRACE_API_KEYS_FILE:?}
umask 077
if [[ -n ${MILLRACE_API_KEYS:-} ]]; then
  tr ',' '\n' <<< "$MILLRACE_API_KEYS" > "$file"
elif [[ ! -s $file ]]; then
  od -An -N24 -tx1 /dev/urandom | tr -d ' \n' > "$file"
  echo >> "$file"
fi
echo "The API key is in $file: docker compose exec gateway cat $file"
