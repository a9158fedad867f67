/* Commands that actions and the runner itself start: answered by the machine's command host, or
   real children. */
#include "base/limits.h"
#include "runner/use.h"

#include <signal.h>
#include <string.h>

struct command_run {
    struct leg_run *leg;
    struct step_run *step; /* NULL: its starter is gone */
    char **arguments;
    char **environment;
    char *directory;
    char *input; /* not read yet; or NULL */
    bool is_silent;
    int64_t limit_us;
    GString *output, *errors;
    struct fiber *fiber;
    struct fiber *waiter;
    int exit_code;
    bool is_over;
    unsigned number;
    void *child; /* what the command itself started */
};

static void command_run_free(struct command_run *run)
{
    g_strfreev(run->arguments);
    g_strfreev(run->environment);
    g_free(run->directory);
    g_free(run->input);
    g_string_free(run->output, TRUE);
    g_string_free(run->errors, TRUE);
    if (run->child != NULL)
        run->leg->shell.type->free(run->child);
    g_free(run);
}

static void take(struct command_run *run, int stream, const void *bytes, gsize length_bytes)
{
    GString *kept = stream == 2 ? run->errors : run->output;
    gsize room = ACTION_OUTPUT_BYTES_MAX - MIN(kept->len, ACTION_OUTPUT_BYTES_MAX);
    if (run->step == NULL)
        return;
    g_string_append_len(kept, bytes, (gssize)MIN(room, length_bytes));
    if (!run->is_silent)
        step_output(run->step, stream, bytes, length_bytes);
}

static bool seam_read(void *self, GByteArray *chunk, bool *is_end, GError **error)
{
    struct command_run *run = self;
    (void)error;
    *is_end = true;
    if (run->input != NULL)
        g_byte_array_append(chunk, (const guint8 *)run->input, (guint)strlen(run->input));
    g_clear_pointer(&run->input, g_free);
    return true;
}

static bool seam_write(void *self, int stream, const void *bytes, gsize length_bytes,
                       GError **error)
{
    struct command_run *run = self;
    if (run->step == NULL) {
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_IO, "broken pipe");
        fiber_cancel(run->fiber); /* SIGPIPE */
        return false;
    }
    take(run, stream, bytes, length_bytes);
    return true;
}

static char *seam_host_path(void *self, const char *path)
{
    const struct command_run *run = self;
    return leg_host_path(run->leg, path);
}

static void on_child_output(void *context, int stream, const char *bytes, gsize length_bytes)
{
    take(context, stream, bytes, length_bytes);
}

static void *start_process(struct command_run *run, const char *const *arguments,
                           const char *const *environment, GError **error)
{
    const struct shell_start start = {.arguments = arguments,
                                      .environment = environment,
                                      .directory = run->directory,
                                      .tracking = run->leg->tracking,
                                      .output = on_child_output,
                                      .output_context = run};
    if (run->leg->shell.type == NULL) {
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, "no such file or directory");
        return NULL;
    }
    return run->leg->shell.type->start(run->leg->shell.self, &start, error);
}

static bool seam_start_child(void *self, const char *const *arguments,
                             const char *const *environment, GError **error)
{
    struct command_run *run = self;
    run->child = start_process(run, arguments, environment, error);
    return run->child != NULL;
}

static void seam_signal_child(void *self, int signal_number)
{
    struct command_run *run = self;
    if (run->child != NULL)
        run->leg->shell.type->signal(run->child, signal_number);
}

static bool seam_wait_child(void *self, int *exit_code, GError **error)
{
    struct command_run *run = self;
    const struct shell_type *type = run->leg->shell.type;
    if (run->child == NULL || !type->wait_exit(run->child, error))
        return false;
    *exit_code = type->exit_code(run->child);
    return true;
}

static void seam_let_root_write(void *self, bool is_root)
{
    const struct command_run *run = self;
    if (run->leg->machine->sandbox != NULL)
        sandbox_let_root_write(run->leg->machine->sandbox, is_root);
}

static bool seam_shows_settings(void *self)
{
    const struct command_run *run = self;
    const struct sandbox *sandbox = run->leg->machine->sandbox;
    return sandbox != NULL && sandbox_shows_settings(sandbox);
}

static const struct command_seam seam = {
    .read = seam_read,
    .write = seam_write,
    .host_path = seam_host_path,
    .start_child = seam_start_child,
    .signal_child = seam_signal_child,
    .wait_child = seam_wait_child,
    .let_root_write = seam_let_root_write,
    .shows_settings = seam_shows_settings,
};

static void forget(struct command_run *run)
{
    g_ptr_array_remove(run->leg->leftovers, run);
    if (run->leg->fiber != NULL)
        fiber_wake(run->leg->fiber);
    command_run_free(run);
}

static void answer(void *argument)
{
    struct command_run *run = argument;
    const struct command_host *host = run->leg->machine->host;
    const struct command_call call = {.arguments = (const char *const *)run->arguments,
                                      .environment = (const char *const *)run->environment,
                                      .directory = run->directory,
                                      .seam = &seam,
                                      .self = run};
    run->exit_code = host->run(host->self, &call);
    run->is_over = true;
    if (run->step == NULL)
        forget(run);
    else
        fiber_wake(run->waiter);
}

