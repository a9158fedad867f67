/* Runs what has been parsed. Every command ends with a code; one that is not known with the code
   that whoever asked chooses for it. */
#include "mocks/dockerd/shell_private.h"

#include <string.h>

int shell_tell_unknown(struct shell *shell, const char *what)
{
    const char *const words[] = {what, NULL};
    shell->process->arguments = words;
    shell->unknown_count++;
    int code = shell->unknown(shell->process);
    shell->process->arguments = NULL;
    return code;
}

/* ---- what has commands in it ---- */

static int run_if(struct shell *shell, const struct shell_node *node)
{
    int code =
        shell_run_list(shell, g_ptr_array_index(node->children, 0), /* is_condition= */ true);
    if (shell->leave != SHELL_STAY)
        return code;
    if (code == 0)
        return shell_run_list(shell, g_ptr_array_index(node->children, 1),
                              /* is_condition= */ false);
    if (node->children->len < 3)
        return 0;
    const struct shell_node *rest = g_ptr_array_index(node->children, 2);
    return rest->kind == SHELL_IF ? run_if(shell, rest)
                                  : shell_run_list(shell, rest, /* is_condition= */ false);
}

static int define(struct shell *shell, const struct shell_node *node)
{
    struct shell_scope *scope = &shell->scope;
    if (scope->functions == NULL)
        scope->functions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_replace(scope->functions, g_strdup(g_ptr_array_index(node->words, 0)),
                         g_ptr_array_index(node->children, 0));
    return 0;
}

static int run_kind(struct shell *shell, const struct shell_node *node, bool is_condition)
{
    switch (node->kind) {
    case SHELL_COMMAND:
        return shell_run_command(shell, node);
    case SHELL_IF:
        return run_if(shell, node);
    case SHELL_BRACES:
    case SHELL_SUBSHELL:
        return shell_run_list(shell, g_ptr_array_index(node->children, 0), is_condition);
    case SHELL_WHILE:
    case SHELL_UNTIL:
        return shell_run_loop(shell, node);
    case SHELL_FOR:
        return shell_run_for(shell, node);
    case SHELL_COUNT:
        return shell_run_count(shell, node);
    case SHELL_CASE:
        return shell_run_case(shell, node);
    case SHELL_FUNCTION:
        return define(shell, node);
    case SHELL_LIST:
    case SHELL_ITEM:
    case SHELL_PIPELINE:
        break;
    }
    g_assert_not_reached();
}

/* What it changes of the shell ends with it. */
static int run_apart(struct shell *shell, const struct shell_node *node, bool is_condition)
{
    struct shell_scope outer = shell->scope;
    shell_scope_copy(&shell->scope, &outer);
    int code = node->kind == SHELL_LIST ? shell_run_list(shell, node, is_condition)
                                        : run_kind(shell, node, is_condition);

    shell_scope_clear(&shell->scope);
    shell->scope = outer;
    shell->leave = SHELL_STAY;
    shell->process->environment = (const char *const *)shell->scope.environment;
    shell->process->working_directory = shell->scope.directory;
    return code;
}

/* What a command has read of an input that is not its own, it has taken from whoever comes next. */
static void note_read(const struct shell *shell, struct streams *before)
{
    const struct task *task = process_task(shell->process);
    if (task->input == before->input)
        before->input_offset = task->input_offset;
}

static bool open_files(struct shell *shell, const struct shell_node *node, struct streams *streams,
                       GPtrArray *files, GBytes **held)
{
    bool is_known = true;
    for (guint i = 0; i < node->redirections->len; i++)
        is_known =
            shell_redirect(shell, g_ptr_array_index(node->redirections, i), streams, files, held) &&
            is_known;
    return is_known;
}

/* is_lost: something has gone into the file of stdout that nobody knows. */
static bool keep_files(const struct shell *shell, const struct streams *streams,
                       const GPtrArray *files, bool is_lost)
{
    bool is_known = true;
    for (guint i = 0; i < files->len; i++) {
        const struct shell_file *file = g_ptr_array_index(files, i);
        if (is_lost && streams->sinks[1].text == file->text)
            container_forget_file(shell->process->container, file->path);
        else
            is_known = shell_keep_file(shell, file) && is_known;
    }
    return is_known;
}

static int run_redirected(struct shell *shell, const struct shell_node *node, bool is_apart,
                          bool is_condition)
{
    struct task *task = process_task(shell->process);
    struct streams before = shell_streams(shell);
    struct streams streams = before;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(shell_file_free);
    g_autoptr(GBytes) held = NULL;
    bool was_unknown = task->is_output_unknown;
    bool is_known = open_files(shell, node, &streams, files, &held);
    bool goes_out = streams.sinks[1].text == before.sinks[1].text;
    bool is_subshell = is_apart || node->kind == SHELL_SUBSHELL;

    shell_set_streams(shell, &streams);
    task->is_output_unknown = false;
    int code =
        is_subshell ? run_apart(shell, node, is_condition) : run_kind(shell, node, is_condition);
    bool is_lost = task->is_output_unknown && !goes_out;
    task->is_output_unknown = was_unknown || (goes_out && task->is_output_unknown);
    note_read(shell, &before);
    shell_set_streams(shell, &before);
    is_known = keep_files(shell, &streams, files, is_lost) && is_known;
    return is_known || code != 0 ? code : shell_tell_unknown(shell, "a redirection");
}

