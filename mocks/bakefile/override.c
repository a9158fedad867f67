/* `--set target.key=value` and `+=`: which targets they reach, and what they do to one (bake.go
   newOverrides, AddOverrides). */
#include "mocks/bakefile/bakefile_private.h"

#include <fnmatch.h>
#include <string.h>

/* Keys of --set; name is the attribute it changes. */
static const struct set_row {
    const char *key;
    const char *name;
    bool takes_list; /* several --set add up */
    bool has_member; /* args.NAME */
} set_rows[] = {
    {"context", "context", false, false},
    {"dockerfile", "dockerfile", false, false},
    {"args", "args", false, true},
    {"contexts", "contexts", false, true},
    {"labels", "labels", false, true},
    {"extra-hosts", "extra-hosts", false, true},
    {"tags", "tags", true, false},
    {"cache-from", "cache-from", true, false},
    {"cache-to", "cache-to", true, false},
    {"target", "target", false, false},
    {"call", "call", false, false},
    {"secrets", "secret", true, false},
    {"ssh", "ssh", true, false},
    {"platform", "platforms", true, false},
    {"output", "output", true, false},
    {"entitlements", "entitlements", true, false},
    {"annotations", "annotations", true, false},
    {"attest", "attest", true, false},
    {"no-cache", "no-cache", false, false},
    /* buildx keeps no list for these two: setting them empties them. */
    {"no-cache-filter", "no-cache-filter", false, false},
    {"ulimits", "ulimits", false, false},
    {"shm-size", "shm-size", false, false},
    {"network", "network", false, false},
    {"pull", "pull", false, false},
    {"push", NULL, false, false},
    {"load", NULL, false, false},
};

/* One --set in its parts. */
struct set_text {
    char *pattern;
    char *key;    /* "args" */
    char *member; /* "X" of args.X, or NULL */
    const char *value;
    bool appends;
};

static void set_text_finish(struct set_text *set)
{
    g_free(set->pattern);
    g_free(set->key);
    g_free(set->member);
}

static bool set_text_parse(struct bake *bake, const char *text, struct set_text *set)
{
    const char *equals = strchr(text, '=');
    g_autofree char *left =
        equals == NULL ? g_strdup(text) : g_strndup(text, (gsize)(equals - text));
    *set = (struct set_text){.value = equals == NULL ? NULL : equals + 1};
    g_autofree char *whole = g_strdup(left);
    gsize length = strlen(left);
    set->appends = length > 0 && left[length - 1] == '+';
    if (set->appends)
        left[length - 1] = '\0';
    g_auto(GStrv) keys = g_strsplit(left, ".", 3);
    guint count = g_strv_length(keys);
    bool wants_member =
        count >= 2 && (strcmp(keys[1], "args") == 0 || strcmp(keys[1], "contexts") == 0);
    if (count < 2)
        bake_fail(bake, BAKEFILE_ERROR_INVALID, "invalid override key %s, expected target.name",
                  left);
    else if (equals == NULL && strcmp(keys[1], "args") != 0)
        bake_fail(bake, BAKEFILE_ERROR_INVALID, "invalid override %s, expected target.name=value",
                  text);
    else if (wants_member && count != 3)
        bake_fail(bake, BAKEFILE_ERROR_INVALID, "invalid key %s, %s requires name", whole, keys[1]);
    if (bake->error != NULL)
        return false;
    set->pattern = g_strdup(keys[0]);
    set->key = g_strdup(keys[1]);
    set->member = count == 3 ? g_strdup(keys[2]) : NULL;
    return true;
}

static bool reaches(const struct bake_config *config, const char *pattern, const char *name)
{
    if (bake_config_target(config, pattern) != NULL)
        return strcmp(pattern, name) == 0;
    return fnmatch(pattern, name, FNM_PATHNAME) == 0;
}

