# A real dockerd pulls a multi-platform image out of the fake registry under three faults, and so
# does the fake Engine of the same version: requests, waits, words and exit codes must be the same.
source ./lib.sh
need docker dockerd curl awk

[[ $(id -u) == 0 ]] || skip "dockerd wants root"
version=$(dockerd --version | sed -n 's/.*version \([0-9]*\.[0-9]*\).*/\1/p')
case $version in
20.10) profile=self-hosted-20.10 ;;
24.*) profile=self-hosted-24 ;;
28.*) profile=ubuntu-24.04 ;;
*) skip "no fake Engine plays dockerd $version" ;;
esac

# ---- the real daemon: private folders in memory, no network of its own ----
memory=$(mktemp -d /dev/shm/clients-XXXXXX 2>/dev/null) || skip "no /dev/shm for dockerd's data"
dockerd_pid=
stop_dockerd() {
    local containerd_pid waited
    [[ -z $serve_pid ]] || kill -KILL "$serve_pid" 2>/dev/null
    if [[ -n $dockerd_pid ]]; then
        containerd_pid=$(cat "$memory/exec/containerd/containerd.pid" 2>/dev/null)
        kill -TERM "$dockerd_pid" 2>/dev/null
        for ((waited = 0; waited < 40; waited++)); do
            kill -0 "$dockerd_pid" 2>/dev/null || break
            sleep 0.1
        done
        # One that waits to try a push again does not end by being asked.
        kill -KILL "$dockerd_pid" ${containerd_pid:+"$containerd_pid"} 2>/dev/null
        wait "$dockerd_pid" 2>/dev/null
    fi
    rm -rf "$memory"
}
trap stop_dockerd EXIT

dockerd --data-root "$memory/data" --exec-root "$memory/exec" --pidfile "$memory/pid" \
    --host "unix://$memory/docker.sock" --bridge=none --iptables=false --ip6tables=false \
    >"$memory/log" 2>&1 &
dockerd_pid=$!
export DOCKER_CONFIG=$scratch/config
for ((waited = 0; waited < 100; waited++)); do
    DOCKER_HOST=unix://$memory/docker.sock docker version >/dev/null 2>&1 && break
    kill -0 "$dockerd_pid" 2>/dev/null || break
    sleep 0.1
done
DOCKER_HOST=unix://$memory/docker.sock docker version >/dev/null 2>&1 ||
    skip "dockerd does not start here: $(grep -o 'msg=.*\|failed to start.*' "$memory/log" | tail -n 1)"

# ---- what is compared ----

# The registry's requests, those of one target in their order: method, target, how it was answered,
# how many bytes went, and the whole seconds waited since the one before. A wait below 1.5 s is none:
# what a machine takes to think.
requests_of() {
    awk '
        function text(key,    found) {
            if (!match($0, "\"" key "\":\"[^\"]*\"")) return ""
            found = substr($0, RSTART, RLENGTH)
            sub("^\"" key "\":\"", "", found); sub("\"$", "", found)
            return found
        }
        function number(key,    found) {
            if (!match($0, "\"" key "\":[0-9]+")) return 0
            found = substr($0, RSTART, RLENGTH); sub("^.*:", "", found)
            return found + 0
        }
        /"event":"exchange"/ && text("site") == "registry" {
            target = text("target")
            wait_s = target in ended ? (number("started_us") - ended[target]) / 1e6 : 0
            ended[target] = number("t_us")
            gsub("uploads/[0-9a-f-]+", "uploads/ID", target)
            printf "%s %s -> %d, %d bytes, %s, after %d s\n", target, text("method"),
                number("status"), number("bytes"), text("end"),
                wait_s < 1.5 ? 0 : int(wait_s + 0.5)
        }' "$1" | sort -s -k1,1
}

# The words of a pull without what depends on speed and on the ports of the day.
words_of() {
    sed -e '/^\$ on /d' -e '/: Verifying Checksum$/d' -e '/: Downloading$/d' -e "s/$registry/REGISTRY/g" \
        -e 's/127\.0\.0\.1:[0-9]*->/CLIENT->/g' <<<"$output"
}

# on SIDE COMMAND…: docker against the real daemon or the fake Engine.
on() {
    local host=$engine
    [[ $1 == fake ]] || host=unix://$memory/docker.sock
    shift
    env DOCKER_HOST="$host" docker "$@"
}

