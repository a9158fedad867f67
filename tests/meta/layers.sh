#!/usr/bin/env bash
# Checks every #include of the tree against layers.txt: dependencies point one way, and each
# third-party library has one home.
set -euo pipefail
cd "${SEATRIAL_SOURCE_DIR:?}"
table=tests/meta/layers.txt

# The folder of the table that a path belongs to: "src/base/x.h" is "src/base".
folder_of() {
    local folder=${1%/*}
    [[ $folder == "$1" ]] && folder=.
    printf '%s' "$folder"
}

declare -A uses homes
while read -r first rest; do
    case $first in
    '' | \#*) ;;
    lib) read -r header home <<<"$rest" && homes[$header]=$home ;;
    *) uses[$first]=" $first $rest " ;;
    esac
done <"$table"

failures=0
fail() {
    printf '%s\n' "$*"
    failures=$((failures + 1))
}

check_include() { # file line kind name
    local file=$1 line=$2 kind=$3 name=$4 folder target header
    folder=$(folder_of "$file")
    if [[ $kind == '<' ]]; then
        for header in "${!homes[@]}"; do
            [[ $name == "$header"* && $folder != "${homes[$header]}" ]] &&
                fail "$file:$line: <$name> belongs to ${homes[$header]} alone"
        done
        return 0
    fi
    case $name in
    mocks/* | harness/*) target=$(folder_of "$name") ;;
    *) target=src/$(folder_of "$name") ;;
    esac
    [[ -n ${uses[$folder]:-} ]] || { fail "$file: folder $folder is not in $table"; return 0; }
    [[ ${uses[$folder]} == *' * '* || ${uses[$folder]} == *" $target "* ]] ||
        fail "$file:$line: $folder may not include \"$name\""
}

count=0
while IFS=: read -r file line text; do
    if [[ $text =~ ^#include\ ([\<\"])([^\>\"]+) ]]; then
        check_include "$file" "$line" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
        count=$((count + 1))
    fi
done < <(grep -rn '^#include' src mocks harness --include='*.[ch]')

((count > 100)) || fail "only $count includes were seen: the test looks at nothing"
printf '%d includes, %d wrong\n' "$count" "$failures"
((failures == 0))
