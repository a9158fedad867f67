/* What a green leg owes and is not there, in words: its fate says only how bad that is. */
#pragma once

#include "harness/outcome.h"

/* Of a judged effect: "ghcr.io/acme/api:main is not there", "… lacks linux/arm64"; NULL: it lacks
   nothing. g_free. */
char *lack_of_image(const struct effect *effect);
/* Of a leg, what it attaches in clear weather to an image that this run pushed: "… lacks its
   signature"; NULL: nothing. g_free. */
char *lack_of_attachment(const struct effect *effect, const char *leg);
