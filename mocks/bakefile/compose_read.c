/* One compose file as a model: scalars as yaml.v3 reads them, variables put in, and the parts that
   bake looks at. */
#include "mocks/bakefile/compose.h"

#include "base/limits.h"
#include "doc/merge.h"
#include "doc/repeated.h"
#include "doc/reset.h"

#include <math.h>
#include <string.h>

struct reading {
    struct composing *composing;
    const struct compose_variables *variables;
};

/* ---- scalars ---- */

/* Go's %v of a float: the shortest digits that mean it, an exponent from 1e21 on. */
static char *float_text(double number)
{
    char digits[64];
    for (int precision = 1; precision <= 17; precision++) {
        g_snprintf(digits, sizeof digits, "%.*e", precision - 1, number);
        if (g_ascii_strtod(digits, NULL) == number)
            break;
    }
    const char *mark = strchr(digits, 'e');
    int exponent = mark == NULL ? 0 : (int)g_ascii_strtoll(mark + 1, NULL, 10);
    if (mark == NULL || exponent < -4 || exponent >= 21)
        return g_strdup(digits);
    int fraction = (int)(mark - digits) - 1 - (*digits == '-' ? 1 : 0);
    fraction -= fraction > 0 ? 1 : 0;
    return g_strdup_printf("%.*f", MAX(0, fraction - exponent), number);
}

char *compose_scalar(const json_t *value)
{
    if (json_is_string(value))
        return g_strdup(json_string_value(value));
    if (json_is_boolean(value))
        return g_strdup(json_is_true(value) ? "true" : "false");
    if (json_is_integer(value))
        return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)json_integer_value(value));
    return json_is_real(value) ? float_text(json_real_value(value)) : NULL;
}

/* strconv.ParseInt with base 0: 0x, 0b, 0o and a mere 0 in front; the whole text or nothing. */
static bool integer_of(const char *text, json_int_t *number)
{
    const char *digits = text + (*text == '-' || *text == '+' ? 1 : 0);
    int base = 10;
    if (digits[0] == '0' && digits[1] != '\0') {
        char mark = g_ascii_tolower(digits[1]);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        digits += g_ascii_isdigit(mark) ? 1 : 2;
    }
    char *end = NULL;
    if (!g_ascii_isxdigit(*digits))
        return false;
    guint64 value = g_ascii_strtoull(digits, &end, (guint)base);
    *number = (json_int_t)value * (*text == '-' ? -1 : 1);
    return *end == '\0' && value <= G_MAXINT64;
}

/* yaml.v3 resolve(): a plain scalar that begins as numbers do. */
static json_t *number_of(const char *text)
{
    json_int_t integer = 0;
    g_auto(GStrv) parts = g_strsplit(text, "_", -1);
    g_autofree char *plain = g_strjoinv("", parts);
    if (strchr("+-.0123456789", *text) == NULL || *text == '\0')
        return NULL;
    if (integer_of(plain, &integer))
        return json_integer(integer);
    if (!g_regex_match_simple("^[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?$", plain, 0,
                              0))
        return NULL;
    double number = g_ascii_strtod(plain, NULL);
    return isfinite(number) ? json_real(number) : NULL;
}

static json_t *scalar_json(const struct reading *reading, const struct node *node)
{
    const char *text = node->text == NULL ? "" : node->text;
    if (node->kind == NODE_NULL)
        return json_null();
    if (node->kind == NODE_BOOLEAN)
        return json_boolean(node->boolean);
    json_t *number = node->style == NODE_PLAIN ? number_of(text) : NULL;
    if (number != NULL)
        return number;
    if (node->style == NODE_PLAIN &&
        g_regex_match_simple("^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?$", text, 0, 0))
        return bake_fail(reading->composing->bake, BAKEFILE_ERROR_UNKNOWN,
                         "not modelled: the date %s of a compose file", text);
    g_autofree char *value =
        compose_substitute(reading->composing, text, compose_variable, reading->variables);
    return value == NULL ? NULL : json_text_or_null(value);
}

/* ---- the tree ---- */

static json_t *tree_json(const struct reading *reading, const struct node *node, const char *place);

static bool add_entry(const struct reading *reading, json_t *object, const struct node_entry *entry,
                      const char *place)
{
    g_autofree char *inner =
        *place == '\0' ? g_strdup(entry->key) : g_strconcat(place, ".", entry->key, NULL);
    json_t *value = tree_json(reading, entry->value, inner);
    return value != NULL && json_object_set_new(object, entry->key, value) == 0;
}

static json_t *tree_json(const struct reading *reading, const struct node *node, const char *place)
{
    g_autoptr(json_t) collection = node->kind == NODE_SEQUENCE ? json_array() : json_object();
    g_autofree char *inner = g_strconcat(place, ".[]", NULL);
    reading->composing->place = place;
    if (node->kind != NODE_SEQUENCE && node->kind != NODE_MAPPING)
        return scalar_json(reading, node);
    for (gsize i = 0; i < node_length(node); i++) {
        if (node->kind == NODE_MAPPING) {
            if (!add_entry(reading, collection, node_entry(node, i), place))
                return NULL;
            continue;
        }
        json_t *item = tree_json(reading, node_item(node, i), inner);
        if (item == NULL)
            return NULL;
        json_array_append_new(collection, item);
    }
    return g_steal_pointer(&collection);
}

/* ---- what is looked at ---- */

static void keep_only(json_t *object, const char *const *keys)
{
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(object, next, key, value) if (!g_strv_contains(keys, key))
        json_object_del(object, key);
}

