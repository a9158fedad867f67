# What the client scripts share: a served world to talk to, commands whose output and exit code are
# looked at, sentences that hold or do not. Sourced; every script gets $seatrial, $scratch and ends
# with finish.
set -uo pipefail

: "${seatrial:?tests/clients/run sets it}" "${scratch:?tests/clients/run sets it}"
failures=0
sentences=0
serve_pid=
output=
status=

# skip REASON: this script cannot run here, and says so.
skip() {
    printf 'SKIP %s: %s\n' "$(basename "$0" .sh)" "$*"
    exit 77
}

# need PROGRAM…
need() {
    local program
    for program; do
        command -v "$program" >/dev/null || skip "$program is not installed"
    done
}

# holds SENTENCE COMMAND…
holds() {
    local sentence=$1
    shift
    sentences=$((sentences + 1))
    if "$@"; then
        printf 'ok %s\n' "$sentence"
    else
        failures=$((failures + 1))
        printf 'not ok %s\n' "$sentence"
        [[ -z $output ]] || sed 's/^/    /' <<<"$output"
    fi
}

# run COMMAND…: keeps what it says on both streams in $output, its exit code in $status.
run() {
    output=$("$@" 2>&1)
    status=$?
    output="\$ $*"$'\n'"$output"$'\n'"[exit $status]"
}

is_as_said() {
    local wanted=$1 text
    shift
    [[ $status == "$wanted" ]] || return 1
    for text; do
        grep -qF -- "$text" <<<"$output" || {
            output+=$'\n'"missing: $text"
            return 1
        }
    done
}

# gives SENTENCE STATUS TEXT…: the last run ended with STATUS and said every TEXT.
gives() {
    local sentence=$1
    shift
    holds "$sentence" is_as_said "$@"
}

# serve OPTION…: a world of its own; sets $registry (host:port) and $engine (a DOCKER_HOST).
serve() {
    local waited=0
    rm -f "$scratch/engine.sock"
    : >"$scratch/serve.out"
    "$seatrial" serve --registry 127.0.0.1:0 --engine "unix:$scratch/engine.sock" \
        --trace "$scratch/trace.jsonl" "$@" >"$scratch/serve.out" 2>"$scratch/serve.err" &
    serve_pid=$!
    until grep -q '^engine ' "$scratch/serve.out"; do
        sleep 0.05
        waited=$((waited + 1))
        if ((waited > 200)) || ! kill -0 "$serve_pid" 2>/dev/null; then
            printf 'not ok serve starts\n'
            cat "$scratch/serve.err"
            exit 1
        fi
    done
    registry=$(sed -n 's|^registry http://||p' "$scratch/serve.out")
    engine=unix://$scratch/engine.sock
}

# serve_stop: ends the world; what it counted is in $scratch/serve.out.
serve_stop() {
    local code
    [[ -n $serve_pid ]] || return 0
    kill -TERM "$serve_pid"
    wait "$serve_pid"
    code=$?
    serve_pid=
    output=$(cat "$scratch/serve.err")
    holds "serve ends well when it is asked to" test "$code" -eq 0
    holds "serve has nothing to complain of" test ! -s "$scratch/serve.err"
}

finish() {
    serve_stop
    printf '%d of %d sentences hold\n' $((sentences - failures)) "$sentences"
    exit $((failures > 0))
}

# Whatever happens, no world is left behind.
trap 'exit 1' INT TERM
trap '[[ -z $serve_pid ]] || kill -KILL "$serve_pid" 2>/dev/null' EXIT
