/* A resolved target as a build request (bake/bake.go toBuildOpt). */
#include "mocks/commands/buildx/bake.h"
#include "mocks/commands/buildx/commands.h"

#include <string.h>

/* ---- lists and maps ---- */

static void take_texts(const json_t *attributes, const char *name, GPtrArray *into)
{
    size_t index;
    const json_t *each;
    json_array_foreach (json_object_get(attributes, name), index, each)
        if (json_is_object(each))
            g_ptr_array_add(into, bake_entry_text(each));
        else
            g_ptr_array_add(into, g_strdup(json_string_value(each)));
}

/* A null is left out. */
static void take_map(const json_t *attributes, const char *name, GPtrArray *into)
{
    const char *key;
    json_t *value;
    json_object_foreach (json_object_get(attributes, name), key, value)
        if (json_is_string(value))
            g_ptr_array_add(into, g_strconcat(key, "=", json_string_value(value), NULL));
}

static char *take_text(const json_t *attributes, const char *name)
{
    return g_strdup(json_get_string(attributes, name, NULL));
}

static void take_lists(struct build_request *request, const json_t *attributes)
{
    const struct {
        const char *name;
        GPtrArray *into;
        void (*take)(const json_t *attributes, const char *name, GPtrArray *into);
    } rows[] = {
        {"args", request->arguments, take_map},
        {"labels", request->labels, take_map},
        {"contexts", request->contexts, take_map},
        {"annotations", request->annotations, take_texts},
        {"tags", request->tags, take_texts},
        {"platforms", request->platforms, take_texts},
        {"cache-from", request->cache_from, take_texts},
        {"cache-to", request->cache_to, take_texts},
        {"output", request->outputs, take_texts},
        {"attest", request->attests, take_texts},
        {"entitlements", request->allowed, take_texts},
        {"secret", request->secrets, take_texts},
        {"ssh", request->agents, take_texts},
        {"no-cache-filter", request->no_cache_filters, take_texts},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        rows[i].take(attributes, rows[i].name, rows[i].into);
}

/* ---- places ---- */

/* "URL#ref:folder" of a folder below what a git context names; g_free. */
static char *folder_of_url(const char *url, const char *folder)
{
    const char *fragment = strchr(url, '#');
    const char *inner = fragment != NULL ? strchr(fragment, ':') : NULL;
    if (strcmp(folder, ".") == 0)
        return g_strdup(url);
    return g_strconcat(url, fragment == NULL ? "#" : "", inner == NULL ? ":" : "/", folder, NULL);
}

static void take_places(struct build_request *request, const json_t *attributes, const char *url)
{
    const char *context = json_get_string(attributes, "context", ".");
    const char *dockerfile = json_get_string(attributes, "dockerfile", "Dockerfile");
    bool is_remote = build_context_is_url(context);

    if (g_str_has_prefix(dockerfile, "cwd://"))
        request->dockerfile = g_strdup(dockerfile + strlen("cwd://"));
    else if (is_remote || url != NULL || g_path_is_absolute(dockerfile))
        request->dockerfile = g_strdup(dockerfile);
    else
        request->dockerfile = g_build_filename(context, dockerfile, NULL);
    request->context = url != NULL && !is_remote ? folder_of_url(url, context) : g_strdup(context);
    request->inline_dockerfile = take_text(attributes, "dockerfile-inline");
}

/* ---- what is asked for and not modelled ---- */

static bool is_allowed(const struct plugin_run *run)
{
    return plugin_flags_has(run->flags, "allow");
}

static bool is_outside(const struct plugin_run *run, const char *path)
{
    if (!g_path_is_absolute(path))
        return strcmp(path, "..") == 0 || g_str_has_prefix(path, "../");
    g_autofree char *folder = g_strconcat(run->call->directory, "/", NULL);
    return strcmp(path, run->call->directory) != 0 && !g_str_has_prefix(path, folder);
}

/* bake/entitlements.go asks, or fails, before more is done than --allow grants. */
static bool check_entitlements(const struct plugin_run *run, const struct build_request *request,
                               const json_t *attributes, GError **error)
{
    bool is_host = g_strcmp0(request->network, "host") == 0;
    if (is_allowed(run))
        return true;
    if (is_host || json_array_size(json_object_get(attributes, "entitlements")) > 0)
        return run_unmodelled(error, "target %s: entitlements without --allow", request->name);
    if (!build_context_is_url(request->context) && is_outside(run, request->context))
        return run_unmodelled(error, "target %s: the context %s outside of the working directory",
                              request->name, request->context);
    return true;
}

/* The flags count before what the target says (commands/bake.go). */
static const char *call_of(const struct plugin_run *run, const json_t *attributes)
{
    const char *call = plugin_flags_text(run->flags, "call");
    if (plugin_flags_is_on(run->flags, "check"))
        return "check";
    bool is_given = call != NULL && *call != '\0' && strcmp(call, "build") != 0;
    return is_given ? call : json_get_string(attributes, "call", "build");
}

static bool check(const struct plugin_run *run, const struct build_request *request,
                  const json_t *attributes, const char *url, GError **error)
{
    for (guint i = 0; request->is_check && i < request->contexts->len; i++)
        if (strstr(g_ptr_array_index(request->contexts, i), "=target:") != NULL)
            return run_unmodelled(error, "target %s: a check that stands on another target",
                                  request->name);
    for (guint i = 0; url != NULL && i < request->contexts->len; i++)
        if (build_context_is_path(g_ptr_array_index(request->contexts, i)))
            return run_unmodelled(error, "target %s: the context %s of a remote definition",
                                  request->name,
                                  (const char *)g_ptr_array_index(request->contexts, i));
    return check_entitlements(run, request, attributes, error);
}

struct build_request *bake_request_new(struct plugin_run *run, const struct bake_target *target,
                                       const char *url, GError **error)
{
    AUTO(build_request) request = build_request_new(target->name);
    const json_t *attributes = target->attributes;
    take_places(request, attributes, url);
    take_lists(request, attributes);
    request->target = take_text(attributes, "target");
    request->network = take_text(attributes, "network");
    if (g_strcmp0(request->network, "host") == 0)
        g_ptr_array_add(request->allowed, g_strdup("network.host"));
    request->ignores_cache = json_get_boolean(attributes, "no-cache", false);
    request->is_pull = json_get_boolean(attributes, "pull", false);
    if (!build_call_read(call_of(run, attributes), &request->is_check, error))
        return NULL;
    return check(run, request, attributes, url, error) ? g_steal_pointer(&request) : NULL;
}