static bool check_one(struct bake *bake, const struct bake_config *config, const char *text)
{
    struct set_text set;
    if (!set_text_parse(bake, text, &set))
        return false;
    bool is_reached = false;
    for (guint i = 0; i < config->targets->len; i++) {
        const struct bake_raw *raw = config->targets->pdata[i];
        is_reached = is_reached || reaches(config, set.pattern, raw->name);
    }
    if (!is_reached)
        bake_fail(bake, BAKEFILE_ERROR_INVALID, "could not find any target matching '%s'",
                  set.pattern);
    set_text_finish(&set);
    return is_reached;
}

bool bake_overrides_check(struct bake *bake, const struct bake_config *config)
{
    const char *const *texts = bake->request->overrides;
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
        if (!check_one(bake, config, texts[i]))
            return false;
    return true;
}

/* What one key says in the end. */
struct override {
    char *key;
    char *member;
    char *value;
    json_t *list;
    bool appends;
};

static void override_free(gpointer item)
{
    struct override *override = item;
    g_free(override->key);
    g_free(override->member);
    g_free(override->value);
    json_decref(override->list);
    g_free(override);
}

static struct override *override_for(GPtrArray *all, const struct set_text *set)
{
    for (guint i = 0; i < all->len; i++) {
        struct override *override = all->pdata[i];
        if (strcmp(override->key, set->key) == 0 && g_strcmp0(override->member, set->member) == 0)
            return override;
    }
    struct override *override = g_new0(struct override, 1);
    override->key = g_strdup(set->key);
    override->member = g_strdup(set->member);
    override->list = json_array();
    g_ptr_array_add(all, override);
    return override;
}

static const struct set_row *row_of(const char *key)
{
    for (gsize i = 0; i < G_N_ELEMENTS(set_rows); i++)
        if (strcmp(set_rows[i].key, key) == 0)
            return &set_rows[i];
    return NULL;
}

static void collect(struct bake *bake, GPtrArray *all, const struct set_text *set)
{
    const struct set_row *row = row_of(set->key);
    const char *value = set->value;
    if (value == NULL && bake->request->environment != NULL)
        value = bake->request->environment(set->member, bake->request->context);
    if (value == NULL)
        return;
    struct override *override = override_for(all, set);
    g_autofree char *valid = g_utf8_make_valid(value, -1);
    if (row != NULL && row->takes_list) {
        override->appends = set->appends;
        json_array_append_new(override->list, json_string(valid));
    } else {
        g_free(override->value);
        override->value = g_steal_pointer(&valid);
    }
}

static bool apply_list(struct bake *bake, const struct set_row *row,
                       const struct override *override, json_t *target)
{
    const struct attribute_row *attribute = bake_attribute_row(row->name);
    g_autofree char *problem = NULL;
    g_autoptr(json_t) list = attribute->kind >= ATTRIBUTE_CACHES
                                 ? bake_entries_parse(attribute->kind, override->list, &problem)
                                 : json_incref(override->list);
    if (list == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "%s%s",
                         attribute->kind == ATTRIBUTE_CACHES    ? ""
                         : attribute->kind == ATTRIBUTE_ATTESTS ? "invalid value for attest: "
                                                                : "invalid value for outputs: ",
                         problem) != NULL;
    bool adds = override->appends || strcmp(row->key, "attest") == 0 ||
                strcmp(row->key, "annotations") == 0 || strcmp(row->key, "entitlements") == 0;
    json_t *before = json_object_get(target, row->name);
    json_t *after = adds && before != NULL ? json_copy(before) : json_array();
    json_array_extend(after, list);
    if (adds && attribute->kind >= ATTRIBUTE_CACHES)
        bake_entries_normalize(attribute->kind, after);
    json_object_set_new(target, row->name, after);
    return true;
}

static bool parse_bool(const char *text, bool *boolean)
{
    static const char *const words[] = {"1", "t", "T", "TRUE",  "true",  "True",
                                        "0", "f", "F", "FALSE", "false", "False"};
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(text, words[i]) != 0)
            continue;
        *boolean = i < G_N_ELEMENTS(words) / 2;
        return true;
    }
    return false;
}

