#!/usr/bin/env bash
# Looks at the objects themselves: nobody but vclock asks a clock or keeps data at file scope, and
# nobody at all draws from the C library's chance, sleeps or starts threads.
set -euo pipefail
build=${1:?the build folder}
cd "$build"

banned='rand|srand|random|srandom|drand48|lrand48|rand_r|g_random_int|g_rand_new|sleep|usleep|nanosleep|clock_nanosleep|pthread_create|g_thread_new|getaddrinfo|strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|atof|strtok|g_get_real_time|g_get_monotonic_time|g_date_time_new_now_utc|localtime'
clocks='clock_gettime|gettimeofday|time|timespec_get|clock|ftime'

failures=0
fail() {
    printf '%s\n' "$*"
    failures=$((failures + 1))
}

check_object() {
    local object=$1 symbol type
    while read -r type symbol; do
        [[ $object == *vclock* ]] && continue
        if [[ $type == U && $symbol =~ ^($banned|$clocks)(@.*)?$ ]]; then
            fail "$object uses $symbol"
        fi
        # Sanitizers and -fPIE put constant tables with pointers in .data.rel.ro, which nm calls d
        # as well: size and section decide below.
    done < <(nm -P "$object" | awk '{print $2, $1}')
    # Writable data: .data and .bss proper. Sanitizers' own sections have other names.
    while read -r section name; do
        [[ $object == *vclock* ]] || fail "$object keeps mutable data: $name in $section"
    done < <(objdump -t "$object" |
        awk '($4 == ".data" || $4 == ".bss" || $3 == ".data" || $3 == ".bss") && $NF !~ /^(\.data|\.bss|__|\.L)/ && $0 ~ / O / {s = ($3 ~ /^\./) ? $3 : $4; print s, $NF}')
}

objects=$(find . -path './CMakeFiles/*' -name '*.c.o' | sort)
count=$(wc -l <<<"$objects")
for object in $objects; do check_object "$object"; done
# One program is linked from all libraries: a name belongs to one folder.
twice=$(for library in lib*.a; do
    nm --defined-only -P "$library" 2>/dev/null | awk '$2 ~ /^[TDRB]$/ {print $1}'
done | sort | uniq -d)
for symbol in $twice; do fail "two folders define $symbol"; done

((count > 20)) || fail "only $count objects were seen: the test looks at nothing"
printf '%d objects, %d offences\n' "$count" "$failures"
((failures == 0))
