#!/usr/bin/env bash
# smoke.sh [--url URL --key KEY] [--webhook URL]: looks at what an apply has made, the way a caller
# would use it, and says in a sentence each what is not as it should be. Exits 0 when all is well.
#
# With kubectl's current context it looks at the pods, finds the key in the Secret and forwards a port
# of its own. With --url it only speaks HTTP, to a Millrace anywhere. --webhook is an address that
# answers a POST with 2xx; without one, any answer of https://example.com shows that webhooks get out.
# Needs bash and curl. SMOKE_PATIENCE_SECONDS (90) is how long it waits for an answer.
set -uo pipefail

readonly gateways=millrace worker_namespace=millrace-workers patience=${SMOKE_PATIENCE_SECONDS:-90}
url='' key=${MILLRACE_API_KEY:-} webhook='' forward=''
while (( $# > 0 )); do
  case $1 in
    --url) url=${2:?an address} ;;
    --key) key=${2:?an API key} ;;
    --webhook) webhook=${2:?an address} ;;
    *) echo "smoke.sh does not know $1; it takes --url, --key and --webhook." >&2; exit 2 ;;
  esac
  shift 2
done

faults=0
folder=$(mktemp -d)
trap '[[ -z $forward ]] || kill "$forward" 2> /dev/null; rm -rf "$folder"' EXIT
good() { echo "ok    $1"; }
bad() { echo "FAULT $1"; faults=$((faults + 1)); }
# value NAME FILE: the first string, number or list of that name in a JSON text.
value() { grep -oE "\"$1\" *: *(\"([^\"\\\\]|\\\\.)*\"|\{[^}]*\}|\[[^]]*\]|[^,}]+)" "$2" | head -n 1 | sed -E 's/^"[^"]*" *: *//; s/^"(.*)"$/\1/'; }

### The cluster

# one_pod NAME READY STATE MESSAGE: says why a pod is not ready.
one_pod() {
  local name=$1 state=$3 message=$4
  case "$state $message" in
    *ErrImageNeverPull*|*ImagePullBackOff*|*ErrImagePull*|*InvalidImageName*)
      bad "Pod $name has no image ($message): build it, push or load it, and name your registry under images in the overlay." ;;
    *seccomp*)
      bad "Pod $name waits for its seccomp profile: seccomp-installer puts it on the node and the pod then starts by itself; if it stays, the kubelet's folder is not /var/lib/kubelet." ;;
    *CreateContainerConfigError*secret*|*FailedMount*secret*)
      bad "Pod $name lacks a Secret ($message): docs/operations.md says how to make it." ;;
    *CreateContainer*|*RunContainerError*)
      bad "Pod $name cannot be started on its node: $message" ;;
    *OOMKilled*)
      bad "Pod $name was ended for its memory: its limit is below what its slots need (docs/operations.md)." ;;
    *CrashLoopBackOff*|*Error*|*Terminated*)
      bad "Pod $name ends again and again; its last words: $(kubectl -n "$5" logs "$name" --previous --tail=1 2> /dev/null || kubectl -n "$5" logs "$name" --tail=1 2> /dev/null)" ;;
    *Unschedulable*)
      bad "Pod $name finds no node: $message" ;;
    *)
      bad "Pod $name is not ready yet (${state:-starting}): look again in a minute, then at its log." ;;
  esac
}

pods() {
  local namespace=$1 found=0 name ready state message
  while IFS=$'\x1f' read -r name ready state message; do
    [[ -n $name ]] || continue
    found=$((found + 1))
    [[ $ready == *false* || -z $ready || $state == *OOMKilled* ]] && one_pod "$name" "$ready" "$state" "$message" "$namespace"
  done < <(kubectl -n "$namespace" get pods -o go-template='{{range .items}}{{.metadata.name}}{{"\x1f"}}{{range .status.containerStatuses}}{{.ready}} {{end}}{{"\x1f"}}{{range .status.containerStatuses}}{{with .state.waiting}}{{.reason}} {{end}}{{with .state.terminated}}{{.reason}} {{end}}{{with .lastState.terminated}}{{.reason}} {{end}}{{end}}{{range .status.conditions}}{{if eq .status "False"}}{{.reason}} {{end}}{{end}}{{"\x1f"}}{{range .status.containerStatuses}}{{with .state.waiting}}{{.message}} {{end}}{{end}}{{range .status.conditions}}{{if eq .reason "Unschedulable"}}{{.message}} {{end}}{{end}}{{"\n"}}{{end}}' 2> "$folder/err")
  if [[ -s $folder/err ]]; then
    bad "The pods of $namespace cannot be read: $(head -n 1 "$folder/err")"
  elif (( found == 0 )); then
    bad "There is no pod in the namespace $namespace: apply an overlay first."
  else
    good "$found pods in $namespace looked at"
  fi
}

