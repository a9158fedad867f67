/* A Dockerfile's bytes to instructions: lines, comments, continuations. */
#include "mocks/dockerfile/parse.h"

#include "base/limits.h"

#include <stdarg.h>
#include <string.h>

bool parse_fail(GError **error, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    if (line == LINE_UNTOLD)
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    else
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "dockerfile parse error on line %d: %s",
                    line, text);
    return false;
}

/* ---- life ---- */

static void flag_free(void *pointer)
{
    struct instruction_flag *flag = pointer;
    g_free(flag->name);
    g_free(flag->value);
    g_free(flag);
}

static void heredoc_free(void *pointer)
{
    struct heredoc *heredoc = pointer;
    g_free(heredoc->name);
    g_free(heredoc->text);
    g_free(heredoc);
}

static struct instruction *instruction_new(int line)
{
    struct instruction *instruction = g_new0(struct instruction, 1);
    instruction->line = line;
    instruction->last_line = line;
    instruction->flags = g_ptr_array_new_with_free_func(flag_free);
    instruction->heredocs = g_ptr_array_new_with_free_func(heredoc_free);
    return instruction;
}

void instruction_free(void *pointer)
{
    struct instruction *instruction = pointer;
    g_free(instruction->keyword);
    g_free(instruction->text);
    g_free(instruction->rest);
    g_strfreev(instruction->words);
    g_ptr_array_unref(instruction->flags);
    g_ptr_array_unref(instruction->heredocs);
    g_free(instruction);
}

void dockerfile_free(struct dockerfile *dockerfile)
{
    if (dockerfile == NULL)
        return;
    g_free(dockerfile->syntax);
    g_free(dockerfile->check);
    g_strfreev(dockerfile->lines);
    g_ptr_array_unref(dockerfile->instructions);
    g_free(dockerfile);
}

const char *instruction_flag(const struct instruction *instruction, const char *name)
{
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        if (strcmp(flag->name, name) == 0)
            return flag->value;
    }
    return NULL;
}

bool instruction_has(const struct instruction *instruction, const char *name)
{
    const char *value = instruction_flag(instruction, name);
    return value != NULL && strcmp(value, "false") != 0;
}

char *instruction_flag_lines(const struct instruction *instruction, const char *name)
{
    GString *lines = g_string_new(NULL);
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        if (strcmp(flag->name, name) == 0)
            g_string_append_printf(lines, "%s\n", flag->value);
    }
    return g_string_free(lines, FALSE);
}

bool instruction_unpacks(const struct instruction *instruction)
{
    const char *flag = instruction_flag(instruction, "unpack");
    return instruction->kind == INSTRUCTION_ADD && (flag == NULL || strcmp(flag, "false") != 0);
}

/* ---- lines ---- */

static bool is_comment(const char *line)
{
    return line[strspn(line, " \t")] == '#';
}

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\r\v\f")] == '\0';
}

/* Cuts the escape character at the end of a line; false if it goes on no further. */
static bool cut_continuation(char *line, char escape)
{
    g_strchomp(line);
    gsize length = strlen(line);
    if (length == 0 || line[length - 1] != escape)
        return false;
    line[length - 1] = '\0';
    return true;
}

/* Joins the lines of one instruction; comments and empty lines in between are left out, as
   BuildKit does with a warning. */
static char *read_logical_line(struct parser *parser, struct instruction *instruction)
{
    GString *text = g_string_new(NULL);
    bool goes_on = true;

    for (bool is_first = true; goes_on && parser->dockerfile->lines[parser->next] != NULL;
         is_first = false) {
        g_autofree char *line = g_strdup(parser->dockerfile->lines[parser->next++]);
        if (!is_first && (is_comment(line) || is_blank(line))) {
            bool is_end = parser->dockerfile->lines[parser->next] == NULL;
            instruction->has_empty_line |= is_blank(line) && !is_end;
            continue;
        }
        goes_on = cut_continuation(line, parser->dockerfile->escape);
        g_string_append(text, is_first ? g_strchug(line) : line);
        instruction->last_line = (int)parser->next;
    }
    return g_string_free(text, FALSE);
}

