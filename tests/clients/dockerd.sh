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
    [[ -z $dockerd_pid ]] || { kill -TERM "$dockerd_pid" && wait "$dockerd_pid"; } 2>/dev/null
    rm -rf "$memory"
    [[ -z $serve_pid ]] || kill -KILL "$serve_pid" 2>/dev/null
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
            printf "%s %s -> %d, %d bytes, %s, after %d s\n", target, text("method"),
                number("status"), number("bytes"), text("end"),
                wait_s < 1.5 ? 0 : int(wait_s + 0.5)
        }' "$1" | sort -s -k1,1
}

# The words of a pull without what depends on speed and on the ports of the day.
words_of() {
    sed -e 1d -e '/: Verifying Checksum$/d' -e '/: Downloading$/d' -e "s/$registry/REGISTRY/g" \
        -e 's/127\.0\.0\.1:[0-9]*->/CLIENT->/g' <<<"$output"
}

# pull SIDE HOST OPTION…: one pull in a fresh world.
pull() {
    local side=$1 host=$2
    shift 2
    serve --image team/app:1 --profile "$profile" "$@"
    [[ $host == real ]] && host=unix://$memory/docker.sock || host=$engine
    run env DOCKER_HOST="$host" docker pull "$registry/team/app:1"
    words_of >"$scratch/$side.words"
    env DOCKER_HOST="$host" docker rmi "$registry/team/app:1" >/dev/null 2>&1
    serve_stop
    requests_of "$scratch/trace.jsonl" >"$scratch/$side.requests"
}

same() {
    output=$(diff -u "$scratch/real.$1" "$scratch/fake.$1") && [[ -s $scratch/real.$1 ]]
}

# compare NAME: the same fault for both.
compare() {
    local name=$1
    pull real real --faults "$scratch/$name.yaml"
    output=$(cat "$scratch/real.words")
    holds "$name: the fault struck the real dockerd" grep -q "^fault $name .* fired [1-9]" \
        "$scratch/serve.out"
    # Five times as fast: what is 5 s for the daemon takes one.
    pull fake fake --faults "$scratch/$name.yaml" --clock scaled:5
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
layer=$(manifest_of "$manifest" | grep -o 'sha256:[0-9a-f]*' | tail -n 1)
serve_stop
output="$manifest $layer"
holds "the layer is known" test -n "$layer"

cat >"$scratch/clear.yaml" <<EOF
- id: clear
  on: registry
  match: {path: /v2/}
  do: {kind: latency, delay: 1ms}
EOF
cat >"$scratch/layer-503.yaml" <<EOF
- id: layer-503
  on: registry
  match: {method: GET, path: '/v2/team/app/blobs/$layer'}
  when: {first: 2}
  do: {kind: status, code: 503}
EOF
cat >"$scratch/layer-truncated.yaml" <<EOF
- id: layer-truncated
  on: registry
  match: {method: GET, path: '/v2/team/app/blobs/$layer'}
  when: {first: 1}
  do: {kind: truncate}
EOF
cat >"$scratch/manifest-reset.yaml" <<EOF
- id: manifest-reset
  on: registry
  match: {path: /v2/team/app/manifests/*}
  do: {kind: reset}
EOF

compare clear
compare layer-503
compare layer-truncated
compare manifest-reset
finish
