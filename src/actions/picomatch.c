/* Globs as regular expressions, read from left to right as picomatch does. */
#include "actions/picomatch_private.h"

#include "base/limits.h"

#include <string.h>

struct picomatch {
    char *glob;
    GRegex *regex;
    bool is_negated;
};

void picomatch_push(struct reader *reader, enum token token, const char *output)
{
    g_string_append(reader->out, output);
    reader->before = reader->previous;
    reader->previous = token;
}

void picomatch_push_literal(struct reader *reader, const char *text, gsize length)
{
    g_autofree char *escaped = g_regex_escape_string(text, (int)length);
    picomatch_push(reader, TOKEN_TEXT, escaped);
    reader->at = text + length;
}

/* ---- stars ---- */

static bool is_part_start(const struct reader *reader)
{
    return reader->previous == TOKEN_START || reader->previous == TOKEN_SLASH;
}

static void read_star(struct reader *reader)
{
    if (is_part_start(reader) || reader->previous == TOKEN_DOT)
        g_string_append(reader->out, "(?=.)");
    picomatch_push(reader, TOKEN_STAR, STAR);
    reader->at++;
}

/* Beside text it is a single star. */
static bool stays_globstar(const struct reader *reader, char next)
{
    if (next == '\0' || next == '/' || next == ')' || next == '{')
        return true;
    return reader->brace_count > 0 && (next == ',' || next == '}');
}

/* "**" that swallows the slash before it, which is in the expression already. */
static void swallow_slash(struct reader *reader, const char *output)
{
    g_string_truncate(reader->out, reader->out->len - 1);
    picomatch_push(reader, TOKEN_GLOBSTAR, output);
}

static void read_whole_part(struct reader *reader)
{
    bool is_inside = reader->previous == TOKEN_SLASH && reader->before != TOKEN_START;
    bool follows_star = reader->before == TOKEN_STAR || reader->before == TOKEN_GLOBSTAR;
    bool is_first = reader->previous == TOKEN_START;
    char next = *reader->at;
    if (is_inside && !follows_star && next == '\0') {
        swallow_slash(reader, "(?:/" GLOBSTAR "|$)");
    } else if (is_inside && next == '/') {
        swallow_slash(reader,
                      reader->at[1] != '\0' ? "(?:/" GLOBSTAR "/|/|$)" : "(?:/" GLOBSTAR "/|/)");
        picomatch_push(reader, TOKEN_SLASH, "");
        reader->at++;
    } else if (is_first && next == '/') {
        picomatch_push(reader, TOKEN_GLOBSTAR, "(?:^|/|" GLOBSTAR "/)");
        picomatch_push(reader, TOKEN_SLASH, "");
        reader->at++;
    } else if (stays_globstar(reader, next)) {
        picomatch_push(reader, TOKEN_GLOBSTAR, GLOBSTAR);
    } else {
        picomatch_push(reader, TOKEN_STAR, STAR);
    }
}

static bool read_stars(struct reader *reader)
{
    gsize count = strspn(reader->at, "*");
    if (count > 2 || reader->at[count] == '(')
        return false;
    if (count == 1) {
        read_star(reader);
        return true;
    }
    bool may_be_part = is_part_start(reader) || reader->previous == TOKEN_PAREN ||
                       (reader->brace_count > 0 &&
                        (reader->previous == TOKEN_COMMA || reader->previous == TOKEN_BRACE));
    reader->at += 2;
    if (!may_be_part) {
        picomatch_push(reader, TOKEN_STAR, STAR);
        return true;
    }
    while (g_str_has_prefix(reader->at, "/**") && (reader->at[3] == '\0' || reader->at[3] == '/'))
        reader->at += 3;
    read_whole_part(reader);
    return true;
}

/* "[slug]" is one of these characters, or the text itself; a range or a negation only the former.
 */
static bool read_bracket(struct reader *reader)
{
    const char *inner = reader->at + 1;
    const char *end = strchr(inner, ']');
    if (end == NULL) {
        picomatch_push_literal(reader, reader->at, 1);
        return true;
    }
    g_autofree char *text = g_strndup(inner, (gsize)(end - inner));
    if (*text == '\0' || strpbrk(text, "[\\/\"") != NULL)
        return false;
    bool is_negated = *text == '^'; /* "!" is a character like any other */
    g_autofree char *set =
        is_negated ? g_strdup_printf("[^%s/]", text + 1) : g_strdup_printf("[%s]", text);
    if (is_negated && text[1] == '\0')
        return false;
    if (strpbrk(text + is_negated, "-*+?.^${}(|)") == NULL && !is_negated) {
        g_autofree char *both = g_strdup_printf("(?:\\[%s\\]|%s)", text, set);
        picomatch_push(reader, TOKEN_BRACKET, both);
    } else {
        picomatch_push(reader, TOKEN_BRACKET, set);
    }
    reader->at = end + 1;
    return true;
}

/* ---- one after another ---- */

static bool read_escape(struct reader *reader)
{
    char next = reader->at[1];
    if (next == '\0' || next == '\\' || next == '/')
        return false;
    picomatch_push_literal(reader, reader->at + 1, 1);
    return true;
}

