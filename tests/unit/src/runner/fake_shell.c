/* A scripted bash. */
#include "fake_shell.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECOND_US = 1000 * 1000
};

enum wait_kind {
    WAIT_FOREGROUND,
    WAIT_EXEC,
    WAIT_LOOP,
};

struct fake_shell {
    struct loop *loop;
    const char *directory;
    const char *home;
    GPtrArray *processes; /* struct process, all there ever were */
};

struct process {
    struct fake_shell *shell;
    char **lines;
    gsize next;
    char **environment;
    void (*output)(void *context, int stream, const char *bytes, gsize length_bytes);
    void *output_context;
    struct timer timer; /* the end of a wait */
    struct timer pipes_timer;
    enum wait_kind wait;
    int64_t wait_end_us;
    int64_t pipes_end_us; /* until when a descendant holds them */
    bool is_ignoring_term;
    bool has_exited;
    int exit_code;
    struct fiber_queue waiters;
};

static char *here(const struct fake_shell *shell, const char *path)
{
    return g_str_has_prefix(path, shell->home)
               ? g_strconcat(shell->directory, path + strlen(shell->home), NULL)
               : g_strdup(path);
}

static const char *variable(const struct process *process, const char *name)
{
    const char *found = "";
    gsize length = strlen(name);
    for (char **pair = process->environment; *pair != NULL; pair++)
        if (strncmp(*pair, name, length) == 0 && (*pair)[length] == '=')
            found = *pair + length + 1;
    return found;
}

static char *expanded(const struct process *process, const char *text)
{
    GString *plain = g_string_new(NULL);
    while (*text != '\0') {
        gsize length = 0;
        while (*text == '$' && (g_ascii_isalnum(text[length + 1]) || text[length + 1] == '_'))
            length++;
        if (length > 0) {
            g_autofree char *name = g_strndup(text + 1, length);
            g_string_append(plain, variable(process, name));
        } else if (text[0] == '\\' && text[1] == 'n') {
            g_string_append_c(plain, '\n');
            length = 1;
        } else {
            g_string_append_c(plain, *text);
        }
        text += length + 1;
    }
    return g_string_free(plain, FALSE);
}

static void say(struct process *process, int stream, const char *text)
{
    if (process->output != NULL)
        process->output(process->output_context, stream, text, strlen(text));
}

static void append_to(struct process *process, const char *path, const char *text)
{
    g_autofree char *file = here(process->shell, path);
    FILE *stream = fopen(file, "a");
    cr_assert_not_null(stream, "%s", file);
    fputs(text, stream);
    fclose(stream);
}

static void echo(struct process *process, const char *argument)
{
    g_auto(GStrv) halves = g_strsplit(argument, " >> ", 2);
    g_autofree char *text = expanded(process, halves[0]);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    if (halves[1] != NULL) {
        g_autofree char *path = expanded(process, halves[1]);
        append_to(process, path, line);
        return;
    }
    char *to_errors = strstr(line, " >&2");
    if (to_errors != NULL)
        strcpy(to_errors, "\n");
    say(process, to_errors != NULL ? 2 : 1, line);
}

/* fill TIMES KIB NAME [$FILE]: lines NAME0=xxx… and so on. */
static void fill(struct process *process, const char *arguments)
{
    g_auto(GStrv) words = g_strsplit(arguments, " ", 4);
    g_autofree char *filler = g_strnfill((gsize)atoi(words[1]) * 1024, 'x');
    g_autofree char *path = words[3] != NULL ? expanded(process, words[3]) : NULL;
    for (int i = 0; i < atoi(words[0]); i++) {
        g_autofree char *line = g_strdup_printf("%s%d=%s\n", words[2], i, filler);
        if (path != NULL)
            append_to(process, path, line);
        else
            say(process, 1, line);
    }
}

static void finish(struct process *process, int exit_code)
{
    if (process->has_exited)
        return;
    process->has_exited = true;
    process->exit_code = exit_code;
    timer_cancel(process->shell->loop, &process->timer);
    int64_t now = loop_now_us(process->shell->loop);
    if (process->pipes_end_us > now)
        timer_arm(process->shell->loop, &process->pipes_timer, process->pipes_end_us - now);
    fiber_queue_wake_all(&process->waiters);
}

static bool wait_for(struct process *process, enum wait_kind kind, const char *seconds)
{
    int64_t delay_us = (int64_t)(g_ascii_strtod(seconds, NULL) * SECOND_US);
    process->wait = kind;
    process->wait_end_us = loop_now_us(process->shell->loop) + delay_us;
    timer_arm(process->shell->loop, &process->timer, delay_us);
    return false;
}

/* Whether the next line may follow at once. */
static bool run_line(struct process *process, const char *line)
{
    if (line[0] == '\0' || line[0] == '#' || strcmp(line, "true") == 0)
        return true;
    if (strcmp(line, "echo") == 0)
        say(process, 1, "\n");
    else if (g_str_has_prefix(line, "echo "))
        echo(process, line + strlen("echo "));
    else if (g_str_has_prefix(line, "print "))
        say(process, 1, line + strlen("print "));
    else if (g_str_has_prefix(line, "sleep ") && g_str_has_suffix(line, " &"))
        process->pipes_end_us = loop_now_us(process->shell->loop) +
                                (int64_t)(g_ascii_strtod(line + 6, NULL) * SECOND_US);
    else if (g_str_has_prefix(line, "sleep "))
        return wait_for(process, WAIT_FOREGROUND, line + strlen("sleep "));
    else if (g_str_has_prefix(line, "exec sleep "))
        return wait_for(process, WAIT_EXEC, line + strlen("exec sleep "));
    else if (g_str_has_prefix(line, "loop "))
        return wait_for(process, WAIT_LOOP, line + strlen("loop "));
    else if (g_str_has_prefix(line, "fill "))
        fill(process, line + strlen("fill "));
    else if (strcmp(line, "trap TERM") == 0)
        process->is_ignoring_term = true;
    else if (strcmp(line, "false") == 0)
        finish(process, 1);
    else if (g_str_has_prefix(line, "exit "))
        finish(process, atoi(line + strlen("exit ")));
    else
        cr_assert_fail("the scripted bash does not know '%s'", line);
    return !process->has_exited;
}