static json_t *outputs_of(json_t *target)
{
    json_t *outputs = json_object_get(target, "output");
    outputs = outputs == NULL ? json_array() : json_deep_copy(outputs);
    json_object_set_new(target, "output", outputs);
    return outputs;
}

static void set_push(json_t *target, bool push)
{
    json_t *outputs = outputs_of(target);
    bool adds = true;
    for (gsize i = 0; i < json_array_size(outputs);) {
        json_t *output = json_array_get(outputs, i);
        const char *type = json_get_string(output, "type", "");
        adds = adds && strcmp(type, "docker") == 0;
        if (!push && strcmp(type, "registry") == 0) {
            gsize last = json_array_size(outputs) - 1;
            json_array_set(outputs, i, json_array_get(outputs, last));
            json_array_remove(outputs, last);
            continue;
        }
        if (strcmp(type, "image") == 0)
            json_object_set_new(output, "push", json_string(push ? "true" : "false"));
        i++;
    }
    if (push && adds)
        json_array_append_new(outputs, json_pack("{s:s,s:s}", "type", "image", "push", "true"));
}

static void set_load(json_t *target, bool load)
{
    json_t *outputs = load ? outputs_of(target) : NULL;
    for (gsize i = 0; i < json_array_size(outputs); i++) {
        const json_t *output = json_array_get(outputs, i);
        const char *type = json_get_string(output, "type", "");
        if (strcmp(type, "docker") == 0 && json_object_get(output, "dest") == NULL)
            return;
        if (!g_strv_contains((const char *const[]){"docker", "image", "registry", "oci", NULL},
                             type))
            return;
    }
    if (load)
        json_array_append_new(outputs, json_pack("{s:s}", "type", "docker"));
}

static bool apply_boolean(struct bake *bake, const struct override *override, json_t *target)
{
    bool boolean = false;
    const char *value = override->value == NULL ? "" : override->value;
    if (!parse_bool(value, &boolean))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "invalid value %s for boolean key %s", value,
                         override->key) != NULL;
    if (strcmp(override->key, "push") == 0)
        set_push(target, boolean);
    else if (strcmp(override->key, "load") == 0)
        set_load(target, boolean);
    else
        json_object_set_new(target, override->key, json_boolean(boolean));
    return true;
}

static bool apply(struct bake *bake, const struct override *override, json_t *target)
{
    const struct set_row *row = row_of(override->key);
    const char *value = override->value == NULL ? "" : override->value;
    if (row == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "unknown key: %s", override->key) != NULL;
    if (row->takes_list)
        return apply_list(bake, row, override, target);
    if (row->name == NULL || bake_attribute_row(row->name)->kind == ATTRIBUTE_BOOLEAN)
        return apply_boolean(bake, override, target);
    if (bake_attribute_row(row->name)->kind == ATTRIBUTE_TEXTS) {
        json_object_set_new(target, row->name, json_array());
        return true;
    }
    if (!row->has_member) {
        json_object_set_new(target, row->name, json_string(value));
        return true;
    }
    if (override->member == NULL)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                         "invalid format for %s, expecting %s.<%s>=<%s>", row->key, row->key,
                         strcmp(row->key, "extra-hosts") == 0 ? "hostname" : "name",
                         strcmp(row->key, "extra-hosts") == 0 ? "ip" : "value") != NULL;
    json_t *before = json_object_get(target, row->name);
    json_t *map = before == NULL ? json_object() : json_copy(before);
    json_object_set_new(map, override->member, json_string(value));
    json_object_set_new(target, row->name, map);
    return true;
}

bool bake_overrides_apply(struct bake *bake, const struct bake_config *config, const char *name,
                          json_t *target)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func(override_free);
    const char *const *texts = bake->request->overrides;
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++) {
        struct set_text set;
        if (!set_text_parse(bake, texts[i], &set))
            return false;
        if (reaches(config, set.pattern, name))
            collect(bake, all, &set);
        set_text_finish(&set);
    }
    for (guint i = 0; i < all->len; i++)
        if (!apply(bake, all->pdata[i], target))
            return false;
    return true;
}
