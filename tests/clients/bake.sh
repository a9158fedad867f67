#!/usr/bin/env bash
# tests/cases/bakefile asked of the real buildx: what is checked in is still what it says. RECORD=1
# writes the files instead. No daemon and no builder is needed to print.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need buildx

cases=$(cd ../cases/bakefile && pwd)
mkdir -p "$scratch/config"

# answer FILE: what buildx says, as the cases have it.
answer() {
    local file=$1 line name=${1%.*}
    local arguments=() variables=(PATH="$PATH" HOME="$scratch/config" DOCKER_CONFIG="$scratch/config")
    [[ ! -f $name.args ]] || while IFS= read -r line; do
        case $line in
        'env '*) variables+=("${line#env }") ;;
        'set '*) arguments+=(--set "${line#set }") ;;
        'target '*) arguments+=("${line#target }") ;;
        esac
    done <"$name.args"
    env -i "${variables[@]}" buildx bake --print -f "$file" "${arguments[@]}" 2>"$scratch/err" ||
        grep -v '^#' "$scratch/err" | sed '/^$/d'
}

is_the_same() {
    output=$(diff -u "$1" "$2")
}

cd "$cases" || exit 1
for file in *.hcl *.json *.yml *.yaml; do
    answer "$file" >"$scratch/answer"
    if [[ -n ${RECORD:-} ]]; then
        cp "$scratch/answer" "${file%.*}.expected"
    else
        holds "buildx says the same of $file" is_the_same "${file%.*}.expected" "$scratch/answer"
    fi
done
finish
