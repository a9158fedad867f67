/* Reading workflow commands out of lines. */
#include "runner/command_line.h"

#include <string.h>

struct escape {
    const char *escaped;
    char plain;
};

/* In the order in which the runner undoes them: %25 last, so that %250A stays %0A. */
static const struct escape data_escapes[] = {{"%0D", '\r'}, {"%0A", '\n'}, {"%25", '%'}, {0}};
static const struct escape property_escapes[] = {{"%0D", '\r'}, {"%0A", '\n'}, {"%3A", ':'},
                                                 {"%2C", ','},  {"%25", '%'},  {0}};
static const struct escape old_escapes[] = {{"%3B", ';'}, {"%0D", '\r'}, {"%0A", '\n'},
                                            {"%5D", ']'}, {"%25", '%'},  {0}};

static void property_clear(void *argument)
{
    struct command_property *property = argument;
    g_free(property->name);
    g_free(property->value);
}

void command_line_clear(struct command_line *line)
{
    g_free(line->name);
    g_free(line->data);
    if (line->properties != NULL)
        g_array_unref(line->properties);
    *line = (struct command_line){0};
}

static char *unescape(const char *text, const struct escape *escapes)
{
    GString *plain = g_string_new(text);
    for (; escapes->escaped != NULL; escapes++)
        g_string_replace(plain, escapes->escaped, (const char[]){escapes->plain, '\0'}, 0);
    return g_string_free(plain, FALSE);
}

static bool is_known(const char *name, const char *const *names, const char *extra)
{
    for (; *names != NULL; names++)
        if (g_ascii_strcasecmp(*names, name) == 0)
            return true;
    return extra != NULL && g_ascii_strcasecmp(extra, name) == 0;
}

static void read_properties(const char *text, const char *separator, const struct escape *escapes,
                            struct command_line *out)
{
    g_auto(GStrv) parts = g_strsplit(text, separator, -1);
    for (char **part = parts; *part != NULL; part++) {
        char *equals = strchr(*part, '=');
        if (equals == NULL)
            continue;
        const struct command_property property = {
            .name = g_strstrip(g_strndup(*part, (gsize)(equals - *part))),
            .value = unescape(equals + 1, escapes)};
        g_array_append_val(out->properties, property);
    }
}

/* The part between the marks: a name, then properties. */
static bool read_head(const char *head, const char *separator, const struct escape *escapes,
                      const char *const *names, const char *extra, struct command_line *out)
{
    const char *space = strchr(head, ' ');
    g_autofree char *name = g_strndup(head, space != NULL ? (gsize)(space - head) : strlen(head));
    if (!is_known(name, names, extra))
        return false;
    *out = (struct command_line){.name = g_steal_pointer(&name)};
    out->properties = g_array_new(FALSE, FALSE, sizeof(struct command_property));
    g_array_set_clear_func(out->properties, property_clear);
    if (space != NULL)
        read_properties(space + 1, separator, escapes, out);
    return true;
}

static bool read_new(const char *line, const char *const *names, const char *extra,
                     struct command_line *out)
{
    line += strspn(line, " \t\r\n\v\f");
    const char *end = g_str_has_prefix(line, "::") ? strstr(line + 2, "::") : NULL;
    if (end == NULL)
        return false;
    g_autofree char *head = g_strndup(line + 2, (gsize)(end - line) - 2);
    if (!read_head(head, ",", property_escapes, names, extra, out))
        return false;
    out->data = unescape(end + 2, data_escapes);
    return true;
}

static bool read_old(const char *line, const char *const *names, const char *extra,
                     struct command_line *out)
{
    const char *start = strstr(line, "##[");
    const char *end = start != NULL ? strchr(start, ']') : NULL;
    if (end == NULL)
        return false;
    start += strlen("##[");
    g_autofree char *head = g_strndup(start, (gsize)(end - start));
    if (!read_head(head, ";", old_escapes, names, extra, out))
        return false;
    out->data = unescape(end + 1, old_escapes);
    return true;
}

bool command_line_read(const char *line, const char *const *names, const char *extra,
                       struct command_line *out)
{
    return read_new(line, names, extra, out) || read_old(line, names, extra, out);
}

const char *command_line_property(const struct command_line *line, const char *name)
{
    const char *found = NULL;
    for (guint i = 0; i < line->properties->len; i++) {
        const struct command_property *property =
            &g_array_index(line->properties, struct command_property, i);
        if (g_ascii_strcasecmp(property->name, name) == 0)
            found = property->value;
    }
    return found;
}
