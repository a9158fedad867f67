/* Durations and sizes as people write them: `250ms`, `5min`, `4GiB`. A unit is always there. */
#pragma once

#include "base/error.h"

#include <stdint.h>

#define MILLISECOND_US INT64_C(1000)
#define SECOND_US      INT64_C(1000000)
#define MINUTE_US      (60 * SECOND_US)
#define HOUR_US        (60 * MINUTE_US)

#define KIB_BYTES INT64_C(1024)
#define MIB_BYTES (1024 * KIB_BYTES)
#define GIB_BYTES (1024 * MIB_BYTES)

/*
 * Reads `N` with one of us, ms, s, min, h, d, or several with ever smaller units (`1h30min`); N may
 * have a fraction (`1.5s`). The whole text must be the duration. Never negative, never above
 * VIRTUAL_TIME_US_MAX. duration_text() of the answer reads back as the same duration.
 */
bool duration_parse(const char *text, int64_t *duration_us, GError **error) MUST_USE;

/* As Go writes them, which tells minutes by `m`: `90s`, `1m30s`, `500ms`; false: it is none. */
bool go_duration_parse(const char *text, int64_t *duration_us) MUST_USE;

/* As sleep and timeout of coreutils read them: seconds, or a number with s, m, h or d; "infinity"
   and all above are VIRTUAL_TIME_US_MAX. false: it is none. */
bool interval_parse(const char *text, int64_t *interval_us) MUST_USE;

/* As duration_parse() for sizes with B, KB, MB, GB, TB (powers of 1000) or KiB, MiB, GiB, TiB
 * (powers of 1024). */
bool size_parse(const char *text, int64_t *size_bytes, GError **error) MUST_USE;

/* The shortest exact spelling: `14.4s`, `5min`, `1h2min3.5s`. g_free. */
char *duration_text(int64_t duration_us);
/* Exact when a binary unit divides it, else one decimal: `4GiB`, `1.5MiB`, `17B`. g_free. */
char *size_text(int64_t size_bytes);