int shell_run_node(struct shell *shell, const struct shell_node *node, bool is_condition)
{
    return run_redirected(shell, node, /* is_apart= */ false, is_condition);
}

/* Each command's output is the next one's input, as far as it is known. */
static int run_pipeline(struct shell *shell, const struct shell_node *node, bool is_condition)
{
    struct streams before = shell_streams(shell);
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
            streams.sinks[1] = (struct sink){.text = output};
        streams.input = i > 0 ? input : before.input;
        streams.input_offset = i > 0 ? 0 : before.input_offset;
        shell_set_streams(shell, &streams);
        task->is_output_unknown = false;
        code = run_redirected(shell, g_ptr_array_index(node->children, i), /* is_apart= */ last > 0,
                              is_condition);
        if (i == 0)
            note_read(shell, &before);
        g_clear_pointer(&input, g_bytes_unref);
        if (!task->is_output_unknown)
            input = g_bytes_new(output->str, output->len);
        worst = code != 0 ? code : worst;
    }
    task->is_output_unknown = is_unknown || task->is_output_unknown;
    shell_set_streams(shell, &before);
    return shell->scope.has_pipefail ? worst : code;
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

/* Whether another command may run: the process is still there, and no ceiling is reached. */
static bool takes_step(struct shell *shell)
{
    const struct task *task = process_task(shell->process);
    int64_t now_us = loop_now_us(task->dockerd->loop);

    if (fiber_is_cancelled(task->fiber)) {
        shell->leave = SHELL_EXIT;
        return false;
    }
    shell->still_count = now_us == shell->moved_us ? shell->still_count + 1 : 0;
    shell->moved_us = now_us;
    return ++shell->step_count < SHELL_STEPS_MAX && shell->still_count < SHELL_STILL_STEPS_MAX &&
           shell->depth < SHELL_RUN_DEPTH_MAX;
}

static void run_child(struct shell *shell, const struct shell_node *list, guint index,
                      bool is_condition)
{
    const struct shell_node *node = g_ptr_array_index(list->children, index);
    bool is_safe = is_condition || is_looked_at(list, index);
    shell->safe_count += is_safe;
    int code = run_pipeline(shell, node, is_safe);
    shell->safe_count -= is_safe;
    shell->code = node->is_negated && shell->leave != SHELL_EXIT ? code == 0 : code;
    bool is_over = shell->code != 0 && shell->scope.stops_on_error && !is_safe;
    if (is_over && shell->safe_count == 0 && shell->leave == SHELL_STAY)
        shell->leave = SHELL_EXIT;
}

int shell_run_list(struct shell *shell, const struct shell_node *list, bool is_condition)
{
    shell->depth++;
    for (guint i = 0; i < list->children->len && shell->leave == SHELL_STAY; i++) {
        const struct shell_node *node = g_ptr_array_index(list->children, i);
        if (!is_wanted(shell, node->when))
            continue;
        if (takes_step(shell)) {
            run_child(shell, list, i, is_condition);
        } else if (shell->leave == SHELL_STAY) {
            shell->leave = SHELL_EXIT;
            shell->code = shell_tell_unknown(shell, "a script without an end");
        }
    }
    shell->depth--;
    return shell->code;
}

/* ---- substitutions ---- */

const struct shell_node *shell_text(struct shell *shell, const char *script)
{
    struct shell_node *list = g_hash_table_lookup(shell->texts, script);
    if (list != NULL || g_hash_table_size(shell->texts) >= SHELL_TEXTS_MAX)
        return list;
    list = shell_parse(script);
    if (list != NULL)
        g_hash_table_insert(shell->texts, g_strdup(script), list);
    return list;
}

/* `$(< FILE)` is not understood; what is left of the output is without the newlines at its end. */
char *shell_substitute(struct shell *shell, const char *script)
{
    struct task *task = process_task(shell->process);
    const struct shell_node *list = shell_text(shell, script);
    struct streams before = shell_streams(shell);
    struct streams streams = before;
    g_autoptr(GString) output = g_string_new(NULL);
    bool is_unknown = task->is_output_unknown;
    int outer_code = shell->code;

    if (list == NULL)
        return NULL;
    streams.sinks[1] = (struct sink){.text = output};
    shell_set_streams(shell, &streams);
    task->is_output_unknown = false;
    shell->inner_code = run_apart(shell, list, /* is_condition= */ false);
    bool is_known = !task->is_output_unknown && output->len <= SHELL_VALUE_BYTES_MAX &&
                    strlen(output->str) == output->len;
    note_read(shell, &before);
    shell_set_streams(shell, &before);
    task->is_output_unknown = is_unknown;
    shell->code = outer_code;
    while (output->len > 0 && output->str[output->len - 1] == '\n')
        g_string_truncate(output, output->len - 1);
    return is_known ? g_strdup(output->str) : NULL;
}