cluster() {
  kubectl version > /dev/null 2> "$folder/err" || { bad "kubectl reaches no cluster: $(tail -n 1 "$folder/err")"; return 1; }
  pods "$gateways"
  pods "$worker_namespace"
  local name
  for name in $(kubectl -n "$gateways" get pvc -o go-template='{{range .items}}{{if ne .status.phase "Bound"}}{{.metadata.name}} {{end}}{{end}}' 2> /dev/null); do
    bad "The claim $name has no volume: the cluster needs a default StorageClass (kubectl get storageclass)."
  done
  # A pod whose volume is a Secret that is not there only says that it is being created.
  for name in millrace-api-keys millrace-webhook; do
    kubectl -n "$gateways" get secret "$name" > /dev/null 2> "$folder/err" || bad "The Secret $name cannot be read ($(tail -n 1 "$folder/err")): docs/operations.md says how to make it."
  done
  for name in default-deny gateway; do
    kubectl -n "$gateways" get networkpolicy "$name" > /dev/null 2>&1 || bad "The NetworkPolicy $name is not there: an apply ended before its end; apply again and read its last lines."
  done
  stores
  [[ -n $key ]] || key=$(kubectl -n "$gateways" get secret millrace-api-keys -o go-template='{{index .data "api-keys" | base64decode}}' 2> /dev/null | grep -vE '^ *(#|$)' | head -n 1 | sed -E 's/^([A-Za-z0-9._-]+:)?([^ ]+).*/\2/')
  kubectl -n "$gateways" port-forward service/gateway :8080 > "$folder/forward" 2>&1 &
  forward=$!
  local i
  for (( i = 0; i < 50; i++ )); do
    url=$(grep -oE '127\.0\.0\.1:[0-9]+' "$folder/forward" | head -n 1)
    [[ -n $url ]] && { url=http://$url; return 0; }
    kill -0 "$forward" 2> /dev/null || break
    sleep 0.2
  done
  bad "The Service gateway cannot be reached: $(tail -n 1 "$folder/forward")"
  return 1
}

# What the gateway itself says of Kafka, Redis and the share groups. Its image has bash, and no HTTP client.
stores() {
  # shellcheck disable=SC2016 # for that shell to expand
  kubectl -n "$gateways" exec deployment/gateway -- bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$MANAGEMENT_SERVER_PORT"; printf "GET /actuator/health/dependencies HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" >&3; cat <&3' > "$folder/stores" 2> "$folder/err" \
    || { bad "No gateway can be asked how its stores are: $(tail -n 1 "$folder/err")"; return; }
  if head -n 1 "$folder/stores" | grep -q ' 200'; then
    good "Kafka, Redis and the share groups are there"
    return
  fi
  grep -q '"kafka":false' "$folder/stores" && bad "The gateway does not reach Kafka: its address (queue.env), its NetworkPolicy, DNS in kube-system on port 53."
  grep -q '"redis":false' "$folder/stores" && bad "The gateway does not reach Redis: its address (queue.env), its NetworkPolicy, its password."
  grep -q '"lanes":false' "$folder/stores" && bad "Redis was emptied, and what waits is not counted again yet: wait; if it stays, read the gateways' logs."
  grep -qE '"groups":\{"status":"(OUT_OF_SERVICE|DOWN)"' "$folder/stores" && bad "Kafka cannot read its share groups, so that no job runs: a broker must reach itself and the others by the names that it advertises (NetworkPolicy, DNS)."
}

### The service

# ask METHOD PATH [BODY]: the status, 000 where there is none; the answer is in $folder/answer.
ask() {
  : > "$folder/answer"
  curl -sS -m "$patience" -o "$folder/answer" -w '%{http_code}' -X "$1" -H "x-api-key: $key" -H 'Content-Type: application/json' ${3:+-d "$3"} "$url$2" 2> "$folder/err" || true
}

refused() {
  case $1 in
    000)
      if grep -q 'Operation timed out' "$folder/err"; then
        bad "$2: $url took the request and did not answer within $patience s: all slots are busy, or no worker runs its job; look at /v1/queue, the workers' logs, and whether Kafka's share groups are there (/actuator/health/dependencies)."
      else
        bad "$2: nobody answers at $url ($(tail -n 1 "$folder/err"))."
      fi ;;
    401) bad "$2: the key is not one of the gateway's; --key gives another, and a key that is stored as a digest must be given." ;;
    503) bad "$2: the gateway cannot take jobs now: $(said). On its management port /actuator/health/dependencies says whether Kafka or Redis is away." ;;
    429) bad "$2: the queue or the key is at its limit: $(value message "$folder/answer")" ;;
    404|405|501) bad "$2: what answers at $url is no Millrace ($1): $(said)" ;;
    502|504) bad "$2: a proxy answered $1 for the gateway: it reaches none, or waits too short (docs/operations.md, Proxies and Ingresses)." ;;
    *) bad "$2: the gateway answered $1: $(said)" ;;
  esac
}

