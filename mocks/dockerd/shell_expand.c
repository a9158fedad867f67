/* Words as a shell makes them: quotes and variables. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

struct expansion {
    GString *text;
    const char *const *environment;
    bool is_quoted; /* inside double quotes */
};

gsize shell_name_length(const char *text)
{
    gsize length = 0;
    while (g_ascii_isalnum(text[length]) || text[length] == '_')
        length++;
    return g_ascii_isdigit(*text) ? 0 : length;
}

char **shell_set(char **environment, const char *name, const char *value)
{
    return value != NULL ? g_environ_setenv(environment, name, value, TRUE)
                         : g_environ_unsetenv(environment, name);
}

/* A value without quotes round it would be split, or would vanish. */
static bool add_value(struct expansion *expansion, const char *value)
{
    if (value == NULL)
        return false;
    if (!expansion->is_quoted && (*value == '\0' || strpbrk(value, " \t\n*?[") != NULL))
        return false;
    g_string_append(expansion->text, value);
    return true;
}

/* "NAME", "NAME:-default" or "NAME-default" between braces. A name that is not set may be the
   image's. */
static bool add_braced(struct expansion *expansion, const char *inside)
{
    gsize length = shell_name_length(inside);
    g_autofree char *name = g_strndup(inside, length);
    const char *value = g_environ_getenv((char **)expansion->environment, name);
    const char *rest = inside + length;
    bool has_default = g_str_has_prefix(rest, ":-");

    if (length == 0 || (*rest != '\0' && !has_default))
        return false;
    if (has_default && value != NULL && *value == '\0')
        return strpbrk(rest, "$`\"'\\") == NULL && add_value(expansion, rest + 2);
    return add_value(expansion, value);
}

/* At a '$'; what comes behind it, or NULL. */
static const char *add_variable(struct expansion *expansion, const char *text)
{
    if (text[1] == '{') {
        const char *end = strchr(text, '}');
        g_autofree char *inside = end != NULL ? g_strndup(text + 2, (gsize)(end - text - 2)) : NULL;
        return inside != NULL && add_braced(expansion, inside) ? end + 1 : NULL;
    }
    gsize length = shell_name_length(text + 1);
    if (length == 0) {
        if (text[1] != '\0' && strchr("(`@*#?!$-0123456789", text[1]) != NULL)
            return NULL;
        g_string_append_c(expansion->text, '$');
        return text + 1;
    }
    g_autofree char *name = g_strndup(text + 1, length);
    const char *value = g_environ_getenv((char **)expansion->environment, name);
    return add_value(expansion, value) ? text + 1 + length : NULL;
}

static const char *add_single_quoted(struct expansion *expansion, const char *text)
{
    const char *end = strchr(text + 1, '\'');
    g_string_append_len(expansion->text, text + 1, end - text - 1);
    return end + 1;
}

static const char *add_escaped(struct expansion *expansion, const char *text)
{
    if (expansion->is_quoted && strchr("$`\"\\\n", text[1]) == NULL)
        g_string_append_c(expansion->text, '\\');
    if (text[1] != '\n')
        g_string_append_c(expansion->text, text[1]);
    return text + 2;
}

/* Signs that mean more than themselves outside quotes. */
static bool is_pattern(const char *word, const char *text)
{
    if (*text == '[')
        return !g_str_equal(word, "[") && !g_str_equal(word, "[[");
    return *text == '*' || *text == '?' || (*text == '~' && text == word) ||
           (*text == '{' && strchr(text, ',') != NULL);
}

char *shell_expand(const char *word, const char *const *environment)
{
    g_autoptr(GString) result = g_string_new(NULL);
    struct expansion expansion = {.text = result, .environment = environment};

    for (const char *text = word; text != NULL && *text != '\0';) {
        if (*text == '`' || (!expansion.is_quoted && is_pattern(word, text)))
            return NULL;
        if (*text == '"') {
            expansion.is_quoted = !expansion.is_quoted;
            text++;
        } else if (*text == '\'' && !expansion.is_quoted) {
            text = add_single_quoted(&expansion, text);
        } else if (*text == '\\') {
            text = add_escaped(&expansion, text);
        } else if (*text == '$') {
            text = add_variable(&expansion, text);
            if (text == NULL)
                return NULL;
        } else {
            g_string_append_c(result, *text++);
        }
    }
    return g_strdup(result->str);
}
