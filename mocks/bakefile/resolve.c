/* The wanted targets: groups opened, inherits applied, overrides set, links followed (bake.go
   ReadTargets). */
#include "mocks/bakefile/bakefile_private.h"

#include <fnmatch.h>
#include <string.h>

static void target_free(gpointer item)
{
    struct bake_target *target = item;
    g_free(target->name);
    json_decref(target->attributes);
    g_free(target);
}

void bake_result_free(struct bake_result *result)
{
    if (result == NULL)
        return;
    g_ptr_array_unref(result->targets);
    g_free(result->print);
    g_free(result);
}

/* What one resolution holds beside the evaluation. */
struct resolution {
    struct bake *bake;
    struct bake_config config;
    struct bake_result *result;
    json_t *groups; /* name -> what is printed */
};

/* Inherits, depth first; a target that is being resolved already adds nothing. */
static json_t *resolve_target(struct resolution *resolution, const char *name, GHashTable *visited,
                              int depth)
{
    if (g_hash_table_contains(visited, name))
        return g_hash_table_lookup(visited, name);
    if (depth > BAKE_EVALUATION_DEPTH_MAX)
        return bake_fail(resolution->bake, BAKEFILE_ERROR_LIMIT, "inherits nest deeper than %d",
                         BAKE_EVALUATION_DEPTH_MAX);
    g_hash_table_insert(visited, g_strdup(name), NULL);
    const struct bake_raw *raw = bake_config_target(&resolution->config, name);
    if (raw == NULL)
        return bake_fail(resolution->bake, BAKEFILE_ERROR_INVALID, "failed to find target %s",
                         name);
    g_autoptr(json_t) target = json_object(); /* which visited keeps */
    const json_t *inherits = json_get_array(raw->attributes, "inherits");
    for (gsize i = 0; i < json_array_size(inherits); i++) {
        const char *parent = json_string_value(json_array_get(inherits, i));
        const json_t *merged = resolve_target(resolution, parent, visited, depth + 1);
        if (resolution->bake->error != NULL)
            return NULL;
        if (merged != NULL)
            bake_target_merge(target, merged);
    }
    bake_target_merge(target, raw->attributes);
    if (!bake_overrides_apply(resolution->bake, &resolution->config, name, target))
        return NULL;
    bake_target_normalize(target);
    json_object_del(target, "inherits"); /* which would double in every child */
    g_hash_table_insert(visited, g_strdup(name), json_incref(target));
    return target;
}

static struct bake_target *target_add(struct resolution *resolution, const char *name)
{
    g_autoptr(GHashTable) visited =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
    json_t *attributes = resolve_target(resolution, name, visited, 0);
    if (attributes == NULL)
        return NULL;
    attributes = json_deep_copy(attributes);
    if (json_object_get(attributes, "context") == NULL)
        json_object_set_new(attributes, "context", json_string("."));
    if (json_object_get(attributes, "dockerfile") == NULL)
        json_object_set_new(attributes, "dockerfile", json_string("Dockerfile"));
    struct bake_target *target = g_new0(struct bake_target, 1);
    target->name = g_strdup(name);
    target->attributes = attributes;
    g_ptr_array_add(resolution->result->targets, target);
    return target;
}

static struct bake_target *target_find(const struct resolution *resolution, const char *name)
{
    for (guint i = 0; i < resolution->result->targets->len; i++) {
        struct bake_target *target = resolution->result->targets->pdata[i];
        if (strcmp(target->name, name) == 0)
            return target;
    }
    return NULL;
}

/* A group to its targets and the groups within. One that is being opened, or has no targets, is
   taken for a target, as buildx does. */
