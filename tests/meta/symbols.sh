#!/usr/bin/env bash
# Looks at the objects themselves: nobody but what is interposed (vclock of the program, the library
# preloaded in sandboxes) asks a clock, keeps data at file scope, draws from the C library's chance,
# sleeps or starts threads, and no name has two folders.
set -euo pipefail
build=${1:?the build folder}
cd "$build"

banned='rand|srand|random|srandom|drand48|lrand48|rand_r|g_random_int|g_rand_new|sleep|usleep'
banned+='|nanosleep|clock_nanosleep|pthread_create|g_thread_new|getaddrinfo|strcpy|strcat|sprintf'
banned+='|vsprintf|gets|atoi|atol|atof|strtok|localtime|g_get_real_time|g_get_monotonic_time'
banned+='|g_date_time_new_now_utc|clock_gettime|gettimeofday|time|timespec_get|clock|ftime'

mapfile -t objects < <(find . -path './CMakeFiles/*' -name '*.c.o' ! -name 'vclock.c.o' ! -path '*/process/preload/*' | sort)
offences=$(mktemp)
trap 'rm -f "$offences"' EXIT

nm -A -P "${objects[@]}" | sed -E 's/^(.*)\[?\]?: /\1 /' |
    awk -v banned="^($banned)(@.*)?$" '$3 == "U" && $2 ~ banned {print $1 " uses " $2}' >>"$offences"

# Writable data is .data and .bss proper; sanitizers keep theirs under names of their own.
objdump -t "${objects[@]}" | awk '
    /file format/ {object = $1}
    / O / && ($4 == ".data" || $4 == ".bss" || $3 == ".data" || $3 == ".bss") &&
        $NF !~ /^(\.data|\.bss|__|\.L)/ {print object " keeps mutable data: " $NF}' >>"$offences"

# One program is linked from all libraries: a name belongs to one folder.
for library in lib*.a; do
    nm --defined-only -P "$library" 2>/dev/null | awk '$2 ~ /^[TDRB]$/ {print $1}'
done | sort | uniq -d | sed 's/^/two folders define /' >>"$offences"

cat "$offences"
((${#objects[@]} > 20)) || { printf 'only %d objects were seen: the test looks at nothing\n' ${#objects[@]} && exit 1; }
printf '%d objects, %d offences\n' "${#objects[@]}" "$(wc -l <"$offences")"
[[ ! -s $offences ]]
