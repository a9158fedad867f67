/* Variables in compose files: $A, ${A}, ${A:-b}, ${A-b}, ${A:?text}, ${A?text}, ${A:+b}, $$. */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

#define DEPTH_MAX 8

struct scope {
    const struct command_call *call;
    const json_t *variables; /* of .env */
    int depth;
};

static bool expand(const struct scope *scope, const char *text, GString *output, GError **error);

static const char *value_of(const struct scope *scope, const char *name)
{
    const char *value = command_variable(scope->call, name);
    return value != NULL ? value : json_get_string(scope->variables, name, NULL);
}

/* The end of "${…": its brace, others within minded; NULL: none. */
static const char *find_brace(const char *text)
{
    int depth = 1;
    for (; *text != '\0'; text++) {
        if (text[0] == '$' && text[1] == '{')
            depth++;
        else if (*text == '}' && --depth == 0)
            return text;
    }
    return NULL;
}

static bool expand_default(const struct scope *scope, const char *text, GString *output,
                           GError **error)
{
    const struct scope inner = {scope->call, scope->variables, scope->depth + 1};
    if (inner.depth <= DEPTH_MAX)
        return expand(&inner, text, output, error);
    g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "variables nest more than %d deep", DEPTH_MAX);
    return false;
}

/* "A:-b" without its braces. */
static bool expand_braced(const struct scope *scope, const char *inside, GString *output,
                          GError **error)
{
    gsize length =
        strspn(inside, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    g_autofree char *name = g_strndup(inside, length);
    const char *value = value_of(scope, name);
    const char *rest = inside + length;
    bool minds_empty = *rest == ':';
    char mark = rest[minds_empty ? 1 : 0];
    const char *argument = mark != '\0' ? rest + (minds_empty ? 2 : 1) : "";
    bool is_set = value != NULL && (!minds_empty || *value != '\0');

    if (length == 0 || (mark != '\0' && strchr("-?+", mark) == NULL)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "invalid interpolation format: \"${%s}\"", inside);
        return false;
    }
    if (mark == '?' && !is_set) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "required variable %s is missing a value: %s", name, argument);
        return false;
    }
    if (mark == '+')
        return !is_set || expand_default(scope, argument, output, error);
    if (mark == '-' && !is_set)
        return expand_default(scope, argument, output, error);
    if (value == NULL)
        command_complain(
            scope->call,
            "time=\"2026-01-05T09:00:00Z\" level=warning msg=\"The \\\"%s\\\" variable "
            "is not set. Defaulting to a blank string.\"\n",
            name);
    g_string_append(output, value != NULL ? value : "");
    return true;
}

static bool expand(const struct scope *scope, const char *text, GString *output, GError **error)
{
    while (*text != '\0') {
        if (*text != '$') {
            g_string_append_c(output, *text++);
            continue;
        }
        text++;
        if (*text == '$') {
            g_string_append_c(output, *text++);
        } else if (*text == '{') {
            const char *end = find_brace(text + 1);
            g_autofree char *inside =
                end != NULL ? g_strndup(text + 1, (gsize)(end - text - 1)) : g_strdup("");
            if (!expand_braced(scope, inside, output, error))
                return false;
            text = end + 1;
        } else {
            gsize length = 0;
            while (g_ascii_isalnum(text[length]) || text[length] == '_')
                length++;
            g_autofree char *name = g_strndup(text, length);
            if (!expand_braced(scope, name, output, error))
                return false;
            text += length;
        }
    }
    return true;
}

char *compose_interpolate(const char *text, const struct command_call *call,
                          const json_t *variables, GError **error)
{
    const struct scope scope = {call, variables, 0};
    g_autoptr(GString) output = g_string_new(NULL);
    if (!expand(&scope, text, output, error))
        return NULL;
    return g_string_free(g_steal_pointer(&output), FALSE);
}
