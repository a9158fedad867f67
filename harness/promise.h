/*
 * What a workflow promises: the images that it pushes in clear weather, with their platforms, and
 * what its scenario declares beside them. Caches and attestations are no images, but signatures and
 * attestations that a step attaches to an image are owed with it.
 */
#pragma once

#include "harness/outcome.h"

struct owed_image {
    char *leg;
    char *image;            /* "ghcr.io/acme/api:main" */
    GPtrArray *platforms;   /* char*, sorted */
    GPtrArray *attachments; /* struct attachment: what stands beside it */
};

struct promises {
    GPtrArray *images;       /* struct owed_image */
    GPtrArray *unknown_legs; /* char*, ids of those whose red clear weather does not judge */
};

/* Of a run in clear weather. */
struct promises *promises_of(const struct outcome *clear);
void promises_free(struct promises *promises);
CLEANUP(promises, promises_free)
