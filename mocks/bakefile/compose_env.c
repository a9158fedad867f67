/* Variables of compose files: what stands for them in a text, and env files (compose-go's template/
   and dotenv/). */
#include "mocks/bakefile/compose.h"

#include "base/limits.h"

#include <string.h>

/* template.go patternString */
#define VARIABLE_PATTERN                                                                           \
    "\\$(?i:(?P<escaped>\\$)|(?P<named>[_a-z][_a-z0-9]*)|"                                         \
    "\\{(?:(?P<braced>[_a-z][_a-z0-9]*(?::?[-+?](.*))?)\\}|(?P<invalid>)))"

const char *compose_variable(const char *name, const void *context)
{
    const struct compose_variables *variables = context;
    const struct bake_request *request = variables->request;
    const char *value =
        request->environment == NULL ? NULL : request->environment(name, request->context);
    return value != NULL ? value : json_get_string(variables->more, name, NULL);
}

/* ---- variables in a text ---- */

struct substitution {
    struct composing *composing;
    compose_lookup *lookup;
    const void *context;
    int depth;
};

static char *substitute(const struct substitution *substitution, const char *text);

static char *refused(const struct substitution *substitution, const char *template)
{
    const char *place = substitution->composing->place;
    if (place == NULL)
        return bake_fail(substitution->composing->bake, BAKEFILE_ERROR_INVALID,
                         "Invalid template: \"%s\"", template);
    return bake_fail(substitution->composing->bake, BAKEFILE_ERROR_INVALID,
                     "invalid interpolation format for %s.\nYou may need to escape any $ with "
                     "another $.\n%s",
                     place, template);
}

/* getSubstitutionFunctionForTemplate(): the operator that stands first, longer ones before. */
static const char *operator_of(const char *inside, bool *minds_empty)
{
    const char *at = inside + strcspn(inside, "-+?");
    *minds_empty = *at != '\0' && at > inside && at[-1] == ':';
    return *at == '\0' ? NULL : at;
}

static char *looked_up(const struct substitution *substitution, const char *name)
{
    const char *value = substitution->lookup(name, substitution->context);
    return g_strdup(value == NULL ? "" : value);
}

/* "A:-b" without its braces. */
static char *braced(const struct substitution *substitution, const char *inside)
{
    bool minds_empty = false;
    const char *sign = operator_of(inside, &minds_empty);
    if (sign == NULL)
        return looked_up(substitution, inside);
    g_autofree char *name = g_strndup(inside, (gsize)(sign - inside) - (minds_empty ? 1 : 0));
    g_autofree char *otherwise = substitute(substitution, sign + 1);
    const char *value = substitution->lookup(name, substitution->context);
    bool is_set = value != NULL && (!minds_empty || *value != '\0');
    if (otherwise == NULL)
        return NULL;
    const char *place = substitution->composing->place;
    if (*sign == '?' && !is_set)
        return bake_fail(substitution->composing->bake, BAKEFILE_ERROR_INVALID,
                         "%s%s%srequired variable %s is missing a value%s%s",
                         place == NULL ? "" : "error while interpolating ",
                         place == NULL ? "" : place, place == NULL ? "" : ": ", name,
                         *otherwise == '\0' ? "" : ": ", otherwise);
    if (*sign == '-' ? !is_set : *sign == '+' && is_set)
        return g_steal_pointer(&otherwise);
    return g_strdup(value == NULL ? "" : value);
}

/* getFirstBraceClosingIndex() */
static const char *first_closing(const char *text)
{
    int open = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '}' && --open == 0)
            return at;
        if (*at == '{') {
            open++;
            at += at[1] == '\0' ? 0 : 1;
        }
    }
    return NULL;
}

/* One match of the pattern. It goes to the last brace of the line: what follows the first one that
   closes is a text of its own. */
static char *replaced(const struct substitution *substitution, const GRegex *pattern,
                      const char *match, const char *template)
{
    const char *closing = first_closing(match);
    g_autofree char *first =
        closing == NULL ? g_strdup(match) : g_strndup(match, (gsize)(closing - match) + 1);
    const char *rest = closing == NULL ? "" : closing + 1;
    g_autoptr(GMatchInfo) info = NULL;
    if (!g_regex_match(pattern, first, 0, &info))
        return refused(substitution, template);
    g_autofree char *escaped = g_match_info_fetch_named(info, "escaped");
    g_autofree char *named = g_match_info_fetch_named(info, "named");
    g_autofree char *inside = g_match_info_fetch_named(info, "braced");
    if (escaped != NULL && *escaped != '\0')
        return g_strdup(escaped);
    if (named != NULL && *named != '\0')
        return looked_up(substitution, named);
    if (inside == NULL || *inside == '\0')
        return refused(substitution, template);
    g_autofree char *value = braced(substitution, inside);
    g_autofree char *more = value == NULL ? NULL : substitute(substitution, rest);
    return more == NULL ? NULL : g_strconcat(value, more, NULL);
}

