/* The build section of a compose service as attributes of a target (bake/compose.go). */
#include "mocks/bakefile/compose_project.h"

#include <string.h>

/* A list, or one text: words of it in x-bake. */
static json_t *texts_json(const json_t *value)
{
    json_t *list = json_array();
    for (gsize i = 0; i < json_array_size(value); i++)
        json_array_append_new(list, compose_text(json_array_get(value, i)));
    g_autofree char *text = compose_scalar(value);
    g_auto(GStrv) words = g_strsplit_set(text == NULL ? "" : text, " \t\n", -1);
    for (gsize i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            json_array_append_new(list, json_string(words[i]));
    return list;
}

/* Where a name alone looks. */
struct argument_scope {
    const struct compose_project *project;
    const json_t *environment;
};

/* A build argument by its name alone takes what the service's environment says, then bake's. */
static const char *argument_lookup(const char *name, const void *context)
{
    const struct argument_scope *scope = context;
    const char *value = json_get_string(scope->environment, name, NULL);
    return value != NULL ? value : compose_variable(name, scope->project->variables);
}

/* ---- attributes ---- */

/* Keys of a service's build; NULL: bake does not look at it. */
static const struct build_row {
    const char *key;
    const char *name;
    compose_convert *convert; /* NULL: as it stands */
} build_rows[] = {
    {"context", "context", NULL},
    {"dockerfile", "dockerfile", NULL},
    {"dockerfile_inline", "dockerfile-inline", NULL},
    {"args", "args", NULL},
    {"labels", "labels", NULL},
    {"target", "target", NULL},
    {"network", "network", NULL},
    {"tags", "tags", NULL},
    {"platforms", "platforms", NULL},
    {"cache_from", "cache-from", NULL},
    {"cache_to", "cache-to", NULL},
    {"additional_contexts", "contexts", NULL},
    {"secrets", "secret", NULL},
    {"ssh", "ssh", NULL},
    {"extra_hosts", "extra-hosts", compose_hosts},
    {"ulimits", "ulimits", compose_ulimits},
    {"shm_size", "shm-size", compose_shm_size},
    {"no_cache", NULL, NULL},
    {"pull", NULL, NULL},
    {"privileged", NULL, NULL},
    {"isolation", NULL, NULL},
    {"entitlements", NULL, NULL},
};

/* What compose has by now and the bake of v0.26 does not know. */
static const char *const newer_keys[] = {"no_cache_filter", "provenance", "sbom", NULL};

/* composeToBuildkitSecret() */
static bool add_secret(const struct compose_project *project, const json_t *wanted, json_t *texts)
{
    const char *source = json_get_string(wanted, "source", "");
    const json_t *secret = json_object_get(json_object_get(project->model, "secrets"), source);
    const char *file = json_get_string(secret, "file", "");
    const char *variable = json_get_string(secret, "environment", "");
    if (json_is_true(json_object_get(secret, "external")))
        return bake_fail(compose_project_bake(project), BAKEFILE_ERROR_INVALID,
                         "unsupported external secret %s",
                         json_get_string(secret, "name", source)) != NULL;
    g_autofree char *text = g_strconcat("id=", source, *file != '\0' ? ",src=" : "", file,
                                        *variable != '\0' ? ",env=" : "", variable, NULL);
    json_array_append_new(texts, json_text_or_null(text));
    return true;
}

/* What a list says as texts of the command line. */
static json_t *entry_texts(const struct compose_project *project, const struct attribute_row *row,
                           const json_t *value)
{
    g_autoptr(json_t) texts = json_array();
    const char *id;
    json_t *path;
    if (row->kind == ATTRIBUTE_SECRETS && json_is_object(json_array_get(value, 0))) {
        for (gsize i = 0; i < json_array_size(value); i++)
            if (!add_secret(project, json_array_get(value, i), texts))
                return NULL;
        return g_steal_pointer(&texts);
    }
    if (row->kind != ATTRIBUTE_SSH || !json_is_object(value))
        return texts_json(value);
    json_object_foreach ((json_t *)value, id, path) {
        const char *socket = json_is_string(path) ? json_string_value(path) : "";
        g_autofree char *text = g_strconcat(id, *socket == '\0' ? "" : "=", socket, NULL);
        json_array_append_new(texts, json_text_or_null(text));
    }
    return g_steal_pointer(&texts);
}

/* Of "service:x"; a null becomes what the command line's form has for it. */
static json_t *map_json(struct bake *bake, const struct attribute_row *row, const json_t *value)
{
    json_t *map = compose_mapping(bake, value), *each;
    const char *key;
    void *next;
    json_object_foreach_safe(map, next, key, each)
    {
        const char *text = json_string_value(each);
        if (json_is_null(each) && strcmp(row->name, "labels") == 0)
            json_object_set_new(map, key, json_string(""));
        if (strcmp(row->name, "contexts") != 0 || text == NULL ||
            !g_str_has_prefix(text, "service:"))
            continue;
        g_autofree char *link = g_strconcat("target:", text + strlen("service:"), NULL);
        json_object_set_new(map, key, json_text_or_null(link));
    }
    return map;
}

static bool take_attribute(const struct compose_project *project, json_t *target,
                           const struct attribute_row *row, const json_t *value)
{
    g_autofree char *problem = NULL;
    g_autoptr(json_t) taken = NULL;
    if (row->kind == ATTRIBUTE_BOOLEAN) {
        g_autofree char *text = compose_scalar(value);
        taken = json_boolean(g_strcmp0(text, "true") == 0);
    } else if (row->kind == ATTRIBUTE_TEXT) {
        taken = compose_text(value);
    } else if (row->kind == ATTRIBUTE_MAP || row->kind == ATTRIBUTE_NULL_MAP) {
        taken = map_json(compose_project_bake(project), row, value);
    } else if (row->kind < ATTRIBUTE_CACHES) {
        taken = texts_json(value);
    } else {
        g_autoptr(json_t) texts = entry_texts(project, row, value);
        taken = texts == NULL ? NULL : bake_entries_parse(row->kind, texts, &problem);
        if (taken == NULL)
            return bake_fail(compose_project_bake(project), BAKEFILE_ERROR_INVALID,
                             "failed to parse compose file: %s",
                             problem == NULL ? "secret" : problem) != NULL;
    }
    return taken != NULL && json_object_set(target, row->name, taken) == 0;
}

/* x-bake adds to what build says; pull and no-cache replace. */
static bool take_extension(const struct compose_project *project, json_t *target,
                           const json_t *extension)
{
    static const char *const names[] = {"tags",     "cache-from", "cache-to",        "secret",
                                        "ssh",      "platforms",  "output",          "pull",
                                        "no-cache", "contexts",   "no-cache-filter", NULL};
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)extension, key, value) {
        const struct attribute_row *row =
            g_strv_contains(names, key) ? bake_attribute_row(key) : NULL;
        g_autoptr(json_t) more = json_object();
        if (row == NULL || json_is_null(value))
            continue;
        if (!take_attribute(project, more, row, value))
            return false;
        json_t *added = json_object_get(more, row->name);
        json_t *before = json_object_get(target, row->name);
        if (json_is_array(added) && before != NULL) {
            json_array_extend(before, added);
            if (row->kind >= ATTRIBUTE_CACHES)
                bake_entries_normalize(row->kind, before);
        } else if (json_is_object(added) && before != NULL) {
            json_object_update_missing(before, added);
        } else {
            json_object_set(target, row->name, added);
        }
    }
    bake_target_normalize(target);
    return true;
}

