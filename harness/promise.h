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

/* A leg that is red in clear weather, where nobody can tell whether it would be. */
struct doubtful_leg {
    char *id;
    guint broken_step; /* index of its step that broke; 0: none of them */
};

struct promises {
    GPtrArray *images;        /* struct owed_image */
    GPtrArray *doubtful_legs; /* struct doubtful_leg */
};

/* Of a run in clear weather. */
struct promises *promises_of(const struct outcome *clear);
void promises_free(struct promises *promises);
CLEANUP(promises, promises_free)
