/* Compose files as bake files: a target of every service that is built, all in group "default"
   (bake/compose.go). What needs compose's own merging is not modelled. */
#include "mocks/bakefile/bakefile_private.h"

#include "doc/merge.h"

#include <string.h>

/* ${NAME}, ${NAME:-else}, ${NAME-else}, $NAME, $$; others of the shell's forms are not modelled. */
static bool expand_one(struct bake *bake, const char **at, GString *out)
{
    const char *start = *at + 1, *end = start;
    bool has_braces = *start == '{';
    start += has_braces ? 1 : 0;
    for (end = start; g_ascii_isalnum(*end) || *end == '_';)
        end++;
    const char *close = has_braces ? strchr(end, '}') : end;
    if (end == start || close == NULL || (has_braces && memchr(end, '$', (gsize)(close - end))))
        return bake_fail(bake, BAKEFILE_ERROR_UNKNOWN, "not modelled: the interpolation '%.20s'",
                         *at) != NULL;
    g_autofree char *name = g_strndup(start, (gsize)(end - start));
    const char *value = bake->request->environment == NULL
                            ? NULL
                            : bake->request->environment(name, bake->request->context);
    bool is_unset = value == NULL || (*end == ':' && *value == '\0');
    const char *word = *end == ':' ? end + 1 : end;
    if (has_braces && end != close && *word != '-')
        return bake_fail(bake, BAKEFILE_ERROR_UNKNOWN, "not modelled: the interpolation '%.20s'",
                         *at) != NULL;
    if (!is_unset)
        g_string_append(out, value);
    else if (has_braces && end != close)
        g_string_append_len(out, word + 1, close - word - 1);
    *at = close + (has_braces ? 1 : 0);
    return true;
}

static char *expanded(struct bake *bake, const char *text)
{
    GString *out = g_string_new(NULL);
    for (const char *at = text; *at != '\0' && bake->error == NULL;) {
        if (*at != '$' || at[1] == '$') {
            g_string_append_c(out, *at);
            at += *at == '$' ? 2 : 1;
        } else if (!expand_one(bake, &at, out)) {
            break;
        }
    }
    g_autofree char *raw = g_string_free(out, FALSE);
    return g_utf8_make_valid(raw, -1);
}

static json_t *text_json(struct bake *bake, const struct node *node)
{
    g_autofree char *text = expanded(bake, node->text == NULL ? "" : node->text);
    return json_string(text);
}

/* A list, or one text: words of it in x-bake. */
static json_t *texts_json(struct bake *bake, const struct node *node)
{
    json_t *list = json_array();
    for (gsize i = 0; i < node_length(node); i++)
        if (node->kind == NODE_SEQUENCE)
            json_array_append_new(list, text_json(bake, node_item(node, i)));
    if (node->kind == NODE_SEQUENCE || node->text == NULL)
        return list;
    g_autofree char *text = expanded(bake, node->text);
    g_auto(GStrv) words = g_strsplit_set(text, " \t\n", -1);
    for (gsize i = 0; words[i] != NULL; i++)
        if (*words[i] != '\0')
            json_array_append_new(list, json_string(words[i]));
    return list;
}

static void map_add(struct bake *bake, json_t *map, const char *key, const struct node *value,
                    const json_t *environment)
{
    if (value != NULL && value->kind != NODE_NULL) {
        json_object_set_new(map, key, text_json(bake, value));
        return;
    }
    /* A name alone takes what the service or the environment says. */
    const char *text = json_get_string(environment, key, NULL);
    if (text == NULL && bake->request->environment != NULL)
        text = bake->request->environment(key, bake->request->context);
    if (text != NULL)
        json_object_set_new(map, key, json_string(text));
}

/* {A: x} or ["A=x"]. */
static json_t *map_json(struct bake *bake, const struct node *node, const json_t *environment)
{
    json_t *map = json_object();
    for (gsize i = 0; i < node_length(node); i++) {
        if (node->kind == NODE_MAPPING) {
            const struct node_entry *entry = node_entry(node, i);
            map_add(bake, map, entry->key, entry->value, environment);
            continue;
        }
        g_autofree char *text =
            expanded(bake, node_item(node, i)->text == NULL ? "" : node_item(node, i)->text);
        char *equals = strchr(text, '=');
        if (equals != NULL)
            *equals = '\0';
        if (equals != NULL)
            json_object_set_new(map, text, json_string(equals + 1));
        else
            map_add(bake, map, text, NULL, environment);
    }
    return map;
}

