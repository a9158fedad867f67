/* Fields that hold records: embedded, allocated, in lists and mappings, chosen by a key. */
#include "doc/record_private.h"

#include <string.h>

static bool fail_shape(struct reading *reading, const struct field *field, const struct node *node)
{
    g_autofree char *subject = g_strdup_printf("'%s'", field->name);
    g_autofree char *expected = field_kind_text(field);
    return fail_kind(reading, subject, node, expected);
}

bool read_record_field(struct reading *reading, const struct field *field, const struct node *node,
                       void *place)
{
    g_autofree char *subject = g_strdup_printf("'%s'", field->name);
    const struct record_setting setting = {.subject = subject};
    return record_read_into(reading, field->type, node, &setting, place);
}

void clear_record_field(const struct field *field, void *place)
{
    record_clear(field->type, place);
}

/* Some kinds of fault have no fields; NULL would mean that there is no record. */
static void *record_new(const struct record_type *type)
{
    return g_malloc0(MAX(type->size, 1));
}

bool read_optional(struct reading *reading, const struct field *field, const struct node *node,
                   void *place)
{
    void *record = record_new(field->type);
    *(void **)place = record;
    return read_record_field(reading, field, node, record);
}

static void record_free(const struct record_type *type, void *record)
{
    if (record == NULL)
        return;
    record_clear(type, record);
    g_free(record);
}

void clear_optional(const struct field *field, void *place)
{
    record_free(field->type, *(void **)place);
}

static bool add_record(struct reading *reading, const struct field *field, const struct node *node,
                       const char *key, GPtrArray *records)
{
    g_autofree char *subject = key != NULL ? g_strdup_printf("'%s' of '%s'", key, field->name)
                                           : g_strdup_printf("an item of '%s'", field->name);
    const struct record_setting setting = {.subject = subject, .key = key};
    void *record = record_new(field->type);

    g_ptr_array_add(records, record);
    if (key != NULL && node->kind == NODE_NULL) /* `amd64:` alone has all its defaults */
        node = NULL;
    return record_read_into(reading, field->type, node, &setting, record);
}

bool read_records(struct reading *reading, const struct field *field, const struct node *node,
                  void *place)
{
    GPtrArray *records = g_ptr_array_new();
    bool is_fine = true;

    *(GPtrArray **)place = records;
    if (node->kind != NODE_SEQUENCE)
        return fail_shape(reading, field, node);
    for (gsize i = 0; i < node_length(node); i++)
        is_fine &= add_record(reading, field, node_item(node, i), NULL, records);
    return is_fine;
}

bool read_record_map(struct reading *reading, const struct field *field, const struct node *node,
                     void *place)
{
    GPtrArray *records = g_ptr_array_new();
    bool is_fine = true;

    *(GPtrArray **)place = records;
    if (node->kind != NODE_MAPPING)
        return fail_shape(reading, field, node);
    for (gsize i = 0; i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        is_fine &= add_record(reading, field, entry->value, entry->key, records);
    }
    return is_fine;
}

void clear_records(const struct field *field, void *place)
{
    GPtrArray *records = *(GPtrArray **)place;
    if (records == NULL)
        return;
    for (guint i = 0; i < records->len; i++)
        record_free(field->type, g_ptr_array_index(records, i));
    g_ptr_array_unref(records);
}

static const struct record_type *find_choice(const struct field *field, const char *name)
{
    const struct record_type *type;
    for (gsize i = 0; (type = field->choices(i)) != NULL; i++)
        if (strcmp(type->name, name) == 0)
            return type;
    return NULL;
}

static bool fail_choice(struct reading *reading, const struct field *field, const struct node *tag)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    const struct record_type *type;
    for (gsize i = 0; (type = field->choices(i)) != NULL; i++)
        g_ptr_array_add(known, (gpointer)type->name);
    g_autofree char *hint = suggestion(tag->text, known, "expected one of");
    return fail_reading(reading, tag->position, "'%s' is unknown as '%s'%s", tag->text, field->tag,
                        hint);
}

bool read_choice(struct reading *reading, const struct field *field, const struct node *node,
                 void *place)
{
    struct record_choice *choice = place;
    g_autofree char *subject = g_strdup_printf("'%s'", field->name);
    const struct node *tag = node->kind == NODE_STRING ? node : node_get(node, field->tag);

    if (node->kind != NODE_STRING && node->kind != NODE_MAPPING)
        return fail_shape(reading, field, node);
    if (tag == NULL)
        return fail_reading(reading, node->position, "key '%s' is missing", field->tag);
    if (tag->kind != NODE_STRING) {
        g_autofree char *tag_subject = g_strdup_printf("'%s'", field->tag);
        return fail_kind(reading, tag_subject, tag, "a string");
    }
    const struct record_type *type = find_choice(field, tag->text);
    if (type == NULL)
        return fail_choice(reading, field, tag);
    const struct record_setting setting = {.subject = subject, .tag = field->tag};
    choice->type = type;
    choice->record = record_new(type);
    return record_read_into(reading, type, node, &setting, choice->record);
}

void clear_choice(const struct field *field, void *place)
{
    struct record_choice *choice = place;
    (void)field;
    if (choice->type != NULL)
        record_free(choice->type, choice->record);
}
