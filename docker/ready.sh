#!/usr/bin/env bash
# ready.sh [GROUP]: exits 0 when this container's application says on its management port that it is
# ready, or that what it shares with others is there (GROUP dependencies).
# bash opens the socket itself, so that an image needs no HTTP client.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${MANAGEMENT_SERVER_PORT}"
printf 'GET /actuator/health/%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "${1:-readiness}" >&3
read -r -t 2 _ status _ <&3
[[ $status == 200 ]]
