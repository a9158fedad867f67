/* Variables in words: lookup, replacement, splitting. */
#include "mocks/dockerfile/expand.h"

#include "base/limits.h"
#include "mocks/dockerfile/expand_pattern.h"

#include <string.h>

/* ---- variables ---- */

GPtrArray *variables_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
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
    bool keeps_escapes; /* inside the pattern of ${X#pattern} */
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

/* The word behind a modifier of ${X:-word} or ${X/word/word}, expanded, its end read. */
static char *expand_inner(struct expansion *expansion, char stop, GError **error)
{
    struct expansion inner = *expansion;
    inner.out = g_string_new(NULL);
    inner.depth++;
    bool is_fine = inner.depth <= EXPAND_DEPTH_MAX ? expand_until(&inner, stop, error)
                                                   : fail(expansion, error, "nested too deep");
    if (is_fine && *inner.next != stop)
        is_fine =
            fail(expansion, error,
                 stop == '}' ? "syntax error: missing '}'" : "syntax error: missing '/' in ${}");
    if (is_fine)
        expansion->next = inner.next + 1;
    char *text = g_string_free(inner.out, FALSE);
    if (!is_fine)
        g_clear_pointer(&text, g_free);
    return text;
}

/* The word of a pattern, whose backslashes are the pattern's own. */
static char *expand_pattern(struct expansion *expansion, char stop, GError **error)
{
    bool kept_before = expansion->keeps_escapes;
    expansion->keeps_escapes = true;
    char *word = expand_inner(expansion, stop, error);
    expansion->keeps_escapes = kept_before;
    return word;
}

/* A variable that ${X…} names, and what of it is written up to here. */
struct braced {
    char *name;
    const char *start; /* at the "$" */
    const char *value; /* or NULL */
};

/* For display an unset variable stays as it is. */
static bool stays(const struct expansion *expansion, const struct braced *braced)
{
    bool is_kept = expansion->mode == EXPAND_TEXT && braced->value == NULL;
    if (is_kept)
        g_string_append_len(expansion->out, braced->start, expansion->next - braced->start);
    return is_kept;
}

/* Takes text over; NULL: cause says why. */
static bool append_changed(struct expansion *expansion, char *text, const GError *cause,
                           GError **error)
{
    g_autofree char *changed = text;
    if (changed == NULL)
        return fail(expansion, error, cause->message);
    g_string_append(expansion->out, changed);
    return true;
}

/* ${X#p} and ${X%p}, doubled for the longest. */
static bool apply_trim(struct expansion *expansion, const struct braced *braced, GError **error)
{
    char modifier = *expansion->next++;
    g_autofree char *word = expand_pattern(expansion, '}', error);
    g_autoptr(GError) cause = NULL;
    if (word == NULL)
        return false;
    if (stays(expansion, braced))
        return true;
    bool is_longest = word[0] == modifier;
    return append_changed(
        expansion,
        pattern_trim(braced->value != NULL ? braced->value : "", word + (is_longest ? 1 : 0),
                     modifier == '#' ? PATTERN_AT_START : PATTERN_AT_END, is_longest, &cause),
        cause, error);
}

/* ${X/p/r} and ${X//p/r}. */
static bool apply_replace(struct expansion *expansion, const struct braced *braced, GError **error)
{
    bool is_all = expansion->next[1] == '/';
    expansion->next += is_all ? 2 : 1;
    g_autofree char *pattern = expand_pattern(expansion, '/', error);
    g_autofree char *with = pattern != NULL ? expand_pattern(expansion, '}', error) : NULL;
    g_autoptr(GError) cause = NULL;
    if (with == NULL)
        return false;
    if (stays(expansion, braced))
        return true;
    return append_changed(
        expansion,
        pattern_replace(braced->value != NULL ? braced->value : "", pattern, with, is_all, &cause),
        cause, error);
}

static bool refuse_unset(const struct expansion *expansion, const struct braced *braced,
                         const char *word, GError **error)
{
    const char *usual =
        braced->value == NULL ? "is not allowed to be unset" : "is not allowed to be empty";
    g_autofree char *reason = g_strdup_printf("%s: %s", braced->name, *word != '\0' ? word : usual);
    return fail(expansion, error, reason);
}

/* ${X-w}, ${X+w}, ${X?w}, and the same behind a colon. */
static bool apply_default(struct expansion *expansion, const struct braced *braced, bool has_colon,
                          GError **error)
{
    char modifier = *expansion->next++;
    bool is_set = braced->value != NULL && (!has_colon || *braced->value != '\0');
    g_autofree char *word = expand_inner(expansion, '}', error);
    if (word == NULL)
        return false;
    if (stays(expansion, braced))
        return true;
    if (modifier == '?' && !is_set)
        return refuse_unset(expansion, braced, word, error);
    bool takes_word = modifier == '+' ? is_set : modifier == '-' && !is_set;
    g_string_append(expansion->out,
                    takes_word ? word : (modifier == '+' || !is_set ? "" : braced->value));
    return true;
}

/* At what follows the name. */
static bool apply_modifier(struct expansion *expansion, const struct braced *braced, GError **error)
{
    bool has_colon = *expansion->next == ':';
    char modifier = expansion->next[has_colon ? 1 : 0];
    if (!has_colon && modifier == '/')
        return apply_replace(expansion, braced, error);
    if (!has_colon && (modifier == '#' || modifier == '%'))
        return apply_trim(expansion, braced, error);
    if (modifier != '\0' && strchr("-+?", modifier) != NULL) {
        expansion->next += has_colon ? 1 : 0;
        return apply_default(expansion, braced, has_colon, error);
    }
    g_autofree char *reason = g_strdup_printf("unsupported modifier (%s%.*s) in substitution",
                                              has_colon ? ":" : "", 1, &modifier);
    return fail(expansion, error, reason);
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
    const struct braced braced = {name, start, variables_get(expansion->variables, name)};
    expansion->next = after;
    return apply_modifier(expansion, &braced, error);
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
    bool keeps = is_raw(expansion) || expansion->keeps_escapes ||
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

static bool has_room(const struct expansion *expansion, GError **error)
{
    if (expansion->out->len <= DOCKERFILE_WORD_BYTES_MAX)
        return true;
    g_autofree char *reason =
        g_strdup_printf("the word has more than %d bytes", DOCKERFILE_WORD_BYTES_MAX);
    return fail(expansion, error, reason);
}

static bool expand_until(struct expansion *expansion, char stop, GError **error)
{
    while (*expansion->next != '\0' && *expansion->next != stop)
        if (!expand_one(expansion, error) || !has_room(expansion, error))
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