static bool append(const struct substitution *substitution, GString *out, const char *text)
{
    struct composing *composing = substitution->composing;
    composing->text_bytes += strlen(text);
    if (composing->text_bytes > BAKE_MEMORY_BYTES_MAX)
        return bake_fail(composing->bake, BAKEFILE_ERROR_LIMIT,
                         "variables of compose files make more than %d bytes",
                         BAKE_MEMORY_BYTES_MAX) != NULL;
    g_string_append(out, text);
    return true;
}

static char *substitute_with(const struct substitution *substitution, const GRegex *pattern,
                             const char *text)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GMatchInfo) info = NULL;
    int end = 0;
    for (g_regex_match(pattern, text, 0, &info); g_match_info_matches(info);
         g_match_info_next(info, NULL)) {
        int start = 0, last = end;
        g_match_info_fetch_pos(info, 0, &start, &end);
        g_autofree char *before = g_strndup(text + last, (gsize)(start - last));
        g_autofree char *match = g_strndup(text + start, (gsize)(end - start));
        g_autofree char *value = replaced(substitution, pattern, match, text);
        if (value == NULL || !append(substitution, out, before) ||
            !append(substitution, out, value))
            return NULL;
    }
    if (!append(substitution, out, text + end))
        return NULL;
    return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *substitute(const struct substitution *substitution, const char *text)
{
    struct substitution inner = *substitution;
    inner.depth++;
    if (strchr(text, '$') == NULL)
        return g_strdup(text);
    if (inner.depth > BAKE_DEPTH_MAX)
        return bake_fail(substitution->composing->bake, BAKEFILE_ERROR_LIMIT,
                         "variables of a compose file nest deeper than %d", BAKE_DEPTH_MAX);
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GRegex) pattern = g_regex_new(VARIABLE_PATTERN, 0, 0, NULL);
    g_assert(pattern != NULL);
    return substitute_with(&inner, pattern, valid);
}

char *compose_substitute(struct composing *composing, const char *text, compose_lookup *lookup,
                         const void *context)
{
    const struct substitution substitution = {composing, lookup, context, 0};
    return substitute(&substitution, text);
}

/* ---- env files ---- */

/* One file while it is read. */
struct env_reading {
    struct composing *composing;
    const char *name;
    json_t *variables;
    compose_lookup *lookup;
    const void *context;
    int line;
};

static bool env_refused(const struct env_reading *reading, const char *format, const char *text)
{
    g_autofree char *what = g_strdup_printf("%s %s", format, text);
    return bake_fail(reading->composing->bake, BAKEFILE_ERROR_INVALID, "%s%s%sline %d: %s",
                     reading->name == NULL ? "" : "failed to read ",
                     reading->name == NULL ? "" : reading->name, reading->name == NULL ? "" : ": ",
                     reading->line, what) != NULL;
}

/* Variables in values: what is asked for wins over what the file said before. */
static const char *env_lookup(const char *name, const void *context)
{
    const struct env_reading *reading = context;
    const char *value = reading->lookup(name, reading->context);
    return value != NULL ? value : json_get_string(reading->variables, name, NULL);
}

static bool is_space(char letter)
{
    return letter != '\n' && g_ascii_isspace(letter);
}

static const char *skip_space(const char *at)
{
    while (is_space(*at))
        at++;
    return at;
}

/* Behind empty lines and comments. */
static const char *statement_start(struct env_reading *reading, const char *at)
{
    for (;;) {
        for (; g_ascii_isspace(*at); at++)
            reading->line += *at == '\n' ? 1 : 0;
        if (*at != '#')
            return at;
        at += strcspn(at, "\n");
    }
}