static void go_on(void *argument)
{
    struct process *process = argument;
    while (process->lines[process->next] != NULL) {
        const char *line = g_strstrip(process->lines[process->next++]);
        if (!run_line(process, line))
            return;
    }
    finish(process, 0);
}

static void on_pipes_end(void *argument)
{
    struct process *process = argument;
    fiber_queue_wake_all(&process->waiters);
}

static void *start(void *self, const struct shell_start *options, GError **error)
{
    struct fake_shell *shell = self;
    struct process *process = g_new0(struct process, 1);
    g_autofree char *text = NULL;
    const char *path = "";
    for (const char *const *each = options->arguments; *each != NULL; each++)
        path = *each;
    g_autofree char *file = here(shell, path);
    if (strcmp(options->arguments[0], "pwsh") == 0 || strcmp(options->arguments[0], "cmd") == 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "%s: No such file or directory",
                    options->arguments[0]);
        g_free(process);
        return NULL;
    }
    if (!g_file_get_contents(file, &text, NULL, error)) {
        g_free(process);
        return NULL;
    }
    process->shell = shell;
    process->lines = g_strsplit(text, "\n", -1);
    process->environment = g_strdupv((char **)(uintptr_t)options->environment);
    process->output = options->output;
    process->output_context = options->output_context;
    g_queue_init(&process->waiters.waiters);
    timer_init(&process->timer, go_on, process);
    timer_init(&process->pipes_timer, on_pipes_end, process);
    timer_arm(shell->loop, &process->timer, 0);
    g_ptr_array_add(shell->processes, process);
    return process;
}

static bool wait_exit(void *argument, GError **error)
{
    struct process *process = argument;
    while (!process->has_exited)
        if (!fiber_queue_wait(process->shell->loop, &process->waiters, "a scripted process", error))
            return false;
    return true;
}

static bool wait_output_end(void *argument, GError **error)
{
    struct process *process = argument;
    while (!process->has_exited || process->pipes_end_us > loop_now_us(process->shell->loop))
        if (!fiber_queue_wait(process->shell->loop, &process->waiters, "scripted pipes", error))
            return false;
    return true;
}

static int exit_code(const void *argument)
{
    return ((const struct process *)argument)->exit_code;
}

/* A foreground child outlives the bash that waits for it and holds its pipes. */
static void die(struct process *process, int signal_number)
{
    if (process->wait == WAIT_FOREGROUND && timer_is_armed(&process->timer))
        process->pipes_end_us = MAX(process->pipes_end_us, process->wait_end_us);
    finish(process, 128 + signal_number);
}

static void take_signal(void *argument, int signal_number)
{
    struct process *process = argument;
    if (process->has_exited)
        return;
    bool is_waiting = process->next > 0 && process->wait != WAIT_EXEC;
    bool is_ignored = (signal_number == SIGINT && is_waiting) ||
                      (signal_number == SIGTERM && process->is_ignoring_term);
    if (!is_ignored)
        die(process, signal_number);
}

static void let_go(void *argument)
{
    struct process *process = argument;
    process->output = NULL;
}

static const char *complaint(void *self)
{
    (void)self;
    return NULL;
}

static void list_leftovers(void *self, GArray *leftovers)
{
    const struct fake_shell *shell = self;
    for (guint i = 0; i < shell->processes->len; i++) {
        const struct process *process = shell->processes->pdata[i];
        const struct shell_leftover leftover = {.number = i + 1, .name = g_strdup("sleep")};
        if (process->pipes_end_us > loop_now_us(shell->loop))
            g_array_append_val(leftovers, leftover);
        else
            g_free(leftover.name);
    }
}

static bool kill_leftovers(void *self, GError **error)
{
    const struct fake_shell *shell = self;
    (void)error;
    for (guint i = 0; i < shell->processes->len; i++)
        ((struct process *)shell->processes->pdata[i])->pipes_end_us = 0;
    return true;
}

static void process_free(void *argument)
{
    struct process *process = argument;
    timer_cancel(process->shell->loop, &process->timer);
    timer_cancel(process->shell->loop, &process->pipes_timer);
    g_strfreev(process->lines);
    g_strfreev(process->environment);
    g_free(process);
}

struct fake_shell *fake_shell_new(struct loop *loop, const char *directory, const char *home)
{
    struct fake_shell *shell = g_new0(struct fake_shell, 1);
    shell->loop = loop;
    shell->directory = directory;
    shell->home = home;
    shell->processes = g_ptr_array_new_with_free_func(process_free);
    return shell;
}

void fake_shell_free(struct fake_shell *shell)
{
    if (shell == NULL)
        return;
    g_ptr_array_unref(shell->processes);
    g_free(shell);
}

struct runner_shell fake_shell_of(struct fake_shell *shell)
{
    static const struct shell_type type = {
        .start = start,
        .wait_exit = wait_exit,
        .wait_output_end = wait_output_end,
        .exit_code = exit_code,
        .signal = take_signal,
        .free = let_go,
        .complaint = complaint,
        .leftovers = list_leftovers,
        .kill_leftovers = kill_leftovers,
    };
    return (struct runner_shell){.type = &type, .self = shell};
}
