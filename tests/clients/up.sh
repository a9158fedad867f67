# `up` over real sockets against `serve`, and the same policy in a rehearsal on the virtual clock: the
# fallback engine must take the same steps, with the same outcomes and words, and send the same
# requests to the Engine in the same order. Only time differs, a little.
source ./lib.sh
need curl awk

# Twenty times as fast: a machine's pause of 0.1 s counts as 2 s.
speed=20

mkdir -p "$scratch/app" "$scratch/policies"
printf 'FROM alpine:3.20\nCOPY . /app\nRUN true\n' >"$scratch/app/Dockerfile"
printf 'hello\n' >"$scratch/app/hello.txt"

# policy NAME REGISTRY: three tiers, one service; NAME.yaml is for REGISTRY.
policy() {
    cat >"$scratch/policies/$1.yaml" <<EOF
seatrial: policy/1
name: up
job: {timeout: 60min}
disk: {prune: always, free_min: 1KiB, timeout: 2min}
pre_pull: {image: 'moby/buildkit:buildx-stable-1', timeout: 5min}
retry: {attempts: 3, wait: 15s, wait_max: 60s}
tiers:
  - {id: container, driver: docker-container, timeout: 5min}
  - {id: docker, driver: docker, timeout: 3min}
  - id: manual
    driver: manual
    timeout: 2min
    pull: if_missing
    mirrors: ['mirror.gcr.io/moby/buildkit:buildx-stable-1']
    network: host
platforms: [linux/amd64, linux/arm64]
multi: {timeout: 25min}
single: {timeout: 20min}
services:
  - {id: app, context: ../app, image: '$2/acme/app:main'}
plain_http: ['$2']
EOF
}

# What both traces have in common: steps with outcome and message, requests to the Engine. Names and
# ids of the day are written alike.
steps_of() {
    grep '"event":"step"' "$1" |
        sed -E 's/"t_us":[0-9]+,|"(started|duration)_us":[0-9]+,?//g' | alike
}
requests_of() {
    grep '"event":"exchange"' "$1" | grep ':/var/run/docker.sock"' |
        sed -E 's/.*"n":([0-9]+),.*"method":"([A-Z]+)","target":"([^"]*)","status":([0-9]+).*/\1 \2 \3 -> \4/' |
        sort -n | cut -d' ' -f2- | alike
}
alike() {
    sed -E -e "s/localhost(:|%3A)5000|127\.0\.0\.1(:|%3A)${registry##*:}/REGISTRY/g" \
        -e 's/seatrial-[0-9a-z]+-/seatrial-RUN-/g' -e 's/[0-9a-f]{64}/ID/g'
}

# Seconds that a step took; longest difference that is noise: 5 s and a tenth of it.
durations_of() {
    grep '"event":"step"' "$1" |
        sed -E 's/.*"id":"([^"]*)".*"duration_us":([0-9]+).*/\1 \2/'
}
have_close_durations() {
    paste -d' ' <(durations_of "$1") <(durations_of "$2") | awk '
        { gap = ($2 - $4) / 1e6; if (gap < 0) gap = -gap
          if ($1 != $3 || gap > 5 + $4 / 1e7) { print "too far apart: " $0; bad = 1 } }
        END { exit bad }'
}

same() {
    output=$(diff -u "$1" "$2") && [[ -s $1 ]]
}

# rehearse NAME FATE: the same policy and faults on the virtual clock.
rehearse() {
    policy virtual localhost:5000
    {
        printf 'seatrial: scenario/1\npurpose: The twin of a real run.\n'
        printf 'policy: policies/virtual.yaml\nfate: %s\nworld:\n' "$2"
        printf '  network: {round_trip: 1ms, rate: 100GiB}\n'
        printf "  registries: [{service: 'localhost:5000', open_push: true}]\n"
        printf 'faults:\n'
        sed 's/^/  /' "$scratch/$1.yaml"
    } >"$scratch/scenario.yaml"
    run "$seatrial" run --quiet "$scratch/scenario.yaml"
    gives "$1: the rehearsal ends $2" 0 "1 passed"
    "$seatrial" trace "$scratch/scenario.yaml" >"$scratch/virtual.jsonl" 2>&1
}

# up NAME: the policy over real sockets; sets $status and $output.
up() {
    serve --clock "scaled:$speed" --faults "$scratch/$1.yaml"
    policy real "$registry"
    run "$seatrial" up --endpoint "$engine" --clock "scaled:$speed" --json "$scratch/up.json" \
        --bundle "$scratch/bundle" --trace "$scratch/up.jsonl" "$scratch/policies/real.yaml"
}