/* Keys of a service's build; the rest of those that compose has is not modelled. */
static const struct build_row {
    const char *key;
    const char *name;
} build_rows[] = {
    {"context", "context"},
    {"dockerfile", "dockerfile"},
    {"dockerfile_inline", "dockerfile-inline"},
    {"args", "args"},
    {"labels", "labels"},
    {"target", "target"},
    {"network", "network"},
    {"tags", "tags"},
    {"platforms", "platforms"},
    {"cache_from", "cache-from"},
    {"cache_to", "cache-to"},
    {"additional_contexts", "contexts"},
};

static bool take_attribute(struct bake *bake, json_t *target, const struct attribute_row *row,
                           const struct node *node, const json_t *environment)
{
    g_autofree char *problem = NULL;
    json_t *value = NULL;
    if (row->kind == ATTRIBUTE_BOOLEAN) {
        g_autofree char *text = expanded(bake, node->text == NULL ? "" : node->text);
        value = json_boolean(strcmp(text, "true") == 0);
    } else if (row->kind == ATTRIBUTE_TEXT) {
        value = text_json(bake, node);
    } else if (row->kind == ATTRIBUTE_MAP || row->kind == ATTRIBUTE_NULL_MAP) {
        value = map_json(bake, node, environment);
    } else {
        value = texts_json(bake, node);
        if (row->kind >= ATTRIBUTE_CACHES) {
            g_autoptr(json_t) texts = value;
            value = bake_entries_parse(row->kind, texts, &problem);
            if (value == NULL)
                return bake_fail(bake, BAKEFILE_ERROR_INVALID, "failed to parse compose file: %s",
                                 problem) != NULL;
        }
    }
    json_object_set_new(target, row->name, value);
    return bake->error == NULL;
}

