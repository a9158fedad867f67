# The real cosign (2.5, 3.0) and the fake one of the same version, side by side against the fake
# registry: the same command lines end with the same code and the same words, once each has its own
# keys. Without the network: keys alone, and no log.
source ./lib.sh
need cosign curl
fake=${FAKE_COSIGN:-$(dirname "$seatrial")/tests/clients/fake_cosign}
[[ -x $fake ]] || skip "no fake_cosign at $fake"
FAKE_COSIGN_VERSION=$(cosign version 2>&1 | sed -n 's/^GitVersion: *//p')
export FAKE_COSIGN_VERSION
case $FAKE_COSIGN_VERSION in
v2.5.*) major=2 ;;
v3.0.*) major=3 ;;
*) skip "cosign is neither 2.5 nor 3.0" ;;
esac

export COSIGN_PASSWORD=x HOME=$scratch
unset ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN
serve --image team/real:1=linux/amd64,linux/arm64 --image team/fake:1=linux/amd64,linux/arm64
mkdir -p "$scratch/real" "$scratch/fake"
for side in real fake; do
    printf '{"x":1}\n' >"$scratch/$side/sbom.json"
    printf '\n' >"$scratch/$side/blank.key"
    # A signing config and a trusted root that name no services.
    printf '{"mediaType":"application/vnd.dev.sigstore.signingconfig.v0.2+json",%s}\n' \
        '"rekorTlogConfig":{},"tsaConfig":{}' >"$scratch/$side/config.json"
    printf '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}\n' \
        >"$scratch/$side/root.json"
done

# What differs for reasons that are no fault: the trust root that the network here does not have, the
# image's name and what follows from it, the order of bundles, which is that of their digests.
plain() {
    grep -v 'trusted_root.json' "$1" | sed -E -e 's,team/(real|fake),team/IMAGE,g' \
        -e 's/sha256[:-][0-9a-f]{64}/DIGEST/g' -e 's/"(sig|payload)":"[^"]*"/"\1":""/g' \
        -e 's/on [0-9.:]+: no such host/no such host/g' -e 's/, found: http.*,http.*/, found: TYPES/'
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

nowhere=IMAGE@sha256:$(printf 'a%.0s' {1..64})
# Signatures beside the image: what version 2 writes, and version 3 when it is told to.
beside=(--tlog-upload=false -y)
[[ $major == 3 ]] && beside+=(--use-signing-config=false --new-bundle-format=false)
sign=(sign --key cosign.key "${beside[@]}")
verify=(--key cosign.pub --insecure-ignore-tlog=true)
[[ $major == 3 ]] && verify+=(--trusted-root root.json)
both generate-key-pair
both verify "${verify[@]}" IMAGE:1
both "${sign[@]}" IMAGE:1
both "${sign[@]}" -a a=b -r IMAGE:1
both verify "${verify[@]}" IMAGE:1
both verify "${verify[@]}" -a a=b IMAGE:1
both verify "${verify[@]}" -a a=c IMAGE:1
both verify "${verify[@]}" IMAGE:none
both verify --insecure-ignore-tlog=true IMAGE:1
both triangulate IMAGE:1
both "${sign[@]}" IMAGE:none
both "${sign[@]}" "$nowhere"
both sign --key nokey "${beside[@]}" IMAGE:1
both sign --key env://NOKEY "${beside[@]}" IMAGE:1
both sign --key blank.key "${beside[@]}" IMAGE:1
both sign -y
both sign -y --bogus x
both attest --key cosign.key "${beside[@]}" --type spdxjson --predicate sbom.json IMAGE:1
both attest --key cosign.key "${beside[@]}" --predicate none.json IMAGE:1
both verify-attestation "${verify[@]}" --type spdxjson IMAGE:1
both verify-attestation "${verify[@]}" --type vuln IMAGE:1
COSIGN_PASSWORD=wrong both "${sign[@]}" IMAGE:1
[[ $major == 3 ]] || finish

# Bundles, which only version 3 writes.
config=(-y --signing-config config.json --trusted-root root.json)
sign=(sign --key cosign.key "${config[@]}")
both "${sign[@]}" IMAGE:1
both verify "${verify[@]}" IMAGE:1
both verify "${verify[@]}" -a a=b IMAGE:1
both verify --key cosign.pub --trusted-root root.json IMAGE:1
both verify --key cosign.pub --insecure-ignore-tlog=true --trusted-root none.json IMAGE:1
both verify "${verify[@]}" --new-bundle-format=false IMAGE:1
both "${sign[@]}" -a a=b -r IMAGE:1
both "${sign[@]}" IMAGE:none
both "${sign[@]}" "$nowhere"
both "${sign[@]}" --tlog-upload=false IMAGE:1
both "${sign[@]}" --rekor-url=https://rekor.example IMAGE:1
both sign --key cosign.key -y --new-bundle-format=false IMAGE:1
both sign --key cosign.key -y --signing-config none.json --trusted-root root.json IMAGE:1
both sign --key cosign.key -y --signing-config config.json --trusted-root none.json IMAGE:1
both sign --key nokey "${config[@]}" IMAGE:1
both sign --key cosign.key -y --use-signing-config=false --tlog-upload=false IMAGE:1
both sign --key nokey -y --use-signing-config=false --tlog-upload=false IMAGE:1
both sign -y --use-signing-config=false IMAGE:1
both sign -y --use-signing-config=false --new-bundle-format=false IMAGE:1
both attest -y --use-signing-config=false --predicate sbom.json IMAGE:1
both sign -y IMAGE:1
both attest --key cosign.key "${config[@]}" --type spdxjson --predicate sbom.json IMAGE:1
both attest --key nokey "${config[@]}" --predicate sbom.json IMAGE:1
both attest --key cosign.key "${config[@]}" --predicate none.json IMAGE:1
both attest --key cosign.key "${config[@]}" --predicate sbom.json IMAGE:none
both verify-attestation "${verify[@]}" --type spdxjson IMAGE:1
both verify-attestation "${verify[@]}" --type vuln IMAGE:1
mkdir -p "$scratch/real/other" "$scratch/fake/other"
both generate-key-pair --output-key-prefix other/key
both verify --key other/key.pub --insecure-ignore-tlog=true --trusted-root root.json IMAGE:1
finish
