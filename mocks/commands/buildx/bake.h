/*
 * `buildx bake` in its steps: files to sources, sources and options to targets (mocks/bakefile),
 * targets to build requests. What of it is not modelled is an error of run_unmodelled() or
 * BAKEFILE_ERROR_UNKNOWN: the command's outcome is then assumed.
 */
#pragma once

#include "mocks/bakefile/bakefile.h"
#include "mocks/commands/buildx/request.h"

/* ---- bake_files.c ---- */

/* The definition of a call. */
struct bake_sources {
    GArray *list;    /* struct bakefile_source, their names and bytes owned */
    const char *url; /* of a remote definition, lent; NULL: local files */
};
#define BAKE_SOURCES(variable)                                                                     \
    __attribute__((cleanup(bake_sources_clear))) struct bake_sources variable = {0}
void bake_sources_clear(struct bake_sources *sources);
/* Fills list: of paths, the usual ones when there are none; voice tells each. url is set before. */
bool bake_sources_read(struct bake_sources *sources, struct plugin_run *run, const GPtrArray *paths,
                       struct voice *voice, GError **error) MUST_USE;

/* ---- bake_links.c ---- */

/* Links of a bake: a context "target:NAME" becomes the result of that target's request, which is
   kept for it; the requests come in an order in which what others stand on goes first. */
void bake_link_requests(struct plugin_run *run, GPtrArray *requests);

/* ---- bake_request.c ---- */

/* What a target asks for (bake.go toBuildOpt); url is that of a remote definition, or NULL. */
struct build_request *bake_request_new(struct plugin_run *run, const struct bake_target *target,
                                       const char *url, GError **error) MUST_USE;
