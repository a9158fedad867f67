# The real skopeo of Ubuntu 24.04 (1.13.3) and the fake one, side by side against the fake registry:
# the same command lines end with the same code and the same words, make the same requests and leave
# the same files. REAL_SKOPEO names the real one where another is on PATH: the release v1.14.2 with
# cmd/ and version/ of v1.13.3 is what Ubuntu builds.
source ./lib.sh
real=${REAL_SKOPEO:-skopeo}
need "$real" curl
fake=${FAKE_SKOPEO:-$(dirname "$seatrial")/tests/clients/fake_skopeo}
[[ -x $fake ]] || skip "no fake_skopeo at $fake"
[[ $("$real" --version) == 'skopeo version 1.13.3'* ]] || skip "skopeo is not 1.13.3"
grep -aq 'images generated from' "$(command -v "$real")" ||
    skip "skopeo is not built with containers/image 5.29, as Ubuntu's is"
[[ -e /etc/containers/policy.json || -e $HOME/.config/containers/policy.json ]] ||
    skip "no policy for containers"

images=()
for side in real fake; do
    images+=(--image $side/m:1=linux/amd64,linux/arm64,linux/arm/v7 --image $side/s:1=linux/amd64)
done
sides=$scratch/sides
mkdir -p "$sides/real/run" "$sides/fake/run"

# What differs for reasons that are no fault: whose images they are and what follows from their names,
# the time, ports, and the order of what the real one does at once.
plain() {
    sed -E -e 's,(real|fake)/,SIDE/,g' -e 's,(real|fake)%2F,SIDE/,g' -e 's/[0-9a-f]{64}/DIGEST/g' \
        -e 's/%3A/:/g' -e 's,[0-9a-f]{8}-[0-9a-f-]{27},UPLOAD,g' \
        -e 's/time="[^"]*"/time=NOW/' -e 's/(created_by": ?")[^"]*/\1/' \
        -e 's/tcp 127.0.0.1:[0-9]+->/tcp: /' -e 's/"Size": [0-9]+/"Size": N/' -e 's/size":[0-9]+/size":N/g' \
        "$1"
}

# Pings tell nobody's name: of them there is only a count, which is even.
asked_by() {
    sed -n 's/.*"site":"registry","method":"\([A-Z]*\)","target":"\([^"]*\)","status":\([0-9]*\).*/\1 \2 \3/p' \
        "$scratch/trace.jsonl" | grep -E "/v2/$1/" >"$scratch/$1.asked"
    plain "$scratch/$1.asked" | sort
}

# both WORDS…: SIDE in them is each side's own images, DIR its own folder.
both() {
    local side program words
    for side in real fake; do
        program=$real
        [[ $side == fake ]] && program=$fake
        words=("${@//SIDE/$registry/$side}")
        words=("${words[@]//DIR/$sides/$side}")
        (
            cd "$sides/$side" || exit 1
            HOME=$sides/$side XDG_DATA_HOME=$sides/$side/data XDG_RUNTIME_DIR=$sides/$side/run TZ=UTC \
                DOCKER_CONFIG=$sides/$side/docker "$program" "${words[@]}"
        ) <<<"${password:-}" >"$scratch/$side.out" 2>"$scratch/$side.err"
        printf '[exit %d]\n' $? >>"$scratch/$side.out"
    done
    same "skopeo $*"
}

same() {
    output=$(
        for stream in out err; do
            diff <(plain "$scratch/real.$stream" | sort) <(plain "$scratch/fake.$stream" | sort)
        done
    )
    holds "$1" test -z "$output"
}

# serve_end: the world has ended, and both sides have asked the same of it.
serve_end() {
    serve_stop
    output=$(diff <(asked_by real) <(asked_by fake))
    holds "both sides make the same requests" test -z "$output"
}

same_folders() {
    output=$(diff -r "$sides/real/$1" "$sides/fake/$1" 2>&1)
    holds "the same files in $1" test -z "$output"
}