/* The name up to its "=", ":" or the line's end; NULL with an error. */
static char *read_name(struct env_reading *reading, const char **at, bool *is_inherited)
{
    const char *start = *at, *end;
    if (g_str_has_prefix(start, "export") && is_space(start[6]))
        start = skip_space(start + 6);
    for (end = start; *end != '\0' && strchr("=:\n", *end) == NULL; end = g_utf8_next_char(end)) {
        gunichar letter = g_utf8_get_char(end);
        if (is_space(*end) || strchr("_.-[]", *end) != NULL || g_unichar_isalnum(letter))
            continue;
        g_autofree char *shown = g_strndup(end, (gsize)(g_utf8_next_char(end) - end));
        g_autofree char *line = g_strndup(start, strcspn(start, "\n"));
        g_autofree char *what =
            g_strdup_printf("unexpected character \"%s\" in variable name", shown);
        g_autofree char *quoted = g_strdup_printf("\"%s\"", line);
        env_refused(reading, what, quoted);
        return NULL;
    }
    /* A name that ends the file has no value: it is none at all, and what follows is empty. */
    *is_inherited = *end == '\n';
    g_autofree char *name = g_strchomp(g_strndup(*end == '\0' ? "" : start, (gsize)(end - start)));
    *at = *end == '\0' ? skip_space(start) : skip_space(end + 1);
    if (strchr(name, ' ') != NULL) {
        env_refused(reading, "key cannot", "contain a space");
        return NULL;
    }
    reading->line += *is_inherited ? 1 : 0;
    return g_steal_pointer(&name);
}

static void append_escape(GString *out, const char **at)
{
    static const char letters[] = "abfnrtv\"\\", meanings[] = "\a\b\f\n\r\t\v\"\\";
    const char *found = strchr(letters, (*at)[1]);
    if ((*at)[1] == '$')
        g_string_append(out, "$$");
    else if ((*at)[1] != '\0' && found != NULL)
        g_string_append_c(out, meanings[found - letters]);
    else
        g_string_append_len(out, *at, (*at)[1] == '\0' ? 1 : 2);
    *at += (*at)[1] == '\0' ? 1 : 2;
}

static char *with_escapes(const char *text)
{
    GString *out = g_string_new(NULL);
    while (*text != '\0')
        if (*text == '\\')
            append_escape(out, &text);
        else
            g_string_append_c(out, *text++);
    return g_string_free(out, FALSE);
}

static char *read_quoted(struct env_reading *reading, const char **at)
{
    char quote = **at;
    g_autoptr(GString) inside = g_string_new(NULL);
    const char *end = *at + 1;
    for (; *end != '\0' && *end != quote; end++) {
        reading->line += *end == '\n' ? 1 : 0;
        if (*end == '\\' && end[1] == quote)
            end++;
        else if (*end == '\\' && end[1] != '\0')
            g_string_append_c(inside, *end++);
        g_string_append_c(inside, *end);
    }
    if (*end == '\0') {
        g_autofree char *line = g_strndup(*at, strcspn(*at, "\n"));
        env_refused(reading, "unterminated quoted value", line);
        return NULL;
    }
    *at = end + 1;
    if (quote == '\'')
        return g_strdup(inside->str);
    g_autofree char *plain = with_escapes(inside->str);
    return compose_substitute(reading->composing, plain, env_lookup, reading);
}

static char *read_value(struct env_reading *reading, const char **at)
{
    if (**at == '"' || **at == '\'')
        return read_quoted(reading, at);
    gsize length = strcspn(*at, "\n");
    g_autofree char *line = g_strndup(*at, length);
    char *comment = strstr(line, " #");
    if (comment != NULL)
        *comment = '\0';
    g_strchomp(line);
    *at += length + ((*at)[length] == '\0' ? 0 : 1);
    reading->line++;
    return compose_substitute(reading->composing, line, env_lookup, reading);
}

static bool read_statement(struct env_reading *reading, const char **at)
{
    bool is_inherited = false;
    g_autofree char *name = read_name(reading, at, &is_inherited);
    if (name == NULL)
        return false;
    const char *outer = is_inherited ? reading->lookup(name, reading->context) : NULL;
    g_autofree char *value = is_inherited ? g_strdup(outer) : read_value(reading, at);
    if (value != NULL)
        json_object_set_new(reading->variables, name, json_text_or_null(value));
    return value != NULL || is_inherited;
}

bool compose_env_read(struct composing *composing, const char *name, GBytes *bytes,
                      json_t *variables, compose_lookup *lookup, const void *context)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *text = g_utf8_make_valid(data == NULL ? "" : data, (gssize)length);
    struct env_reading reading = {composing, name, variables, lookup, context, 1};
    const char *at = g_str_has_prefix(text, "\xEF\xBB\xBF") ? text + 3 : text;
    for (at = statement_start(&reading, at); *at != '\0'; at = statement_start(&reading, at))
        if (!read_statement(&reading, &at))
            return false;
    return true;
}
