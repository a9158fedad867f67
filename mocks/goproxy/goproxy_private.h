/* What the files of the module proxy share. */
#pragma once

#include "mocks/goproxy/goproxy.h"

struct goproxy {
    struct world *world;
    GPtrArray *added; /* struct go_module_version of its own strings */
    bool (*is_module)(void *context, const char *path); /* or NULL */
    void *is_module_context;
    GHashTable *removed; /* "path@version" or "path@", a set; looked up, never iterated */
};

/* ---- shelf.c: what is published now ---- */

bool shelf_knows(const struct goproxy *proxy, const char *path);
/* NULL: not there, or not yet. */
const struct go_module_version *shelf_find(const struct goproxy *proxy, const char *path,
                                           const char *version);
/* A version of which the table, a selection, says nothing: older than the newest that is out, and
   neither listed for a later day nor removed. */
bool shelf_may_have(const struct goproxy *proxy, const char *path, const char *version);
/* The newest that is out and older than it, or NULL. */
const struct go_module_version *shelf_below(const struct goproxy *proxy, const char *path,
                                            const char *version);
const struct go_module_version *shelf_latest(const struct goproxy *proxy, const char *path);
/* "v1.0.0\nv1.1.0\n", in the order of versions; g_free. */
char *shelf_list(const struct goproxy *proxy, const char *path);
