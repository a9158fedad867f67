/* CSV lists of inputs. */
#include "actions/list.h"
#include "actions/core.h"

#include <string.h>

struct reader {
    const char *at;
    unsigned flags;
    unsigned line;
    bool is_quoting;
    bool was_quoting;
    GString *field;
    GPtrArray *record;
    GPtrArray *records;
};

static void end_field(struct reader *reader)
{
    g_ptr_array_add(reader->record, g_strdup(reader->field->str));
    g_string_truncate(reader->field, 0);
    reader->was_quoting = false;
}

static GPtrArray *record_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

static void end_record(struct reader *reader)
{
    bool is_empty = reader->record->len == 0 && reader->field->len == 0 && !reader->was_quoting;
    if (is_empty)
        return;
    end_field(reader);
    g_ptr_array_add(reader->records, reader->record);
    reader->record = record_new();
}

/* Inside quotes: two quotes are one, a quote before an end of the field ends it, and any other
   makes both quotes plain text (csv-parse's relax_quotes). */
static void read_quote_inside(struct reader *reader)
{
    char next = reader->at[1];
    if (next == '"') {
        g_string_append_c(reader->field, '"');
        reader->at += 2;
        return;
    }
    reader->is_quoting = false;
    reader->was_quoting = true;
    reader->at++;
    if (next == '\0' || next == ',' || next == '\n' || next == '\r')
        return;
    g_string_prepend_c(reader->field, '"');
    g_string_append_c(reader->field, '"');
}

static void read_character(struct reader *reader)
{
    char c = *reader->at;
    bool is_quote = c == '"' && (reader->flags & LIST_KEEPS_QUOTES) == 0;
    if (c == '\n')
        reader->line++;
    if (reader->is_quoting && is_quote) {
        read_quote_inside(reader);
        return;
    }
    reader->at++;
    if (reader->is_quoting) {
        g_string_append_c(reader->field, c);
        return;
    }
    if (is_quote && reader->field->len == 0 && !reader->was_quoting)
        reader->is_quoting = true;
    else if (c == ',')
        end_field(reader);
    else if (c == '\n')
        end_record(reader);
    else if (c != '\r' || *reader->at != '\n')
        g_string_append_c(reader->field, c);
}

static bool is_at_comment(const struct reader *reader)
{
    return (reader->flags & LIST_HAS_COMMENTS) != 0 && *reader->at == '#' && !reader->is_quoting &&
           reader->field->len == 0 && reader->record->len == 0;
}

GPtrArray *list_records(const char *text, unsigned flags, GError **error)
{
    g_autoptr(GString) field = g_string_new(NULL);
    g_autoptr(GPtrArray) records =
        g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
    struct reader reader = {
        .at = text, .flags = flags, .line = 1, .field = field, .records = records};
    reader.record = record_new();
    while (*reader.at != '\0') {
        if (is_at_comment(&reader))
            reader.at += strcspn(reader.at, "\n");
        else
            read_character(&reader);
    }
    if (!reader.is_quoting)
        end_record(&reader);
    g_ptr_array_unref(reader.record);
    if (reader.is_quoting) {
        core_throw(error,
                   "Quote Not Closed: the parsing is finished with an opening quote at line %u",
                   reader.line);
        return NULL;
    }
    return g_steal_pointer(&records);
}

static void trim_items(GPtrArray *items)
{
    for (guint i = 0; i < items->len; i++)
        g_strstrip(g_ptr_array_index(items, i));
}

GPtrArray *list_fields(const char *text, GError **error)
{
    g_autoptr(GPtrArray) records = list_records(text, 0, error);
    if (records == NULL)
        return NULL;
    if (records->len == 0)
        return record_new();
    GPtrArray *fields = g_ptr_array_ref(g_ptr_array_index(records, 0));
    trim_items(fields);
    return fields;
}

char *list_join(const GPtrArray *items, const char *separator)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < items->len; i++) {
        if (i > 0)
            g_string_append(text, separator);
        g_string_append(text, g_ptr_array_index(items, i));
    }
    return g_string_free(text, FALSE);
}

static void add_item(GPtrArray *items, const char *text)
{
    if (*text != '\0')
        g_ptr_array_add(items, g_strdup(text));
}

/* Commas inside quotes separate too, when the record is one field. */
static void add_record(GPtrArray *items, const GPtrArray *record, unsigned flags)
{
    if ((flags & LIST_KEEPS_COMMAS) != 0) {
        g_autofree char *whole = list_join(record, ",");
        add_item(items, whole);
        return;
    }
    if (record->len > 1) {
        for (guint i = 0; i < record->len; i++)
            add_item(items, g_ptr_array_index(record, i));
        return;
    }
    g_auto(GStrv) parts = g_strsplit(g_ptr_array_index(record, 0), ",", -1);
    for (char **part = parts; *part != NULL; part++)
        add_item(items, *part);
}

GPtrArray *list_items(const char *text, unsigned flags, GError **error)
{
    g_autoptr(GPtrArray) records = list_records(text, flags, error);
    if (records == NULL)
        return NULL;
    GPtrArray *items = record_new();
    for (guint i = 0; i < records->len; i++)
        add_record(items, g_ptr_array_index(records, i), flags);
    trim_items(items);
    return items;
}

GPtrArray *list_input(const struct action_run *run, const char *name, unsigned flags,
                      GError **error)
{
    return list_items(action_input(run, name), flags, error);
}

bool list_has(const GPtrArray *items, const char *text)
{
    for (guint i = 0; i < items->len; i++)
        if (strcmp(g_ptr_array_index(items, i), text) == 0)
            return true;
    return false;
}

void list_add_once(GPtrArray *items, const char *text)
{
    if (!list_has(items, text))
        g_ptr_array_add(items, g_strdup(text));
}

void list_split(const char *field, char **key, char **value)
{
    const char *sign = *field != '\0' ? strchr(field + 1, '=') : NULL;
    if (*field == '=' || sign == NULL) {
        *key = core_trimmed(field);
        *value = NULL;
        return;
    }
    *key = g_strstrip(g_strndup(field, (gsize)(sign - field)));
    *value = core_trimmed(sign + 1);
}