static const struct build_row *row_of(const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(build_rows); i++)
        if (strcmp(build_rows[i].key, key) == 0)
            return &build_rows[i];
    return NULL;
}

static bool take_row(const struct compose_project *project, json_t *target, const char *service,
                     const struct build_row *row, json_t *value)
{
    g_autoptr(json_t) taken = row->convert != NULL
                                  ? row->convert(compose_project_bake(project), service, value)
                                  : json_incref(value);
    if (taken == NULL)
        return false;
    return json_is_null(taken) ||
           take_attribute(project, target, bake_attribute_row(row->name), taken);
}

bool compose_build_has_key(const char *key)
{
    return row_of(key) != NULL || g_strv_contains(newer_keys, key) || g_str_has_prefix(key, "x-");
}

/* checkConsistency() */
static bool check_secrets(const struct compose_project *project, const char *name,
                          const json_t *build)
{
    const json_t *known = json_object_get(project->model, "secrets");
    const json_t *wanted = json_get_array(build, "secrets");
    for (gsize i = 0; i < json_array_size(wanted); i++) {
        const json_t *each = json_array_get(wanted, i);
        const char *source =
            json_is_string(each) ? json_string_value(each) : json_get_string(each, "source", "");
        if (json_object_get(known, source) == NULL)
            return bake_fail(compose_project_bake(project), BAKEFILE_ERROR_INVALID,
                             "service \"%s\" refers to undefined build secret %s: invalid compose "
                             "project",
                             name, source) != NULL;
    }
    return true;
}

static bool take_build(const struct compose_project *project, json_t *target, const char *name,
                       const json_t *build)
{
    const char *key;
    json_t *value;
    if (!check_secrets(project, name, build))
        return false;
    json_object_foreach ((json_t *)build, key, value) {
        const struct build_row *row = row_of(key);
        if (g_strv_contains(newer_keys, key) && !json_is_null(value))
            return bake_fail(compose_project_bake(project), BAKEFILE_ERROR_UNKNOWN,
                             "not modelled: services.%s.build.%s of a compose file", name,
                             key) != NULL;
        if (row == NULL || row->name == NULL || json_is_null(value))
            continue;
        if (!take_row(project, target, name, row, value))
            return false;
    }
    const json_t *extension = json_object_get(build, "x-bake");
    return extension == NULL || take_extension(project, target, extension);
}

json_t *compose_target(const struct compose_project *project, const char *name,
                       const json_t *service, const json_t *environment)
{
    const struct argument_scope scope = {project, environment};
    g_autoptr(json_t) target = json_object();
    if (!take_build(project, target, name, json_object_get(service, "build")))
        return NULL;
    json_t *arguments = json_object_get(target, "args");
    compose_resolve_nulls(arguments, argument_lookup, &scope);
    compose_drop_nulls(arguments);
    return g_steal_pointer(&target);
}
