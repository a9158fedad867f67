/* Patterns in the variables of Dockerfile words. */
#include "mocks/dockerfile/expand_pattern.h"

#include "base/limits.h"

#include <string.h>

static bool fail(GError **error, const char *pattern, char escaped)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                "invalid pattern (%s) in substitution: invalid escape '\\%c'", pattern, escaped);
    return false;
}

/* One character of the pattern, or two; the closing ones of ${} lose their backslash. */
static bool append_piece(GString *regex, const char *pattern, const char **next, const char *star,
                         GError **error)
{
    char each = *(*next)++;
    if (each == '*' || each == '?') {
        g_string_append(regex, each == '*' ? star : ".");
        return true;
    }
    if (each == '\\') {
        each = **next;
        if (each == '\0' || strchr("*?\\/}", each) == NULL)
            return fail(error, pattern, each);
        *next += 1;
    }
    g_autofree char *plain = g_regex_escape_string(&each, 1);
    g_string_append(regex, plain);
    return true;
}

static GRegex *compile(const char *pattern, bool is_longest, const char *before, const char *after,
                       GError **error)
{
    g_autoptr(GString) regex = g_string_new(before);
    const char *star = is_longest ? ".*" : ".*?";
    for (const char *next = pattern; *next != '\0';)
        if (!append_piece(regex, pattern, &next, star, error))
            return NULL;
    g_string_append(regex, after);
    return g_regex_new(regex->str, G_REGEX_RAW, 0, error);
}

static char *trim_start(const char *value, const GRegex *regex)
{
    g_autoptr(GMatchInfo) match = NULL;
    gint end = 0;
    if (g_regex_match(regex, value, 0, &match))
        g_match_info_fetch_pos(match, 0, NULL, &end);
    return g_strdup(value + end);
}

/* The last place where the rest fits whole, or the first. */
static char *trim_end(const char *value, const GRegex *regex, bool is_longest)
{
    gsize length = strlen(value);
    for (gsize i = 0; i <= length; i++) {
        gsize start = is_longest ? i : length - i;
        if (g_regex_match(regex, value + start, 0, NULL))
            return g_strndup(value, start);
    }
    return g_strdup(value);
}

char *pattern_trim(const char *value, const char *pattern, enum pattern_end end, bool is_longest,
                   GError **error)
{
    bool is_end = end == PATTERN_AT_END;
    g_autoptr(GRegex) regex = compile(pattern, is_longest, "\\A", is_end ? "\\z" : "", error);
    if (regex == NULL)
        return NULL;
    return is_end ? trim_end(value, regex, is_longest) : trim_start(value, regex);
}

/* What a value becomes is a product of two lengths: it ends a little above the ceiling, which the
   caller then sees. */
static gboolean append_replacement(const GMatchInfo *match, GString *result, gpointer replacement)
{
    (void)match;
    g_string_append(result, replacement);
    return result->len > DOCKERFILE_WORD_BYTES_MAX;
}

char *pattern_replace(const char *value, const char *pattern, const char *replacement, bool is_all,
                      GError **error)
{
    g_autoptr(GRegex) regex = compile(pattern, /* is_longest= */ true, "", "", error);
    g_autoptr(GMatchInfo) match = NULL;
    gint start = 0;
    gint end = 0;
    if (regex == NULL)
        return NULL;
    if (is_all)
        return g_regex_replace_eval(regex, value, -1, 0, 0, append_replacement,
                                    (gpointer)replacement, error);
    if (!g_regex_match(regex, value, 0, &match))
        return g_strdup(value);
    g_match_info_fetch_pos(match, 0, &start, &end);
    g_autofree char *before = g_strndup(value, (gsize)start);
    return g_strconcat(before, replacement, value + end, NULL);
}