static bool read_question(struct reader *reader)
{
    if (reader->previous == TOKEN_PAREN || g_str_has_prefix(reader->at, "?(?"))
        return false;
    if (reader->at[1] == '(')
        return picomatch_open(reader, GROUP_OPTIONAL, "(?:", 2);
    picomatch_push(reader, TOKEN_TEXT, "[^/]");
    reader->at++;
    return true;
}

/* Behind a group or inside of one it would be a quantifier. */
static bool read_plus(struct reader *reader)
{
    const struct open_group *group = picomatch_innermost(reader);
    bool is_raw = reader->previous == TOKEN_PAREN || reader->previous == TOKEN_BRACE ||
                  reader->previous == TOKEN_BRACKET || reader->at[1] == '(' ||
                  (group != NULL && group->kind != GROUP_BRACE);
    if (is_raw)
        return false;
    picomatch_push_literal(reader, reader->at, 1);
    return true;
}

static bool read_dot(struct reader *reader)
{
    if (reader->brace_count > 0 && reader->at[1] == '.')
        return false; /* a range */
    bool is_alone = is_part_start(reader) || reader->group_count > 0;
    picomatch_push(reader, is_alone ? TOKEN_DOT : TOKEN_TEXT, "\\.");
    reader->at++;
    return true;
}

static bool read_text(struct reader *reader)
{
    picomatch_push_literal(reader, reader->at, (gsize)(g_utf8_next_char(reader->at) - reader->at));
    return true;
}

static bool read_token(struct reader *reader)
{
    const char *at = reader->at;
    bool opens = at[1] == '(' && at[2] != '?';
    switch (*at) {
    case '*':
        return read_stars(reader);
    case '/':
        picomatch_push(reader, TOKEN_SLASH, "/");
        reader->at++;
        return true;
    case '.':
        return read_dot(reader);
    case '?':
        return read_question(reader);
    case '!':
        return opens ? picomatch_open_negated(reader) : at[1] != '(' && read_text(reader);
    case '@':
        return opens ? picomatch_open(reader, GROUP_PAREN, "(", 2)
                     : at[1] != '(' && read_text(reader);
    case '(':
        return at[1] != '?' && picomatch_open(reader, GROUP_PAREN, "(", 1);
    case ')':
        return picomatch_close_paren(reader);
    case '{':
        return picomatch_open(reader, GROUP_BRACE, "(", 1);
    case '}':
        return picomatch_close_brace(reader);
    case ',':
        picomatch_read_comma(reader);
        return true;
    case '[':
        return read_bracket(reader);
    case '|':
        return picomatch_read_pipe(reader);
    case '+':
        return read_plus(reader);
    case '\\':
        return read_escape(reader);
    case '"':
        return false;
    default:
        return read_text(reader);
    }
}

bool picomatch_translate(const char *glob, GString *out)
{
    g_autoptr(GString) own = g_string_new(NULL);
    struct reader reader = {.at = glob, .out = own, .previous = TOKEN_START, .before = TOKEN_START};
    while (*reader.at != '\0')
        if (!read_token(&reader))
            return false;
    g_string_append(out, own->str);
    return reader.group_count == 0;
}

/* "**.md", of all folders: its fast path takes it before the rules do. */
static bool is_fast_path(const char *glob)
{
    return g_regex_match_simple("^\\*\\*(\\.[A-Za-z0-9_]+)+$", glob, 0, 0);
}

static const char *skip_here(const char *glob)
{
    while (g_str_has_prefix(glob, "./"))
        glob += 2;
    return glob;
}

static GRegex *compile(const char *glob)
{
    g_autoptr(GString) out = g_string_new("^(?:");
    if (is_fast_path(glob)) {
        g_autofree char *extension = g_regex_escape_string(glob + 2, -1);
        g_string_append_printf(out, GLOBSTAR "%s", extension);
    } else if (!picomatch_translate(glob, out)) {
        return NULL;
    }
    g_string_append(out, ")$");
    return g_regex_new(out->str, G_REGEX_DOLLAR_ENDONLY, 0, NULL);
}

struct picomatch *picomatch_new(const char *glob)
{
    gsize length = strlen(glob);
    gsize marks = 0;
    if (length == 0 || length > PICOMATCH_GLOB_BYTES_MAX || !g_utf8_validate(glob, -1, NULL))
        return NULL;
    while (glob[marks] == '!' && glob[marks + 1] != '(')
        marks++;
    const char *inner = skip_here(glob + marks);
    if (*inner == '\0' || (marks > 0 && is_fast_path(inner)))
        return NULL;
    GRegex *regex = compile(strcmp(inner, "***") == 0 ? "*" : inner);
    if (regex == NULL)
        return NULL;
    struct picomatch *pattern = g_new0(struct picomatch, 1);
    pattern->glob = g_strdup(glob);
    pattern->regex = regex;
    pattern->is_negated = marks % 2 == 1;
    return pattern;
}

void picomatch_free(struct picomatch *pattern)
{
    if (pattern == NULL)
        return;
    g_free(pattern->glob);
    g_regex_unref(pattern->regex);
    g_free(pattern);
}

bool picomatch_matches(const struct picomatch *pattern, const char *path)
{
    if (strcmp(path, pattern->glob) == 0)
        return true;
    return g_regex_match(pattern->regex, path, 0, NULL) != pattern->is_negated;
}

bool picomatch_is_negated(const struct picomatch *pattern)
{
    return pattern->is_negated;
}