# What both know of blobs; the real one, run by root, keeps it for all.
forget() {
    rm -rf "$sides"/*/data
    [[ $(id -u) != 0 ]] || rm -f /var/lib/containers/cache/blob-info-cache-v1.sqlite*
}
forget

plainly=(--src-tls-verify=false --dest-tls-verify=false)
serve "${images[@]}"
both --version
both
both bogus
both copy --bogus
both inspect --tls-verify=false docker://SIDE/m:1
both inspect --tls-verify=false --no-tags docker://SIDE/s:1
both inspect --tls-verify=false --raw docker://SIDE/m:1
both inspect --tls-verify=false --config docker://SIDE/m:1
both inspect --tls-verify=false --config --raw docker://SIDE/m:1
both --override-arch arm inspect --tls-verify=false docker://SIDE/m:1
both inspect --override-arch arm64 --override-os linux --tls-verify=false --config docker://SIDE/m:1
both --override-arch s390x inspect --tls-verify=false docker://SIDE/m:1
both inspect --tls-verify=false docker://SIDE/none:1
both inspect --tls-verify=false docker://SIDE/m:none
both inspect docker://SIDE/m:1
both inspect SIDE/m:1
both inspect SIDE/m
both inspect docker:SIDE/m
both inspect docker://SIDE/UPPER:1
both inspect --tls-verify=false --format '{{.Digest}}' docker://SIDE/m:1
both inspect --tls-verify=false -f 'of {{.Name}}: {{.Labels}} {{json .Layers}}{{range .Env}} {{.}}{{end}}' docker://SIDE/m:1
both inspect --tls-verify=false --format '{{.Name}} {{.Missing}}' docker://SIDE/m:1
both inspect --raw --format '{{.Name}}' docker://SIDE/m:1
both list-tags --tls-verify=false docker://SIDE/m
both list-tags --tls-verify=false docker://SIDE/none
both list-tags docker://SIDE/m:1
both list-tags dir:x
both list-tags SIDE/m

both copy "${plainly[@]}" docker://SIDE/m:1 docker://SIDE/one:1
both copy "${plainly[@]}" docker://SIDE/m:1 docker://SIDE/other:1
both copy "${plainly[@]}" --all docker://SIDE/m:1 docker://SIDE/all:1
both copy "${plainly[@]}" --all docker://SIDE/m:1 docker://SIDE/all:2
both copy -q "${plainly[@]}" --multi-arch index-only docker://SIDE/m:1 docker://SIDE/all:3
both copy --multi-arch some docker://SIDE/m:1 docker://SIDE/all:3
both copy --all --multi-arch all docker://SIDE/m:1 docker://SIDE/all:3
both copy "${plainly[@]}" --remove-signatures --override-arch arm64 docker://SIDE/m:1 docker://SIDE/arm:1
both copy "${plainly[@]}" --format v2s2 --digestfile DIR/digest docker://SIDE/s:1 docker://SIDE/docker:1
both copy "${plainly[@]}" --format oci docker://SIDE/docker:1 docker://SIDE/oci:1
both copy "${plainly[@]}" --all --format v2s2 docker://SIDE/m:1 docker://SIDE/docker:2
both copy "${plainly[@]}" --all --preserve-digests docker://SIDE/m:1 docker://SIDE/all:4
both copy "${plainly[@]}" --all --preserve-digests --format v2s2 docker://SIDE/m:1 docker://SIDE/all:5
both copy "${plainly[@]}" --format v3 docker://SIDE/m:1 docker://SIDE/all:5
both copy "${plainly[@]}" docker://SIDE/m:1 docker://SIDE/d@sha256:0000000000000000000000000000000000000000000000000000000000000000
both copy "${plainly[@]}" docker://SIDE/m:1@sha256:0000000000000000000000000000000000000000000000000000000000000000 docker://SIDE/d:1
both copy "${plainly[@]}" docker://SIDE/none:1 docker://SIDE/d:1
both copy --src-tls-verify=false docker://SIDE/s:1 docker://SIDE/d:1
both copy "${plainly[@]}" --src-creds a:b --src-username a docker://SIDE/s:1 docker://SIDE/d:1
both copy "${plainly[@]}" -q --screds a:b --dcreds c:d docker://SIDE/s:1 docker://SIDE/creds:1
both copy "${plainly[@]}" --dcreds c:d --dest-no-creds docker://SIDE/s:1 docker://SIDE/creds:1
both copy "${plainly[@]}" --override-arch s390x docker://SIDE/m:1 docker://SIDE/d:1
both copy "${plainly[@]}" nowhere:x docker://SIDE/d:1
both inspect --raw --tls-verify=false docker://SIDE/docker:1
both inspect --raw --tls-verify=false docker://SIDE/docker:2
both inspect --raw --tls-verify=false docker://SIDE/oci:1
both inspect --tls-verify=false docker://SIDE/docker:1

both copy "${plainly[@]}" docker://SIDE/m:1 dir:one
both copy "${plainly[@]}" --all docker://SIDE/m:1 dir:all
both copy "${plainly[@]}" dir:all docker://SIDE/fromdir:1 --all
both copy "${plainly[@]}" dir:one docker://SIDE/fromdir:2
both copy "${plainly[@]}" docker://SIDE/m:1 dir:.
both copy "${plainly[@]}" dir:none docker://SIDE/d:1
both copy "${plainly[@]}" docker://SIDE/m:1 oci:layout:a
both copy "${plainly[@]}" --all docker://SIDE/m:1 oci:layout:b
both copy "${plainly[@]}" docker://SIDE/docker:1 oci:layout:a
both copy "${plainly[@]}" oci:layout docker://SIDE/fromoci:1
both copy "${plainly[@]}" oci:layout:none docker://SIDE/fromoci:1
both copy "${plainly[@]}" --all oci:layout:b docker://SIDE/fromoci:1
both copy "${plainly[@]}" oci:none docker://SIDE/fromoci:1
both inspect oci:layout:a
both copy "${plainly[@]}" --all docker://SIDE/m:1 oci-archive:image.tar:c
both copy "${plainly[@]}" --all oci-archive:image.tar:c docker://SIDE/fromtar:1
both copy "${plainly[@]}" oci-archive:none.tar docker://SIDE/fromtar:1
both copy "${plainly[@]}" docker-archive:none.tar docker://SIDE/fromtar:1
both copy "${plainly[@]}" docker-daemon:none docker://SIDE/fromtar:1
both copy "${plainly[@]}" --src-daemon-host "$engine" docker-daemon:none:1 docker://SIDE/fromtar:1
for side in real fake; do
    curl -sS -o /dev/null --unix-socket "$scratch/engine.sock" -X POST \
        "http://engine/v1.43/images/create?fromImage=$registry/$side/s&tag=1"
done
both copy "${plainly[@]}" --src-daemon-host "$engine" docker-daemon:SIDE/s:1 docker://SIDE/fromdaemon:1
both inspect --raw --tls-verify=false docker://SIDE/fromdaemon:1
both copy "${plainly[@]}" docker-daemon:none:1 docker://SIDE/fromtar:1
both copy --src-tls-verify=false docker://SIDE/m:1 docker-archive:own.tar:acme/app:1
both copy --src-tls-verify=false docker://SIDE/m:1 docker-archive:own.tar:acme/app:1
both copy --src-tls-verify=false --all docker://SIDE/m:1 docker-archive:other.tar
both copy --src-tls-verify=false docker://SIDE/docker:1 docker-archive:plain.tar
both inspect docker-archive:own.tar
both inspect docker-archive:plain.tar
both copy "${plainly[@]}" docker-archive:own.tar docker://SIDE/own:1
both inspect --raw --tls-verify=false docker://SIDE/own:1
both copy --src-tls-verify=false --dest-daemon-host "$engine" docker://SIDE/m:1 docker-daemon:SIDE/given:1
both copy "${plainly[@]}" --src-daemon-host "$engine" docker-daemon:SIDE/given:1 docker://SIDE/given:1
both manifest-digest one/manifest.json
both manifest-digest none.json

both delete --tls-verify=false docker://SIDE/all:1
both delete --tls-verify=false docker://SIDE/all:1
both list-tags --tls-verify=false docker://SIDE/all
both login --tls-verify=false -u me -p secret "$registry"
password=secret both login --tls-verify=false -u me --password-stdin "$registry"
password=secret both login --tls-verify=false --password-stdin "$registry"
both login --get-login "$registry"
both login --get-login other.example
same_folders docker
both inspect --tls-verify=false --authfile docker/config.json docker://SIDE/s:1
both logout "$registry"
both logout "$registry"
both logout --all
both login
for folder in one all layout run; do
    # The images of the sides differ by their names: only of what does not is there a word.
    output=$(diff <(cd "$sides/real/$folder" 2>/dev/null && find . | sed -E 's/[0-9a-f]{64}/D/' | sort) \
        <(cd "$sides/fake/$folder" 2>/dev/null && find . | sed -E 's/[0-9a-f]{64}/D/' | sort))
    holds "the same files in $folder" test -z "$output"
done

# What the real one makes of an archive, the fake one reads.
for side in real fake; do
    (cd "$sides/$side" && XDG_DATA_HOME=$sides/$side/data "$real" copy -q "${plainly[@]}" "docker://$registry/$side/s:1" \
        docker-archive:saved.tar:acme/app:1)
done
forget
both copy "${plainly[@]}" docker-archive:saved.tar docker://SIDE/saved:1
both copy "${plainly[@]}" docker-archive:saved.tar:acme/app:1 docker://SIDE/saved:2
both copy "${plainly[@]}" docker-archive:saved.tar:acme/app:none docker://SIDE/saved:3
both inspect docker-archive:saved.tar
both inspect --tls-verify=false docker://SIDE/saved:1
serve_end

# fault RULE WORDS…: one rule, then the words on both sides.
fault() {
    local name=$1 side
    for side in real fake; do
        printf '%s\n' "- {id: $side, on: registry, ${2//SIDE/$side}}"
    done >"$scratch/fault.yaml"
    shift 2
    serve --faults "$scratch/fault.yaml" "${images[@]}"
    forget
    printf '   %s\n' "$name"
    both "$@"
    serve_end
}
copied=("${plainly[@]}" docker://SIDE/s:1 docker://SIDE/t:1)
listed=(--all "${plainly[@]}" docker://SIDE/m:1 docker://SIDE/t:1)
fault "manifests answer 503" 'match: {method: GET, path: /v2/SIDE/s/manifests/*}, do: {kind: status, code: 503}' \
    copy --retry-times 2 "${copied[@]}"
fault "the ping answers 503" 'match: {method: GET, path: /v2/}, do: {kind: status, code: 503}' \
    copy --retry-times 2 "${copied[@]}"
fault "uploads answer 500" 'match: {method: PATCH, path: /v2/SIDE/t/*}, do: {kind: status, code: 500}' \
    copy --retry-times 2 "${copied[@]}"
fault "uploads answer 403" 'match: {method: POST, path: /v2/SIDE/t/*}, do: {kind: status, code: 403}' \
    copy --retry-times 2 "${copied[@]}"
fault "blobs may not be looked for" 'match: {method: HEAD, path: /v2/SIDE/t/*}, do: {kind: status, code: 403}' \
    copy --retry-times 1 "${copied[@]}"
fault "manifests are refused" 'match: {method: PUT, path: /v2/SIDE/t/manifests/*}, do: {kind: status, code: 500}' \
    copy --retry-times 2 "${copied[@]}"
fault "a list is refused" 'match: {method: PUT, path: /v2/SIDE/t/manifests/1}, do: {kind: status, code: 500}' \
    copy --retry-times 2 "${listed[@]}"
fault "uploads are reset" 'match: {method: PATCH, path: /v2/SIDE/t/*}, do: {kind: reset}' copy --retry-times 1 "${copied[@]}"
fault "a blob is cut" \
    'match: {method: GET, path: /v2/SIDE/s/blobs/*}, when: {nth: 1}, do: {kind: truncate}' \
    copy "${copied[@]}"
fault "a blob is reset, on a connection that was kept" \
    'match: {method: GET, path: /v2/SIDE/s/blobs/*}, when: {nth: 1}, do: {kind: reset}' \
    copy "${copied[@]}"
fault "an upload is too much once" \
    'match: {method: POST, path: /v2/SIDE/t/*}, when: {nth: 1}, do: {kind: status, code: 429}' \
    copy "${copied[@]}"
fault "a manifest is too much" \
    'match: {method: PUT, path: /v2/SIDE/t/manifests/*}, do: {kind: status, code: 429}' \
    copy --retry-times 1 "${copied[@]}"
fault "a list is refused once" \
    'match: {method: PUT, path: /v2/SIDE/t/manifests/1}, when: {nth: 1}, do: {kind: status, code: 500}' \
    copy "${listed[@]}"
fault "manifests are refused as invalid" \
    'match: {method: PUT, path: /v2/SIDE/t/manifests/*}, do: {kind: status, code: 400}' \
    copy --preserve-digests "${copied[@]}"
fault "blobs answer 500" 'match: {method: GET, path: /v2/SIDE/s/blobs/*}, do: {kind: status, code: 500}' \
    copy --retry-times 1 "${copied[@]}"
fault "blobs answer 404" 'match: {method: GET, path: /v2/SIDE/s/blobs/*}, do: {kind: status, code: 404}' \
    copy --retry-times 1 "${copied[@]}"
fault "tags are not there" 'match: {method: GET, path: /v2/SIDE/s/tags/list}, do: {kind: status, code: 503}' \
    inspect --tls-verify=false docker://SIDE/s:1
fault "tags are denied" 'match: {method: GET, path: /v2/SIDE/s/tags/list}, do: {kind: status, code: 403}' \
    inspect --tls-verify=false docker://SIDE/s:1
fault "deletes are not supported" 'match: {method: DELETE, path: /v2/SIDE/s/*}, do: {kind: status, code: 405}' \
    delete --tls-verify=false docker://SIDE/s:1
# The wrong byte is one of gzip's first: the real one packs what it takes for a plain layer, and
# looks for no digest.
serve_end() { serve_stop; }
fault "blobs are wrong" 'match: {method: GET, path: /v2/SIDE/s/blobs/*}, do: {kind: corrupt}' \
    copy --retry-times 1 "${copied[@]}"
finish
