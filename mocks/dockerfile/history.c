/* What an image's history says of a step: `docker history` shows it as CREATED BY
   (commitToHistory() and its callers in BuildKit's dockerfile2llb). */
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

#define BUILDKIT_MARK " # buildkit"

/* The stage's arguments so far, each once, as "NAME=value". */
static GPtrArray *declared_arguments(struct evaluation *evaluation)
{
    const GPtrArray *instructions = evaluation->stage->instructions;
    GPtrArray *pairs = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(instructions, i);
        if (instruction == evaluation->instruction)
            break;
        if (instruction->kind != INSTRUCTION_ARG)
            continue;
        g_auto(GStrv) words = evaluation_words(evaluation, instruction->rest, NULL);
        for (gsize at = 0; words != NULL && words[at] != NULL; at++) {
            char *name = g_strndup(words[at], strcspn(words[at], "="));
            const char *value = variables_get(evaluation->variables, name);
            bool is_known = g_hash_table_contains(known, name);
            if (!is_known)
                g_ptr_array_add(pairs, g_strconcat(name, "=", value != NULL ? value : "", NULL));
            g_hash_table_add(known, name);
        }
    }
    return pairs;
}

char *history_of_run(struct evaluation *evaluation, const char *command)
{
    g_autoptr(GPtrArray) arguments = declared_arguments(evaluation);
    GString *text = g_string_new("RUN ");
    if (arguments->len > 0)
        g_string_append_printf(text, "|%u ", arguments->len);
    for (guint i = 0; i < arguments->len; i++)
        g_string_append_printf(text, "%s ", (const char *)g_ptr_array_index(arguments, i));
    g_string_append(text, command);
    g_string_append(text, BUILDKIT_MARK);
    return g_string_free(text, FALSE);
}

static bool append_flag(struct evaluation *evaluation, const char *name, GString *text,
                        GError **error)
{
    const char *flag = instruction_flag(evaluation->instruction, name);
    g_autofree char *value = flag != NULL ? evaluation_expand(evaluation, flag, error) : NULL;
    if (value != NULL && *value != '\0')
        g_string_append_printf(text, " --%s=%s", name, value);
    return flag == NULL || value != NULL;
}

/* Where it copies from is not told. */
char *history_of_copy(struct evaluation *evaluation, char *const *words, GError **error)
{
    const struct instruction *instruction = evaluation->instruction;
    g_autoptr(GString) text = g_string_new(instruction->kind == INSTRUCTION_COPY ? "COPY" : "ADD");
    if (instruction_flag(instruction, "parents") != NULL)
        g_string_append(text, " --parents");
    if (!append_flag(evaluation, "chown", text, error) ||
        !append_flag(evaluation, "chmod", text, error))
        return NULL;
    for (gsize i = 0; words[i] != NULL; i++)
        g_string_append_printf(text, " %s", words[i]);
    g_string_append(text, BUILDKIT_MARK);
    return g_strdup(text->str);
}

/* Pairs lose their quotes; what is written in the old way, without "=", stays as it is. */
static char *history_of_pairs(struct evaluation *evaluation)
{
    const struct instruction *instruction = evaluation->instruction;
    g_auto(GStrv) words = evaluation_words(evaluation, instruction->rest, NULL);
    for (gsize i = 0; words != NULL && words[i] != NULL; i++)
        if (strchr(words[i], '=') == NULL)
            return g_strdup(evaluation->step->text);
    g_autofree char *pairs = words != NULL ? g_strjoinv(" ", words) : NULL;
    return pairs == NULL
               ? g_strdup(evaluation->step->text)
               : g_strconcat(instruction->kind == INSTRUCTION_ENV ? "ENV " : "LABEL ", pairs, NULL);
}

/* A list as Go's %q has it: ["sh" "-c"]. */
static char *history_of_command(const struct evaluation *evaluation)
{
    bool is_cmd = evaluation->instruction->kind == INSTRUCTION_CMD;
    g_autoptr(json_t) words = config_command_words(evaluation);
    GString *text = g_string_new(is_cmd ? "CMD [" : "ENTRYPOINT [");
    size_t index;
    json_t *word;
    json_array_foreach (words, index, word) {
        g_autofree char *quoted = json_text(word);
        g_string_append_printf(text, "%s%s", index > 0 ? " " : "", quoted);
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

char *history_of_other(struct evaluation *evaluation)
{
    enum instruction_kind kind = evaluation->instruction->kind;
    if (kind == INSTRUCTION_CMD || kind == INSTRUCTION_ENTRYPOINT)
        return history_of_command(evaluation);
    if (kind == INSTRUCTION_ENV || kind == INSTRUCTION_LABEL)
        return history_of_pairs(evaluation);
    return g_strdup(evaluation->step->text);
}