# compare NAME: both traces of the fault.
compare() {
    local side
    steps_of "$scratch/virtual.jsonl" >"$scratch/virtual.steps"
    steps_of "$scratch/up.jsonl" >"$scratch/real.steps"
    holds "$1: the same steps, outcomes and words" same "$scratch/virtual.steps" \
        "$scratch/real.steps"
    requests_of "$scratch/virtual.jsonl" >"$scratch/virtual.requests"
    requests_of "$scratch/trace.jsonl" >"$scratch/real.requests"
    holds "$1: the same requests to the Engine" same "$scratch/virtual.requests" \
        "$scratch/real.requests"
    output=$(have_close_durations "$scratch/virtual.jsonl" "$scratch/up.jsonl")
    holds "$1: steps take as long" test -z "$output"
}

# ---- clear weather ----
printf '[]\n' >"$scratch/clear.yaml"
up clear
gives "clear: up delivers" 0 "app: success    engine" "leg app: success in" \
    "app: $registry/acme/app:main: linux/amd64, linux/arm64" "1 of 1 legs succeeded"
run curl -sS "http://$registry/v2/acme/app/tags/list"
gives "clear: the registry has the tag" 0 '"main"'
holds "clear: the report is there as JSON" grep -q '"format": "seatrial.up/1"' "$scratch/up.json"
holds "clear: a green leg leaves no diagnostics" test ! -e "$scratch/bundle"
serve_stop
rehearse clear delivered
compare clear

# ---- no BuildKit from Docker Hub: the Engine's own builder saves one platform ----
cat >"$scratch/hub-away.yaml" <<'EOF'
- id: hub-away
  on: registry-1.docker.io
  match: {path: /v2/moby/*}
  do: {kind: status, code: 503}
EOF
up hub-away
gives "hub-away: up says what failed" 0 "failure    pre-pull" "failure    builder-container" \
    "success    builder-docker" "app: $registry/acme/app:main: linux/amd64 (rescued" \
    "1 of 1 legs succeeded"
serve_stop
rehearse hub-away degraded
compare hub-away

# ---- nor classic builds: the last tier's mirror saves the day ----
{
    cat "$scratch/hub-away.yaml"
    cat <<'EOF'
- id: no-classic
  on: '*:/var/run/docker.sock'
  match: {method: POST, path: '*/build'}
  do: {kind: status, code: 500, body: json}
EOF
} >"$scratch/hub-and-classic-away.yaml"
up hub-and-classic-away
gives "hub-and-classic-away: the last tier stands" 0 "failure    builder-docker" \
    "success    builder-manual" "app: $registry/acme/app:main: linux/amd64, linux/arm64"
serve_stop
rehearse hub-and-classic-away delivered
compare hub-and-classic-away

# ---- nothing works: red, with diagnostics ----
cat >"$scratch/all-away.yaml" <<'EOF'
- id: all-away
  on: '*'
  match: {path: /v2/*}
  do: {kind: status, code: 503}
EOF
up all-away
gives "all-away: up is red and says why" 1 "leg app: failure in" \
    "diagnosis: " "next: " "0 of 1 legs succeeded" "diagnostics are in $scratch/bundle/app.json"
holds "all-away: the diagnostics are there" grep -q '"steps"' "$scratch/bundle/app.json"
serve_stop
rehearse all-away failed
compare all-away

# ---- an interrupt cleans up ----
printf 'FROM alpine:3.20\nCOPY . /app\nRUN make everything\n' >"$scratch/app/Dockerfile"
serve --clock "scaled:$speed"
policy real "$registry"
: >"$scratch/up.out"
"$seatrial" up --endpoint "$engine" --clock "scaled:$speed" --bundle "$scratch/bundle" \
    "$scratch/policies/real.yaml" >"$scratch/up.out" 2>&1 &
up_pid=$!
for ((waited = 0; waited < 100; waited++)); do
    grep -q 'builder-container' "$scratch/up.out" && break
    sleep 0.1
done
sleep 0.3
kill -INT "$up_pid"
wait "$up_pid"
status=$?
output=$(cat "$scratch/up.out")
gives "interrupt: up ends red and shows what was done" 1 "leg app: cancelled" "interrupted"
run curl -sS --unix-socket "$scratch/engine.sock" 'http://docker/v1.44/containers/json?all=1'
gives "interrupt: no container is left" 0 "[]"
serve_stop

# ---- bad usage ----
run "$seatrial" up
gives "usage: a policy is needed" 2 "give one policy file"
run "$seatrial" up --leg none "$scratch/policies/real.yaml"
gives "usage: an unknown leg is refused" 2 "the policy has no leg 'none'; there are app"
run "$seatrial" up "$scratch/none.yaml"
gives "usage: a policy that is not there is refused" 2 "none.yaml"
run "$seatrial" up --endpoint "unix://$scratch/none.sock" --bundle "$scratch/bundle" \
    "$scratch/policies/real.yaml"
gives "usage: an Engine that is not there is a red leg" 1 "leg app: failure"
finish
