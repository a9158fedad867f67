/* The words of errors in records. */
#include "base/limits.h"
#include "doc/record_private.h"

#include <math.h>

bool add_fault(struct reading *reading, GError *error)
{
    reading->fault_count++;
    if (reading->errors->len < RECORD_ERRORS_MAX)
        g_ptr_array_add(reading->errors, error);
    else
        g_error_free(error);
    return false;
}

bool fail_reading(struct reading *reading, struct position position, const char *format, ...)
{
    GError *error = NULL;
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    error_set_at(&error, BASE_ERROR_INVALID, position, "%s", message);
    return add_fault(reading, error);
}

bool fail_kind(struct reading *reading, const char *subject, const struct node *node,
               const char *expected)
{
    return fail_reading(reading, node->position, "%s is %s, expected %s", subject,
                        node_kind_text(node), expected);
}

char *quoted_list(GPtrArray *words)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < words->len; i++)
        g_string_append_printf(text, "%s'%s'", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(words, i));
    return g_strdup(text->str);
}

char *suggestion(const char *word, GPtrArray *known, const char *intro)
{
    const char *nearest = nearest_word(word, (const char *const *)known->pdata, known->len);
    if (nearest != NULL)
        return g_strdup_printf("; did you mean '%s'?", nearest);
    if (known->len == 0)
        return g_strdup("; none is known here");
    g_autofree char *list = quoted_list(known);
    return g_strdup_printf("; %s %s", intro, list);
}

GPtrArray *words_of_names(const char *const *names)
{
    GPtrArray *words = g_ptr_array_new();
    for (; *names != NULL; names++)
        g_ptr_array_add(words, (gpointer)*names);
    return words;
}

char *range_text(const struct field *field)
{
    char low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];

    if (!(field->minimum < field->maximum))
        return NULL;
    g_ascii_formatd(low, sizeof low, "%.16g", field->minimum);
    g_ascii_formatd(high, sizeof high, "%.16g", field->maximum);
    if (isinf(field->maximum))
        return g_strdup_printf("at least %s", low);
    if (isinf(field->minimum))
        return g_strdup_printf("at most %s", high);
    return g_strdup_printf("%s to %s", low, high);
}
