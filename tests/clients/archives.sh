# docker save and docker load of the real CLI against each kind of Engine: an image goes through a
# file, a pipe and a compressed file into another world, and is there what it was.
source ./lib.sh
need docker tar gzip

export DOCKER_CONFIG=$scratch/config

# There and back for one profile.
round_trip() {
    local profile=$1 id image
    serve --image team/app:1 --profile "$profile"
    export DOCKER_HOST=$engine
    image=$registry/team/app:1
    run docker pull "$image"
    gives "$profile: the image is pulled" 0
    id=$(docker inspect -f '{{.Id}} {{.Size}} {{.Architecture}}' "$image")
    run docker save -o "$scratch/app.tar" "$image"
    gives "$profile: save writes a file" 0
    holds "$profile: the file is a tar with a manifest.json" \
        grep -q '^manifest.json$' <(tar -tf "$scratch/app.tar")
    docker save "$image" | gzip >"$scratch/app.tar.gz"
    run docker rmi -f "$image"
    gives "$profile: the image is gone" 0
    run docker load -i "$scratch/app.tar.gz"
    gives "$profile: load takes a compressed archive" 0 "Loaded image: $image"
    holds "$profile: the image is the same" \
        test "$(docker inspect -f '{{.Id}} {{.Size}} {{.Architecture}}' "$image")" == "$id"
    docker rmi -f "$image" >/dev/null
    run docker load -q <"$scratch/app.tar"
    gives "$profile: load reads stdin" 0 "Loaded image: $image"
    docker tag "$image" "$registry/team/moved:1"
    run docker push "$registry/team/moved:1"
    gives "$profile: what was loaded can be pushed" 0 "1: digest: sha256:"
    head -c 700 "$scratch/app.tar" >"$scratch/cut.tar"
    run docker load -i "$scratch/cut.tar"
    gives "$profile: an archive that is cut is refused" 1 "unexpected EOF"
    serve_stop
}

for profile in self-hosted-20.10 ubuntu-24.04 ubuntu-26.04; do
    round_trip "$profile"
done
finish
