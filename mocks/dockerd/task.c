/* Processes: one fiber each, their signals, their output, their end. */
#include "mocks/dockerd/container.h"

#include "base/limits.h"
#include "base/units.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>

enum {
    EXIT_BY_SIGNAL = 128,
    EXIT_OUT_OF_MEMORY = EXIT_BY_SIGNAL + SIGKILL
};

struct task *task_new(struct container *container, const char *id, const char *const *arguments,
                      const char *const *environment, const char *working_directory)
{
    struct task *task = g_new0(struct task, 1);
    task->reference_count = 1;
    task->dockerd = container->dockerd;
    task->container = container_ref(container);
    task->id = g_strdup(id);
    task->arguments = g_strdupv((char **)arguments);
    task->environment = g_strdupv((char **)environment);
    task->working_directory = g_strdup(working_directory);
    task->process = (struct process){
        .container = container,
        .arguments = (const char *const *)task->arguments,
        .environment = (const char *const *)task->environment,
        .working_directory = task->working_directory,
        .stream = task,
    };
    for (int stream = 1; stream <= 2; stream++)
        task->sinks[stream].stream = stream;
    return task;
}

struct task *task_ref(struct task *task)
{
    task->reference_count++;
    return task;
}

void task_unref(struct task *task)
{
    if (task == NULL || --task->reference_count > 0)
        return;
    g_free(task->id);
    g_strfreev(task->arguments);
    g_strfreev(task->environment);
    g_free(task->working_directory);
    outlet_unref(task->outlet);
    container_unref(task->container);
    g_free(task);
}

char *process_path(const struct process *process, const char *path)
{
    g_autofree char *full =
        *path == '/' ? g_strdup(path) : g_build_filename(process->working_directory, path, NULL);
    return file_path_clean(full);
}

struct task *process_task(const struct process *process)
{
    return process->stream;
}

char *task_command_line(const struct task *task)
{
    return g_strjoinv(" ", task->arguments);
}

GBytes *process_take_input(struct process *process)
{
    struct task *task = process_task(process);
    if (task->input == NULL)
        return NULL;
    gsize length_bytes = g_bytes_get_size(task->input);
    gsize offset = task->input_offset;
    task->input_offset = length_bytes;
    return g_bytes_new_from_bytes(task->input, offset, length_bytes - offset);
}

/* ---- output ---- */

static bool exec_output(struct task *task, int stream, const char *bytes, gsize length_bytes,
                        GError **error)
{
    if (task->outlet == NULL || !task->is_attached[stream])
        return true;
    if (task->has_terminal)
        return outlet_write(task->outlet, bytes, length_bytes, error);
    return outlet_write_frame(task->outlet, stream, bytes, length_bytes, error);
}

bool process_write_bytes(struct process *process, int stream, const char *bytes, gsize length_bytes,
                         GError **error)
{
    struct task *task = process_task(process);
    g_assert(stream == 1 || stream == 2);
    const struct sink *sink = &task->sinks[stream];
    if (sink->text != NULL) {
        if (sink->text->len + length_bytes <= CONTAINER_LOG_BYTES_MAX)
            g_string_append_len(sink->text, bytes, (gssize)length_bytes);
        return true;
    }
    stream = sink->stream != 0 ? sink->stream : stream;
    if (task->id != NULL)
        return exec_output(task, stream, bytes, length_bytes, error);
    return container_output(task->container, stream, bytes, length_bytes, error);
}

bool process_write(struct process *process, int stream, const char *text, GError **error)
{
    return process_write_bytes(process, stream, text, strlen(text), error);
}

bool process_printf(struct process *process, int stream, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return process_write(process, stream, text, error);
}

/* Last words of a process that is ending anyway: whether anybody got them does not matter. */
static void say(struct task *task, int stream, const char *text)
{
    g_autoptr(GError) ignored = NULL;
    if (!process_write(&task->process, stream, text, &ignored))
        g_clear_error(&ignored);
}

/* ---- running ---- */

/* What the weather wants of a process before it does anything: true when that was all. */
static bool is_disturbed(struct task *task, const struct point_effect *effect, int *exit_code)
{
    g_autoptr(GError) ignored = NULL;
    struct loop *loop = task->dockerd->loop;

    *exit_code = 1;
    if (effect->delay_us > 0 && !fiber_sleep(loop, effect->delay_us, &ignored))
        return true;
    while (effect->is_hang)
        if (!fiber_park(loop, "a hung process", &ignored))
            return true;
    if (!effect->is_failure)
        return false;
    *exit_code = effect->exit_code != 0 ? effect->exit_code : 1;
    if (effect->message != NULL) {
        g_autofree char *line = g_strconcat(effect->message, "\n", NULL);
        say(task, 2, line);
    }
    return true;
}

