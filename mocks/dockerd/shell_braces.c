/* What stands between "${" and "}": a variable, and what becomes of its value. */
#include "mocks/dockerd/shell_private.h"

#include "mocks/dockerfile/expand_pattern.h"

#include <string.h>

/* A variable of scripts that is not set is known to be empty; `set -u` is looked at by nobody. */
static bool read_variable(struct shell *shell, const char *inside, gsize *length, char **value)
{
    const char *lent = NULL;
    *length = shell_name_length(inside);
    if (*length == 0) {
        g_autoptr(GString) text = g_string_new(NULL);
        struct shell_words words = {.text = text, .is_quoted = true};
        *length = 1;
        if (strchr("@*#?0123456789", *inside) == NULL || !shell_add_special(shell, &words, *inside))
            return false;
        bool is_parameter = g_ascii_isdigit(*inside) && *inside != '0';
        bool is_unset =
            is_parameter && (guint)(*inside - '0') > g_strv_length(shell->scope.parameters);
        *value = is_unset ? NULL : g_strdup(text->str);
        return true;
    }
    g_autofree char *name = g_strndup(inside, *length);
    if (!shell_get(shell, name, &lent))
        return false;
    *value = g_strdup(lent);
    return true;
}

/* A word that takes the place of a value. */
static bool add_word(struct shell *shell, struct shell_words *words, const char *word)
{
    g_autofree char *text = shell_expand_text(shell, word);
    return text != NULL && shell_add_value(words, text);
}

static bool assign(struct shell *shell, const char *inside, gsize length, const char *word)
{
    g_autofree char *name = g_strndup(inside, length);
    g_autofree char *text = shell_expand_text(shell, word);
    shell_set(shell, name, text);
    return text != NULL;
}

/* -, =, +, ? with or without a colon before them. */
static bool add_by_presence(struct shell *shell, struct shell_words *words, const char *inside,
                            gsize length, const char *value)
{
    const char *sign = inside + length;
    bool has_colon = *sign == ':';
    sign += has_colon ? 1 : 0;
    bool is_there = value != NULL && (!has_colon || *value != '\0');

    switch (*sign) {
    case '-':
        return is_there ? shell_add_value(words, value) : add_word(shell, words, sign + 1);
    case '+':
        return !is_there || add_word(shell, words, sign + 1);
    case '=':
        return is_there
                   ? shell_add_value(words, value)
                   : assign(shell, inside, length, sign + 1) && add_word(shell, words, sign + 1);
    case '?': /* where it is not there, the shell ends */
        return is_there && shell_add_value(words, value);
    default:
        return false;
    }
}

/* #, ##, %, %% */
static bool add_trimmed(struct shell *shell, struct shell_words *words, const char *sign,
                        const char *value)
{
    bool is_longest = sign[1] == *sign;
    g_autofree char *pattern = shell_expand_pattern(shell, sign + (is_longest ? 2 : 1));
    if (pattern == NULL || strchr(pattern, '[') != NULL)
        return false;
    g_autofree char *text = pattern_trim(
        value, pattern, *sign == '#' ? PATTERN_AT_START : PATTERN_AT_END, is_longest, NULL);
    return text != NULL && shell_add_value(words, text);
}

bool shell_add_braced(struct shell *shell, struct shell_words *words, const char *inside)
{
    g_autofree char *value = NULL;
    gsize length = 0;
    bool is_length = inside[0] == '#' && inside[1] != '\0';

    if (*inside == '\0' || !read_variable(shell, inside + is_length, &length, &value))
        return false;
    const char *rest = inside + is_length + length;
    if (is_length) {
        g_autofree char *count =
            g_strdup_printf("%ld", g_utf8_strlen(value != NULL ? value : "", -1));
        return *rest == '\0' && shell_add_value(words, count);
    }
    if (*rest == '\0')
        return shell_add_value(words, value != NULL ? value : "");
    if (*rest == '#' || *rest == '%')
        return add_trimmed(shell, words, rest, value != NULL ? value : "");
    return add_by_presence(shell, words, inside, length, value);
}
