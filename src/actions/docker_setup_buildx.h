/* The command lines by which setup-buildx-action makes builders and asks for them. Private to it.
 */
#pragma once

#include "actions/toolkit.h"

struct setup_buildx {
    struct toolkit *toolkit;
    const char *driver;
    char *name;
    char *endpoint; /* "" for the current context */
    GPtrArray *driver_options;
};

/* `docker buildx create` for the first node; NULL: thrown. */
GPtrArray *setup_buildx_create_arguments(struct setup_buildx *setup, GError **error) MUST_USE;
/* Makes further nodes as the input `append` lists them. */
bool setup_buildx_append(struct setup_buildx *setup, GError **error) MUST_USE;
/* Inspects the builder and tells: outputs driver, platforms, nodes; BuildKit's version. */
bool setup_buildx_show(struct setup_buildx *setup, GError **error) MUST_USE;
/* The post phase. */
bool setup_buildx_post(struct action_run *run, GError **error) MUST_USE;
