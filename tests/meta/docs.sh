#!/usr/bin/env bash
# docs.sh SEATRIAL: what the documents show is what the program prints. A block between
#
#     <!-- printed by: seatrial faults -->
#     <!-- end -->
#
# must equal the command's output; UPDATE_GOLDEN=1 writes it anew. In a fenced block the fence stays.
# A command that fails shows nothing worth keeping.
set -euo pipefail
cd "${SEATRIAL_SOURCE_DIR:?}"
seatrial=${1:?the seatrial binary}
export NO_COLOR=1
count=0 failures=0
seatrial() { "$seatrial" "$@"; }

rewrite() { # FILE: prints it with every block's output in place; fails when a command does
    local line command='' is_inside=0 fence='' status=0
    while IFS= read -r line; do
        if [[ $line == '<!-- printed by: '*' -->' ]]; then
            command=${line#'<!-- printed by: '}
            command=${command%' -->'}
            printf '%s\n' "$line"
            is_inside=1 fence=''
            continue
        fi
        if ((is_inside)) && [[ $line == '```'* && -z $fence ]]; then
            fence=$line
            printf '%s\n' "$line"
        elif ((is_inside)) && [[ $line == '<!-- end -->' ]]; then
            eval "$command" 2>&1 || { printf '%s: fails: %s\n' "$1" "$command" >&2 && status=1; }
            [[ -z $fence ]] || printf '```\n'
            printf '%s\n' "$line"
            is_inside=0
        elif ((!is_inside)); then
            printf '%s\n' "$line"
        fi
    done <"$1"
    return "$status"
}

while IFS= read -r file; do
    count=$((count + 1))
    if ! fresh=$(rewrite "$file" && printf x); then
        failures=$((failures + 1))
    elif [[ ${UPDATE_GOLDEN:-} == 1 ]]; then
        printf '%s' "${fresh%x}" >"$file"
    elif ! diff <(printf '%s' "${fresh%x}") "$file"; then
        printf '%s: does not show what the program prints\n' "$file"
        failures=$((failures + 1))
    fi
done < <(grep -l '^<!-- printed by: ' -r --include='*.md' . --exclude-dir=build)
printf '%d documents, %d out of date\n' "$count" "$failures"
((count > 0 && failures == 0))
