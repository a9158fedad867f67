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

/* Of a run in clear weather; the caller owns the array of struct owed_image. */
GPtrArray *promises_of(const struct outcome *clear);
