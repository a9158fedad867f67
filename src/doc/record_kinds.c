/* The kinds of fields: one row each, and the readers of those that hold no records. */
#include "base/units.h"
#include "doc/record_private.h"

#include <string.h>

static bool fail_field(struct reading *reading, const struct field *field, const struct node *node)
{
    g_autofree char *subject = g_strdup_printf("'%s'", field->name);
    g_autofree char *expected = field_kind_text(field);
    return fail_kind(reading, subject, node, expected);
}

/* Whether text is one of the field's names; *index says which. */
static bool find_name(struct reading *reading, const struct field *field, const struct node *node,
                      gsize *index)
{
    for (*index = 0; field->names[*index] != NULL; (*index)++)
        if (strcmp(field->names[*index], node->text) == 0)
            return true;
    g_autoptr(GPtrArray) words = words_of_names(field->names);
    g_autofree char *hint = suggestion(node->text, words, "expected one of");
    return fail_reading(reading, node->position, "'%s' is unknown as '%s'%s", node->text,
                        field->name, hint);
}

static bool read_string(struct reading *reading, const struct field *field, const struct node *node,
                        void *place)
{
    gsize index;
    if (node->kind != NODE_STRING)
        return fail_field(reading, field, node);
    if (field->names != NULL && !find_name(reading, field, node, &index))
        return false;
    *(char **)place = g_strdup(node->text);
    return true;
}

static bool read_scalar(struct reading *reading, const struct field *field, const struct node *node,
                        void *place)
{
    if (node->text == NULL)
        return fail_field(reading, field, node);
    *(char **)place = g_strdup(node->text);
    return true;
}

static bool read_enum(struct reading *reading, const struct field *field, const struct node *node,
                      void *place)
{
    gsize index;
    if (node->kind != NODE_STRING)
        return fail_field(reading, field, node);
    if (!find_name(reading, field, node, &index))
        return false;
    *(unsigned *)place = (unsigned)index;
    return true;
}

static bool check_range(struct reading *reading, const struct field *field, const struct node *node)
{
    g_autofree char *range = range_text(field);
    if (range == NULL || (node->number >= field->minimum && node->number <= field->maximum))
        return true;
    return fail_reading(reading, node->position, "'%s' is %s, expected %s", field->name, node->text,
                        range);
}

static bool read_integer(struct reading *reading, const struct field *field,
                         const struct node *node, void *place)
{
    if (node->kind != NODE_INTEGER)
        return fail_field(reading, field, node);
    *(int64_t *)place = node->integer;
    return check_range(reading, field, node);
}

static bool read_number(struct reading *reading, const struct field *field, const struct node *node,
                        void *place)
{
    if (node->kind != NODE_INTEGER && node->kind != NODE_FLOAT)
        return fail_field(reading, field, node);
    *(double *)place = node->number;
    return check_range(reading, field, node);
}

static bool read_boolean(struct reading *reading, const struct field *field,
                         const struct node *node, void *place)
{
    if (node->kind != NODE_BOOLEAN)
        return fail_field(reading, field, node);
    *(bool *)place = node->boolean;
    return true;
}

typedef bool parse_amount(const char *text, int64_t *amount, GError **error);

static bool read_amount(struct reading *reading, const struct field *field, const struct node *node,
                        parse_amount *parse, int64_t *place)
{
    g_autoptr(GError) error = NULL;
    if (node->kind != NODE_STRING)
        return fail_field(reading, field, node);
    if (!parse(node->text, place, &error))
        return fail_reading(reading, node->position, "%s", error->message);
    return true;
}

static bool read_duration(struct reading *reading, const struct field *field,
                          const struct node *node, void *place)
{
    return read_amount(reading, field, node, duration_parse, place);
}

static bool read_size(struct reading *reading, const struct field *field, const struct node *node,
                      void *place)
{
    return read_amount(reading, field, node, size_parse, place);
}

static bool read_list_item(struct reading *reading, const struct field *field,
                           const struct node *item, GPtrArray *texts)
{
    gsize index;
    if (item->kind != NODE_STRING) {
        g_autofree char *subject = g_strdup_printf("an item of '%s'", field->name);
        return fail_kind(reading, subject, item, "a string");
    }
    if (field->names != NULL && !find_name(reading, field, item, &index))
        return false;
    g_ptr_array_add(texts, g_strdup(item->text));
    return true;
}

