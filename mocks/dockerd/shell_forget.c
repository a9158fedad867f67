/* What a part of a script that is passed over would have set and written. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

struct forgetting {
    struct shell *shell;
    int depth;
};

static void forget(struct forgetting *forgetting, const struct shell_node *node);

static void forget_assigned(struct shell *shell, const char *word)
{
    gsize length = shell_name_length(word);
    bool is_assignment = word[length] == '=' || g_str_has_prefix(word + length, "+=");
    g_autofree char *name = g_strndup(word, length);
    if (length > 0 && is_assignment)
        shell_set(shell, name, NULL);
}

/* Commands whose words name variables or folders that they set. */
static void forget_of_command(struct forgetting *forgetting, const struct shell_node *node)
{
    static const char *const setters[] = {"read", "unset", "eval", NULL};
    struct shell *shell = forgetting->shell;
    const char *name = NULL;

    for (guint i = 0; i < node->words->len; i++) {
        const char *word = g_ptr_array_index(node->words, i);
        forget_assigned(shell, word);
        if (name != NULL && g_strv_contains(setters, name) && shell_name_length(word) > 0)
            shell_set(shell, word, NULL);
        if (name == NULL && strchr(word, '=') == NULL)
            name = word;
    }
    if (g_strcmp0(name, "set") == 0 || g_strcmp0(name, "shift") == 0)
        g_clear_pointer(&shell->scope.parameters, g_strfreev);
    if (g_strcmp0(name, "cd") == 0)
        g_clear_pointer(&shell->scope.directory, g_free);
    GHashTable *functions = shell->scope.functions;
    const struct shell_node *body =
        functions != NULL && name != NULL ? g_hash_table_lookup(functions, name) : NULL;
    if (body != NULL)
        forget(forgetting, body);
}

/* A file that may have been written is one of which nothing is known. */
static void forget_file(struct shell *shell, const struct shell_redirection *redirection)
{
    bool is_written = redirection->word != NULL && redirection->stream != 0;
    g_autofree char *path =
        is_written && !strchr(redirection->word, '`') && !strstr(redirection->word, "$(")
            ? shell_expand_text(shell, redirection->word)
            : NULL;
    if (path == NULL || shell->scope.directory == NULL)
        return;
    g_autofree char *full = process_path(shell->process, path);
    container_forget_file(shell->process->container, full);
}

static void forget(struct forgetting *forgetting, const struct shell_node *node)
{
    if (forgetting->depth >= SHELL_DEPTH_MAX * 2)
        return;
    forgetting->depth++;
    for (guint i = 0; i < node->redirections->len; i++)
        forget_file(forgetting->shell, g_ptr_array_index(node->redirections, i));
    if (node->kind == SHELL_COMMAND)
        forget_of_command(forgetting, node);
    else if (node->kind == SHELL_FOR)
        shell_set(forgetting->shell, g_ptr_array_index(node->words, 0), NULL);
    for (guint i = 0; i < node->children->len; i++)
        forget(forgetting, g_ptr_array_index(node->children, i));
    forgetting->depth--;
}

void shell_forget(struct shell *shell, const struct shell_node *node)
{
    struct forgetting forgetting = {.shell = shell};
    forget(&forgetting, node);
}