static bool open_group(struct resolution *resolution, const char *name, GPtrArray *targets,
                       GPtrArray *groups, GPtrArray *opening)
{
    const struct bake_group *group = bake_config_group(&resolution->config, name);
    if (group == NULL || group->targets->len == 0 ||
        g_ptr_array_find_with_equal_func(opening, name, g_str_equal, NULL)) {
        if (group != NULL)
            bake_names_add(groups, name);
        bake_names_add(targets, name);
        return true;
    }
    if (g_ptr_array_find_with_equal_func(groups, name, g_str_equal, NULL))
        return true;
    if (opening->len > BAKE_EVALUATION_DEPTH_MAX)
        return bake_fail(resolution->bake, BAKEFILE_ERROR_LIMIT, "groups nest deeper than %d",
                         BAKE_EVALUATION_DEPTH_MAX) != NULL;
    bake_names_add(groups, name);
    g_ptr_array_add(opening, group->name);
    bool is_open = true;
    for (guint i = 0; is_open && i < group->targets->len; i++)
        is_open = open_group(resolution, group->targets->pdata[i], targets, groups, opening);
    g_ptr_array_set_size(opening, (gint)opening->len - 1);
    return is_open;
}

static void print_group(struct resolution *resolution, const char *name)
{
    const struct bake_group *group = bake_config_group(&resolution->config, name);
    json_t *json = json_object(), *targets = json_array();
    if (group->description != NULL && *group->description != '\0')
        json_object_set_new(json, "description", json_string(group->description));
    for (guint i = 0; i < group->targets->len; i++)
        json_array_append_new(targets, json_string(group->targets->pdata[i]));
    json_object_set_new(json, "targets", targets);
    json_object_set_new(resolution->groups, name, json);
}

static bool add_wanted(struct resolution *resolution, const char *name)
{
    g_autoptr(GPtrArray) targets = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) groups = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) opening = g_ptr_array_new();
    if (!open_group(resolution, name, targets, groups, opening))
        return false;
    const struct bake_group *group = bake_config_group(&resolution->config, name);
    if (group != NULL && group->targets->len == 0)
        g_ptr_array_set_size(targets, 0);
    for (guint i = 0; i < targets->len; i++)
        if (target_find(resolution, targets->pdata[i]) == NULL &&
            target_add(resolution, targets->pdata[i]) == NULL)
            return false;
    for (guint i = 0; i < groups->len; i++)
        print_group(resolution, groups->pdata[i]);
    return true;
}

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "default" is what was asked for, when that is not itself. */
static void finish_default(struct resolution *resolution, const GPtrArray *wanted)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    json_t *group = json_object_get(resolution->groups, "default");
    const json_t *before = json_get_array(group, "targets");
    bool has_default = group != NULL;
    for (gsize i = 0; i < json_array_size(before); i++)
        bake_names_add(names, json_string_value(json_array_get(before, i)));
    for (guint i = 0; i < wanted->len; i++)
        if (!has_default || strcmp(wanted->pdata[i], "default") != 0)
            bake_names_add(names, wanted->pdata[i]);
    g_ptr_array_sort(names, by_name);
    if (group == NULL) {
        group = json_object();
        json_object_set_new(resolution->groups, "default", group);
    }
    json_t *targets = json_array();
    for (guint i = 0; i < names->len; i++)
        json_array_append_new(targets, json_string(names->pdata[i]));
    json_object_set_new(group, "targets", targets);
}

static bool add_matching(struct resolution *resolution, const char *pattern, GPtrArray *wanted)
{
    g_autofree char *name = g_strdelimit(g_strdup(pattern), ".", '_');
    if (strpbrk(name, "*?[]") == NULL) {
        bake_names_add(wanted, name);
        return true;
    }
    guint before = wanted->len;
    for (guint i = 0; i < resolution->config.groups->len; i++) {
        const struct bake_group *group = resolution->config.groups->pdata[i];
        if (fnmatch(name, group->name, FNM_PATHNAME) == 0)
            bake_names_add(wanted, group->name);
    }
    for (guint i = 0; i < resolution->config.targets->len; i++) {
        const struct bake_raw *raw = resolution->config.targets->pdata[i];
        if (fnmatch(name, raw->name, FNM_PATHNAME) == 0)
            bake_names_add(wanted, raw->name);
    }
    if (wanted->len > before)
        return true;
    return bake_fail(resolution->bake, BAKEFILE_ERROR_INVALID,
                     "could not find any target matching \"%s\"", name) != NULL;
}