static bool has_name(const char *const *names, const char *name)
{
    for (; names != NULL && *names != NULL; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static bool has_command(const struct command_host *host, const char *name)
{
    return host != NULL && (has_name(host->names, name) || has_name(host->apart, name));
}

static struct command_run *run_new(struct step_run *step, const struct command_order *order)
{
    struct command_run *run = g_new0(struct command_run, 1);
    run->leg = step->leg;
    run->step = step;
    run->arguments = g_strdupv((char **)(uintptr_t)order->arguments);
    run->environment = g_strdupv((char **)(uintptr_t)order->environment);
    run->directory = g_strdup(order->directory != NULL ? order->directory : step->leg->workspace);
    run->input = g_strdup(order->input);
    run->is_silent = order->is_silent;
    run->limit_us = order->limit_us;
    run->output = g_string_new(NULL);
    run->errors = g_string_new(NULL);
    run->number = ++step->leg->leftover_count;
    run->waiter = fiber_current(step->leg->loop);
    return run;
}

static void copy_result(const struct command_run *run, struct action_exec_result *result)
{
    result->exit_code = run->exit_code;
    result->output = g_memdup2(run->output->str, run->output->len + 1);
    result->output_bytes = run->output->len;
    result->errors = g_strdup(run->errors->str);
}

/* The starter is gone: what it writes from here on goes nowhere. */
static void leave(struct command_run *run)
{
    run->step = NULL;
    g_ptr_array_add(run->leg->leftovers, run);
}

/* Its time is over: it is killed, and nobody waits for its end. */
static void give_up(struct command_run *run, struct action_exec_result *result, GError **error)
{
    copy_result(run, result);
    result->exit_code = 128 + SIGTERM;
    result->has_timed_out = true;
    g_clear_error(error);
}

static void begin_limit(const struct command_run *run, struct deadline *limit)
{
    if (run->limit_us > 0)
        deadline_begin(run->leg->loop, limit, "limit of a command", run->limit_us);
}

static bool answer_by_host(struct command_run *run, struct action_exec_result *result,
                           GError **error)
{
    struct leg_run *leg = run->leg;
    GError *wrong = NULL;
    DEADLINE(limit);
    run->fiber = fiber_spawn(leg->loop, "command", answer, run);
    begin_limit(run, &limit);
    while (!run->is_over && wrong == NULL)
        if (!fiber_park(leg->loop, "a command", &wrong) && run->is_over)
            g_clear_error(&wrong);
    if (run->is_over) {
        copy_result(run, result);
        command_run_free(run);
        return true;
    }
    bool has_expired = run->limit_us > 0 && limit.has_expired;
    if (has_expired) {
        give_up(run, result, &wrong);
        fiber_cancel(run->fiber);
    }
    leave(run);
    if (wrong != NULL)
        g_propagate_error(error, wrong);
    return has_expired;
}

/* A child of node: when that is interrupted the child hears nothing of it. */
static bool answer_by_process(struct command_run *run, struct action_exec_result *result,
                              bool *is_found, GError **error)
{
    const struct shell_type *type = run->leg->shell.type;
    GError *wrong = NULL;
    DEADLINE(limit);
    void *process = start_process(run, (const char *const *)run->arguments,
                                  (const char *const *)run->environment, NULL);
    *is_found = process != NULL;
    if (process == NULL) {
        command_run_free(run);
        return true;
    }
    begin_limit(run, &limit);
    bool is_fine = type->wait_exit(process, &wrong) && type->wait_output_end(process, &wrong);
    if (is_fine) {
        run->exit_code = type->exit_code(process);
        copy_result(run, result);
    } else if (run->limit_us > 0 && limit.has_expired) {
        type->signal(process, SIGTERM);
        give_up(run, result, &wrong);
        is_fine = true;
    }
    type->free(process);
    command_run_free(run);
    if (wrong != NULL)
        g_propagate_error(error, wrong);
    return is_fine;
}

bool command_perform(struct step_run *step, const struct command_order *order,
                     struct action_exec_result *result, bool *is_found, GError **error)
{
    struct command_run *run = run_new(step, order);
    *is_found = true;
    bool is_fine = has_command(step->leg->machine->host, order->arguments[0])
                       ? answer_by_host(run, result, error)
                       : answer_by_process(run, result, is_found, error);
    step_output_end(step);
    return is_fine;
}

/* Cancels them and waits: each takes itself out of the list. */
void commands_drop(struct leg_run *leg)
{
    DEADLINE(shield);
    deadline_begin_shielded(leg->loop, &shield, "commands left behind", INT64_MAX);
    for (guint i = 0; i < leg->leftovers->len; i++)
        fiber_cancel(((struct command_run *)leg->leftovers->pdata[i])->fiber);
    while (leg->leftovers->len > 0)
        if (!fiber_park(leg->loop, "commands left behind", NULL))
            break;
}

void commands_end(struct step_run *step)
{
    GPtrArray *leftovers = step->leg->leftovers;
    for (guint i = 0; i < leftovers->len; i++) {
        const struct command_run *run = leftovers->pdata[i];
        step_print(step, "Terminate orphan process: pid (%u) (%s)", run->number, run->arguments[0]);
    }
    commands_drop(step->leg);
}
