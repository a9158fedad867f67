# The serve command itself: what it takes and refuses, and faults as a plain client meets them.
source ./lib.sh
need curl

# ---- usage ----
run "$seatrial" serve
gives "serve wants to know what" 2 "serve what? --registry 127.0.0.1:5000, --engine unix:PATH, or both"
run "$seatrial" serve --registry 0.0.0.0:0
gives "serve stays on this machine" 2 "'0.0.0.0:0' is beyond this machine" "--allow-remote"
run "$seatrial" serve --registry 127.0.0.1:0 --clock fast
gives "serve knows its clocks" 2 "'fast' is no clock; write real, or scaled:N"
run "$seatrial" serve --registry 127.0.0.1:0 --profile windows
gives "serve knows its machines" 2 "unknown profile 'windows'; there are ubuntu-24.04, "
run "$seatrial" serve --registry 127.0.0.1:0 --image App
gives "serve knows bad names" 2 "'App': invalid reference format"
run "$seatrial" serve --registry 127.0.0.1:0 --seed -1
gives "serve wants a seed it can use" 2 "--seed wants an unsigned number of 64 bits, not '-1'"
run "$seatrial" serve --registry 127.0.0.1:0 5000
gives "serve takes options only" 2 "what is '5000'?"
run "$seatrial" serve --registry 127.0.0.1:0 --faults "$scratch/none.yaml"
gives "serve needs the file it is told of" 2 "none.yaml"
printf 'faults:\n  - id: a\n    do: {kind: sttaus}\n' >"$scratch/bad.yaml"
run "$seatrial" serve --registry 127.0.0.1:0 --faults "$scratch/bad.yaml"
gives "a bad rule is shown in its place" 2 "bad.yaml:3:" "sttaus" "^"

# ---- faults that a plain client meets ----
cat >"$scratch/faults.yaml" <<'EOF'
faults:
  - id: refused
    on: registry
    when: {nth: 1}
    do: {kind: refuse}
  - id: reset
    on: registry
    match: {path: /v2/reset/*}
    do: {kind: reset}
  - id: too-many
    on: registry
    match: {path: /v2/limited/*}
    do: {kind: status, code: 429, headers: {Retry-After: '7'}}
  - id: truncated
    on: registry
    match: {path: /v2/busybox/manifests/latest}
    do: {kind: truncate, after_bytes: 10B}
  - id: never
    on: registry
    match: {path: /nowhere}
    do: {kind: close}
EOF
serve --faults "$scratch/faults.yaml" --seed 7
run curl -sS "http://$registry/v2/"
# Whether curl meets the reset while it connects (7) or while it reads (56) is a matter of luck.
holds "a refused connection is none" test "$status" -eq 7 -o "$status" -eq 56
run curl -sS "http://$registry/v2/"
gives "the next one is not" 0 "{}"
run curl -sS "http://$registry/v2/reset/tags/list"
gives "a reset request is one on the wire" 56 "reset by peer"
run curl -sSi "http://$registry/v2/limited/tags/list"
gives "a status comes with its headers" 0 "429 Too Many Requests" "Retry-After: 7"
run curl -sS "http://$registry/v2/busybox/manifests/latest"
gives "a truncated body misses its end" 18 "bytes remaining to read"
run curl -sS "http://$registry/v2/busybox/tags/list"
gives "what no rule is about is honest" 0 '{"name":"busybox","tags":["latest"]}'
serve_stop
output=$(cat "$scratch/serve.out")
holds "serve counts what fired" grep -q '^fault too-many (status) fired 1$' "$scratch/serve.out"
holds "and what did not" grep -q '^fault never (close) fired 0$' "$scratch/serve.out"

# ---- one side alone, and the other signal ----
: >"$scratch/serve.out"
"$seatrial" serve --registry :0 >"$scratch/serve.out" 2>"$scratch/serve.err" &
serve_pid=$!
for ((waited = 0; waited < 100; waited++)); do
    grep -q '^registry ' "$scratch/serve.out" && break
    sleep 0.05
done
registry=$(sed -n 's|^registry http://||p' "$scratch/serve.out")
run curl -sS "http://localhost:${registry#127.0.0.1:}/v2/_catalog"
gives "a registry alone is served" 0 '"hello-world"' '"library/alpine"'
kill -INT "$serve_pid"
wait "$serve_pid"
output="ended with $?"
serve_pid=
holds "an interrupt ends it well" test "$output" = "ended with 0"

# ---- an Engine that goes away and comes back ----
if command -v docker >/dev/null; then
    cat >"$scratch/restart.yaml" <<'EOF'
- id: restart
  on: engine
  match: {subject: '*/images/json*'}
  when: {nth: 1}
  do: {kind: engine-restart, down: 2s}
EOF
    serve --faults "$scratch/restart.yaml" --clock scaled:2
    export DOCKER_HOST=$engine DOCKER_CONFIG=$scratch/config
    run docker images
    gives "an Engine that goes down cuts its clients" 1 "Cannot connect to the Docker daemon"
    run docker version
    gives "while it is down nobody answers" 1 "Cannot connect to the Docker daemon"
    sleep 1.2
    run docker images
    gives "and then it is back" 0 "REPOSITORY"
    serve_stop
fi
finish