static bool read_instruction(struct parser *parser, GError **error)
{
    GPtrArray *instructions = parser->dockerfile->instructions;
    struct instruction *instruction = instruction_new((int)parser->next + 1);

    if (instructions->len >= DOCKERFILE_INSTRUCTIONS_MAX) {
        instruction_free(instruction);
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "Dockerfile has more than %d instructions",
                    DOCKERFILE_INSTRUCTIONS_MAX);
        return false;
    }
    g_ptr_array_add(instructions, instruction);
    instruction->text = read_logical_line(parser, instruction);
    return parse_instruction(parser, instruction, error) &&
           parse_heredocs(parser, instruction, error) && parse_check(parser, instruction, error);
}

static bool read_instructions(struct parser *parser, GError **error)
{
    char **lines = parser->dockerfile->lines;
    while (lines[parser->next] != NULL) {
        if (is_blank(lines[parser->next]) || is_comment(lines[parser->next]))
            parser->next++;
        else if (!read_instruction(parser, error))
            return false;
    }
    if (parser->dockerfile->instructions->len > 0)
        return true;
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "file with no instructions");
    return false;
}

struct instruction *dockerfile_parse_trigger(const struct dockerfile *dockerfile, const char *text,
                                             const struct instruction *from, GError **error)
{
    struct instruction *instruction = instruction_new(LINE_UNTOLD);
    struct parser parser = {.dockerfile = (struct dockerfile *)dockerfile, .has_stage = true};
    instruction->text = g_strdup(text);
    instruction->is_trigger = true;
    if (!parse_instruction(&parser, instruction, error) ||
        !parse_check(&parser, instruction, error)) {
        instruction_free(instruction);
        return NULL;
    }
    instruction->line = from->line;
    instruction->last_line = from->last_line;
    return instruction;
}

static char **split_lines(const char *bytes, gsize length_bytes)
{
    g_autofree char *text = g_strndup(bytes, length_bytes); /* ends at a NUL */
    char *start = g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text;
    char **lines = g_strsplit(start, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++)
        if (g_str_has_suffix(lines[i], "\r"))
            lines[i][strlen(lines[i]) - 1] = '\0';
    return lines;
}

struct dockerfile *dockerfile_parse(const void *bytes, gsize length_bytes, GError **error)
{
    if (length_bytes > DOCKERFILE_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "Dockerfile is over the limit of %d bytes",
                    DOCKERFILE_BYTES_MAX);
        return NULL;
    }
    if (length_bytes == 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "the Dockerfile cannot be empty");
        return NULL;
    }
    AUTO(dockerfile) dockerfile = g_new0(struct dockerfile, 1);
    dockerfile->escape = '\\';
    dockerfile->instructions = g_ptr_array_new_with_free_func(instruction_free);
    dockerfile->lines = split_lines(bytes, length_bytes);
    struct parser parser = {.dockerfile = dockerfile};
    if (!parse_directives(&parser, error) || !read_instructions(&parser, error))
        return NULL;
    return g_steal_pointer(&dockerfile);
}

/* ---- excerpt ---- */

enum {
    EXCERPT_LINES_AROUND = 2
};

char *dockerfile_excerpt(const struct dockerfile *dockerfile, const char *name, int line,
                         int last_line)
{
    static const char rule[] = "--------------------\n";
    GString *text = g_string_new(NULL);
    int line_count = (int)g_strv_length(dockerfile->lines);

    g_string_append_printf(text, "%s:%d\n%s", name, line, rule);
    for (int i = MAX(line - EXCERPT_LINES_AROUND, 1);
         i <= MIN(last_line + EXCERPT_LINES_AROUND, line_count); i++) {
        const char *mark = i >= line && i <= last_line ? ">>>" : "   ";
        g_string_append_printf(text, "%4d | %s %s\n", i, mark, dockerfile->lines[i - 1]);
    }
    return g_string_free(g_string_append(text, rule), FALSE);
}
