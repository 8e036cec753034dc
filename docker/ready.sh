#!/usr/bin/env bash
# Exits 0 when this container's application says on its management port that it is ready.
# bash opens the socket itself, so that an image needs no HTTP client.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${MANAGEMENT_SERVER_PORT}"
printf 'GET /actuator/health/readiness HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
read -r -t 2 _ status _ <&3
[[ $status == 200 ]]
