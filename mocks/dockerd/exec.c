/* Processes started inside a container by a client: exec create, start, inspect. */
#include "mocks/dockerd/api.h"

#include "base/limits.h"

#include <string.h>

static bool check_running(const struct container *container, GError **error)
{
    const char *noun = container->dockerd->personality->has_old_words ? "Container" : "container";

    if (container->state == CONTAINER_RESTARTING)
        return engine_fail(error, 409,
                           "Container %s is restarting, wait until the container is running",
                           container->id);
    if (container->state != CONTAINER_RUNNING) /* failures.md G3 */
        return engine_fail(error, 409, "%s %s is not running", noun, container->id);
    if (container->tasks->len >= CONTAINER_EXECS_MAX)
        return engine_fail(error, 500, "more than %d execs in a container", CONTAINER_EXECS_MAX);
    return true;
}

static char **read_strings(json_t *list)
{
    GPtrArray *texts = g_ptr_array_new();
    size_t index;
    json_t *value;
    json_array_foreach (list, index, value)
        if (json_is_string(value))
            g_ptr_array_add(texts, g_strdup(json_string_value(value)));
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

/* The exec's variables first: programs that look one up find the exec's own. */
static char **environment_of(const struct container *container, json_t *body)
{
    g_auto(GStrv) own = read_strings(json_get_array(body, "Env"));
    GStrvBuilder *builder = g_strv_builder_new();
    g_strv_builder_addv(builder, (const char **)own);
    g_strv_builder_addv(builder, (const char **)container->environment);
    char **environment = g_strv_builder_end(builder);
    g_strv_builder_unref(builder);
    return environment;
}

static struct task *make_task(struct container *container, json_t *body, char **command)
{
    g_autofree char *id = dockerd_new_id(container->dockerd);
    g_auto(GStrv) environment = environment_of(container, body);
    const char *folder = json_get_string(body, "WorkingDir", "");
    struct task *task =
        task_new(container, id, (const char *const *)command, (const char *const *)environment,
                 *folder != '\0' ? folder : container->working_directory);
    task->has_terminal = json_get_boolean(body, "Tty", false);
    task->is_privileged = json_get_boolean(body, "Privileged", false);
    task->is_attached[0] = json_get_boolean(body, "AttachStdin", false);
    task->is_attached[1] = json_get_boolean(body, "AttachStdout", false);
    task->is_attached[2] = json_get_boolean(body, "AttachStderr", false);
    return task;
}

/* capture 16 */
HANDLER(exec_create)
{
    g_autoptr(json_t) body = api_read_json(request, error);
    if (body == NULL)
        return false;
    struct container *container = container_find(request->dockerd, request->name, error);
    g_auto(GStrv) command = read_strings(json_get_array(body, "Cmd"));
    if (container == NULL)
        return false;
    if (command[0] == NULL)
        return engine_fail(error, 400, "%s exec command specified",
                           request->dockerd->personality->has_old_words ? "No" : "no");
    if (!check_running(container, error))
        return false;
    struct task *task = make_task(container, body, command);
    g_ptr_array_add(container->tasks, task);
    g_autofree char *command_line = task_command_line(task);
    dockerd_note(request->dockerd, "exec", "create", container->name, command_line);
    api_reply_json(request, 201, json_pack("{s:s}", "Id", task->id));
    return true;
}

/* Captures 16, 52: hijacked with 101, or 200 without the client's Upgrade. The process goes on when
   the client goes (engine-contract.md H). */
static bool start_attached(struct request *request, struct task *task, GError **error)
{
    AUTO(outlet) outlet = outlet_new(request->dockerd->loop);

    exchange_upgrade(request->exchange, api_stream_type(request, task->has_terminal));
    task->outlet = outlet_ref(outlet);
    task_start(task);
    if (!outlet_pump(outlet, request->exchange, error))
        return true; /* the client has gone */
    exchange_stream_end(request->exchange);
    return true;
}

/* engine-contract.md H: told inside the stream, with 200 */
static bool tell_running(struct request *request, struct task *task, GError **error)
{
    AUTO(outlet) outlet = outlet_new(request->dockerd->loop);
    g_autofree char *text =
        g_strdup_printf("Error: Exec command %s is already running\r\n", task->id);

    exchange_upgrade(request->exchange, api_stream_type(request, task->has_terminal));
    if (outlet_write_frame(outlet, 1, text, strlen(text), error)) {
        outlet_end(outlet);
        if (outlet_pump(outlet, request->exchange, error))
            exchange_stream_end(request->exchange);
    }
    return true;
}

HANDLER(exec_start)
{
    g_autoptr(json_t) body = api_read_json(request, error);
    if (body == NULL)
        return false;
    struct task *found = task_find(request->dockerd, request->name, error);
    if (found == NULL)
        return false;
    AUTO(task) task = task_ref(found);
    if (task->was_started)
        return tell_running(request, task, error);
    if (!check_running(task->container, error))
        return false;
    if (!json_get_boolean(body, "Detach", false))
        return start_attached(request, task, error);
    task_start(task);
    api_reply_empty(request, 200);
    return true;
}

/* capture 16; ExitCode is null while it runs (engine-contract.md H) */
HANDLER(exec_inspect)
{
    const struct task *task = task_find(request->dockerd, request->name, error);
    if (task == NULL)
        return false;
    bool has_ended = task->was_started && !task->is_running;
    json_t *arguments = json_array();
    for (gsize i = 1; task->arguments[i] != NULL; i++)
        json_array_append_new(arguments, json_string(task->arguments[i]));
    json_t *shape = json_pack(
        "{s:s, s:b, s:o, s:{s:b, s:s, s:o, s:b}, s:b, s:b, s:b, s:b, s:s, s:s, s:i}", "ID",
        task->id, "Running", task->is_running, "ExitCode",
        has_ended ? json_integer(task->exit_code) : json_null(), "ProcessConfig", "tty",
        task->has_terminal, "entrypoint", task->arguments[0], "arguments", arguments, "privileged",
        task->is_privileged, "OpenStdin", task->is_attached[0], "OpenStderr", task->is_attached[2],
        "OpenStdout", task->is_attached[1], "CanRemove", 0, "ContainerID", task->container->id,
        "DetachKeys", "", "Pid", task->host_pid);
    api_reply_json(request, 200, shape);
    return true;
}
