/* POST /grpc and POST /session: builds by the Engine's own BuildKit. */
#include "mocks/dockerd/engine_builder.h"

#include "base/archive.h"
#include "base/limits.h"
#include "mocks/dockerd/api.h"

#include <signal.h>
#include <string.h>

#define REQUEST_NAME "request.json"
#define STATE_FOLDER "/var/lib/buildkit"

/* ---- the container ---- */

static struct container *container_make(struct dockerd *dockerd)
{
    struct container *container = g_new0(struct container, 1);
    container->dockerd = dockerd;
    container->reference_count = 1;
    container->id = dockerd_new_id(dockerd);
    container->name = g_strdup("default");
    container->image_name = g_strdup("moby");
    container->image_id = g_strdup("");
    container->platform = g_strdup(dockerd->options.profile->platform);
    container->image_config = json_object();
    container->config = json_object();
    container->host_config = json_object();
    container->arguments = g_new0(char *, 1);
    container->environment = g_new0(char *, 1);
    container->working_directory = g_strdup("/");
    container->mounts = g_ptr_array_new();
    container->state = CONTAINER_RUNNING;
    container->files = file_tree_new(/* has_base= */ true);
    container->program = dockerd->options.engine_builder;
    container->tasks = g_ptr_array_new_with_free_func((GDestroyNotify)task_unref);
    container->log = g_ptr_array_new();
    container->attachments = g_ptr_array_new();
    return container;
}

struct container *engine_builder_container(struct dockerd *dockerd)
{
    if (dockerd->builder == NULL && dockerd->options.engine_builder != NULL)
        dockerd->builder = container_make(dockerd);
    return dockerd->builder;
}

bool dockerd_is_engine_builder(const struct container *container)
{
    return container->dockerd->builder == container;
}

void engine_builder_free(struct dockerd *dockerd)
{
    container_unref(g_steal_pointer(&dockerd->builder));
}

void engine_builder_forget(struct dockerd *dockerd)
{
    if (dockerd->builder != NULL)
        container_remove_file(dockerd->builder, STATE_FOLDER);
}

/* ---- one call ---- */

struct builder_call {
    struct container *container;
    json_t *request;
    const char *folder;
};

/* What the tar holds, but for the request itself. */
static bool unpack(struct builder_call *call, GBytes *tar, GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;

    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL)
            return call->request != NULL || engine_fail(error, 400, "no request in the body");
        if (strcmp(member->name, REQUEST_NAME) == 0) {
            call->request = json_parse_gbytes(member->contents, error);
            if (call->request == NULL)
                return false;
            call->folder = json_get_string(call->request, "folder", "/tmp/build");
            continue;
        }
        if (call->folder == NULL)
            continue;
        g_autofree char *path = g_strconcat(call->folder, "/", member->name, NULL);
        if (member->kind == ARCHIVE_DIRECTORY)
            container_put_folder(call->container, path);
        if (member->kind == ARCHIVE_FILE &&
            !container_put_file(call->container, path, member->contents, member->mode, error))
            return false;
    }
    return false;
}

static char **strings_of(const json_t *list)
{
    GPtrArray *texts = g_ptr_array_new();
    size_t index;
    const json_t *value;
    json_array_foreach (list, index, value)
        g_ptr_array_add(texts, g_strdup(json_is_string(value) ? json_string_value(value) : ""));
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

static struct task *task_make(const struct builder_call *call)
{
    g_auto(GStrv) command = strings_of(json_get_array(call->request, "command"));
    g_auto(GStrv) environment = strings_of(json_get_array(call->request, "environment"));
    g_autofree char *id = dockerd_new_id(call->container->dockerd);
    struct task *task = task_new(call->container, id, (const char *const *)command,
                                 (const char *const *)environment, "/");
    task->is_attached[1] = true;
    task->is_attached[2] = true;
    return task;
}

static json_t *results_of(const struct builder_call *call)
{
    json_t *files = json_object();
    size_t index;
    const json_t *name;
    json_array_foreach (json_get_array(call->request, "results"), index, name) {
        g_autofree char *path = g_strconcat(call->folder, "/", json_string_value(name), NULL);
        GBytes *bytes = container_file(call->container, path);
        if (bytes == NULL)
            continue;
        gsize length_bytes = 0;
        const guchar *data = g_bytes_get_data(bytes, &length_bytes);
        g_autofree char *encoded = g_base64_encode(data, length_bytes);
        json_object_set_new(files, json_string_value(name), json_string(encoded));
    }
    return files;
}

static bool tell_end(const struct builder_call *call, const struct task *task,
                     struct exchange *exchange, GError **error)
{
    AUTO(outlet) outlet = outlet_new(call->container->dockerd->loop);
    g_autoptr(json_t) end =
        json_pack("{s:i, s:o}", "exit_code", task->exit_code, "files", results_of(call));
    g_autofree char *text = json_text(end);
    g_autofree char *marked = g_strdup_printf("%c%s", ENGINE_BUILDER_MARK, text);

    outlet_hold(outlet);
    if (!outlet_write_frame(outlet, 1, marked, strlen(marked), error))
        return false;
    outlet_release(outlet);
    outlet_end(outlet);
    if (!outlet_pump(outlet, exchange, error))
        return false;
    exchange_stream_end(exchange);
    return true;
}

/* The client has gone: its build is cancelled, and over before its files go. */
static void cancel(struct task *task)
{
    g_autoptr(GError) ignored = NULL;
    DEADLINE(shield);
    deadline_begin_shielded(task->dockerd->loop, &shield, "a cancelled build", INT64_MAX / 4);
    task_signal(task, SIGKILL);
    if (!task_wait(task, &ignored))
        g_clear_error(&ignored);
}

static bool run(const struct builder_call *call, struct exchange *exchange, GError **error)
{
    AUTO(outlet) outlet = outlet_new(call->container->dockerd->loop);
    AUTO(task) task = task_make(call);

    exchange_upgrade(exchange, NULL);
    task->outlet = outlet_ref(outlet);
    task_start(task);
    if (!outlet_pump(outlet, exchange, error) || !task_wait(task, error)) {
        cancel(task);
        return false;
    }
    return tell_end(call, task, exchange, error);
}

HANDLER(engine_grpc)
{
    struct builder_call call = {.container = engine_builder_container(request->dockerd)};
    g_autoptr(GBytes) body = NULL;
    if (call.container == NULL)
        return engine_fail(error, 404, "page not found");
    if (!exchange_read_all(request->exchange, HTTP_BODY_BYTES_MAX, &body, error))
        return false;
    AUTO(container) container = container_ref(call.container);
    bool is_done = unpack(&call, body, error) && run(&call, request->exchange, error);
    if (call.folder != NULL)
        container_remove_file(container, call.folder);
    json_decref(call.request);
    return is_done || exchange_has_reply(request->exchange);
}

/* The session's own connection: what would be asked over it came with the build. */
HANDLER(engine_session)
{
    if (engine_builder_container(request->dockerd) == NULL)
        return engine_fail(error, 404, "page not found");
    exchange_upgrade(request->exchange, NULL);
    exchange_stream_end(request->exchange);
    return true;
}