# said: what the answer says, in one line.
said() {
  local message
  message=$(value message "$folder/answer")
  [[ -n $message ]] && echo "$message" || head -c 300 "$folder/answer" | tr '\n' ' '
}

first_example() {
  local status
  status=$(ask POST /v1/code/execute/python '{"code": "print('\''Hello, World!'\'')", "timeout": 10, "id": "smoke"}')
  if [[ $status == 202 ]]; then
    bad "The first example waits: it was taken, but no worker ran it in time."
  elif [[ $status != 200 ]]; then
    refused "$status" "The first example"
  elif [[ $(value stdout "$folder/answer") == 'Hello, World!\n' ]]; then
    good "the first example answered Hello, World! in $(value total_time "$folder/answer") s"
  else
    bad "The first example answered something else: $(head -c 300 "$folder/answer" | tr '\n' ' ')"
  fi
}

# Fails where no job can run.
queue() {
  local status workers tiers
  status=$(ask GET /v1/queue)
  [[ $status == 200 ]] || { refused "$status" "The queue"; return 1; }
  workers=$(value workers "$folder/answer") tiers=$(value tiers "$folder/answer")
  if [[ ${workers:-0} == 0 ]]; then
    bad "No worker is there: $(value queue_length "$folder/answer") jobs wait, and a new one would too; look at the workers' logs (in Kubernetes those of the pods in $worker_namespace)."
    return 1
  fi
  good "the queue has $workers workers with $(value slots "$folder/answer") slots, and $(value queue_length "$folder/answer") jobs wait"
  case $tiers in
    *fallback*) bad "A worker has the tier fallback ($tiers): its jobs have no namespaces of their own. That is right only where it was asked for." ;;
    *userns*|*root*) good "the sandboxes' tier is $tiers" ;;
    *) bad "The workers say no tier: $tiers" ;;
  esac
}

hook() {
  local status job i reached state
  status=$(ask POST /v1/code/execute/python "{\"code\": \"print(1)\", \"timeout\": 10, \"id\": \"smoke-webhook\", \"webhook_url\": \"${webhook:-https://example.com/}\"}")
  [[ $status == 202 || $status == 200 ]] || { refused "$status" "A job with a webhook"; return; }
  job=$(value job_id "$folder/answer")
  for (( i = 0; i < 40; i++ )); do
    ask GET "/v1/jobs/$job/deliveries" > /dev/null
    state=$(value state "$folder/answer")
    if [[ $state == delivered ]]; then
      good "the webhook was delivered to ${webhook:-https://example.com/}"
      return
    fi
    reached=$(value status "$folder/answer")
    if [[ -n $reached && $reached != null ]]; then
      if [[ -z $webhook ]]; then
        good "webhooks get out: https://example.com answered $reached; --webhook tries a delivery to yours"
      else
        bad "The webhook's receiver answered $reached: it must answer 2xx; the gateway tries again for a day."
      fi
      return
    fi
    (( $(value attempt_count "$folder/answer" || echo 0) > 0 )) && break
    sleep 0.5
  done
  if [[ $state == null ]]; then
    bad "The job with a webhook has not ended after $((i / 2)) s, so that nothing was sent yet."
    return
  fi
  bad "The webhook did not arrive at ${webhook:-https://example.com/}: $(value outcome "$folder/answer") $(value detail "$folder/answer"). The gateway needs DNS and a way out to the internet; addresses in private networks are never called unless MILLRACE_WEBHOOK_ALLOWED_NETWORKS names them."
}

if [[ -n $url ]] || cluster; then
  url=${url%/}
  if [[ -z $key ]]; then
    bad "There is no key: make the Secret millrace-api-keys, or give one with --key."
  else
    queue && { first_example; hook; }
  fi
fi
if (( faults > 0 )); then
  echo "$faults things are not as they should be."
  exit 1
fi
echo "All is as it should be."