static bool is_subset(const json_t *some, const json_t *all)
{
    for (gsize i = 0; i < json_array_size(some); i++) {
        bool is_there = false;
        for (gsize k = 0; k < json_array_size(all); k++)
            is_there = is_there || json_equal(json_array_get(some, i), json_array_get(all, k));
        if (!is_there)
            return false;
    }
    return true;
}

static char *go_list(const json_t *texts)
{
    GString *out = g_string_new("[");
    for (gsize i = 0; i < json_array_size(texts); i++)
        g_string_append_printf(out, "%s%s", i > 0 ? " " : "",
                               json_string_value(json_array_get(texts, i)));
    g_string_append_c(out, ']');
    return g_string_free(out, FALSE);
}

static bool load_links(struct resolution *resolution, struct bake_target *target,
                       GPtrArray *visited);

static bool load_link(struct resolution *resolution, struct bake_target *target, const char *name,
                      GPtrArray *visited)
{
    struct bake *bake = resolution->bake;
    if (strcmp(name, target->name) == 0)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "target %s cannot link to itself", name) !=
               NULL;
    if (g_ptr_array_find_with_equal_func(visited, name, g_str_equal, NULL))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "infinite loop from %s to %s", target->name,
                         name) != NULL;
    struct bake_target *link = target_find(resolution, name);
    if (link == NULL) {
        link = target_add(resolution, name);
        if (link == NULL)
            return false;
        link->is_linked = true;
        json_object_set_new(link->attributes, "output", json_pack("[{s:s}]", "type", "cacheonly"));
    }
    if (!load_links(resolution, link, visited))
        return false;
    const json_t *entitlements = json_get_array(link->attributes, "entitlements");
    if (json_array_size(entitlements) > 0) {
        g_autoptr(json_t) more = json_object();
        json_object_set(more, "entitlements", (json_t *)entitlements);
        bake_target_merge(target->attributes, more);
        bake_target_normalize(target->attributes);
    }
    const json_t *mine = json_get_array(target->attributes, "platforms");
    const json_t *its = json_get_array(link->attributes, "platforms");
    if (json_array_size(mine) < 2 || json_array_size(its) < 2 || is_subset(mine, its))
        return true;
    g_autofree char *mine_text = go_list(mine), *its_text = go_list(its);
    return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                     "target %s can't be used by %s because its platforms %s are not a subset of "
                     "%s",
                     name, target->name, mine_text, its_text) != NULL;
}

static bool load_links(struct resolution *resolution, struct bake_target *target,
                       GPtrArray *visited)
{
    if (visited->len > BAKE_EVALUATION_DEPTH_MAX || !bake_step(resolution->bake))
        return bake_fail(resolution->bake, BAKEFILE_ERROR_LIMIT, "links nest deeper than %d",
                         BAKE_EVALUATION_DEPTH_MAX) != NULL;
    g_ptr_array_add(visited, target->name);
    const char *key;
    json_t *context;
    bool is_fine = true;
    g_autoptr(json_t) contexts = json_copy(json_object_get(target->attributes, "contexts"));
    if (contexts != NULL)
        json_object_foreach (contexts, key, context)
            if (is_fine && g_str_has_prefix(json_string_value(context), "target:"))
                is_fine = load_link(resolution, target,
                                    json_string_value(context) + strlen("target:"), visited);
    g_ptr_array_set_size(visited, (gint)visited->len - 1);
    return is_fine;
}

