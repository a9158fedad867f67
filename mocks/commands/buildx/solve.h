/* One build while it runs, for the files that carry it out. */
#pragma once

#include "mocks/commands/buildx/request.h"

struct solve {
    struct plugin_run *run;
    const struct build_request *request;
    struct builder_node *node;
    struct voice *voice;
    GPtrArray *outputs; /* struct build_output */
    char *reference;    /* of the build: 25 letters and digits */
    char *folder;       /* where BuildKit finds the files; holds the reference */
    GPtrArray *words;   /* of buildctl, NULL-terminated */
    char *failure;      /* what buildctl gave as the reason, or NULL */
    bool has_begun;     /* buildctl has said something */
    GBytes *metadata;   /* of a build that succeeded, or NULL */
    GPtrArray *files;   /* GBytes beside outputs, NULL where there is none */
    GPtrArray *caches;  /* GBytes beside the request's cache-to: tars of local ones, else NULL */
};

/* ---- arguments.c ---- */
/* secrets: "id=NAME" of each. */
void solve_make_words(struct solve *solve, const char *filename, const char *url,
                      const GPtrArray *secrets);

/* ---- deliver.c ---- */
/* Results to where they were asked: files, stdout, the Engine; pushes of the docker driver. */
bool solve_deliver(struct solve *solve, json_t *metadata, GError **error) MUST_USE;
