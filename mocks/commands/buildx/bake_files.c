/* Bake files: which ones, their formats, one shape for all. */
#include "mocks/commands/buildx/bake.h"

#include "doc/doc.h"

#include <string.h>

static const struct bake_format {
    const char *suffix;
    bake_reader *read; /* NULL: not read here */
} formats[] = {
    {".json", bake_read_json},
    {".yaml", bake_read_compose},
    {".yml", bake_read_compose},
    {".hcl", NULL},
};

/* bake.go defaultFilenames */
static const char *const usual_names[] = {
    "compose.yaml",     "compose.yml",     "docker-compose.yml",        "docker-compose.yaml",
    "docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"};

/* ---- formats ---- */

json_t *bake_read_json(struct plugin_run *run, const char *name, GBytes *bytes, GError **error)
{
    g_autoptr(GError) reason = NULL;
    (void)run;
    json_t *json = json_parse_gbytes(bytes, &reason);
    if (json == NULL)
        run_fail(error, "failed to parse %s: %s", name, reason->message);
    return json;
}

static void copy_member(json_t *to, const char *to_name, const json_t *from, const char *from_name)
{
    json_t *value = json_object_get(from, from_name);
    if (value != NULL && !json_is_null(value))
        json_object_set(to, to_name, value);
}

/* "args" and "labels" may be lists of "K=V". */
static void copy_map(json_t *to, const char *to_name, const json_t *from, const char *from_name)
{
    const json_t *value = json_object_get(from, from_name);
    size_t index;
    const json_t *line;
    if (json_is_object(value)) {
        copy_member(to, to_name, from, from_name);
        return;
    }
    if (!json_is_array(value))
        return;
    json_t *map = json_object();
    json_array_foreach (value, index, line) {
        g_auto(GStrv) pair = g_strsplit(json_string_value(line), "=", 2);
        json_object_set_new(map, pair[0], pair[1] != NULL ? json_string(pair[1]) : json_null());
    }
    json_object_set_new(to, to_name, map);
}

/* One service with a build section is one target (bake/compose.go). */
static json_t *target_of_service(const json_t *service)
{
    const json_t *build = json_object_get(service, "build");
    json_t *target = json_object();
    const char *image = json_get_string(service, "image", NULL);
    if (json_is_string(build)) {
        json_object_set_new(target, "context", json_string(json_string_value(build)));
    } else {
        static const char *const same[][2] = {{"context", "context"},
                                              {"dockerfile", "dockerfile"},
                                              {"target", "target"},
                                              {"network", "network"},
                                              {"no-cache", "no_cache"},
                                              {"pull", "pull"},
                                              {"platforms", "platforms"},
                                              {"cache-from", "cache_from"},
                                              {"cache-to", "cache_to"},
                                              {"dockerfile-inline", "dockerfile_inline"},
                                              {"tags", "tags"}};
        for (gsize i = 0; i < G_N_ELEMENTS(same); i++)
            copy_member(target, same[i][0], build, same[i][1]);
        copy_map(target, "args", build, "args");
        copy_map(target, "labels", build, "labels");
        const json_t *extra = json_get_object(build, "x-bake");
        if (extra != NULL)
            json_object_update(target, (json_t *)extra);
    }
    if (image != NULL && json_object_get(target, "tags") == NULL)
        json_object_set_new(target, "tags", json_pack("[s]", image));
    return target;
}

json_t *bake_read_compose(struct plugin_run *run, const char *name, GBytes *bytes, GError **error)
{
    gsize length_bytes = 0;
    const char *text = g_bytes_get_data(bytes, &length_bytes);
    const char *key;
    json_t *service;
    (void)run;
    AUTO(doc) doc = doc_load_text(name, text, length_bytes, DOC_DEFAULT, error);
    if (doc == NULL)
        return NULL;
    g_autoptr(json_t) compose = node_json(doc_root(doc));
    json_t *targets = json_object();
    json_t *names = json_array();
    json_object_foreach (json_get_object(compose, "services"), key, service) {
        if (json_object_get(service, "build") == NULL)
            continue;
        json_object_set_new(targets, key, target_of_service(service));
        json_array_append_new(names, json_string(key));
    }
    return json_pack("{s:{s:{s:o}}, s:o}", "group", "default", "targets", names, "target", targets);
}

/* ---- putting together ---- */

/* Targets and groups of later files win, member by member. */
static void merge(json_t *into, const json_t *from)
{
    static const char *const sections[] = {"group", "target", "variable"};
    for (gsize i = 0; i < G_N_ELEMENTS(sections); i++) {
        const char *name;
        json_t *value;
        json_t *known = json_get_object(into, sections[i]);
        json_object_foreach (json_get_object(from, sections[i]), name, value) {
            json_t *old = json_get_object(known, name);
            if (old != NULL)
                json_object_update(old, value);
            else
                json_object_set(known, name, value);
        }
    }
}

static bool read_one(struct plugin_run *run, const char *path, GBytes *bytes, json_t *into,
                     GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        if (!g_str_has_suffix(path, formats[i].suffix))
            continue;
        if (formats[i].read == NULL)
            return run_fail(error, "%s: bake files in HCL are not modelled", path);
        g_autoptr(json_t) json = formats[i].read(run, path, bytes, error);
        if (json == NULL)
            return false;
        merge(into, json);
        return true;
    }
    return run_fail(error, "failed to parse %s: unknown format", path);
}

static bool read_usual(struct plugin_run *run, json_t *into, bool *is_any, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(usual_names); i++) {
        g_autoptr(GBytes) bytes = run_read_file(run, usual_names[i], NULL);
        if (bytes == NULL)
            continue;
        *is_any = true;
        if (!read_one(run, usual_names[i], bytes, into, error))
            return false;
    }
    return true;
}

static bool read_named(struct plugin_run *run, const GPtrArray *paths, json_t *into, GError **error)
{
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        g_autoptr(GBytes) bytes = run_read_file(run, path, error);
        if (bytes == NULL && *error == NULL)
            run_fail(error, "open %s: no such file or directory", path);
        if (bytes == NULL || !read_one(run, path, bytes, into, error))
            return false;
    }
    return true;
}

json_t *bake_files(struct plugin_run *run, const GPtrArray *paths, GError **error)
{
    g_autoptr(json_t) all = json_pack("{s:{}, s:{}, s:{}}", "group", "target", "variable");
    bool is_any = paths->len > 0;
    bool is_read =
        paths->len > 0 ? read_named(run, paths, all, error) : read_usual(run, all, &is_any, error);
    if (!is_read)
        return NULL;
    if (!is_any) {
        run_fail(error, "couldn't find a bake definition");
        return NULL;
    }
    return g_steal_pointer(&all);
}