static bool is_killed_for_memory(struct task *task, const char *command_line, int *exit_code)
{
    struct point_effect effect =
        dockerd_consult(task->dockerd, POINT_PROCESS_MEMORY, command_line, task->container->name);
    bool is_over = is_disturbed(task, &effect, exit_code);
    if (!effect.is_failure)
        return is_over;
    *exit_code = effect.exit_code != 0 ? effect.exit_code : EXIT_OUT_OF_MEMORY;
    task->container->is_out_of_memory = true;
    return true;
}

/* runc's words when exec finds no binary; they come on stdout (engine-contract.md H). */
static int say_not_found(struct task *task)
{
    g_autofree char *text =
        g_strdup_printf("OCI runtime exec failed: exec failed: unable to start container process: "
                        "exec: \"%s\": executable file not found in $PATH: unknown\r\n",
                        task->arguments[0]);
    say(task, 1, text);
    return task->dockerd->personality->not_found_exit_code;
}

static int run_exec(struct task *task)
{
    int exit_code = task->container->program->exec == NULL
                        ? -1
                        : task->container->program->exec(&task->process);
    if (exit_code < 0)
        exit_code = task->container->program == &generic_program
                        ? generic_program_exec(&task->process)
                        : common_program_run(&task->process);
    return exit_code < 0 ? say_not_found(task) : exit_code;
}

/* Capture 39: an image of another platform and no emulator. */
static int say_exec_format_error(struct task *task)
{
    g_autofree char *text = g_strdup_printf("exec %s: exec format error\n", task->arguments[0]);
    say(task, 2, text);
    return task->dockerd->personality->exec_format_exit_code;
}

/* Whether a foreign binary finds no emulator, or the weather has taken it away. */
static bool is_unable(struct dockerd *dockerd, const char *platform)
{
    if (!dockerd_runs_platform(dockerd, platform))
        return true;
    if (g_str_equal(platform, dockerd->options.profile->platform))
        return false;
    struct point_effect effect = dockerd_consult(dockerd, POINT_EMULATION, platform, NULL);
    return effect.is_missing || effect.is_failure;
}

static int run_program(struct task *task)
{
    g_autofree char *command_line = task_command_line(task);
    int exit_code = 0;

    if (task->id != NULL && !dockerd_is_engine_builder(task->container)) {
        struct point_effect effect =
            dockerd_consult(task->dockerd, POINT_EXEC, command_line, task->container->name);
        if (is_disturbed(task, &effect, &exit_code))
            return exit_code;
        if (effect.is_missing)
            return say_not_found(task);
    }
    if (is_killed_for_memory(task, command_line, &exit_code))
        return exit_code;
    if (is_unable(task->dockerd, task->container->platform))
        return say_exec_format_error(task);
    return task->id != NULL ? run_exec(task) : task->container->program->run(&task->process);
}

static void task_main(void *argument)
{
    struct task *task = argument;
    struct dockerd *dockerd = task->dockerd;

    int exit_code = task->signal != 0 ? 0 : run_program(task);
    task->exit_code = task->signal != 0 ? EXIT_BY_SIGNAL + task->signal : exit_code;
    task->is_running = false;
    task->fiber = NULL;
    if (task->id == NULL)
        container_on_exit(task->container, task);
    if (task->outlet != NULL)
        outlet_end(task->outlet);
    fiber_queue_wake_all(&task->changed);
    task_unref(task);
    dockerd_leave(dockerd);
}

void task_start(struct task *task)
{
    task->was_started = true;
    task->is_running = true;
    task->process.pid = task->id == NULL ? 1 : ++task->container->next_pid;
    task->host_pid = task->dockerd->next_pid++;
    dockerd_enter(task->dockerd);
    task->fiber = fiber_spawn(task->dockerd->loop, task->id == NULL ? "container" : "exec",
                              task_main, task_ref(task));
}

void task_signal(struct task *task, int signal)
{
    if (!task->is_running || (signal != SIGINT && signal != SIGKILL && signal != SIGTERM))
        return;
    task->signal = signal;
    fiber_cancel(task->fiber);
}

bool task_wait(struct task *task, GError **error)
{
    while (task->is_running)
        if (!fiber_queue_wait(task->dockerd->loop, &task->changed, "the end of a process", error))
            return false;
    return true;
}

struct task *task_find(struct dockerd *dockerd, const char *id, GError **error)
{
    for (guint i = 0; i < dockerd->containers->len; i++) {
        struct container *container = g_ptr_array_index(dockerd->containers, i);
        for (guint j = 0; j < container->tasks->len; j++) {
            struct task *task = g_ptr_array_index(container->tasks, j);
            if (g_str_equal(task->id, id))
                return task;
        }
    }
    engine_fail(error, 404, "No such exec instance: %s", id);
    return NULL;
}
