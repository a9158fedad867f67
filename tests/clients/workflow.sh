# Workflows twice under the same faults: rehearsed on the virtual clock, and their scripts by real bash
# and the real docker CLI against `serve` on a scaled clock. Every step must have the same outcome,
# and the registries must see the same requests.
source ./lib.sh
need docker jq awk
source ./workflows/job.sh

# Fifteen times as fast: starting a docker CLI counts as a second, not more.
speed=${PARITY_SPEED:-15}
scaled_commands

# alike: names of the day, ids, places and sessions are written alike.
alike() {
    sed -E -e "s/localhost(:|%3A)5000|127\.0\.0\.1(:|%3A)${registry##*:}/REGISTRY/g" \
        -e 's/"site":"registry"/"site":"REGISTRY"/' -e 's/[0-9a-f]{64}/ID/g' \
        -e 's#/blobs/uploads/[^/ ?"]+[^ "]*#/blobs/uploads/UPLOAD#g' -e 's/_state=[^& "]*/_state=S/g'
}

# requests_of FILE: what the registries were asked, in order, and what they said. Whether a layer had
# its answer when a pull gave up is a matter of luck.
requests_of() {
    grep '"event":"exchange"' "$1" | grep -v 'docker.sock"' | alike |
        sed -E 's/.*"n":([0-9]+),.*"site":"([^"]*)",.*"method":"([A-Z]+)","target":"([^"]*)","status":([0-9]+).*/\1 \2 \3 \4 -> \5/' |
        sort -n | cut -d' ' -f2- | sed -E '/GET .*blobs/ s/ -> .*//' | in_order
}

# in_order: requests at the same time come in any order where a workflow has them.
in_order() {
    if [[ $is_parallel == true ]]; then sort; else cat; fi
}

outcomes_of() {
    jq -r '.scenarios[0].steps[] | select(.id != "") | "\(.id) \(.outcome)"' "$1"
}

# rehearse NAME: the outcomes in virtual.outcomes, the trace beside.
rehearse() {
    {
        printf 'seatrial: scenario/1\nname: virtual\npurpose: The twin of a real run.\n'
        printf 'workflow: workflow.yml\nfate: delivered\nworld:\n'
        printf '  network: {round_trip: 1ms, rate: 100GiB}\n'
        printf "  registries: [{service: 'localhost:5000', open_push: true}]\n"
        printf '  images:\n'
        printf "  - {name: '%s', layers: [512KiB]}\n" "${images[@]/#/localhost:5000/}" "${images[@]}"
        printf 'faults:\n'
        sed 's/^/  /' "workflows/$1.faults.yaml"
    } >"$scratch/virtual.yaml"
    cp "workflows/$1.yml" "$scratch/workflow.yml"
    # The fate says nothing here: a workflow that fails as it should is no failure of ours.
    run "$seatrial" run --quiet --json "$scratch/virtual.json" --trace "$scratch" \
        "$scratch/virtual.yaml"
    outcomes_of "$scratch/virtual.json" >"$scratch/virtual.outcomes"
    requests_of "$scratch/virtual.jsonl" >"$scratch/virtual.requests"
}

# perform NAME: the same over real sockets.
perform() {
    serve --clock "scaled:$speed" --faults "workflows/$1.faults.yaml" --profile ubuntu-24.04 \
        "${images[@]/#/--image=}"
    "$seatrial" plan --json "workflows/$1.yml" >"$scratch/plan.json"
    job "$scratch/plan.json" "$scratch/$1" "$registry" "$engine" >"$scratch/real.outcomes"
    serve_stop
    requests_of "$scratch/trace.jsonl" >"$scratch/real.requests"
}

same() {
    output+=$'\n'$(diff -u "$1" "$2") && [[ -s $1 ]]
}

# have_fired: every rule, on the real side; the rehearsal breaks by itself where one does not.
have_fired() {
    output=$(cat "$scratch/serve.out")
    ! grep -q '^fault .* fired 0$' "$scratch/serve.out"
}

# compare NAME: both sides of one workflow, in a folder of its own.
compare() {
    scratch=$scratch/$1 registry=127.0.0.1:0
    mkdir "$scratch"
    is_parallel=$(grep -q '^# parallel' "workflows/$1.yml" && echo true || echo false)
    perform "$1"
    rehearse "$1"
    holds "$1: the steps end alike: $(tr '\n' ',' <"$scratch/real.outcomes")" \
        same "$scratch/virtual.outcomes" "$scratch/real.outcomes"
    output=
    holds "$1: the registries see the same requests" \
        same "$scratch/virtual.requests" "$scratch/real.requests"
    holds "$1: every fault strikes" have_fired
    echo "$sentences $failures" >"$scratch/counts"
}

images=(acme/app:1 acme/app:2 acme/unwell:1 acme/slow:1 library/busybox:latest)
names=()
for file in workflows/${PARITY_ONLY:-}*.yml; do
    names+=("$(basename "$file" .yml)")
done

# They mostly wait, so several run at a time. A subshell ends the world it has started.
for name in "${names[@]}"; do
    while (($(jobs -pr | wc -l) >= ${PARITY_JOBS:-6})); do wait -n; done
    (
        trap '[[ -z $serve_pid ]] || kill -KILL "$serve_pid" 2>/dev/null' EXIT
        trap 'exit 1' INT TERM
        compare "$name"
    ) >"$scratch/$name.log" 2>&1 &
done
wait

for name in "${names[@]}"; do
    cat "$scratch/$name.log"
    read -r its_sentences its_failures <"$scratch/$name/counts" || its_sentences=1 its_failures=1
    sentences=$((sentences + its_sentences)) failures=$((failures + its_failures))
done
[[ -z ${PARITY_KEEP:-} ]] || cp -r "$scratch/." "$PARITY_KEEP"
holds "there are at least ten workflows" test "${#names[@]}" -ge 10
finish
