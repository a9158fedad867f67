# The real crane (0.21) and the fake one, side by side against the fake registry: the same command
# lines end with the same code and the same words, and leave the same tags.
source ./lib.sh
need crane
fake=${FAKE_CRANE:-$(dirname "$seatrial")/tests/clients/fake_crane}
[[ -x $fake ]] || skip "no fake_crane at $fake"
crane version 2>&1 | grep -q '^v0\.21\.6$' || skip "crane is not v0.21.6"

export HOME=$scratch TZ=UTC
serve --image real/a:1=linux/amd64,linux/arm64 --image fake/a:1=linux/amd64,linux/arm64 \
    --image real/s:1=linux/amd64 --image fake/s:1=linux/amd64

# What differs for reasons that are no fault: whose images they are and what follows from their names,
# the time, and the order in which the real one's threads tell.
plain() {
    sed -E -e 's,(real|fake)/,SIDE/,g' -e 's/[0-9a-f]{64}/DIGEST/g' -e 's/%2F/\//g' \
        -e 's,^[0-9]{4}/../.. ..:..:.. ,DATE ,' -e 's,/\.[a-z]*docker/,/.docker/,' "$1" |
        sed -E 's/(created_by":")[^"]*/\1/g' | sort
}

# both WORDS…: SIDE in them is each side's own.
both() {
    local side program
    for side in real fake; do
        program=crane
        [[ $side == fake ]] && program=$fake
        DOCKER_CONFIG=$scratch/.${side}docker "$program" "${@//SIDE/$registry/$side}" \
            <<<"${password:-}" >"$scratch/$side.out" 2>&1
        printf '[exit %d]\n' $? >>"$scratch/$side.out"
    done
    output=$(diff <(plain "$scratch/real.out") <(plain "$scratch/fake.out"))
    holds "crane $*" test -z "$output"
}

both version
both digest SIDE/a:1
both digest --platform linux/arm64 SIDE/a:1
both --platform=linux/amd64 digest --full-ref SIDE/a:1
both digest --full-ref SIDE/s:1
both digest --platform linux/s390x SIDE/a:1
both digest SIDE/none:1
both digest UPPER/X:1
both manifest SIDE/a:1
both manifest --platform linux/arm64 SIDE/a:1
both manifest SIDE/none:1
both config SIDE/a:1
both config SIDE/none:1
both config SIDE/s:none
both ls SIDE/a
both tag SIDE/a:1 two
both tag SIDE/none:1 two
both ls --full-ref SIDE/a
both copy SIDE/a:1 SIDE/b:1
both copy SIDE/a:1 SIDE/b:1
both cp SIDE/a:1 SIDE/b:2
both cp -n SIDE/a:1 SIDE/b:2
both cp -n SIDE/a:1 SIDE/b:3
both cp --platform linux/arm64 SIDE/a:1 SIDE/c:1
both digest SIDE/c:1
both cp SIDE/none:1 SIDE/d:1
both cp SIDE/a:none SIDE/d:1
both cp a
both cp UPPER/X:1 SIDE/d:1
both cp SIDE/s:1 UPPER/X:1
both ls SIDE/none
both delete SIDE/b:2
both delete SIDE/b:none
both ls SIDE/b
both tag --bogus SIDE/a:1
both auth login example.com
password=secret both auth login example.com -u me --password-stdin
output=$(diff "$scratch/.realdocker/config.json" "$scratch/.fakedocker/config.json")
holds "the same login is kept" test -z "$output"
both auth logout example.com
finish
