/* A plain command of a script: its variables, its words, and who runs it. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

static int run_words(struct shell *shell, const char *const *words)
{
    struct process *process = shell->process;
    bool is_own = false;
    process->arguments = words;
    process->environment = (const char *const *)shell->scope.environment;
    process->working_directory = shell->scope.directory;

    int code = shell_run_builtin(shell, words, &is_own);
    process->environment = (const char *const *)shell->scope.environment;
    if (!is_own)
        code = common_program_run(process);
    return code >= 0 ? code : shell_tell_unknown(shell, words[0]);
}

/* "NAME=" or "NAME+=" before the value; NULL: it is no assignment. */
static const char *value_in(const char *word, gsize *length)
{
    *length = shell_name_length(word);
    if (*length == 0)
        return NULL;
    const char *rest = word + *length;
    return *rest == '=' ? rest + 1 : g_str_has_prefix(rest, "+=") ? rest + 2 : NULL;
}

static void assign_word(struct shell *shell, const char *word, gsize length, const char *raw)
{
    const char *before = "";
    g_autofree char *name = g_strndup(word, length);
    g_autofree char *value = shell_expand_text(shell, raw);
    bool is_known = word[length] == '=' || shell_get(shell, name, &before);
    g_autofree char *whole =
        value != NULL && is_known ? g_strconcat(before != NULL ? before : "", value, NULL) : NULL;
    shell_set(shell, name, whole);
}

/* NAME=value before the command: how many words that were. */
static guint assign(struct shell *shell, const struct shell_node *node)
{
    guint count = 0;
    for (; count < node->words->len; count++) {
        const char *word = g_ptr_array_index(node->words, count);
        gsize length = 0;
        const char *raw = value_in(word, &length);
        if (raw == NULL)
            break;
        assign_word(shell, word, length, raw);
    }
    return count;
}

/* [[ splits no words. NULL: one of them is not known. */
static char **expand_words(struct shell *shell, const struct shell_node *node, guint first)
{
    g_autoptr(GPtrArray) fields = g_ptr_array_new_with_free_func(g_free);
    bool is_whole = g_str_equal(g_ptr_array_index(node->words, first), "[[");

    for (guint i = first; i < node->words->len; i++) {
        const char *word = g_ptr_array_index(node->words, i);
        if (!is_whole && !shell_expand_fields(shell, word, fields))
            return NULL;
        char *text =
            is_whole && strpbrk(word, "*?") == NULL ? shell_expand_text(shell, word) : NULL;
        if (is_whole && text == NULL)
            return NULL;
        if (is_whole)
            g_ptr_array_add(fields, text);
    }
    g_ptr_array_add(fields, NULL);
    g_ptr_array_set_free_func(fields, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&fields), FALSE);
}

/* A command of which a word is not known: `echo $HOME` still ends well. */
static int run_unknown_words(struct shell *shell, const struct shell_node *node, guint first)
{
    const char *name = g_ptr_array_index(node->words, first);
    shell_forget(shell, node);
    if (g_str_equal(name, "exit"))
        shell->leave = SHELL_EXIT;
    if (g_str_equal(name, "return"))
        shell->leave = SHELL_RETURN;
    return shell_tell_unknown(shell, name);
}

/* ((i++)) ends well where it does not come to zero. */
static int run_sum(struct shell *shell, const char *word)
{
    g_autofree char *inside = g_strndup(word + 2, strlen(word) - 4);
    g_autofree char *text = shell_expand_here(shell, inside);
    gint64 value = 0;
    if (text == NULL || !shell_calculate(shell, text, &value))
        return shell_tell_unknown(shell, "((");
    return value == 0;
}

static int run_expanded(struct shell *shell, const struct shell_node *node, guint first)
{
    g_auto(GStrv) words = expand_words(shell, node, first);
    bool is_known = words != NULL && shell->scope.directory != NULL;
    if (is_known && words[0] == NULL)
        return MAX(shell->inner_code, 0);
    int code = is_known ? run_words(shell, (const char *const *)words)
                        : run_unknown_words(shell, node, first);
    /* The words end with this frame. */
    shell->process->arguments = NULL;
    return code;
}

/* Variables before a command are its own. */
static void restore(struct shell *shell, const struct shell_node *node, guint count, char **before)
{
    for (guint i = 0; i < count; i++) {
        const char *word = g_ptr_array_index(node->words, i);
        g_autofree char *name = g_strndup(word, shell_name_length(word));
        const char *value = g_environ_getenv(before, name);
        if (value != NULL)
            shell_set(shell, name, value);
        else
            shell->scope.environment = g_environ_unsetenv(shell->scope.environment, name);
    }
}

int shell_run_command(struct shell *shell, const struct shell_node *node)
{
    g_auto(GStrv) before = NULL;
    const char *word = g_ptr_array_index(node->words, 0);
    gsize length = 0;

    shell->inner_code = -1;
    if (g_str_has_prefix(word, "((") && node->words->len == 1)
        return run_sum(shell, word);
    if (value_in(word, &length) != NULL)
        before = g_strdupv(shell->scope.environment);
    guint first = assign(shell, node);
    if (first == node->words->len)
        return MAX(shell->inner_code, 0);
    int code = run_expanded(shell, node, first);
    restore(shell, node, first, before);
    return code;
}
