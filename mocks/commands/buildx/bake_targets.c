/* Targets of bake files as requests: groups, inherits, variables, overrides (bake/bake.go). */
#include "mocks/commands/buildx/bake.h"

#include "base/limits.h"

#include <string.h>

enum {
    DEPTH_MAX = 20
};

struct baking {
    struct plugin_run *run;
    const json_t *files;
    const GPtrArray *overrides;
    GPtrArray *requests;
    GHashTable *taken; /* names of targets; looked up, never walked */
};

/* ---- variables ---- */

static const char *variable_of(const struct baking *baking, const char *name, char **made)
{
    const char *own = command_variable(baking->run->call, name);
    const json_t *variable = json_get_object(json_get_object(baking->files, "variable"), name);
    const json_t *usual = json_object_get(variable, "default");
    if (variable == NULL)
        return NULL;
    if (own != NULL)
        return own;
    if (json_is_string(usual))
        return json_string_value(usual);
    *made = usual != NULL && !json_is_null(usual) ? json_dumps(usual, JSON_ENCODE_ANY) : NULL;
    return *made != NULL ? *made : "";
}

/* "${TAG}" of variables that the files declare; anything else stays as it is. */
static char *expand(const struct baking *baking, const char *text)
{
    GString *whole = g_string_new(NULL);
    while (*text != '\0') {
        const char *end = g_str_has_prefix(text, "${") ? strchr(text, '}') : NULL;
        g_autofree char *name = end != NULL ? g_strndup(text + 2, (gsize)(end - text - 2)) : NULL;
        char *made = NULL;
        const char *value = name != NULL ? variable_of(baking, name, &made) : NULL;
        if (value != NULL) {
            g_string_append(whole, value);
            text = end + 1;
        } else {
            g_string_append_c(whole, *text++);
        }
        free(made);
    }
    return g_string_free(whole, FALSE);
}

/* ---- members ---- */

static char *text_of(const struct baking *baking, const json_t *target, const char *name)
{
    const char *text = json_get_string(target, name, NULL);
    return text != NULL ? expand(baking, text) : NULL;
}

/* {"type": "gha", "mode": "max"} stands for "type=gha,mode=max". */
static char *object_text(const struct baking *baking, const json_t *object)
{
    GString *text = g_string_new(NULL);
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)object, name, value) {
        g_autofree char *each =
            json_is_string(value) ? expand(baking, json_string_value(value)) : g_strdup("");
        g_string_append_printf(text, "%s%s=%s", text->len > 0 ? "," : "", name, each);
    }
    return g_string_free(text, FALSE);
}

static void take_list(const struct baking *baking, const json_t *target, const char *name,
                      GPtrArray *into)
{
    const json_t *value = json_object_get(target, name);
    size_t index;
    const json_t *each;
    if (json_is_string(value))
        g_ptr_array_add(into, expand(baking, json_string_value(value)));
    json_array_foreach (value, index, each) {
        if (json_is_object(each))
            g_ptr_array_add(into, object_text(baking, each));
        else if (json_is_string(each) && *json_string_value(each) != '\0')
            g_ptr_array_add(into, expand(baking, json_string_value(each)));
    }
}

/* A null takes its value from the environment. */
static void take_map(const struct baking *baking, const json_t *target, const char *name,
                     GPtrArray *into)
{
    const char *key;
    json_t *value;
    json_object_foreach (json_get_object(target, name), key, value) {
        const char *own = command_variable(baking->run->call, key);
        g_autofree char *other = json_is_string(value) ? expand(baking, json_string_value(value))
                                 : json_is_null(value) ? g_strdup(own)
                                                       : json_dumps(value, JSON_ENCODE_ANY);
        if (other != NULL)
            g_ptr_array_add(into, g_strconcat(key, "=", other, NULL));
    }
}

/* ---- inherits ---- */

/* The parents' members first, then its own; caller owns it. */
static json_t *resolve(const struct baking *baking, const char *name, int depth, GError **error)
{
    const json_t *target = json_get_object(json_get_object(baking->files, "target"), name);
    size_t index;
    const json_t *parent;
    if (target == NULL || depth > DEPTH_MAX) {
        if (depth > DEPTH_MAX)
            run_fail(error, "infinite loop from %s", name);
        else
            run_fail(error, "failed to find target %s", name);
        return NULL;
    }
    g_autoptr(json_t) whole = json_object();
    json_array_foreach (json_get_array(target, "inherits"), index, parent) {
        g_autoptr(json_t) above = resolve(baking, json_string_value(parent), depth + 1, error);
        if (above == NULL)
            return NULL;
        json_object_update(whole, above);
    }
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)target, key, value) {
        json_t *old = json_get_object(whole, key);
        if (old != NULL && json_is_object(value)) {
            g_autoptr(json_t) merged = json_copy(old);
            json_object_update(merged, value);
            json_object_set(whole, key, merged);
        } else {
            json_object_set(whole, key, value);
        }
    }
    json_object_del(whole, "inherits");
    return g_steal_pointer(&whole);
}

/* ---- overrides ---- */

static json_t *list_member(json_t *target, const char *name, bool is_first)
{
    json_t *list = json_get_array(target, name);
    if (is_first || list == NULL) {
        list = json_array();
        json_object_set_new(target, name, list);
    }
    return list;
}

