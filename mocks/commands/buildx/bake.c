/* `buildx bake`: targets of files, built on one builder. */
#include "mocks/commands/buildx/bake.h"
#include "mocks/commands/buildx/commands.h"

#include <string.h>

/* ---- --print ---- */

static void print_list(json_t *target, const char *name, const GPtrArray *list)
{
    if (list->len == 0)
        return;
    json_t *values = json_array();
    for (guint i = 0; i < list->len; i++)
        json_array_append_new(values, json_text_or_null(g_ptr_array_index(list, i)));
    json_object_set_new(target, name, values);
}

static void print_map(json_t *target, const char *name, const GPtrArray *list)
{
    if (list->len == 0)
        return;
    json_t *values = json_object();
    for (guint i = 0; i < list->len; i++) {
        g_auto(GStrv) pair = g_strsplit(g_ptr_array_index(list, i), "=", 2);
        json_object_set_new(values, pair[0], json_text_or_null(pair[1]));
    }
    json_object_set_new(target, name, values);
}

static json_t *target_json(const struct build_request *request)
{
    json_t *target = json_pack("{s:s, s:s}", "context", request->context, "dockerfile",
                               request->dockerfile != NULL ? request->dockerfile : "Dockerfile");
    print_map(target, "args", request->arguments);
    print_map(target, "labels", request->labels);
    print_list(target, "tags", request->tags);
    print_list(target, "cache-from", request->cache_from);
    print_list(target, "cache-to", request->cache_to);
    if (request->target != NULL)
        json_object_set_new(target, "target", json_string(request->target));
    print_list(target, "platforms", request->platforms);
    print_list(target, "output", request->outputs);
    return target;
}

static void print_targets(struct plugin_run *run, const GPtrArray *requests)
{
    json_t *names = json_array();
    json_t *targets = json_object();
    for (guint i = 0; i < requests->len; i++) {
        const struct build_request *request = g_ptr_array_index(requests, i);
        json_array_append_new(names, json_string(request->name));
        json_object_set_new(targets, request->name, target_json(request));
    }
    g_autoptr(json_t) shape =
        json_pack("{s:{s:{s:o}}, s:o}", "group", "default", "targets", names, "target", targets);
    g_autofree char *text = json_pretty_text(shape);
    command_write(run->call, 1, text, -1);
}

/* ---- building ---- */

static void apply_switches(struct plugin_run *run, GPtrArray *requests)
{
    for (guint i = 0; i < requests->len; i++) {
        struct build_request *request = g_ptr_array_index(requests, i);
        request->is_push = request->is_push || plugin_flags_is_on(run->flags, "push");
        request->is_load = request->is_load || plugin_flags_is_on(run->flags, "load");
        request->is_pull = request->is_pull || plugin_flags_is_on(run->flags, "pull");
        request->ignores_cache =
            request->ignores_cache || plugin_flags_is_on(run->flags, "no-cache");
        const char *provenance = plugin_flags_text(run->flags, "provenance");
        bool is_on = false;
        if (provenance != NULL)
            g_ptr_array_add(
                request->attests,
                go_bool_parse(provenance, &is_on)
                    ? g_strdup_printf("type=provenance,disabled=%s", is_on ? "false" : "true")
                    : g_strdup_printf("type=provenance,%s", provenance));
    }
}

static bool write_metadata(struct plugin_run *run, const GPtrArray *requests,
                           const struct build_result *results, GError **error)
{
    const char *path = plugin_flags_text(run->flags, "metadata-file");
    g_autoptr(json_t) all = json_object();
    if (path == NULL)
        return true;
    for (guint i = 0; i < requests->len; i++)
        json_object_set(all, ((struct build_request *)g_ptr_array_index(requests, i))->name,
                        results[i].metadata);
    char *text = json_dumps(all, JSON_INDENT(2) | JSON_SORT_KEYS);
    bool is_written = run_write_file(run, path, text, strlen(text), error);
    free(text);
    return is_written;
}

static bool check_all(const GPtrArray *requests, GError **error)
{
    for (guint i = 0; i < requests->len; i++)
        if (!build_request_check(g_ptr_array_index(requests, i), error))
            return false;
    return true;
}

static bool build_targets(struct plugin_run *run, GPtrArray *requests, GError **error)
{
    VOICE(voice);
    AUTO(builder) builder = builder_find(run, run->builder, error);
    g_autoptr(GPtrArray) nodes = builder != NULL ? builder_load(run, builder, false, error) : NULL;
    if (nodes == NULL || !check_all(requests, error))
        return false;
    voice.run = run;
    voice.is_quiet = g_strcmp0(plugin_flags_text(run->flags, "progress"), "quiet") == 0;
    voice.head = g_strdup_printf("building with \"%s\" instance using %s driver", builder->name,
                                 builder->driver);
    struct build_result *results = g_new0(struct build_result, requests->len + 1);
    bool is_built = build_all(run, builder, requests, &voice, results, error) &&
                    write_metadata(run, requests, results, error);
    for (guint i = 0; i < requests->len; i++)
        json_decref(results[i].metadata);
    g_free(results);
    return is_built;
}

int command_bake(struct plugin_run *run, GError **error)
{
    g_autoptr(GPtrArray) paths = plugin_flags_list(run->flags, "file");
    g_autoptr(GPtrArray) overrides = plugin_flags_list(run->flags, "set");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < plugin_flags_argument_count(run->flags); i++)
        g_ptr_array_add(names, (char *)plugin_flags_argument(run->flags, i));
    g_autoptr(json_t) files = bake_files(run, paths, error);
    g_autoptr(GPtrArray) requests =
        files != NULL ? bake_targets(run, files, names, overrides, error) : NULL;
    if (requests == NULL)
        return 1;
    apply_switches(run, requests);
    if (plugin_flags_is_on(run->flags, "print")) {
        print_targets(run, requests);
        return 0;
    }
    return build_targets(run, requests, error) ? 0 : 1;
}
