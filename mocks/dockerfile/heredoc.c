/* Directives at the top of a Dockerfile, and heredocs under RUN, COPY and ADD. */
#include "mocks/dockerfile/expand.h"
#include "mocks/dockerfile/parse.h"

#include <string.h>

/* ---- directives ---- */

/* "# name = value": false if the line is none. */
static bool split_directive(const char *line, char **name, char **value)
{
    const char *equals = *line == '#' ? strchr(line, '=') : NULL;
    if (equals == NULL)
        return false;
    *name = g_strstrip(g_ascii_strdown(line + 1, equals - line - 1));
    *value = g_strstrip(g_strdup(equals + 1));
    return true;
}

static bool take_syntax(struct parser *parser, const char *value, GError **error)
{
    (void)error;
    parser->dockerfile->syntax = g_strdup(value);
    parser->dockerfile->syntax_line = (int)parser->next + 1;
    return true;
}

static bool take_escape(struct parser *parser, const char *value, GError **error)
{
    if (strcmp(value, "\\") != 0 && strcmp(value, "`") != 0)
        return parse_fail(error, LINE_UNTOLD, "invalid escape token '%s' does not match ` or \\",
                          value);
    parser->dockerfile->escape = value[0];
    return true;
}

/* What follows a blank is not read: "skip=A, B" skips A (parser/directives.go, ParseDirective()).
 */
static bool take_check(struct parser *parser, const char *value, GError **error)
{
    (void)error;
    parser->dockerfile->check = g_strndup(value, strcspn(value, " "));
    return true;
}

static const struct directive {
    const char *name;
    bool (*take)(struct parser *parser, const char *value, GError **error);
} directives[] = {{"syntax", take_syntax}, {"escape", take_escape}, {"check", take_check}};

/* The index of a row, or their number. */
static gsize find_directive(const char *name)
{
    gsize index = 0;
    while (index < G_N_ELEMENTS(directives) && strcmp(directives[index].name, name) != 0)
        index++;
    return index;
}

/* The first line that is none of ours ends them (parser/directives.go). */
bool parse_directives(struct parser *parser, GError **error)
{
    bool is_seen[G_N_ELEMENTS(directives)] = {false};
    char **lines = parser->dockerfile->lines;
    for (; lines[parser->next] != NULL; parser->next++) {
        g_autofree char *name = NULL;
        g_autofree char *value = NULL;
        gsize index = split_directive(lines[parser->next], &name, &value)
                          ? find_directive(name)
                          : G_N_ELEMENTS(directives);
        if (index == G_N_ELEMENTS(directives) || *value == '\0')
            return true;
        if (is_seen[index]) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                        "only one %s parser directive can be used", name);
            return false;
        }
        is_seen[index] = true;
        if (!directives[index].take(parser, value, error))
            return false;
    }
    return true;
}

/* ---- heredocs ---- */

/* "<<NAME", "3<<-'NAME'": a word of its own, so that neither $((1<<N)) nor a text in quotes opens
   one (parser/parser.go, reHeredoc). */
struct opening {
    char *name;
    bool is_quoted;
    bool chomps_tabs;
};

static bool read_opening(const char *word, struct opening *opening)
{
    word += strspn(word, "0123456789");
    if (!g_str_has_prefix(word, "<<") || strchr(word + 2, '<') != NULL)
        return false;
    word += 2;
    opening->chomps_tabs = *word == '-';
    word += opening->chomps_tabs ? 1 : 0;
    opening->is_quoted = strpbrk(word, "\"'") != NULL;
    g_auto(GStrv) parts = g_strsplit_set(word, "\"'", -1);
    opening->name = g_strjoinv("", parts);
    return *opening->name != '\0';
}

/* Reads up to the line that is the name; false at the end of the file. */
static bool read_text(struct parser *parser, const struct opening *opening, GString *text)
{
    char **lines = parser->dockerfile->lines;
    while (lines[parser->next] != NULL) {
        const char *line = lines[parser->next++];
        if (opening->chomps_tabs)
            line += strspn(line, "\t");
        if (strcmp(line, opening->name) == 0)
            return true;
        g_string_append_printf(text, "%s\n", line);
    }
    return false;
}

static bool read_heredoc(struct parser *parser, struct instruction *instruction,
                         const struct opening *opening, GError **error)
{
    struct heredoc *heredoc = g_new0(struct heredoc, 1);
    GString *text = g_string_new(NULL);
    bool has_end = read_text(parser, opening, text);

    heredoc->name = g_strdup(opening->name);
    heredoc->expands = !opening->is_quoted;
    heredoc->text = g_string_free(text, FALSE);
    g_ptr_array_add(instruction->heredocs, heredoc);
    instruction->last_line = (int)parser->next;
    return has_end || parse_fail(error, LINE_UNTOLD, "unterminated heredoc");
}

bool parse_heredocs(struct parser *parser, struct instruction *instruction, GError **error)
{
    if (!keyword_of(instruction->kind)->has_heredoc || instruction->words != NULL)
        return true;
    g_auto(GStrv) words = split_words(instruction->rest, '\\');
    for (gsize i = 0; words[i] != NULL; i++) {
        struct opening opening = {0};
        bool is_read =
            !read_opening(words[i], &opening) || read_heredoc(parser, instruction, &opening, error);
        g_free(opening.name);
        if (!is_read)
            return false;
    }
    return true;
}
