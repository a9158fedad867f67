# The real cosign (2.5) and the fake one, side by side against the fake registry: the same command lines
# end with the same code and the same words, once each has its own keys. Without the network: keys
# alone, and no log.
source ./lib.sh
need cosign curl
fake=${FAKE_COSIGN:-$(dirname "$seatrial")/tests/clients/fake_cosign}
[[ -x $fake ]] || skip "no fake_cosign at $fake"
cosign version 2>&1 | grep -q 'GitVersion: *v2\.5\.' || skip "cosign is not 2.5"

export COSIGN_PASSWORD=x HOME=$scratch
unset ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN
serve --image team/real:1=linux/amd64,linux/arm64 --image team/fake:1=linux/amd64,linux/arm64
mkdir -p "$scratch/real" "$scratch/fake"
for side in real fake; do
    printf '{"x":1}\n' >"$scratch/$side/sbom.json"
    printf '\n' >"$scratch/$side/blank.key"
done

# What differs for reasons that are no fault: the trust root that the network here does not have, the
# image's name and what follows from it.
plain() {
    grep -v 'trusted_root.json' "$1" | sed -E -e 's,team/(real|fake),team/IMAGE,g' \
        -e 's/sha256[:-][0-9a-f]{64}/DIGEST/g' -e 's/"(sig|payload)":"[^"]*"/"\1":""/g'
}

# both WORDS…: IMAGE in them is each side's own.
both() {
    local side program
    for side in real fake; do
        program=cosign
        [[ $side == fake ]] && program=$fake
        (
            cd "$scratch/$side" || exit 99
            "$program" "${@//IMAGE/$registry/team/$side}" </dev/null >"$scratch/$side.out" 2>&1
            printf '[exit %d]\n' $? >>"$scratch/$side.out"
        )
    done
    output=$(diff <(plain "$scratch/real.out") <(plain "$scratch/fake.out"))
    holds "cosign $*" test -z "$output"
}

sign=(sign --key cosign.key --tlog-upload=false -y)
verify=(--key cosign.pub --insecure-ignore-tlog=true)
both generate-key-pair
both verify "${verify[@]}" IMAGE:1
both "${sign[@]}" IMAGE:1
both "${sign[@]}" -a a=b -r IMAGE:1
both verify "${verify[@]}" IMAGE:1
both verify "${verify[@]}" -a a=b IMAGE:1
both verify "${verify[@]}" -a a=c IMAGE:1
both verify --key cosign.pub --insecure-ignore-tlog=true IMAGE:none
both verify --insecure-ignore-tlog=true IMAGE:1
both triangulate IMAGE:1
both "${sign[@]}" IMAGE:none
both "${sign[@]}" "IMAGE@sha256:$(printf 'a%.0s' {1..64})"
both sign --key nokey --tlog-upload=false -y IMAGE:1
both sign --key env://NOKEY --tlog-upload=false -y IMAGE:1
both sign --key blank.key --tlog-upload=false -y IMAGE:1
both sign -y
both sign -y --bogus x
both attest --key cosign.key --tlog-upload=false -y --type spdxjson --predicate sbom.json IMAGE:1
both attest --key cosign.key --tlog-upload=false -y --predicate none.json IMAGE:1
both verify-attestation "${verify[@]}" --type spdxjson IMAGE:1
both verify-attestation "${verify[@]}" --type vuln IMAGE:1
export COSIGN_PASSWORD=wrong
both "${sign[@]}" IMAGE:1
finish
