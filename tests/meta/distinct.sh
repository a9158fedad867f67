#!/usr/bin/env bash
# No two scenarios are the same but for their words: pipeline, world, faults and fate together differ.
# Canaries are left out; they repeat others with a wrong expectation on purpose.
set -euo pipefail
cd "${SEATRIAL_SOURCE_DIR:?}/scenarios"

# What a scenario does, without what it is called and what it expects.
essence() {
    awk '/^[a-z_]+:/ {keep = !/^(name|purpose|cites|cause|expect|verdict|because):/} keep' "$1" | md5sum
}

count=0
declare -A seen
while IFS= read -r file; do
    key=$(essence "$file")
    [[ -z ${seen[$key]:-} ]] || { printf '%s does what %s does\n' "$file" "${seen[$key]}" && exit 1; }
    seen[$key]=$file
    count=$((count + 1))
done < <(grep -l '^seatrial: scenario/' -r . --include='*.yaml' | grep -v '/canary/' | sort)
printf '%d scenarios, no two alike\n' "$count"
((count >= 40))