/* Kinds that the schema wants of what bake looks at; it looks at nothing else. */
enum kind {
    KIND_TEXT,
    KIND_LIST,
    KIND_MAP,
    KIND_PAIRS, /* a mapping or a list */
};
struct kind_row {
    const char *key; /* NULL ends the table */
    enum kind kind;
};
static const struct kind_row service_kinds[] = {
    {"image", KIND_TEXT}, {"environment", KIND_PAIRS}, {NULL, KIND_TEXT}};
static const struct kind_row build_kinds[] = {
    {"additional_contexts", KIND_PAIRS},
    {"args", KIND_PAIRS},
    {"cache_from", KIND_LIST},
    {"cache_to", KIND_LIST},
    {"context", KIND_TEXT},
    {"dockerfile", KIND_TEXT},
    {"dockerfile_inline", KIND_TEXT},
    {"entitlements", KIND_LIST},
    {"extra_hosts", KIND_PAIRS},
    {"labels", KIND_PAIRS},
    {"network", KIND_TEXT},
    {"platforms", KIND_LIST},
    {"secrets", KIND_LIST},
    {"ssh", KIND_PAIRS},
    {"tags", KIND_LIST},
    {"target", KIND_TEXT},
    {"ulimits", KIND_MAP},
    {NULL, KIND_TEXT},
};

static bool is_of_kind(const json_t *value, enum kind kind)
{
    switch (kind) {
    case KIND_TEXT:
        return json_is_string(value);
    case KIND_LIST:
        return json_is_array(value);
    case KIND_MAP:
        return json_is_object(value);
    case KIND_PAIRS:
        return json_is_object(value) || json_is_array(value);
    }
    g_assert_not_reached();
}

static bool check_kinds(struct bake *bake, const char *place, const json_t *map,
                        const struct kind_row *rows)
{
    static const char *const words[] = {[KIND_TEXT] = "string",
                                        [KIND_LIST] = "array",
                                        [KIND_MAP] = "mapping",
                                        [KIND_PAIRS] = "mapping"};
    for (; rows->key != NULL; rows++) {
        const json_t *value = json_object_get(map, rows->key);
        if (value != NULL && !is_of_kind(value, rows->kind))
            return bake_fail(bake, BAKEFILE_ERROR_INVALID, "%s.%s must be a %s", place, rows->key,
                             words[rows->kind]) != NULL;
    }
    return true;
}

static bool check_build(struct bake *bake, const char *name, const json_t *build)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)build, key, value)
        if (!compose_build_has_key(key))
            return bake_fail(bake, BAKEFILE_ERROR_INVALID,
                             "services.%s.build additional properties '%s' not allowed", name,
                             key) != NULL;
    return true;
}

static bool keep_service(struct bake *bake, const char *name, json_t *service)
{
    static const char *const keys[] = {"image",    "build",   "environment",
                                       "env_file", "extends", NULL};
    if (!json_is_object(service) && !json_is_null(service))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "services.%s must be a mapping", name) !=
               NULL;
    keep_only(service, keys);
    const json_t *build = json_get_object(service, "build");
    g_autofree char *place = g_strconcat("services.", name, NULL);
    g_autofree char *inner = g_strconcat(place, ".build", NULL);
    return check_kinds(bake, place, service, service_kinds) && check_build(bake, name, build) &&
           check_kinds(bake, inner, build, build_kinds);
}

static bool keep_what_counts(struct bake *bake, json_t *model)
{
    static const char *const keys[] = {"services", "secrets", "include", "name", NULL};
    json_t *services = json_object_get(model, "services"), *service;
    const char *name;
    keep_only(model, keys);
    if (services != NULL && !json_is_object(services) && !json_is_null(services))
        return bake_fail(bake, BAKEFILE_ERROR_INVALID, "services must be a mapping") != NULL;
    json_object_foreach (services, name, service)
        if (!keep_service(bake, name, service))
            return false;
    return true;
}

/* What compose reads and the reader of documents does not is no mistake of the file. */
static json_t *unreadable(struct bake *bake, const struct bake_text *text, const GError *error)
{
    bool has_more = g_regex_match_simple("^---", text->text, G_REGEX_MULTILINE, 0);
    return bake_fail(bake, has_more ? BAKEFILE_ERROR_UNKNOWN : BAKEFILE_ERROR_INVALID, "%s%s",
                     has_more ? "not modelled: " : "", error->message);
}

json_t *compose_read(struct composing *composing, const struct bake_text *text,
                     const struct compose_variables *variables, json_t **resets)
{
    g_autoptr(GError) error = NULL;
    AUTO(doc)
    doc = doc_load_text(text->name, text->text, text->length, DOC_KEYS_ARE_FREE | DOC_HAS_RESETS,
                        &error);
    const struct node_entry *before = NULL;
    const struct node_entry *twice = doc != NULL ? doc_find_repeated(doc, &before) : NULL;
    if (twice != NULL)
        return bake_fail(composing->bake, BAKEFILE_ERROR_INVALID,
                         "line %d: mapping key \"%s\" already defined at line %d",
                         twice->key_position.line, twice->key, before->key_position.line);
    if (doc == NULL || !doc_merge_keys(doc, &error))
        return unreadable(composing->bake, text, error);
    const struct node *root = doc_root(doc);
    const struct reading reading = {composing, variables};
    if (root->kind != NODE_MAPPING)
        return bake_fail(composing->bake, BAKEFILE_ERROR_INVALID,
                         root->kind == NODE_NULL ? "empty compose file"
                                                 : "top-level object must be a mapping");
    g_autoptr(json_t) model = tree_json(&reading, root, "");
    composing->place = NULL;
    if (model != NULL)
        *resets = doc_take_resets(doc, model);
    return model != NULL && keep_what_counts(composing->bake, model) ? g_steal_pointer(&model)
                                                                     : NULL;
}
