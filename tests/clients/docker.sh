# The docker CLI drives the fake Engine: what it prints and how it ends, as with a real one.
source ./lib.sh
need docker curl

cat >"$scratch/faults.yaml" <<'EOF'
- id: corrupt-blobs
  on: registry
  match: {method: GET, path: /v2/team/corrupt/blobs/*}
  do: {kind: corrupt}
- id: bad-gateway
  on: registry
  match: {path: /v2/team/unwell/manifests/*}
  do: {kind: status, code: 502}
EOF
serve --faults "$scratch/faults.yaml" --image team/corrupt:1 --image team/unwell:1 \
    --image team/arm:1=linux/arm64 --profile ubuntu-24.04
export DOCKER_HOST=$engine DOCKER_CONFIG=$scratch/config

# ---- who is there ----
run docker version
gives "version shows the Engine of the profile" 0 "Version:          28.0.4" \
    "API version:      1.48 (minimum version 1.24)"
run docker info
gives "info shows the machine" 0 "Server Version: 28.0.4" "Storage Driver: overlay2" "CPUs: 4" \
    "Docker Root Dir: /var/lib/docker" "127.0.0.0/8"

# ---- pulling ----
run docker pull alpine
gives "an image comes from Docker Hub's fake" 0 "Using default tag: latest" \
    "latest: Pulling from library/alpine" ": Pulling fs layer" ": Download complete" \
    ": Pull complete" "Digest: sha256:" "Status: Downloaded newer image for alpine:latest" \
    "docker.io/library/alpine:latest"
run docker pull alpine
gives "a second pull finds it up to date" 0 "Status: Image is up to date for alpine:latest"
run docker pull "$registry/busybox"
gives "an image comes from the served registry" 0 "latest: Pulling from busybox" \
    "Status: Downloaded newer image for $registry/busybox:latest"
run docker pull --platform linux/arm64 "$registry/team/arm:1"
gives "a foreign platform comes when it is asked for" 0 "1: Pulling from team/arm"
run docker pull "$registry/team/arm:1"
gives "a platform that is not there fails in the stream" 1 \
    "no matching manifest for linux/amd64 in the manifest list entries"
run docker pull "$registry/busybox:none"
gives "a tag that is not there is an error of the Engine" 1 \
    "Error response from daemon: manifest for $registry/busybox:none not found: manifest unknown"
run docker pull "$registry/team/none:1"
gives "a repository that is not there is one too" 1 "Error response from daemon: " "not found"
run docker pull nobody/nothing
gives "Docker Hub denies what it does not have" 1 \
    "Error response from daemon: pull access denied for nobody/nothing" "docker login"
run docker pull 127.0.0.1:1/t/none:1
gives "a registry where nobody listens refuses" 1 \
    'Error response from daemon: Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'
run docker pull "$registry/T/none:1"
gives "a bad name is refused by the client" 1 "invalid reference format" "must be lowercase"
run docker pull "$registry/team/corrupt:1"
gives "corrupt blobs fail in the stream" 1 "1: Pulling from team/corrupt" \
    "verification failed for digest sha256:"
run docker pull "$registry/team/unwell:1"
gives "an unwell registry is named by its status" 1 \
    "Error response from daemon: received unexpected HTTP status: 502 Bad Gateway"

# ---- looking, tagging, pushing ----
run docker images
gives "images lists what is local" 0 "REPOSITORY" "alpine" "$registry/busybox"
run docker inspect --format '{{.Os}}/{{.Architecture}} {{.RepoTags}}' alpine
gives "inspect knows the platform" 0 "linux/amd64 [alpine:latest]"
run docker inspect nothing
gives "inspect says what is not there" 1 "No such object: nothing"
run docker tag alpine "$registry/team/app:1"
gives "tag says nothing" 0
run docker push "$registry/team/app:1"
gives "push uploads the layer" 0 "The push refers to repository [$registry/team/app]" \
    ": Preparing" ": Pushed" "1: digest: sha256:" "size: "
run docker push "$registry/team/app:1"
gives "a second push has nothing to upload" 0 ": Layer already exists" "1: digest: sha256:"
run curl -sS "http://$registry/v2/team/app/tags/list"
gives "the served registry has the tag" 0 '{"name":"team/app","tags":["1"]}'
run docker push "$registry/team/never-tagged:1"
gives "push needs a local image" 1 "The push refers to repository" \
    "An image does not exist locally with the tag: $registry/team/never-tagged"
run docker tag alpine ghcr.io/acme/app:1
run docker push ghcr.io/acme/app:1
gives "GHCR wants a login for pushing" 1 "denied"
run docker login --username robot --password-stdin ghcr.io <<<"secret"
gives "login succeeds" 0 "Login Succeeded"
run docker push ghcr.io/acme/app:1
gives "and then the push does" 0 "1: digest: sha256:"

# ---- running ----
run docker run --rm hello-world
gives "run pulls what is missing and shows what it prints" 0 \
    "Unable to find image 'hello-world:latest' locally" "Hello from Docker!"
run docker run --rm alpine false
gives "run ends as its command does" 1
run docker run --rm "$registry/busybox:none"
gives "run of what is not there ends with 125" 125 "Unable to find image" "not found"
run docker run --detach --name sleeper alpine sleep 1000
gives "a container goes on in the background" 0
run docker exec sleeper echo inside
gives "exec reaches into it" 0 "inside"
run docker ps
gives "ps shows it" 0 "sleeper" '"sleep 1000"' "Up "
run docker rmi alpine ghcr.io/acme/app:1 "$registry/team/app:1"
gives "an image in use is not removed" 1 "conflict: unable to "
run docker rm --force sleeper
gives "rm -f ends it" 0 "sleeper"
run docker exec sleeper true
gives "and it is gone" 1 "No such container: sleeper"

# ---- tidying up ----
run docker system df
gives "df counts kinds of things" 0 "TYPE" "Images" "Containers" "Local Volumes" "Build Cache"
docker run --name done alpine true >/dev/null 2>&1
run docker system prune -f
gives "prune deletes stopped containers" 0 "Deleted Containers:" "Total reclaimed space: "
run docker rmi "$registry/busybox"
gives "rmi untags and deletes" 0 "Untagged: $registry/busybox:latest" "Deleted: sha256:"
run docker rmi nothing
gives "rmi says what is not there" 1 "Error response from daemon: No such image: nothing:latest"

serve_stop
run docker version
gives "after the end nobody answers" 1 "Cannot connect to the Docker daemon at $engine"
output=$(cat "$scratch/serve.out")
holds "serve tells how often its faults fired" grep -q '^fault corrupt-blobs (corrupt) fired [1-9]' \
    "$scratch/serve.out"
holds "its trace has as many exchanges as it counted" test \
    "exchanges $(grep -c '"event":"exchange"' "$scratch/trace.jsonl")" = \
    "$(grep '^exchanges' "$scratch/serve.out")"
finish
