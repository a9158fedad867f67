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

/* A flag's value may be quoted: --mount=type=cache,target="/a b". */
static char *take_flag(const char **next)
{
    char quote = '\0';
    gsize length = 0;
    for (const char *start = *next; start[length] != '\0'; length++) {
        char each = start[length];
        if (quote == '\0' && strchr(BLANKS, each) != NULL)
            break;
        if (quote == '\0' ? (each == '"' || each == '\'') : each == quote)
            quote = quote == '\0' ? each : '\0';
    }
    char *flag = g_strndup(*next, length);
    *next += length;
    *next += strspn(*next, BLANKS);
    return flag;
}

static bool add_flag(struct instruction *instruction, const char *text, GError **error)
{
    const char *equals = strchr(text, '=');
    g_autofree char *name =
        equals != NULL ? g_strndup(text + 2, (gsize)(equals - text) - 2) : g_strdup(text + 2);
    if (!keyword_takes_flag(keyword_of(instruction->kind), name))
        return parse_fail(error, instruction->line, "unknown flag: --%s", name);
    struct instruction_flag *flag = g_new0(struct instruction_flag, 1);
    flag->name = g_steal_pointer(&name);
    flag->value = g_strdup(equals != NULL ? equals + 1 : "");
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

/* ["a", "b"], else NULL: the shell form, whatever it looks like. */
static char **read_json_words(const char *text)
{
    g_autoptr(json_t) list = text[0] == '[' ? json_parse_bytes(text, strlen(text), NULL) : NULL;
    size_t index;
    json_t *each;
    if (!json_is_array(list))
        return NULL;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    json_array_foreach (list, index, each) {
        if (!json_is_string(each))
            return NULL;
        g_ptr_array_add(words, g_strdup(json_string_value(each)));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_steal(words, NULL);
}

static bool check_place(struct parser *parser, const struct instruction *instruction,
                        GError **error)
{
    if (instruction->kind == INSTRUCTION_FROM)
        parser->has_stage = true;
    if (parser->has_stage || instruction->kind == INSTRUCTION_ARG)
        return true;
    return parse_fail(error, instruction->line, "no build stage in current context");
}

bool parse_instruction(struct parser *parser, struct instruction *instruction, GError **error)
{
    const char *next = instruction->text;
    g_autofree char *word = take_word(&next);
    g_autofree char *upper = g_ascii_strup(word, -1);

    instruction->kind = keyword_find(word);
    if (instruction->kind == INSTRUCTION_COUNT)
        return parse_fail(error, instruction->line, "unknown instruction: %s", word);
    memcpy(instruction->text, upper, strlen(upper));
    if (!take_flags(instruction, &next, error))
        return false;
    instruction->rest = g_strchomp(g_strdup(next));
    if (keyword_of(instruction->kind)->has_json)
        instruction->words = read_json_words(instruction->rest);
    return check_place(parser, instruction, error) && parse_check(parser, instruction, error);
}
