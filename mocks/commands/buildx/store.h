/*
 * Builders as buildx keeps them (store/store.go): $BUILDX_CONFIG or "buildx" in the CLI's folder,
 * with instances/NAME, current, defaults/HASH and activity/NAME. The builder of the context
 * "default" is in no file.
 */
#pragma once

#include "mocks/commands/buildx/plugin.h"

struct builder {
    char *name;
    char *driver; /* "docker-container"; of a context builder "" until it was looked at */
    json_t *json; /* as in the file */
    bool is_context;
    int64_t last_activity_s; /* 0: none */
};
void builder_free(struct builder *builder);
CLEANUP(builder, builder_free)
json_t *builder_nodes(const struct builder *builder);

/* Makes the folders. */
bool store_open(struct plugin_run *run, GError **error) MUST_USE;
/* NULL without an error: not in the store. */
struct builder *store_find(struct plugin_run *run, const char *name, GError **error) MUST_USE;
/* struct builder by name; caller unrefs. */
GPtrArray *store_list(struct plugin_run *run);
bool store_save(struct plugin_run *run, const struct builder *builder, GError **error) MUST_USE;
void store_remove(struct plugin_run *run, const char *name);
bool store_set_current(struct plugin_run *run, const char *name, bool is_global, bool is_default,
                       GError **error) MUST_USE;
bool store_touch(struct plugin_run *run, const char *name, GError **error) MUST_USE;

/* The named builder, or the current one for NULL; contexts of the CLI count as such. */
struct builder *builder_find(struct plugin_run *run, const char *name, GError **error) MUST_USE;
/* The builder of a context of the CLI. */
struct builder *builder_of_context(struct plugin_run *run, const char *name);
/* What is current belongs to an endpoint: $DOCKER_HOST or the default socket. */
const char *run_endpoint(const struct plugin_run *run);
/* "x" of "X"; g_free. NULL: "invalid name …". */
char *builder_name_check(const char *name, GError **error) MUST_USE;
/* "clever_hopper", one that is free; g_free. */
char *builder_name_make(struct plugin_run *run);
