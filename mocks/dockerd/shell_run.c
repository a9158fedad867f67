/* Runs what has been parsed. Every command ends with a code; one that is not known with the code
   that whoever asked chooses for it. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

static int run_list(struct shell *shell, const struct shell_node *list, bool is_condition);
static int run_pipeline(struct shell *shell, const struct shell_node *node, bool is_condition);

/* ---- what the shell does itself ---- */

static int change_folder(struct shell *shell, const char *path)
{
    const struct file *file = NULL;
    if (path == NULL || shell->directory == NULL) {
        g_clear_pointer(&shell->directory, g_free);
        return -1;
    }
    g_autofree char *full = process_path(shell->process, path);
    enum path_fact fact = container_look(shell->process->container, full, &file);
    if (fact == PATH_FILE || fact == PATH_MISSING)
        return 2;
    g_free(shell->directory);
    shell->directory = g_steal_pointer(&full);
    shell->process->working_directory = shell->directory;
    return fact == PATH_FOLDER ? 0 : -1;
}

static int set_options(struct shell *shell, const char *const *words)
{
    for (gsize i = 1; words[i] != NULL; i++) {
        bool is_on = words[i][0] == '-';
        if (!is_on && words[i][0] != '+')
            return -1;
        if (strchr(words[i], 'e') != NULL)
            shell->stops_on_error = is_on;
        if (strchr(words[i], 'o') == NULL || words[i + 1] == NULL)
            continue;
        i++;
        if (g_str_equal(words[i], "pipefail"))
            shell->has_pipefail = is_on;
        else if (g_str_equal(words[i], "errexit"))
            shell->stops_on_error = is_on;
    }
    return 0;
}

static int export_words(struct shell *shell, const char *const *words)
{
    for (gsize i = 1; words[i] != NULL; i++) {
        gsize length = shell_name_length(words[i]);
        g_autofree char *name = g_strndup(words[i], length);
        if (length == 0)
            return -1;
        if (words[i][length] == '=')
            shell->environment = shell_set(shell->environment, name, words[i] + length + 1);
    }
    return 0;
}

static int leave(struct shell *shell, const char *const *words)
{
    shell->is_over = true;
    return words[1] != NULL ? (int)(g_ascii_strtoll(words[1], NULL, 10) & 0xff) : shell->code;
}

/* -1: it is none of the shell's own, or one of which nothing is known. */
static int run_own(struct shell *shell, const char *const *words, bool *is_own)
{
    *is_own = true;
    if (g_str_equal(words[0], ":"))
        return 0;
    if (g_str_equal(words[0], "exit"))
        return leave(shell, words);
    if (g_str_equal(words[0], "cd"))
        return change_folder(shell, words[1]);
    if (g_str_equal(words[0], "set"))
        return set_options(shell, words);
    if (g_str_equal(words[0], "export"))
        return export_words(shell, words);
    *is_own = false;
    return -1;
}

/* ---- plain commands ---- */

static int run_words(struct shell *shell, const char *const *words)
{
    struct process *process = shell->process;
    bool is_own = false;
    process->arguments = words;
    process->environment = (const char *const *)shell->environment;
    process->working_directory = shell->directory;

    int code = run_own(shell, words, &is_own);
    if (!is_own)
        code = common_program_run(process);
    return code >= 0 ? code : shell->unknown(process);
}

/* NAME=value before the command; how many words that were, or -1 when a value is not known. */
static int assign(struct shell *shell, const struct shell_node *node)
{
    guint count = 0;
    for (; count < node->words->len; count++) {
        const char *word = g_ptr_array_index(node->words, count);
        gsize length = shell_name_length(word);
        if (length == 0 || word[length] != '=')
            break;
        g_autofree char *name = g_strndup(word, length);
        g_autofree char *quoted = g_strdup_printf("\"%s\"", word + length + 1);
        bool is_plain = strpbrk(word, "\"'\\") == NULL;
        g_autofree char *value = shell_expand(is_plain ? quoted : word + length + 1,
                                              (const char *const *)shell->environment);
        shell->environment = shell_set(shell->environment, name, value);
    }
    return (int)count;
}

