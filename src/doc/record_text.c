/* What people read about fields: kinds in words, help. */
#include "doc/record_private.h"

#include <string.h>

static char *names_text(const struct field *field)
{
    g_autoptr(GPtrArray) words = words_of_names(field->names);
    g_autofree char *list = quoted_list(words);
    return g_strconcat(field->kind == FIELD_STRINGS ? "a list of " : "one of ", list, NULL);
}

char *field_kind_text(const struct field *field)
{
    if (field->kind == FIELD_CUSTOM)
        return g_strdup(field->hooks->kind_text);
    if (field->names != NULL)
        return names_text(field);
    if (field->kind == FIELD_CHOICE)
        return g_strdup_printf("a mapping with '%s'", field->tag);
    if (field->kind == FIELD_STRINGS && field->may_be_single)
        return g_strdup("a string or a list of strings");
    if ((field->kind == FIELD_RECORD || field->kind == FIELD_OPTIONAL) &&
        field->type->shorthand != NULL)
        return g_strdup_printf("a mapping, or its '%s' alone", field->type->shorthand);
    g_autofree char *range = range_text(field);
    return range != NULL ? g_strdup_printf("%s, %s", kind_of(field)->text, range)
                         : g_strdup(kind_of(field)->text);
}

static void append_type(GString *text, const struct record_type *type, int depth);

static void append_choices(GString *text, const struct field *field, int depth)
{
    const struct record_type *type;
    for (gsize i = 0; (type = field->choices(i)) != NULL; i++) {
        g_string_append_printf(text, "%*s%s: %s -- %s\n", 2 * depth, "", field->tag, type->name,
                               type->summary);
        append_type(text, type, depth + 1);
    }
}

static void append_field(GString *text, const struct field *field, int depth)
{
    enum {
        HELP_DEPTH_MAX = 6 /* types may contain themselves */
    };
    g_autofree char *kind = field_kind_text(field);

    g_string_append_printf(text, "%*s%s: %s; %s", 2 * depth, "", field->name, field->summary, kind);
    if (field->is_required)
        g_string_append(text, " (required)");
    else if (field->otherwise != NULL)
        g_string_append_printf(text, " (default %s)", field->otherwise);
    g_string_append_c(text, '\n');
    if (field->type != NULL && depth < HELP_DEPTH_MAX)
        append_type(text, field->type, depth + 1);
    if (field->kind == FIELD_CHOICE && depth < HELP_DEPTH_MAX)
        append_choices(text, field, depth + 1);
}

static void append_type(GString *text, const struct record_type *type, int depth)
{
    for (const struct field *field = type->fields; field->kind != FIELD_END; field++)
        if (field->name != NULL)
            append_field(text, field, depth);
}

char *record_help(const struct record_type *type)
{
    GString *text = g_string_new(NULL);
    append_type(text, type, 0);
    return g_string_free(text, FALSE);
}