/* x-bake adds to what build says; pull and no-cache replace. */
static bool take_extension(struct bake *bake, json_t *target, const struct node *extension)
{
    for (gsize i = 0; i < node_length(extension); i++) {
        const struct node_entry *entry = node_entry(extension, i);
        const struct attribute_row *row = bake_attribute_row(entry->key);
        if (row == NULL || entry->value->kind == NODE_NULL)
            continue;
        g_autoptr(json_t) more = json_object();
        if (!take_attribute(bake, more, row, entry->value, NULL))
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

static bool take_build(struct bake *bake, json_t *target, const struct node *build,
                       const json_t *environment)
{
    for (gsize i = 0; build->kind == NODE_MAPPING && i < node_length(build); i++) {
        const struct node_entry *entry = node_entry(build, i);
        const struct build_row *row = NULL;
        for (gsize k = 0; k < G_N_ELEMENTS(build_rows); k++)
            row = strcmp(build_rows[k].key, entry->key) == 0 ? &build_rows[k] : row;
        if (g_str_has_prefix(entry->key, "x-") || entry->value->kind == NODE_NULL)
            continue;
        if (row == NULL) {
            g_autofree char *place = position_text(entry->key_position);
            return bake_fail(bake, BAKEFILE_ERROR_UNKNOWN,
                             "%s: not modelled: build.%s of a compose "
                             "file",
                             place, entry->key) != NULL;
        }
        if (!take_attribute(bake, target, bake_attribute_row(row->name), entry->value, environment))
            return false;
    }
    if (build->kind != NODE_MAPPING)
        json_object_set_new(target, "context", text_json(bake, build));
    const char *key;
    json_t *context;
    json_object_foreach (json_object_get(target, "contexts"), key, context)
        if (g_str_has_prefix(json_string_value(context), "service:")) {
            g_autofree char *link =
                g_strconcat("target:", json_string_value(context) + strlen("service:"), NULL);
            json_string_set(context, link);
        }
    const struct node *extension = node_get(build, "x-bake");
    return extension == NULL || take_extension(bake, target, extension);
}

/* A build argument by its name alone takes what the service's environment says. */
static bool asks_for_environment(const struct node *service)
{
    const struct node *args = node_get(node_get(service, "build"), "args");
    for (gsize i = 0; args != NULL && i < node_length(args); i++) {
        const struct node *value =
            args->kind == NODE_MAPPING ? node_entry(args, i)->value : node_item(args, i);
        bool is_named = args->kind == NODE_MAPPING
                            ? value->kind == NODE_NULL
                            : value->text != NULL && strchr(value->text, '=') == NULL;
        if (is_named)
            return true;
    }
    return false;
}

/* service NULL: a key of the file itself. */
static bool unmodelled(struct bake *bake, const struct node_entry *entry,
                       const struct node *service)
{
    static const char *const keys[] = {"include", "extends", "env_file"};
    if (strcmp(entry->key, "env_file") == 0 && !asks_for_environment(service))
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        if (strcmp(entry->key, keys[i]) != 0)
            continue;
        g_autofree char *place = position_text(entry->key_position);
        bake_fail(bake, BAKEFILE_ERROR_UNKNOWN, "%s: not modelled: %s of a compose file", place,
                  entry->key);
        return true;
    }
    return false;
}

static bool take_service(struct bake *bake, struct bake_config *config,
                         const struct node_entry *service)
{
    const struct node *build = node_get(service->value, "build");
    const struct node *image = node_get(service->value, "image");
    const struct node *variables = node_get(service->value, "environment");
    for (gsize i = 0; i < node_length(service->value); i++)
        if (service->value->kind == NODE_MAPPING &&
            unmodelled(bake, node_entry(service->value, i), service->value))
            return false;
    if (build == NULL || build->kind == NODE_NULL)
        return true;
    g_autofree char *name = g_strdelimit(g_strdup(service->key), ".", '_');
    g_autoptr(json_t) environment = variables == NULL ? NULL : map_json(bake, variables, NULL);
    g_autoptr(json_t) target = json_object();
    if (!take_build(bake, target, build, environment))
        return false;
    if (image != NULL && json_array_size(json_object_get(target, "tags")) == 0) {
        g_autofree char *text = expanded(bake, image->text == NULL ? "" : image->text);
        json_object_set_new(target, "tags", json_pack("[s]", text));
    }
    if (bake_config_target(config, name) != NULL)
        return bake_fail(bake, BAKEFILE_ERROR_UNKNOWN,
                         "not modelled: service %s in two compose files", name) != NULL;
    bake_target_add(config, name, g_steal_pointer(&target));
    bake_names_add(bake_config_group(config, "default")->targets, name);
    return bake->error == NULL;
}

static int by_key(gconstpointer a, gconstpointer b)
{
    const struct node_entry *left = *(const struct node_entry *const *)a;
    const struct node_entry *right = *(const struct node_entry *const *)b;
    return strcmp(left->key, right->key);
}

static bool take_file(struct bake *bake, struct bake_config *config, const struct bake_text *text)
{
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text(text->name, text->text, text->length, DOC_KEYS_ARE_FREE, &error);
    if (doc == NULL || !doc_merge_keys(doc, &error))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "%s", error->message) != NULL;
    const struct node *root = doc_root(doc), *services = node_get(root, "services");
    if (root->kind != NODE_MAPPING || services == NULL || services->kind != NODE_MAPPING)
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "empty compose file") != NULL;
    for (gsize i = 0; i < node_length(root); i++)
        if (unmodelled(bake, node_entry(root, i), NULL))
            return false;
    if (bake_config_group(config, "default") == NULL)
        bake_group_add(config, "default");
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    for (gsize i = 0; i < node_length(services); i++)
        g_ptr_array_add(sorted, (struct node_entry *)node_entry(services, i));
    g_ptr_array_sort(sorted, by_key);
    for (guint i = 0; i < sorted->len; i++)
        if (!take_service(bake, config, sorted->pdata[i]))
            return false;
    return true;
}

bool bake_composes(struct bake *bake, struct bake_config *config)
{
    for (guint i = 0; i < bake->file->composes->len; i++)
        if (!take_file(bake, config, bake->file->composes->pdata[i]))
            return false;
    return true;
}
