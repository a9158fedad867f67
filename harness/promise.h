/*
 * What a workflow promises: the images that it pushes in clear weather, with their platforms, and
 * what its scenario declares beside them. Caches and attestations are no images.
 */
#pragma once

#include "harness/outcome.h"

struct owed_image {
    char *leg;
    char *image;          /* "ghcr.io/acme/api:main" */
    GPtrArray *platforms; /* char*, sorted */
};

struct promises {
    GPtrArray *images;       /* struct owed_image */
    GPtrArray *unknown_legs; /* char*, ids of those that even clear weather does not judge */
};

/* Of a run in clear weather. */
struct promises *promises_of(const struct outcome *clear);
void promises_free(struct promises *promises);
CLEANUP(promises, promises_free)
