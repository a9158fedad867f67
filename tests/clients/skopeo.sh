# skopeo copies images out of the fake registry and back: what comes back is what went out.
source ./lib.sh
need skopeo curl

serve --image team/app:1=linux/amd64,linux/arm64,linux/arm/v7
from=docker://$registry
plain=(--src-tls-verify=false)
back=(--dest-tls-verify=false)
home=$scratch/home
mkdir -p "$home"
export HOME=$home XDG_RUNTIME_DIR=$home

digest_of() {
    curl -sSI -H 'Accept: application/vnd.oci.image.index.v1+json' \
        -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
        "http://$registry/v2/$1/manifests/$2" |
        tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

# same_files A B: every file of B is in A, with the same bytes.
same_files() {
    local file
    for file in "$2"/*; do
        cmp -s "$file" "$1/$(basename "$file")" || return 1
    done
}

run skopeo inspect --tls-verify=false "$from/team/app:1"
gives "inspect picks this machine's platform" 0 '"Os": "linux"' '"Layers": [' '"RepoTags": ['
run skopeo inspect --tls-verify=false --raw "$from/team/app:1"
gives "the raw document is an index of three platforms" 0 \
    "application/vnd.oci.image.index.v1+json" '"architecture":"arm64"' '"variant":"v7"'
run skopeo list-tags --tls-verify=false "$from/team/app"
gives "list-tags lists the tag" 0 '"Repository": "'"$registry"'/team/app"' '"1"'

run skopeo copy "${plain[@]}" "$from/team/app:1" "dir:$scratch/one"
gives "one platform comes out" 0 "Copying blob" "Writing manifest to image destination"
run skopeo copy "${back[@]}" "dir:$scratch/one" "$from/copy/one:1"
gives "and goes back in" 0 "Writing manifest to image destination"
run skopeo copy "${plain[@]}" "$from/copy/one:1" "dir:$scratch/again"
gives "and comes out again" 0
holds "with the same bytes" same_files "$scratch/one" "$scratch/again"

run skopeo copy --all "${plain[@]}" "$from/team/app:1" "dir:$scratch/all"
gives "all platforms come out" 0 "Copying 3 of 3 images in list"
run skopeo copy --all "${back[@]}" "dir:$scratch/all" "$from/copy/all:1"
gives "and go back in" 0 "Writing manifest list to image destination"
output="$(digest_of team/app 1) $(digest_of copy/all 1)"
holds "under the same digest" test -n "$(digest_of team/app 1)" -a \
    "$(digest_of team/app 1)" = "$(digest_of copy/all 1)"
run skopeo copy --all "${plain[@]}" "${back[@]}" "$from/team/app:1" "$from/team/mounted:1"
gives "from repository to repository" 0 "Writing manifest list to image destination"

run skopeo inspect --tls-verify=false "$from/team/app:none"
gives "a tag that is not there is an error" 1 "manifest unknown"
run skopeo delete --tls-verify=false "$from/copy/one:1"
gives "delete takes a tag's manifest away" 0
run skopeo inspect --tls-verify=false "$from/copy/one:1"
gives "and then it is not there" 1 "manifest unknown"
run skopeo inspect --tls-verify=false "$from/copy/all:1"
gives "while others stay" 0 '"Os": "linux"'

serve_stop
cat >"$scratch/faults.yaml" <<'EOF'
- id: truncated-blob
  on: registry
  match: {method: GET, path: /v2/team/app/blobs/*}
  when: {nth: 1}
  do: {kind: truncate}
- id: unwell
  on: registry
  match: {method: GET, path: /v2/busybox/manifests/*}
  do: {kind: status, code: 503}
EOF
serve --faults "$scratch/faults.yaml" --image team/app:1
run skopeo copy "${plain[@]}" "docker://$registry/team/app:1" "dir:$scratch/cut"
gives "a truncated blob fails a copy" 1 "EOF"
run skopeo copy "${plain[@]}" "docker://$registry/team/app:1" "dir:$scratch/whole"
gives "and the next one succeeds" 0 "Writing manifest to image destination"
run skopeo inspect --tls-verify=false "docker://$registry/busybox"
gives "an unwell registry is named by its status" 1 "503"
finish