static bool read_strings(struct reading *reading, const struct field *field,
                         const struct node *node, void *place)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    bool is_fine = true;

    if (node->kind == NODE_STRING && (field->may_be_single || field->otherwise == node->text))
        is_fine = read_list_item(reading, field, node, texts);
    else if (node->kind != NODE_SEQUENCE)
        return fail_field(reading, field, node);
    for (gsize i = 0; i < node_length(node); i++)
        is_fine &= read_list_item(reading, field, node_item(node, i), texts);
    g_ptr_array_add(texts, NULL);
    *(char ***)place = (char **)g_ptr_array_steal(texts, NULL);
    return is_fine;
}

static void string_entry_free(void *argument)
{
    struct string_entry *entry = argument;
    g_free(entry->name);
    g_free(entry->value);
    g_free(entry);
}

static bool read_string_map(struct reading *reading, const struct field *field,
                            const struct node *node, void *place)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func(string_entry_free);
    bool is_fine = true;

    *(GPtrArray **)place = entries;
    if (node->kind != NODE_MAPPING)
        return fail_field(reading, field, node);
    for (gsize i = 0; i < node_length(node); i++) {
        const struct node_entry *raw = node_entry(node, i);
        if (raw->value->text == NULL) {
            g_autofree char *subject = g_strdup_printf("'%s' of '%s'", raw->key, field->name);
            is_fine = fail_kind(reading, subject, raw->value, "a string or a number");
            continue;
        }
        struct string_entry *entry = g_new0(struct string_entry, 1);
        *entry = (struct string_entry){g_strdup(raw->key), g_strdup(raw->value->text), raw->value};
        g_ptr_array_add(entries, entry);
    }
    return is_fine;
}

static bool read_node(struct reading *reading, const struct field *field, const struct node *node,
                      void *place)
{
    (void)reading;
    (void)field;
    *(const struct node **)place = node;
    return true;
}

static bool read_custom(struct reading *reading, const struct field *field, const struct node *node,
                        void *place)
{
    GError *error = NULL;
    if (field->hooks->read(field, node, place, &error))
        return true;
    return add_fault(reading, error);
}

static void clear_text(const struct field *field, void *place)
{
    (void)field;
    g_free(*(char **)place);
}

static void clear_strings(const struct field *field, void *place)
{
    (void)field;
    g_strfreev(*(char ***)place);
}

static void clear_string_map(const struct field *field, void *place)
{
    (void)field;
    g_clear_pointer((GPtrArray **)place, g_ptr_array_unref);
}

static void clear_custom(const struct field *field, void *place)
{
    if (field->hooks->clear != NULL)
        field->hooks->clear(place);
}

static const struct kind kinds[] = {
    [FIELD_END] = {0},
    [FIELD_SELF] = {0},
    [FIELD_POSITION] = {0},
    [FIELD_KEY] = {.clear = clear_text},
    [FIELD_STRING] = {"a string", read_string, clear_text, true},
    [FIELD_SCALAR] = {"a string or a number", read_scalar, clear_text, true},
    [FIELD_ENUM] = {"one of", read_enum, NULL, true},
    [FIELD_INTEGER] = {"an integer", read_integer, NULL, true},
    [FIELD_NUMBER] = {"a number", read_number, NULL, true},
    [FIELD_BOOLEAN] = {"true or false", read_boolean, NULL, true},
    [FIELD_DURATION] = {"a duration such as '30s'", read_duration, NULL, true},
    [FIELD_SIZE] = {"a size such as '4GiB'", read_size, NULL, true},
    [FIELD_STRINGS] = {"a list of strings", read_strings, clear_strings, true},
    [FIELD_STRING_MAP] = {"a mapping of names to texts", read_string_map, clear_string_map, false},
    [FIELD_RECORD] = {"a mapping", read_record_field, clear_record_field, false},
    [FIELD_OPTIONAL] = {"a mapping", read_optional, clear_optional, false},
    [FIELD_RECORDS] = {"a list of mappings", read_records, clear_records, false},
    [FIELD_RECORD_MAP] = {"a mapping of mappings", read_record_map, clear_records, false},
    [FIELD_CHOICE] = {"a mapping", read_choice, clear_choice, false},
    [FIELD_NODE] = {"anything", read_node, NULL, false},
    [FIELD_CUSTOM] = {"", read_custom, clear_custom, false},
};

const struct kind *kind_of(const struct field *field)
{
    return &kinds[field->kind];
}
