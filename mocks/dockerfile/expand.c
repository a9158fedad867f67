/* Variables in words: lookup, replacement, splitting. */
#include "mocks/dockerfile/expand.h"

#include <string.h>

/* ---- variables ---- */

GPtrArray *variables_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

GPtrArray *variables_copy(const GPtrArray *variables)
{
    GPtrArray *copy = variables_new();
    for (guint i = 0; i < variables->len; i++)
        g_ptr_array_add(copy, g_strdup(g_ptr_array_index(variables, i)));
    return copy;
}

static bool has_name(const char *pair, const char *name, gsize length)
{
    return strncmp(pair, name, length) == 0 && pair[length] == '=';
}

const char *variables_get(const GPtrArray *variables, const char *name)
{
    gsize length = strlen(name);
    for (guint i = variables != NULL ? variables->len : 0; i > 0; i--) {
        const char *pair = g_ptr_array_index(variables, i - 1);
        if (has_name(pair, name, length))
            return pair + length + 1;
    }
    return NULL;
}

void variables_set(GPtrArray *variables, const char *name, const char *value)
{
    char *pair = g_strconcat(name, "=", value, NULL);
    for (guint i = 0; i < variables->len; i++)
        if (has_name(g_ptr_array_index(variables, i), name, strlen(name))) {
            g_free(variables->pdata[i]);
            variables->pdata[i] = pair;
            return;
        }
    g_ptr_array_add(variables, pair);
}

/* ---- replacement ---- */

/* One text on its way through; the inner word of ${X:-word} is expanded by a deeper one. */
struct expansion {
    const char *whole; /* for errors */
    const char *next;
    char escape;
    const GPtrArray *variables;
    enum expand_mode mode;
    int depth;
    GString *out;
};

enum {
    EXPAND_DEPTH_MAX = 50
};

static bool expand_until(struct expansion *expansion, char stop, GError **error);

static bool fail(const struct expansion *expansion, GError **error, const char *reason)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "failed to process \"%s\": %s",
                expansion->whole, reason);
    return false;
}

static gsize name_length(const char *text)
{
    if (g_ascii_isalpha(text[0]) || text[0] == '_') {
        gsize length = 1;
        while (g_ascii_isalnum(text[length]) || text[length] == '_')
            length++;
        return length;
    }
    return g_ascii_isdigit(text[0]) || (text[0] != '\0' && strchr("@*#", text[0]) != NULL) ? 1 : 0;
}

/* The word after the modifier of ${X:-word}, expanded, its "}" read. */
static char *expand_inner(struct expansion *expansion, GError **error)
{
    struct expansion inner = *expansion;
    inner.out = g_string_new(NULL);
    inner.depth++;
    bool is_fine = inner.depth <= EXPAND_DEPTH_MAX ? expand_until(&inner, '}', error)
                                                   : fail(expansion, error, "nested too deep");
    if (is_fine && *inner.next != '}')
        is_fine = fail(expansion, error, "syntax error: missing '}'");
    if (is_fine)
        expansion->next = inner.next + 1;
    char *text = g_string_free(inner.out, FALSE);
    if (!is_fine)
        g_clear_pointer(&text, g_free);
    return text;
}

static bool apply_modifier(struct expansion *expansion, const char *name, bool has_colon,
                           GError **error)
{
    char modifier = *expansion->next++;
    const char *value = variables_get(expansion->variables, name);
    bool is_set = value != NULL && (!has_colon || *value != '\0');

    if (modifier == '\0' || strchr("-+?", modifier) == NULL)
        return fail(expansion, error, "unsupported modifier in substitution");
    g_autofree char *word = expand_inner(expansion, error);
    if (word == NULL)
        return false;
    if (modifier == '?' && !is_set) {
        g_autofree char *reason = g_strdup_printf(
            "%s: %s", name,
            *word != '\0' ? word
                          : (has_colon ? "not allowed to be empty" : "not allowed to be unset"));
        return fail(expansion, error, reason);
    }
    bool takes_word = modifier == '+' ? is_set : modifier == '-' && !is_set;
    g_string_append(expansion->out, takes_word ? word : (modifier == '+' || !is_set ? "" : value));
    return true;
}

static void append_value(struct expansion *expansion, const char *name, const char *as_written,
                         gsize written_length)
{
    const char *value = variables_get(expansion->variables, name);
    if (value != NULL)
        g_string_append(expansion->out, value);
    else if (expansion->mode == EXPAND_TEXT)
        g_string_append_len(expansion->out, as_written, (gssize)written_length);
}

static bool expand_braced(struct expansion *expansion, GError **error)
{
    const char *start = expansion->next; /* at the "$" */
    gsize length = name_length(start + 2);
    g_autofree char *name = g_strndup(start + 2, length);
    const char *after = start + 2 + length;

    if (length == 0)
        return fail(expansion, error, "syntax error: bad substitution");
    if (*after == '}') {
        append_value(expansion, name, start, (gsize)(after + 1 - start));
        expansion->next = after + 1;
        return true;
    }
    bool has_colon = *after == ':';
    expansion->next = after + (has_colon ? 1 : 0);
    return apply_modifier(expansion, name, has_colon, error);
}