# visit SIDE SCRIPT OPTION…: one function's work in a fresh world.
visit() {
    local side=$1 work=$2
    shift 2
    serve --image team/app:1 --profile "$profile" "$@"
    "$work" "$side" >"$scratch/$side.words"
    on "$side" rmi "$registry/team/app:1" "$registry/pushed/app:1" >/dev/null 2>&1
    serve_stop
    requests_of "$scratch/trace.jsonl" >"$scratch/$side.requests"
}

pull() {
    run on "$1" pull "$registry/team/app:1"
    words_of
}

pull_and_push() {
    pull "$1"
    on "$1" tag "$registry/team/app:1" "$registry/pushed/app:1"
    run on "$1" push "$registry/pushed/app:1"
    words_of
    run on "$1" push "$registry/pushed/app:1"
    words_of
}

# same KIND: of what is left after $filter.
same() {
    output=$(diff -u <($filter <"$scratch/real.$1") <($filter <"$scratch/fake.$1")) &&
        [[ -s $scratch/real.$1 ]]
}

# dockerd packs a layer anew when it must upload it, so that its digest depends on Go's gzip.
without_digests() {
    sed -E 's/sha256(:|%3A)[0-9a-f]{64}/DIGEST/g; s/, [0-9]+ bytes//' | sort
}

# compare NAME WORK [FILTER]: the same work under the same fault by both.
compare() {
    local name=$1 work=$2 filter=${3:-cat}
    visit real "$work" --faults "$scratch/$name.yaml"
    output=$(cat "$scratch/real.words")
    holds "$name: the fault struck the real dockerd" grep -q "^fault $name .* fired [1-9]" \
        "$scratch/serve.out"
    # Five times as fast: what is 5 s for the daemon takes one.
    visit fake "$work" --faults "$scratch/$name.yaml" --clock scaled:5
    holds "$name: both send the same requests after the same waits" same requests
    holds "$name: both say the same and end alike" same words
}

# ---- the faults, aimed at the layer of this platform ----
serve --image team/app:1
manifest_of() {
    curl -sS -H 'Accept: application/vnd.oci.image.index.v1+json' \
        -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
        "http://$registry/v2/team/app/manifests/$1"
}
manifest=$(manifest_of 1 | grep -o 'sha256:[0-9a-f]*' | head -n 1)
read -r config layer < <(manifest_of "$manifest" | grep -o 'sha256:[0-9a-f]*' | tr '\n' ' ')
serve_stop
output="$manifest $config $layer"
holds "the layer is known" test -n "${layer# }"

# rule NAME MATCH WHEN DO: one fault on the registry.
rule() {
    printf -- "- id: %s\n  on: registry\n  match: {%s}\n  when: {%s}\n  do: {%s}\n" "$@" \
        >"$scratch/$1.yaml"
}
get_layer="method: GET, path: '/v2/team/app/blobs/$layer'"
get_config="method: GET, path: '/v2/team/app/blobs/$config'"
manifests='path: /v2/team/app/manifests/*'

rule clear 'path: /v2/' '' 'kind: latency, delay: 1ms'
rule layer-503 "$get_layer" 'first: 2' 'kind: status, code: 503'
rule layer-truncated "$get_layer" 'first: 1' 'kind: truncate'
rule layer-corrupt "$get_layer" '' 'kind: corrupt'
rule layer-429 "$get_layer" '' 'kind: status, code: 429, body: json-detail'
rule config-503 "$get_config" '' 'kind: status, code: 503'
rule manifest-reset "$manifests" '' 'kind: reset'
rule manifest-503 "$manifests" '' 'kind: status, code: 503'
rule manifest-404 "$manifests" '' 'kind: status, code: 404, body: json-detail'
rule manifest-429 "$manifests" '' 'kind: status, code: 429, body: json'
rule manifest-html "$manifests" '' 'kind: status, code: 502, body: html'
rule ping-500 'path: /v2/' '' 'kind: status, code: 500, body: json'
rule upload-500 "method: POST, path: '/v2/pushed/app/blobs/uploads/*'" 'first: 1' \
    'kind: status, code: 500'
rule put-500 'method: PUT, path: /v2/pushed/app/manifests/*' '' 'kind: status, code: 500, body: json'

# dockerd keeps what a failed pull has fetched and how a layer was packed: such faults come last.
compare clear pull_and_push
for name in layer-503 layer-truncated layer-corrupt layer-429 manifest-reset manifest-503 \
    manifest-404 manifest-429 manifest-html ping-500; do
    compare "$name" pull
done
compare put-500 pull_and_push
compare upload-500 pull_and_push without_digests
compare config-503 pull
finish
