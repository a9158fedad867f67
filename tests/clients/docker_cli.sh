# The fake docker command beside the real CLI: the same command lines against two worlds that are
# equal, what is printed on either stream and the exit code compared byte by byte. Ages, times and
# the port of the registry are all that may differ.
source ./lib.sh
need docker

fake=${FAKE_DOCKER:-$(dirname "$seatrial")/tests/clients/fake_docker}
[[ -x $fake ]] || skip "no fake_docker at $fake"
[[ $(docker --version) == "Docker version 28.2.2, build e6534b4" ]] ||
    skip "the texts are those of docker 28.2.2"

images=(--image team/app:1 --image team/arm:1=linux/arm64 --image team/both:1=linux/amd64,linux/arm64)
serve "${images[@]}" --profile ubuntu-24.04
real_engine=$engine real_registry=$registry real_pid=$serve_pid
mv "$scratch/engine.sock" "$scratch/real.sock" && real_engine=unix://$scratch/real.sock
serve "${images[@]}" --profile ubuntu-24.04
mv "$scratch/engine.sock" "$scratch/fake.sock" && fake_engine=unix://$scratch/fake.sock
fake_registry=$registry
trap 'kill -KILL $real_pid $serve_pid 2>/dev/null' EXIT

mkdir -p "$scratch/real/context" "$scratch/fake/context"
for side in real fake; do
    cat >"$scratch/$side/context/Dockerfile" <<'END'
FROM alpine
COPY f /f
RUN echo hello
CMD ["/bin/cat", "/f"]
END
    printf 'FROM alpine\nCOPY none /x\n' >"$scratch/$side/context/Failing"
    printf 'one\n' >"$scratch/$side/context/f"
    printf 'ignored\n' >"$scratch/$side/context/g.log"
    printf '*.log\n' >"$scratch/$side/context/.dockerignore"
    printf 'A=1\n# a comment\nB\n' >"$scratch/$side/variables"
done

# Ages, times, ports and places are made equal.
plain() {
    sed -E -e "s/$1/REGISTRY/g" -e "s#$scratch/(real|fake)#HERE#g" \
        -e 's/(Less than a second|[0-9]+ (second|minute|hour|day|week|month|year)s?|About an? (minute|hour)) ago/AGO/g' \
        -e 's/Up (Less than a second|[0-9]+ seconds?)/Up AWHILE/g' -e 's/AGO +/AGO /g' -e 's/Up AWHILE +/Up /g' \
        -e 's/CREATED +/CREATED /g' -e 's/STATUS +/STATUS /g' -e 's/LAST USED +/LAST USED /g' \
        -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g' \
        -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9:.]+ \+0000 UTC/TIME/g' \
        -e 's/ID: [A-Z0-9:]{59}/ID/' -e 's/Runtimes: .*/Runtimes/'
}

# one SIDE PROGRAM ENGINE REGISTRY WORD…: what it says and how it ends. R is the registry.
one() {
    local side=$1 program=$2 host=$3 place=$4
    shift 4
    (
        cd "$scratch/$side" || exit 99
        export DOCKER_HOST=$host DOCKER_CONFIG=$scratch/$side/config HOME=$scratch/$side
        "$program" "${@//R\//$place/}" <"$stdin" >"$scratch/$side.out" 2>"$scratch/$side.err"
        echo "[exit $?]" >>"$scratch/$side.err"
    )
    plain "$place" <"$scratch/$side.out" >"$scratch/$side.plain"
    echo "-- stderr" >>"$scratch/$side.plain"
    plain "$place" <"$scratch/$side.err" >>"$scratch/$side.plain"
}

stdin=/dev/null
are_equal() {
    one real "$(command -v docker)" "$real_engine" "$real_registry" "$@"
    one fake "$fake" "$fake_engine" "$fake_registry" "$@"
    output=$(diff "$scratch/real.plain" "$scratch/fake.plain") || return 1
}
same() {
    holds "docker $*" are_equal "$@"
}

source ./docker_cli_lines.sh

kill -TERM "$real_pid"
wait "$real_pid"
finish
