/* Processes of a leg as children in a sandbox. */
#include "process/child.h"
#include "runner/shell.h"

static void *shell_start(void *self, const struct shell_start *start, GError **error)
{
    const struct child_options options = {
        .arguments = start->arguments,
        .environment = start->environment,
        .directory = start->directory,
        .tracking = start->tracking,
        .output = start->output,
        .output_context = start->output_context,
    };
    return child_start(self, &options, error);
}

static bool shell_wait_exit(void *process, GError **error)
{
    return child_wait_exit(process, error);
}

static bool shell_wait_output_end(void *process, GError **error)
{
    return child_wait_output_end(process, error);
}

static int shell_exit_code(const void *process)
{
    return child_exit_code(process);
}

static void shell_signal(void *process, int signal_number)
{
    child_signal(process, signal_number);
}

static void shell_free(void *process)
{
    child_free(process);
}

static const char *shell_complaint(void *self)
{
    return sandbox_complaint(self);
}

static void shell_leftovers(void *self, GArray *leftovers)
{
    g_autoptr(GPtrArray) found = sandbox_leftovers(self);
    for (guint i = 0; i < found->len; i++) {
        const struct leftover *each = found->pdata[i];
        const struct shell_leftover leftover = {.number = each->number,
                                                .name = g_strdup(each->name)};
        g_array_append_val(leftovers, leftover);
    }
}

static bool shell_kill_leftovers(void *self, GError **error)
{
    return sandbox_kill_leftovers(self, error);
}

struct runner_shell shell_of_sandbox(struct sandbox *sandbox)
{
    static const struct shell_type type = {
        .start = shell_start,
        .wait_exit = shell_wait_exit,
        .wait_output_end = shell_wait_output_end,
        .exit_code = shell_exit_code,
        .signal = shell_signal,
        .free = shell_free,
        .complaint = shell_complaint,
        .leftovers = shell_leftovers,
        .kill_leftovers = shell_kill_leftovers,
    };
    return (struct runner_shell){.type = &type, .self = sandbox};
}
