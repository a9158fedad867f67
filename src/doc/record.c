/* Reading records by their tables: keys, defaults, formats. */
#include "doc/record.h"

#include "base/limits.h"
#include "doc/doc_private.h"
#include "doc/record_private.h"

#include <string.h>

#define FORMAT_KEY "seatrial"

static void *place_of(void *record, const struct field *field)
{
    return (char *)record + field->offset;
}

static bool is_known_key(const struct record_type *type, const struct record_setting *setting,
                         const char *key)
{
    if (type->format != NULL && strcmp(key, FORMAT_KEY) == 0)
        return true;
    if (setting->tag != NULL && strcmp(key, setting->tag) == 0)
        return true;
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++)
        if (field->name != NULL && strcmp(field->name, key) == 0)
            return true;
    return false;
}

static void fail_unknown_key(struct reading *reading, const struct record_type *type,
                             const struct node_entry *entry)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++)
        if (field->name != NULL)
            g_ptr_array_add(known, (gpointer)field->name);
    g_autofree char *hint = suggestion(entry->key, known, "the keys here are");
    fail_reading(reading, entry->key_position, "unknown key '%s'%s", entry->key, hint);
}

static void check_keys(struct reading *reading, const struct record_type *type,
                       const struct node *node, const struct record_setting *setting)
{
    for (gsize i = 0; i < node_length(node); i++)
        if (!is_known_key(type, setting, node_entry(node, i)->key))
            fail_unknown_key(reading, type, node_entry(node, i));
}

/* `seatrial: scenario/1`. A file of another kind, of another version, and no such file at all read
   differently. */
static void check_format(struct reading *reading, const struct record_type *type,
                         const struct node *node, bool is_file)
{
    const struct node *format = node_get(node, FORMAT_KEY);
    if (type->format == NULL || (format == NULL && !is_file))
        return;
    if (format == NULL) {
        fail_reading(reading, node->position, "opens without its format, '" FORMAT_KEY ": %s'",
                     type->format);
        return;
    }
    gsize kind_length = strcspn(type->format, "/") + 1;
    if (format->text == NULL)
        fail_reading(reading, format->position, "'" FORMAT_KEY "' is %s, expected '%s'",
                     node_kind_text(format), type->format);
    else if (strncmp(format->text, type->format, kind_length) != 0)
        fail_reading(reading, format->position, "is '%s', expected '%s'", format->text,
                     type->format);
    else if (strcmp(format->text, type->format) != 0)
        fail_reading(reading, format->position, "format '%s' is not known here; this is '%s'",
                     format->text, type->format);
}

/* The value a field has in the file; a key without a value counts as absent. */
static const struct node *node_of(const struct record_type *type, const struct field *field,
                                  const struct node *node)
{
    if (node == NULL)
        return NULL;
    if (node->kind != NODE_MAPPING)
        return type->shorthand != NULL && strcmp(type->shorthand, field->name) == 0 ? node : NULL;
    const struct node *value = node_get(node, field->name);
    return value != NULL && (value->kind != NODE_NULL || field->kind == FIELD_NODE) ? value : NULL;
}

bool record_has(const struct node *node, const char *name)
{
    const struct node *value = node_get(node, name);
    return value != NULL && value->kind != NODE_NULL;
}

/* A default is read like a value of a file; that it is right is the table's duty. */
static void fill_default(const struct field *field, void *place)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    struct reading reading = {.errors = errors};
    struct node node = {.kind = NODE_STRING, .text = (char *)field->otherwise};

    g_assert(kind_of(field)->is_scalar);
    if (field->kind == FIELD_INTEGER || field->kind == FIELD_NUMBER || field->kind == FIELD_BOOLEAN)
        scalar_resolve(&node);
    if (!kind_of(field)->read(&reading, field, &node, place))
        g_error("default of '%s': %s", field->name, ((GError *)errors->pdata[0])->message);
}

