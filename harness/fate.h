/*
 * Fates: what became of a job leg in the eyes of those who wait for its images. Pure functions over
 * effects. Worst last; shrunk and hollow are worse than red, for nobody notices them.
 */
#pragma once

#include <glib.h>
#include <stdbool.h>

enum fate {
    FATE_SKIPPED,   /* a leg that did not run and owed nothing */
    FATE_DELIVERED, /* every promised effect is there */
    FATE_DEGRADED,  /* green, fewer platforms than promised, nobody loses what they had */
    FATE_CANCELLED, /* ended by the job clock or with others, and nobody failed */
    FATE_FAILED,    /* red */
    FATE_SHRUNK,    /* green, and a tag has fewer platforms than before */
    FATE_HOLLOW,    /* green, and a promised image, or its signature or attestation, is not there */
    FATE_UNKNOWN,   /* a promised effect depends on something assumed */
};
extern const char *const fate_names[]; /* NULL-terminated, for tables of fields */
const char *fate_text(enum fate fate);

/* One image a leg promises, and what is there after the run. Platform lists are sorted, of char*.
 */
struct promise {
    const char *image;         /* "ghcr.io/acme/api:main" */
    const GPtrArray *promised; /* platforms of the clear-weather run; NULL: no image promised */
    const GPtrArray *before;   /* platforms of the tag before the run; NULL: it was not there */
    const GPtrArray *after;    /* platforms of the tag after the run; NULL: it is not there */
    const GPtrArray *side;     /* platforms of a side tag the leg declares; NULL: none */
    bool is_from_this_run;     /* what the tag names now was pushed in this run */
    bool is_complete;          /* all its manifests, configs and layers are in the registry */
    bool is_side_complete;
};

/* Of one image, given how the leg ended by its own account. */
enum fate fate_of_promise(const struct promise *promise, bool is_green, bool is_cancelled);
enum fate fate_worse(enum fate left, enum fate right);