static bool expand_dollar(struct expansion *expansion, GError **error)
{
    const char *start = expansion->next;
    if (start[1] == '{')
        return expand_braced(expansion, error);
    gsize length = name_length(start + 1);
    g_autofree char *name = g_strndup(start + 1, length);
    if (length == 0)
        g_string_append_c(expansion->out, '$');
    else
        append_value(expansion, name, start, length + 1);
    expansion->next += length + 1;
    return true;
}

static bool is_raw(const struct expansion *expansion)
{
    return expansion->mode == EXPAND_TEXT;
}

/* 'a': nothing is special inside. An open end is an error but for display. */
static bool expand_single_quoted(struct expansion *expansion, GError **error)
{
    const char *start = expansion->next + 1;
    const char *end = strchr(start, '\'');
    if (end == NULL && !is_raw(expansion))
        return fail(expansion, error,
                    "unexpected end of statement while looking for matching "
                    "single-quote");
    const char *stop = end != NULL ? end : start + strlen(start);
    const char *from = is_raw(expansion) ? expansion->next : start;
    const char *to = is_raw(expansion) && end != NULL ? end + 1 : stop;
    g_string_append_len(expansion->out, from, to - from);
    expansion->next = end != NULL ? end + 1 : stop;
    return true;
}

static void expand_escape(struct expansion *expansion, bool is_quoted)
{
    char after = expansion->next[1];
    bool keeps = is_raw(expansion) ||
                 (is_quoted && after != '"' && after != '$' && after != expansion->escape);
    if (keeps || after == '\0')
        g_string_append_c(expansion->out, *expansion->next);
    expansion->next++;
    if (after != '\0')
        g_string_append_c(expansion->out, *expansion->next++);
}

static bool expand_double_quoted(struct expansion *expansion, GError **error)
{
    if (is_raw(expansion))
        g_string_append_c(expansion->out, '"');
    expansion->next++;
    while (*expansion->next != '\0' && *expansion->next != '"') {
        if (*expansion->next == expansion->escape)
            expand_escape(expansion, /* is_quoted= */ true);
        else if (*expansion->next != '$')
            g_string_append_c(expansion->out, *expansion->next++);
        else if (!expand_dollar(expansion, error))
            return false;
    }
    if (*expansion->next == '\0')
        return is_raw(expansion) ||
               fail(expansion, error,
                    "unexpected end of statement while looking for matching double-quote");
    if (is_raw(expansion))
        g_string_append_c(expansion->out, '"');
    expansion->next++;
    return true;
}

static bool expand_one(struct expansion *expansion, GError **error)
{
    char each = *expansion->next;
    if (each == '\'')
        return expand_single_quoted(expansion, error);
    if (each == '"')
        return expand_double_quoted(expansion, error);
    if (each == '$')
        return expand_dollar(expansion, error);
    if (each == expansion->escape)
        expand_escape(expansion, /* is_quoted= */ false);
    else
        g_string_append_c(expansion->out, *expansion->next++);
    return true;
}

static bool expand_until(struct expansion *expansion, char stop, GError **error)
{
    while (*expansion->next != '\0' && *expansion->next != stop)
        if (!expand_one(expansion, error))
            return false;
    return true;
}

char *expand_word(const char *text, char escape, const GPtrArray *variables, enum expand_mode mode,
                  GError **error)
{
    struct expansion expansion = {
        .whole = text,
        .next = text,
        .escape = escape,
        .variables = variables,
        .mode = mode,
        .out = g_string_new(NULL),
    };
    bool is_fine = expand_until(&expansion, '\0', error);
    char *result = g_string_free(expansion.out, FALSE);
    if (!is_fine)
        g_clear_pointer(&result, g_free);
    return result;
}

/* ---- splitting ---- */

/* The end of the word that begins at start. */
static const char *word_end(const char *start, char escape)
{
    char quote = '\0';
    const char *next = start;
    for (; *next != '\0'; next++) {
        if (quote == '\0' && (*next == ' ' || *next == '\t'))
            break;
        if (*next == escape && quote != '\'' && next[1] != '\0')
            next++;
        else if (quote == '\0' && (*next == '"' || *next == '\''))
            quote = *next;
        else if (*next == quote)
            quote = '\0';
    }
    return next;
}

char **split_words(const char *text, char escape)
{
    GPtrArray *words = g_ptr_array_new();
    const char *next = text + strspn(text, " \t");
    while (*next != '\0') {
        const char *end = word_end(next, escape);
        g_ptr_array_add(words, g_strndup(next, (gsize)(end - next)));
        next = end + strspn(end, " \t");
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}
