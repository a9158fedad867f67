/* One instruction's text to keyword, flags, rest and JSON words, with the checks that the parser
   makes. */
#include "mocks/dockerfile/parse.h"

#include "base/json.h"

#include <string.h>

#define BLANKS " \t\v\f\r"

/* The next word of a line; *next moves behind it and the blanks after it. */
static char *take_word(const char **next)
{
    gsize length = strcspn(*next, BLANKS);
    char *word = g_strndup(*next, length);
    *next += length;
    *next += strspn(*next, BLANKS);
    return word;
}

/* Quotes and escapes of a flag go before anybody looks at its value: in
   --mount=type=cache,"target=/a,b" the comma separates all the same (parser/split_command.go). */
static char *take_flag(const char **next)
{
    GString *flag = g_string_new(NULL);
    char quote = '\0';
    const char *each = *next;
    for (; *each != '\0' && (quote != '\0' || strchr(BLANKS, *each) == NULL); each++) {
        if (*each == '\\' && each[1] != '\0')
            g_string_append_c(flag, *++each);
        else if (quote == '\0' && (*each == '"' || *each == '\''))
            quote = *each;
        else if (quote != '\0' && *each == quote)
            quote = '\0';
        else
            g_string_append_c(flag, *each);
    }
    *next = each + strspn(each, BLANKS);
    return g_string_free(flag, FALSE);
}

static bool check_switch(int line, const char *name, const char *value, GError **error)
{
    if (*value == '\0')
        return parse_fail(error, line, "missing a value on flag: --%s", name);
    return g_ascii_strcasecmp(value, "true") == 0 || g_ascii_strcasecmp(value, "false") == 0 ||
           parse_fail(error, line, "expecting boolean value for flag --%s, not: %s", name, value);
}

/* BFlags.Parse(); value NULL: none is there. */
static bool check_flag(const struct instruction *instruction, const struct keyword_flag *flag,
                       const char *value, GError **error)
{
    int line = instruction->line;
    if (flag->kind != FLAG_VALUES && instruction_flag(instruction, flag->name) != NULL)
        return parse_fail(error, line, "duplicate flag specified: --%s", flag->name);
    if (flag->kind == FLAG_SWITCH)
        return value == NULL || check_switch(line, flag->name, value, error);
    return value != NULL || parse_fail(error, line, "missing a value on flag: --%s", flag->name);
}

static bool add_flag(struct instruction *instruction, const char *text, GError **error)
{
    const struct keyword *keyword = keyword_of(instruction->kind);
    g_auto(GStrv) pair = g_strsplit(text + 2, "=", 2);
    const struct keyword_flag *known = keyword_flag(keyword, pair[0]);
    if (known == NULL)
        return keyword_fail_flag(keyword, pair[0], instruction->line, error);
    if (!check_flag(instruction, known, pair[1], error))
        return false;
    struct instruction_flag *flag = g_new0(struct instruction_flag, 1);
    flag->name = g_strdup(pair[0]);
    flag->value = known->kind == FLAG_SWITCH && pair[1] != NULL ? g_ascii_strdown(pair[1], -1)
                                                                : g_strdup(pair[1]);
    if (flag->value == NULL)
        flag->value = g_strdup("");
    g_ptr_array_add(instruction->flags, flag);
    return true;
}

static bool take_flags(struct instruction *instruction, const char **next, GError **error)
{
    while (g_str_has_prefix(*next, "--")) {
        g_autofree char *flag = take_flag(next);
        if (strcmp(flag, "--") == 0)
            return true;
        if (!add_flag(instruction, flag, error))
            return false;
    }
    return true;
}

/* ["a", "b"] to words; what is no JSON is the shell form, whatever it looks like. */
static bool read_json_words(struct instruction *instruction, GError **error)
{
    const char *text = instruction->rest;
    g_autoptr(json_t) list = text[0] == '[' ? json_parse_bytes(text, strlen(text), NULL) : NULL;
    size_t index;
    json_t *each;
    if (!json_is_array(list))
        return true;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    json_array_foreach (list, index, each) {
        if (!json_is_string(each))
            return parse_fail(error, LINE_UNTOLD,
                              "when using JSON array syntax, arrays must be comprised of strings "
                              "only");
        g_ptr_array_add(words, g_strdup(json_string_value(each)));
    }
    g_ptr_array_add(words, NULL);
    instruction->words = (char **)g_ptr_array_steal(words, NULL);
    return true;
}

static bool check_place(struct parser *parser, const struct instruction *instruction,
                        GError **error)
{
    if (instruction->kind == INSTRUCTION_FROM)
        parser->has_stage = true;
    if (parser->has_stage || instruction->kind == INSTRUCTION_ARG)
        return true;
    return parse_fail(error, LINE_UNTOLD, "no build stage in current context");
}

bool parse_instruction(struct parser *parser, struct instruction *instruction, GError **error)
{
    const char *next = instruction->text;
    g_autofree char *word = take_word(&next);
    g_autofree char *upper = g_ascii_strup(word, -1);

    instruction->kind = keyword_find(word);
    if (instruction->kind == INSTRUCTION_COUNT)
        return keyword_fail_name(word, instruction->line, error);
    instruction->keyword = g_strdup(word);
    memcpy(instruction->text, upper, strlen(upper));
    if (!take_flags(instruction, &next, error))
        return false;
    instruction->rest = g_strchomp(g_strdup(next));
    if (keyword_of(instruction->kind)->has_json && !read_json_words(instruction, error))
        return false;
    return check_place(parser, instruction, error);
}