static char **expand_words(const struct shell *shell, const struct shell_node *node, int first)
{
    GPtrArray *words = g_ptr_array_new_with_free_func(g_free);
    for (guint i = (guint)first; i < node->words->len; i++) {
        char *word = shell_expand(g_ptr_array_index(node->words, i),
                                  (const char *const *)shell->environment);
        if (word == NULL) {
            g_ptr_array_unref(words);
            return NULL;
        }
        g_ptr_array_add(words, word);
    }
    g_ptr_array_add(words, NULL);
    g_ptr_array_set_free_func(words, NULL);
    return (char **)g_ptr_array_free(words, FALSE);
}

/* A command of which a word is not known: `echo $HOME` still ends well. */
static int run_unknown_words(struct shell *shell, const struct shell_node *node, int first)
{
    const char *name = g_ptr_array_index(node->words, (guint)first);
    const char *const words[] = {name, NULL};
    shell->process->arguments = words;
    if (g_str_equal(name, "exit"))
        shell->is_over = true;
    if (g_str_equal(name, "cd"))
        g_clear_pointer(&shell->directory, g_free);
    return shell->unknown(shell->process);
}

static int run_command(struct shell *shell, const struct shell_node *node)
{
    int first = assign(shell, node);
    if ((guint)first == node->words->len)
        return 0;
    g_auto(GStrv) words = expand_words(shell, node, first);
    bool is_known = words != NULL && shell->directory != NULL;
    int code = is_known ? run_words(shell, (const char *const *)words)
                        : run_unknown_words(shell, node, first);
    /* The words end with this frame. */
    shell->process->arguments = NULL;
    return code;
}

/* ---- what has commands in it ---- */

static int run_if(struct shell *shell, const struct shell_node *node)
{
    int code = run_list(shell, g_ptr_array_index(node->children, 0), /* is_condition= */ true);
    if (shell->is_over)
        return code;
    if (code == 0)
        return run_list(shell, g_ptr_array_index(node->children, 1), /* is_condition= */ false);
    if (node->children->len < 3)
        return 0;
    const struct shell_node *rest = g_ptr_array_index(node->children, 2);
    return rest->kind == SHELL_IF ? run_if(shell, rest)
                                  : run_list(shell, rest, /* is_condition= */ false);
}

static int run_kind(struct shell *shell, const struct shell_node *node, bool is_condition)
{
    switch (node->kind) {
    case SHELL_COMMAND:
        return run_command(shell, node);
    case SHELL_IF:
        return run_if(shell, node);
    case SHELL_BRACES:
    case SHELL_SUBSHELL:
        return run_list(shell, g_ptr_array_index(node->children, 0), is_condition);
    case SHELL_LIST:
        return run_list(shell, node, is_condition);
    case SHELL_PIPELINE:
        return run_pipeline(shell, node, is_condition);
    }
    g_assert_not_reached();
}

/* Runs something whose `cd`, variables and `exit` stay its own. */
static int run_apart(struct shell *shell, const struct shell_node *node, bool is_condition)
{
    g_auto(GStrv) environment = g_strdupv(shell->environment);
    g_autofree char *directory = g_strdup(shell->directory);
    int code = run_kind(shell, node, is_condition);

    shell->is_over = false;
    g_strfreev(shell->environment);
    shell->environment = g_steal_pointer(&environment);
    g_free(shell->directory);
    shell->directory = g_steal_pointer(&directory);
    shell->process->working_directory = shell->directory;
    return code;
}

static int run_redirected(struct shell *shell, const struct shell_node *node, bool is_apart,
                          bool is_condition)
{
    const struct streams before = shell_streams(shell);
    struct streams streams = before;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(shell_file_free);
    bool is_known = true;
    bool is_subshell = is_apart || node->kind == SHELL_SUBSHELL;

    for (guint i = 0; i < node->redirections->len; i++)
        is_known =
            shell_redirect(shell, g_ptr_array_index(node->redirections, i), &streams, files) &&
            is_known;
    shell_set_streams(shell, &streams);
    int code =
        is_subshell ? run_apart(shell, node, is_condition) : run_kind(shell, node, is_condition);
    shell_set_streams(shell, &before);
    for (guint i = 0; i < files->len; i++)
        is_known = shell_keep_file(shell, g_ptr_array_index(files, i)) && is_known;
    if (is_known || code != 0)
        return code;
    const char *const words[] = {"a redirection", NULL};
    shell->process->arguments = words;
    return shell->unknown(shell->process);
}

