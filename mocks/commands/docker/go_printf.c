/* fmt.Sprintf for templates: flags, width and precision of %s %v %q %d %x %f %t %c and %%. */
#include "mocks/commands/docker/go_template_private.h"
#include "mocks/commands/docker/human.h"

#include <string.h>

#define WIDTH_MAX 1000

struct verb {
    bool is_left;
    bool is_zero;
    bool has_plus;
    int width;
    int precision; /* -1: none */
    char letter;
};

static int read_number(const char **text)
{
    int number = 0;
    for (; g_ascii_isdigit(**text); (*text)++)
        number = MIN(number * 10 + (**text - '0'), WIDTH_MAX);
    return number;
}

static struct verb read_verb(const char **text)
{
    struct verb verb = {.precision = -1};
    for (; **text != '\0' && strchr("-+# 0", **text) != NULL; (*text)++) {
        verb.is_left |= **text == '-';
        verb.is_zero |= **text == '0';
        verb.has_plus |= **text == '+';
    }
    verb.width = read_number(text);
    if (**text == '.') {
        (*text)++;
        verb.precision = read_number(text);
    }
    verb.letter = **text;
    if (**text != '\0')
        (*text)++;
    return verb;
}

static char *hex_text(const json_t *value)
{
    if (json_is_integer(value))
        return g_strdup_printf("%" G_GINT64_MODIFIER "x", (guint64)json_integer_value(value));
    GString *hex = g_string_new(NULL);
    g_autofree char *text = go_value_text(value);
    for (const char *byte = text; *byte != '\0'; byte++)
        g_string_append_printf(hex, "%02x", (unsigned)(unsigned char)*byte);
    return g_string_free(hex, FALSE);
}

static const char *type_name(const json_t *value)
{
    return json_is_integer(value) ? "int" : json_is_boolean(value) ? "bool" : "string";
}

static char *value_by_verb(const struct verb *verb, const json_t *value)
{
    g_autofree char *text = go_value_text(value);

    switch (verb->letter) {
    case 'v':
        return g_steal_pointer(&text);
    case 's':
        if (json_is_integer(value) || json_is_boolean(value))
            break;
        return verb->precision >= 0 ? g_strndup(text, (gsize)verb->precision)
                                    : g_steal_pointer(&text);
    case 'q':
        return human_quote(text);
    case 'd':
        if (!json_is_integer(value))
            break;
        return verb->has_plus && json_integer_value(value) >= 0 ? g_strconcat("+", text, NULL)
                                                                : g_steal_pointer(&text);
    case 'x':
        return hex_text(value);
    case 'f':
        if (!json_is_real(value))
            break;
        return g_strdup_printf("%.*f", verb->precision >= 0 ? verb->precision : 6,
                               json_real_value(value));
    case 't':
        if (!json_is_boolean(value))
            break;
        return g_steal_pointer(&text);
    default:
        break;
    }
    return g_strdup_printf("%%!%c(%s=%s)", verb->letter, type_name(value), text);
}

static void append_padded(GString *output, const struct verb *verb, const char *text)
{
    glong length = g_utf8_strlen(text, -1);
    g_autofree char *padding = g_strnfill((gsize)MAX(verb->width - length, 0),
                                          verb->is_zero && !verb->is_left ? '0' : ' ');
    g_string_append_printf(output, "%s%s", verb->is_left ? text : padding,
                           verb->is_left ? padding : text);
}

char *go_printf(const GPtrArray *values)
{
    const char *format = json_string_value(g_ptr_array_index(values, 0));
    GString *output = g_string_new(NULL);
    guint next = 1;

    while (*format != '\0') {
        if (*format != '%') {
            g_string_append_c(output, *format++);
            continue;
        }
        format++;
        struct verb verb = read_verb(&format);
        if (verb.letter == '%') {
            g_string_append_c(output, '%');
        } else if (verb.letter == '\0') {
            g_string_append(output, "%!(NOVERB)");
        } else if (next >= values->len) {
            g_string_append_printf(output, "%%!%c(MISSING)", verb.letter);
        } else {
            g_autofree char *text = value_by_verb(&verb, g_ptr_array_index(values, next++));
            append_padded(output, &verb, text);
        }
    }
    for (guint i = next; i < values->len; i++) {
        g_autofree char *text = go_value_text(g_ptr_array_index(values, i));
        g_string_append_printf(output, "%s%s=%s", i == next ? "%!(EXTRA " : ", ",
                               type_name(g_ptr_array_index(values, i)), text);
    }
    if (next < values->len)
        g_string_append_c(output, ')');
    return g_string_free(output, FALSE);
}
