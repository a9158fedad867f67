/* toJSON(): two spaces a level, one item a line, texts as Newtonsoft escapes them (ToJson.cs). */
#include "expr/fold.h"
#include "expr/github_private.h"

#include <string.h>

enum {
    NEXT_LINE = 0x85,
    LINE_SEPARATOR = 0x2028,
    PARAGRAPH_SEPARATOR = 0x2029,
};

static void append_character(GString *text, gunichar character)
{
    static const char plain[] = "\b\t\n\f\r\"\\";
    static const char escaped[] = "btnfr\"\\";
    const char *found = character < 0x80 && character != 0 ? strchr(plain, (char)character) : NULL;
    if (found != NULL)
        g_string_append_printf(text, "\\%c", escaped[found - plain]);
    else if (character < ' ' || character == NEXT_LINE || character == LINE_SEPARATOR ||
             character == PARAGRAPH_SEPARATOR)
        g_string_append_printf(text, "\\u%04x", character);
    else
        g_string_append_unichar(text, character);
}

static char *quoted(const char *string)
{
    GString *text = g_string_new("\"");
    while (*string != '\0')
        append_character(text, text_next(&string));
    g_string_append_c(text, '"');
    return g_string_free(text, FALSE);
}

static bool write_value(struct github_builder *builder, const struct value *value, int level,
                        GError **error);

/* ",\n" and the indentation; is_first leaves the comma out. */
static bool write_line(struct github_builder *builder, bool is_first, int level, GError **error)
{
    g_autofree char *start = g_strdup_printf("%s\n%*s", is_first ? "" : ",", level * 2, "");
    return github_builder_append(builder, start, -1, error);
}

static bool write_array(struct github_builder *builder, const struct value *array, int level,
                        GError **error)
{
    gsize length = value_length(array);
    if (length == 0)
        return github_builder_append(builder, "[]", -1, error);
    if (!github_builder_append(builder, "[", -1, error))
        return false;
    for (gsize i = 0; i < length; i++)
        if (!write_line(builder, i == 0, level + 1, error) ||
            !write_value(builder, value_item(array, i), level + 1, error))
            return false;
    return write_line(builder, true, level, error) &&
           github_builder_append(builder, "]", -1, error);
}

static bool write_member(struct github_builder *builder, const struct value *object,
                         const char *name, int level, GError **error)
{
    VALUE(member);
    g_autofree char *key = quoted(name);
    object->type->get(object->self, name, &member);
    return github_builder_append(builder, key, -1, error) &&
           github_builder_append(builder, ": ", -1, error) &&
           write_value(builder, &member, level, error);
}

static bool write_object(struct github_builder *builder, const struct value *object, int level,
                         GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    object->type->list(object->self, names);
    if (names->len == 0)
        return github_builder_append(builder, "{}", -1, error);
    if (!github_builder_append(builder, "{", -1, error))
        return false;
    for (guint i = 0; i < names->len; i++)
        if (!write_line(builder, i == 0, level + 1, error) ||
            !write_member(builder, object, names->pdata[i], level + 1, error))
            return false;
    return write_line(builder, true, level, error) &&
           github_builder_append(builder, "}", -1, error);
}

static bool write_value(struct github_builder *builder, const struct value *value, int level,
                        GError **error)
{
    if (value->kind == VALUE_ARRAY)
        return write_array(builder, value, level, error);
    if (value->kind == VALUE_OBJECT)
        return write_object(builder, value, level, error);
    g_autofree char *text = value->kind == VALUE_STRING ? quoted(value->string)
                            : value->kind == VALUE_NULL ? g_strdup("null")
                                                        : github_value_string(value);
    return github_builder_append(builder, text, -1, error);
}

bool github_json_write(struct github_builder *builder, const struct value *value, GError **error)
{
    return write_value(builder, value, 0, error);
}
