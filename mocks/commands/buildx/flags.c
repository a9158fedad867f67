/* Reading a command line by a table of flags. */
#include "mocks/commands/buildx/flags.h"

#include <string.h>

bool go_bool_parse(const char *text, bool *value)
{
    static const char *const truths[] = {"1", "t", "T", "true", "TRUE", "True", NULL};
    static const char *const lies[] = {"0", "f", "F", "false", "FALSE", "False", NULL};
    *value = g_strv_contains(truths, text);
    return *value || g_strv_contains(lies, text);
}

static const struct flag_row *find_name(const struct flag_row *rows, const char *name, gsize length)
{
    for (; rows->name != NULL; rows++)
        if (strlen(rows->name) == length && strncmp(rows->name, name, length) == 0)
            return rows;
    return NULL;
}

static const struct flag_row *find_letter(const struct flag_row *rows, char letter)
{
    for (; rows->name != NULL; rows++)
        if (rows->letter == letter)
            return rows;
    return NULL;
}

static bool keep(struct plugin_flags *flags, const struct flag_row *row, const char *value,
                 GError **error)
{
    bool ignored = false;
    if (row->kind == FLAG_SWITCH && !go_bool_parse(value, &ignored)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "invalid argument \"%s\" for \"--%s\" flag: strconv.ParseBool: parsing \"%s\": "
                    "invalid syntax",
                    value, row->name, value);
        return false;
    }
    g_ptr_array_add(flags->names, (char *)row->name);
    g_ptr_array_add(flags->values, g_strdup(value));
    return true;
}

static bool take_long(struct plugin_flags *flags, const struct flag_row *rows, const char *word,
                      const char *const **next, GError **error)
{
    const char *name = word + 2;
    gsize length = strcspn(name, "=");
    const struct flag_row *row = find_name(rows, name, length);
    if (row == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "unknown flag: --%.*s", (int)length, name);
        return false;
    }
    if (name[length] == '=')
        return keep(flags, row, name + length + 1, error);
    if (row->kind == FLAG_SWITCH)
        return keep(flags, row, "true", error);
    if (**next == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "flag needs an argument: --%s", row->name);
        return false;
    }
    return keep(flags, row, *(*next)++, error);
}

/* "-qt name": switches may stand together, a value ends the word. */
static bool take_short(struct plugin_flags *flags, const struct flag_row *rows, const char *word,
                       const char *const **next, GError **error)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct flag_row *row = find_letter(rows, *letter);
        if (row == NULL) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "unknown shorthand flag: '%c' in %s",
                        *letter, word);
            return false;
        }
        if (row->kind == FLAG_SWITCH && letter[1] != '=') {
            if (!keep(flags, row, "true", error))
                return false;
            continue;
        }
        if (letter[1] != '\0')
            return keep(flags, row, letter + (letter[1] == '=' ? 2 : 1), error);
        if (**next != NULL)
            return keep(flags, row, *(*next)++, error);
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "flag needs an argument: '%c' in %s",
                    *letter, word);
        return false;
    }
    return true;
}

static bool take_word(struct plugin_flags *flags, const struct flag_row *rows,
                      const char *const **next, bool *has_ended, GError **error)
{
    const char *word = *(*next)++;
    if (*has_ended || word[0] != '-' || word[1] == '\0') {
        g_ptr_array_insert(flags->arguments, (gint)flags->arguments->len - 1, g_strdup(word));
        return true;
    }
    if (strcmp(word, "--") == 0) {
        *has_ended = true;
        return true;
    }
    return word[1] == '-' ? take_long(flags, rows, word, next, error)
                          : take_short(flags, rows, word, next, error);
}

struct plugin_flags *plugin_flags_parse(const struct flag_row *rows, const char *const *words,
                                        GError **error)
{
    AUTO(plugin_flags) flags = g_new0(struct plugin_flags, 1);
    bool has_ended = false;
    flags->names = g_ptr_array_new();
    flags->values = g_ptr_array_new_with_free_func(g_free);
    flags->arguments = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(flags->arguments, NULL);
    while (*words != NULL)
        if (!take_word(flags, rows, &words, &has_ended, error))
            return NULL;
    return g_steal_pointer(&flags);
}

void plugin_flags_free(struct plugin_flags *flags)
{
    if (flags == NULL)
        return;
    g_ptr_array_unref(flags->names);
    g_ptr_array_unref(flags->values);
    g_ptr_array_unref(flags->arguments);
    g_free(flags);
}

const char *plugin_flags_text(const struct plugin_flags *flags, const char *name)
{
    for (guint i = flags->names->len; i > 0; i--)
        if (strcmp(g_ptr_array_index(flags->names, i - 1), name) == 0)
            return g_ptr_array_index(flags->values, i - 1);
    return NULL;
}

bool plugin_flags_has(const struct plugin_flags *flags, const char *name)
{
    return plugin_flags_text(flags, name) != NULL;
}

bool plugin_flags_is_on(const struct plugin_flags *flags, const char *name)
{
    const char *text = plugin_flags_text(flags, name);
    bool is_on = false;
    return text != NULL && go_bool_parse(text, &is_on) && is_on;
}

GPtrArray *plugin_flags_list(const struct plugin_flags *flags, const char *name)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < flags->names->len; i++)
        if (strcmp(g_ptr_array_index(flags->names, i), name) == 0)
            g_ptr_array_add(list, g_strdup(g_ptr_array_index(flags->values, i)));
    return list;
}

const char *plugin_flags_argument(const struct plugin_flags *flags, guint index)
{
    return index < plugin_flags_argument_count(flags) ? g_ptr_array_index(flags->arguments, index)
                                                      : NULL;
}

guint plugin_flags_argument_count(const struct plugin_flags *flags)
{
    return flags->arguments->len - 1;
}