/* What a field holds when the file says nothing. */
static void fill_absent(struct reading *reading, const struct field *field, void *place)
{
    const struct record_setting setting = {0};

    if (field->otherwise != NULL)
        fill_default(field, place);
    else if (field->kind == FIELD_STRINGS)
        *(char ***)place = g_new0(char *, 1);
    else if (field->kind == FIELD_RECORDS || field->kind == FIELD_RECORD_MAP ||
             field->kind == FIELD_STRING_MAP)
        *(GPtrArray **)place = g_ptr_array_new();
    else if (field->kind == FIELD_RECORD)
        (void)record_read_into(reading, field->type, NULL, &setting, place);
}

static void read_field(struct reading *reading, const struct record_type *type,
                       const struct field *field, const struct node *node, void *place)
{
    const struct node *value = node_of(type, field, node);
    GError *error = NULL;

    if (value == NULL && field->is_required && node != NULL) {
        fail_reading(reading, node->position, "key '%s' is missing", field->name);
    } else if (value == NULL) {
        fill_absent(reading, field, place);
    } else if (kind_of(field)->read(reading, field, value, place) && field->check != NULL &&
               !field->check(field, value, place, &error)) {
        add_fault(reading, error);
    }
}

/* The fields that take no key. */
static bool fill_nameless(const struct field *field, const struct node *node, const char *key,
                          void *place)
{
    if (field->kind == FIELD_SELF)
        *(const struct node **)place = node;
    else if (field->kind == FIELD_POSITION)
        *(struct position *)place = node != NULL ? node->position : (struct position){0};
    else if (field->kind == FIELD_KEY)
        *(char **)place = g_strdup(key);
    else
        return false;
    return true;
}

static bool is_record_like(const struct record_type *type, const struct node *node,
                           const struct record_setting *setting)
{
    if (node == NULL || node->kind == NODE_MAPPING)
        return true;
    return node->text != NULL && node->kind != NODE_NULL && !setting->is_file &&
           (type->shorthand != NULL || setting->tag != NULL);
}

bool record_read_into(struct reading *reading, const struct record_type *type,
                      const struct node *node, const struct record_setting *setting, void *record)
{
    gsize fault_count = reading->fault_count;
    GError *error = NULL;

    memset(record, 0, type->size);
    if (!is_record_like(type, node, setting))
        return fail_kind(reading, setting->subject, node, "a mapping");
    if (node != NULL && node->kind == NODE_MAPPING) {
        check_format(reading, type, node, setting->is_file);
        check_keys(reading, type, node, setting);
    }
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++)
        if (!fill_nameless(field, node, setting->key, place_of(record, field)))
            read_field(reading, type, field, node, place_of(record, field));
    if (reading->fault_count == fault_count && node != NULL && type->check != NULL &&
        !type->check(node, record, &error))
        add_fault(reading, error);
    return reading->fault_count == fault_count;
}

static bool read_top(const struct record_type *type, const struct node *node, bool is_file,
                     void *record, GPtrArray *errors)
{
    struct reading reading = {.errors = errors};
    const struct record_setting setting = {.subject = is_file ? "the file" : type->name,
                                           .is_file = is_file};
    if (record_read_into(&reading, type, node, &setting, record))
        return true;
    record_clear(type, record);
    return false;
}

bool record_read_all(const struct record_type *type, const struct node *node, void *record,
                     GPtrArray *errors)
{
    return read_top(type, node, /* is_file= */ false, record, errors);
}

static bool read_joined(const struct record_type *type, const struct node *node, bool is_file,
                        void *record, GError **error)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    if (read_top(type, node, is_file, record, errors))
        return true;
    error_set_joined(error, errors);
    return false;
}

bool record_read(const struct record_type *type, const struct node *node, void *record,
                 GError **error)
{
    return read_joined(type, node, /* is_file= */ false, record, error);
}

bool record_read_file(const struct record_type *type, const struct doc *doc, void *record,
                      GError **error)
{
    return read_joined(type, doc_root(doc), /* is_file= */ true, record, error);
}

void record_fill(const struct record_type *type, void *record)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new();
    struct reading reading = {.errors = errors};
    const struct record_setting setting = {0};
    (void)record_read_into(&reading, type, NULL, &setting, record);
}

void record_clear(const struct record_type *type, void *record)
{
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++) {
        const struct kind *kind = kind_of(field);
        if (kind->clear != NULL)
            kind->clear(field, place_of(record, field));
    }
    memset(record, 0, type->size);
}