static void set_member(json_t *target, const char *key, const char *value, GHashTable *seen)
{
    static const char *const lists[] = {"tags",   "platform", "platforms", "cache-from", "cache-to",
                                        "output", "attest",   "secrets",   NULL};
    static const char *const switches[] = {"no-cache", "pull", "push", "load", NULL};
    bool is_on = false;
    if (g_str_has_prefix(key, "args.") || g_str_has_prefix(key, "labels.") ||
        g_str_has_prefix(key, "contexts.")) {
        g_auto(GStrv) parts = g_strsplit(key, ".", 2);
        g_autoptr(json_t) map = json_get_object(target, parts[0]) != NULL
                                    ? json_copy(json_get_object(target, parts[0]))
                                    : json_object();
        json_object_set_new(map, parts[1], json_string(value));
        json_object_set(target, parts[0], map);
    } else if (g_strv_contains(lists, key)) {
        const char *name = strcmp(key, "platform") == 0 ? "platforms" : key;
        bool is_first = g_hash_table_add(seen, g_strdup(key));
        json_array_append_new(list_member(target, name, is_first), json_string(value));
    } else if (g_strv_contains(switches, key)) {
        json_object_set_new(target, key, json_boolean(go_bool_parse(value, &is_on) && is_on));
    } else {
        json_object_set_new(target, key, json_string(value));
    }
}

static bool apply_overrides(const struct baking *baking, const char *name, json_t *target,
                            GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < baking->overrides->len; i++) {
        const char *text = g_ptr_array_index(baking->overrides, i);
        const char *dot = strchr(text, '.');
        const char *equals = strchr(text, '=');
        if (dot == NULL || equals == NULL || dot > equals)
            return run_fail(error, "invalid override %s, expected target.name=value", text);
        g_autofree char *pattern = g_strndup(text, (gsize)(dot - text));
        g_autofree char *key = g_strndup(dot + 1, (gsize)(equals - dot - 1));
        if (g_pattern_match_simple(pattern, name))
            set_member(target, key, equals + 1, seen);
    }
    return true;
}

/* ---- the whole ---- */

static struct build_request *request_of(const struct baking *baking, const char *name,
                                        const json_t *target)
{
    struct build_request *request = build_request_new(name);
    request->context = text_of(baking, target, "context");
    if (request->context == NULL)
        request->context = g_strdup(".");
    char *dockerfile = text_of(baking, target, "dockerfile");
    bool is_joined = dockerfile != NULL && !g_path_is_absolute(dockerfile) &&
                     strstr(request->context, "://") == NULL;
    request->dockerfile =
        is_joined ? g_build_filename(request->context, dockerfile, NULL) : g_strdup(dockerfile);
    g_free(dockerfile);
    request->inline_dockerfile = text_of(baking, target, "dockerfile-inline");
    request->target = text_of(baking, target, "target");
    request->network = text_of(baking, target, "network");
    request->ignores_cache = json_get_boolean(target, "no-cache", false);
    request->is_pull = json_get_boolean(target, "pull", false);
    request->is_push = json_get_boolean(target, "push", false);
    request->is_load = json_get_boolean(target, "load", false);
    take_map(baking, target, "args", request->arguments);
    take_map(baking, target, "labels", request->labels);
    take_map(baking, target, "contexts", request->contexts);
    take_list(baking, target, "annotations", request->annotations);
    take_list(baking, target, "tags", request->tags);
    take_list(baking, target, "platforms", request->platforms);
    take_list(baking, target, "cache-from", request->cache_from);
    take_list(baking, target, "cache-to", request->cache_to);
    take_list(baking, target, "output", request->outputs);
    take_list(baking, target, "attest", request->attests);
    return request;
}

static bool take_name(struct baking *baking, const char *name, int depth, GError **error);

static bool take_target(struct baking *baking, const char *name, GError **error)
{
    if (!g_hash_table_add(baking->taken, g_strdup(name)))
        return true;
    g_autoptr(json_t) target = resolve(baking, name, 0, error);
    if (target == NULL || !apply_overrides(baking, name, target, error))
        return false;
    if (json_object_get(target, "matrix") != NULL)
        return run_fail(error, "target %s: matrix is not modelled", name);
    g_ptr_array_add(baking->requests, request_of(baking, name, target));
    return true;
}

static bool take_name(struct baking *baking, const char *name, int depth, GError **error)
{
    const json_t *group = json_get_object(json_get_object(baking->files, "group"), name);
    size_t index;
    const json_t *member;
    if (depth > DEPTH_MAX)
        return run_fail(error, "infinite loop from %s", name);
    if (group == NULL)
        return take_target(baking, name, error);
    json_array_foreach (json_get_array(group, "targets"), index, member)
        if (!take_name(baking, json_string_value(member), depth + 1, error))
            return false;
    return true;
}

GPtrArray *bake_targets(struct plugin_run *run, const json_t *files, const GPtrArray *names,
                        const GPtrArray *overrides, GError **error)
{
    g_autoptr(GPtrArray) requests =
        g_ptr_array_new_with_free_func((GDestroyNotify)build_request_free);
    g_autoptr(GHashTable) taken = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct baking baking = {run, files, overrides, requests, taken};
    if (names->len == 0 && !take_name(&baking, "default", 0, error))
        return NULL;
    for (guint i = 0; i < names->len; i++)
        if (!take_name(&baking, g_ptr_array_index(names, i), 0, error))
            return NULL;
    return g_steal_pointer(&requests);
}