/* Each command's output is the next one's input, as far as it is known. */
static int run_pipeline(struct shell *shell, const struct shell_node *node, bool is_condition)
{
    const struct streams before = shell_streams(shell);
    struct task *task = process_task(shell->process);
    g_autoptr(GBytes) input = NULL;
    const guint last = node->children->len - 1;
    bool is_unknown = task->is_output_unknown;
    int worst = 0;
    int code = 0;

    for (guint i = 0; i <= last; i++) {
        struct streams streams = before;
        g_autoptr(GString) output = g_string_new(NULL);
        if (i < last)
            streams.sinks[1].text = output;
        streams.input = i > 0 ? input : before.input;
        shell_set_streams(shell, &streams);
        task->is_output_unknown = false;
        code = run_redirected(shell, g_ptr_array_index(node->children, i), /* is_apart= */ last > 0,
                              is_condition);
        g_clear_pointer(&input, g_bytes_unref);
        if (!task->is_output_unknown)
            input = g_bytes_new(output->str, output->len);
        worst = code != 0 ? code : worst;
    }
    task->is_output_unknown = is_unknown || task->is_output_unknown;
    shell_set_streams(shell, &before);
    return shell->has_pipefail ? worst : code;
}

static bool is_wanted(const struct shell *shell, enum shell_when when)
{
    return when == SHELL_ALWAYS || (when == SHELL_AFTER_SUCCESS) == (shell->code == 0);
}

/* `set -e` looks away where && or || or ! looks. */
static bool is_looked_at(const struct shell_node *list, guint index)
{
    const struct shell_node *node = g_ptr_array_index(list->children, index);
    const struct shell_node *next =
        index + 1 < list->children->len ? g_ptr_array_index(list->children, index + 1) : NULL;
    return node->is_negated || (next != NULL && next->when != SHELL_ALWAYS);
}

static int run_list(struct shell *shell, const struct shell_node *list, bool is_condition)
{
    for (guint i = 0; i < list->children->len && !shell->is_over; i++) {
        const struct shell_node *node = g_ptr_array_index(list->children, i);
        bool is_safe = is_condition || is_looked_at(list, i);
        if (!is_wanted(shell, node->when))
            continue;
        int code = run_pipeline(shell, node, is_safe);
        shell->code = node->is_negated && !shell->is_over ? code == 0 : code;
        if (shell->code != 0 && shell->stops_on_error && !is_safe)
            shell->is_over = true;
    }
    return shell->code;
}

/* ---- sh -c ---- */

static bool is_shell(const char *word)
{
    static const char *const names[] = {"sh", "bash", "ash", "dash", NULL};
    g_autofree char *name = g_path_get_basename(word);
    return g_strv_contains(names, name);
}

/* The script of `sh -euxo pipefail -c SCRIPT`; NULL: it is none. */
static const char *read_options(struct shell *shell, const char *const *words)
{
    if (!is_shell(words[0]))
        return NULL;
    for (gsize i = 1; words[i] != NULL && words[i][0] == '-' && words[i][1] != '-'; i++) {
        const char *letters = words[i] + 1;
        shell->stops_on_error |= strchr(letters, 'e') != NULL;
        if (strchr(letters, 'o') != NULL && words[i + 1] != NULL) {
            shell->has_pipefail |= g_str_equal(words[i + 1], "pipefail");
            words++;
        }
        if (strchr(letters, 'c') != NULL)
            return words[i + 1];
    }
    return NULL;
}

int shell_run(struct process *process, shell_unknown_fn *unknown)
{
    const struct process outer = *process;
    struct shell shell = {.process = process, .unknown = unknown};
    const char *script = read_options(&shell, process->arguments);
    AUTO(shell_node) list = script != NULL ? shell_parse(script) : NULL;

    if (list == NULL)
        return -1;
    shell.environment = g_strdupv((char **)process->environment);
    shell.directory = g_strdup(process->working_directory);
    int code = run_list(&shell, list, /* is_condition= */ false);
    *process = outer;
    g_strfreev(shell.environment);
    g_free(shell.directory);
    return code;
}
