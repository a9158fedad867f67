/* Numbers as Docker prints them for people: go-units and stringid. Pure; all answers g_free. */
#pragma once

#include "base/error.h"

#include <stdint.h>

/* "1.982MB" with 4 digits, "1.98MB" with 3: powers of 1000 (units.HumanSizeWithPrecision). */
char *human_size(double bytes, int precision);
/* "23.54GiB" (units.BytesSize). */
char *human_bytes(double bytes);
/* "About a minute", "2 hours" (units.HumanDuration). */
char *human_duration(int64_t seconds);
/* "sha256:be395fb3…" or "be395fb3…" to its first 12 digits. */
char *human_short_id(const char *id);
/* At most width characters, the last "…" when it is cut (formatter.Ellipsis). */
char *human_ellipsis(const char *text, glong width);
/* Go's %q: "a \"quoted\" text". */
char *human_quote(const char *text);