static bool finish_targets(struct resolution *resolution)
{
    struct bake *bake = resolution->bake;
    const char *epoch =
        bake->request->environment == NULL
            ? NULL
            : bake->request->environment("SOURCE_DATE_EPOCH", bake->request->context);
    guint wanted = resolution->result->targets->len;
    for (guint i = 0; i < wanted; i++) {
        g_autoptr(GPtrArray) visited = g_ptr_array_new();
        if (!load_links(resolution, resolution->result->targets->pdata[i], visited))
            return false;
    }
    for (guint i = 0; i < resolution->result->targets->len; i++) {
        struct bake_target *target = resolution->result->targets->pdata[i];
        json_t *args = json_object_get(target->attributes, "args");
        if (epoch != NULL && *epoch != '\0' && json_object_get(args, "SOURCE_DATE_EPOCH") == NULL) {
            g_autoptr(json_t) more = json_pack("{s:{s:s}}", "args", "SOURCE_DATE_EPOCH", epoch);
            bake_target_merge(target->attributes, more);
        }
        if (!bake_target_finish(bake, &target->attributes))
            return false;
    }
    return true;
}

static bool resolve_wanted(struct resolution *resolution)
{
    static const char *const usual[] = {"default", NULL};
    const char *const *names = resolution->bake->request->targets;
    g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func(g_free);
    if (names == NULL || names[0] == NULL)
        names = usual;
    for (gsize i = 0; names[i] != NULL; i++)
        if (!add_matching(resolution, names[i], wanted))
            return false;
    if (!bake_overrides_check(resolution->bake, &resolution->config))
        return false;
    for (guint i = 0; i < wanted->len; i++)
        if (!add_wanted(resolution, wanted->pdata[i]))
            return false;
    finish_default(resolution, wanted);
    return finish_targets(resolution);
}

static bool resolve_all(struct resolution *resolution)
{
    struct bake *bake = resolution->bake;
    if (!bake_composes(bake, &resolution->config) || !bake_names_load(bake) ||
        !bake_resolve_names(bake) || !bake_blocks(bake, &resolution->config) ||
        !bake_resolve_attributes(bake))
        return false;
    return resolve_wanted(resolution);
}

static void bake_begin(struct bake *bake, struct bake_arena *arena)
{
    bake_arena_init(arena);
    bake->arena = arena;
    bake->values = g_hash_table_new(g_str_hash, g_str_equal);
    bake->progress = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bake->variables = g_hash_table_new(g_str_hash, g_str_equal);
    bake->attributes = g_hash_table_new(g_str_hash, g_str_equal);
    bake->functions = g_hash_table_new(g_str_hash, g_str_equal);
    bake->instances = g_ptr_array_new_with_free_func(bake_instance_free);
}

static void bake_end(struct bake *bake)
{
    g_ptr_array_unref(bake->instances);
    g_hash_table_unref(bake->functions);
    g_hash_table_unref(bake->attributes);
    g_hash_table_unref(bake->variables);
    g_hash_table_unref(bake->progress);
    g_hash_table_unref(bake->values);
    bake_arena_finish(bake->arena);
}

struct bake_result *bakefile_resolve(const struct bakefile *file,
                                     const struct bake_request *request, GError **error)
{
    struct bake_arena arena;
    struct bake bake = {.file = file, .request = request};
    struct resolution resolution = {.bake = &bake, .groups = json_object()};
    AUTO(bake_result) result = g_new0(struct bake_result, 1);
    result->targets = g_ptr_array_new_with_free_func(target_free);
    resolution.result = result;
    bake_begin(&bake, &arena);
    bake_config_init(&resolution.config);
    bool is_resolved = resolve_all(&resolution);
    if (is_resolved)
        result->print = bake_print(resolution.groups, result->targets);
    bake_config_finish(&resolution.config);
    bake_end(&bake);
    json_decref(resolution.groups);
    if (is_resolved)
        return g_steal_pointer(&result);
    g_propagate_error(error, bake.error);
    return NULL;
}
