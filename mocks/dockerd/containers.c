/* Endpoints that change a container's life: start, stop, restart, kill, wait, delete, prune. */
#include "mocks/dockerd/api.h"

#include "base/units.h"
#include "mocks/dockerd/prune.h"

#include <signal.h>
#include <string.h>

enum {
    STATUS_NO_CONTENT = 204,
    STATUS_NOT_MODIFIED = 304
};

/* moby's default grace of stop and restart */
#define GRACE_SECONDS 10

HANDLER(containers_start)
{
    struct container *container = container_find(request->dockerd, request->name, error);
    if (container == NULL)
        return false;
    bool was_running = container_is_running(container);
    if (!was_running && !container_start(container, error))
        return false;
    api_reply_empty(request, was_running ? STATUS_NOT_MODIFIED : STATUS_NO_CONTENT);
    return true;
}

static int64_t grace_us_of(struct request *request)
{
    const char *text = exchange_query_value(request->exchange, "t");
    int64_t seconds = text == NULL ? GRACE_SECONDS : g_ascii_strtoll(text, NULL, 10);
    return CLAMP(seconds, 0, 24 * 3600) * SECOND_US;
}

HANDLER(containers_stop)
{
    struct container *container = container_find(request->dockerd, request->name, error);
    if (container == NULL)
        return false;
    bool was_running = container_is_running(container);
    if (was_running && !container_stop(container, grace_us_of(request), error))
        return false;
    api_reply_empty(request, was_running ? STATUS_NO_CONTENT : STATUS_NOT_MODIFIED);
    return true;
}

HANDLER(containers_restart)
{
    struct container *found = container_find(request->dockerd, request->name, error);
    if (found == NULL)
        return false;
    AUTO(container) container = container_ref(found);
    if (container_is_running(container) && !container_stop(container, grace_us_of(request), error))
        return false;
    if (!container_start(container, error))
        return false;
    api_reply_empty(request, STATUS_NO_CONTENT);
    return true;
}

HANDLER(containers_kill)
{
    struct container *container = container_find(request->dockerd, request->name, error);
    const char *name = exchange_query_value(request->exchange, "signal");
    int number = name == NULL || *name == '\0' ? SIGKILL : signal_number(name);

    if (container == NULL)
        return false;
    if (number == 0)
        return engine_fail(error, 400, "Invalid signal: %s", name);
    if (container->state != CONTAINER_RUNNING) {
        bool is_old = request->dockerd->personality->has_old_words;
        return engine_fail(error, 409, "%s container: %s: %s %s is not running",
                           is_old ? "Cannot kill" : "cannot kill", request->name,
                           is_old ? "Container" : "container", container->id);
    }
    container->was_stopped_by_user = true;
    container_kill(container, number);
    api_reply_empty(request, STATUS_NO_CONTENT);
    return true;
}

/* ---- wait ---- */

enum wait_condition {
    WAIT_NOT_RUNNING,
    WAIT_NEXT_EXIT,
    WAIT_REMOVED,
};

static bool parse_condition(const char *text, enum wait_condition *condition, GError **error)
{
    static const struct {
        const char *text;
        enum wait_condition condition;
    } rows[] = {
        {"not-running", WAIT_NOT_RUNNING},
        {"next-exit", WAIT_NEXT_EXIT},
        {"removed", WAIT_REMOVED},
        {"", WAIT_NOT_RUNNING},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_equal(rows[i].text, text == NULL ? "" : text)) {
            *condition = rows[i].condition;
            return true;
        }
    return engine_fail(error, 400, "invalid condition: \"%s\"", text);
}

static bool is_reached(const struct container *container, enum wait_condition condition,
                       unsigned exit_count)
{
    switch (condition) {
    case WAIT_NOT_RUNNING:
        return !container_is_running(container);
    case WAIT_NEXT_EXIT:
        return container->exit_count > exit_count || container->state == CONTAINER_REMOVED;
    case WAIT_REMOVED:
        return container->state == CONTAINER_REMOVED;
    }
    g_assert_not_reached();
}

/* Captures 11, 13: the headers go out at once, the answer when the condition holds. */
HANDLER(containers_wait)
{
    struct container *found = container_find(request->dockerd, request->name, error);
    enum wait_condition condition = WAIT_NOT_RUNNING;
    const char *text = exchange_query_value(request->exchange, "condition");

    if (found == NULL || !parse_condition(text, &condition, error))
        return false;
    AUTO(container) container = container_ref(found);
    unsigned exit_count = container->exit_count;
    exchange_set_header(request->exchange, "Content-Type", "application/json");
    exchange_stream_begin(request->exchange, 200);
    if (condition == WAIT_NOT_RUNNING) {
        container->is_awaited = true;
        fiber_queue_wake_all(&container->changed);
    }
    while (!is_reached(container, condition, exit_count))
        if (!fiber_queue_wait(request->dockerd->loop, &container->changed, "a container to change",
                              error))
            return false;
    bool is_old = request->api_minor < 42; /* later versions leave a null error out */
    g_autofree char *answer = g_strdup_printf(
        "{%s\"StatusCode\":%d}\n", is_old ? "\"Error\":null," : "", container->exit_code);
    if (!exchange_stream_write(request->exchange, answer, strlen(answer), error))
        return false;
    exchange_stream_end(request->exchange);
    return true;
}

/* ---- delete ---- */

static bool fail_running(const struct container *container, GError **error)
{
    const char *id = container->id;
    if (container->dockerd->personality->has_old_words)
        return engine_fail(error, 409,
                           "You cannot remove a running container %s. Stop the container before "
                           "attempting removal or force remove",
                           id);
    return engine_fail(error, 409,
                       "cannot remove container \"%s\": container is running: stop the container "
                       "before removing or force remove",
                       container->name);
}

/* capture 28 */
HANDLER(containers_delete)
{
    struct container *found = container_find(request->dockerd, request->name, error);
    if (found == NULL)
        return false;
    AUTO(container) container = container_ref(found);
    if (container_is_running(container) && !api_query_flag(request, "force"))
        return fail_running(container, error);
    AUTO(task) main_task = container->main_task == NULL ? NULL : task_ref(container->main_task);
    container_remove(container, api_query_flag(request, "v"));
    if (main_task != NULL && !task_wait(main_task, error))
        return false;
    api_reply_empty(request, STATUS_NO_CONTENT);
    return true;
}

/* ---- prune ---- */

/* capture 26b: in order of the newest first */
HANDLER(containers_prune)
{
    struct dockerd *dockerd = request->dockerd;
    json_t *deleted = json_array();
    int64_t freed_bytes = 0;

    if (!prune_begin(dockerd, "containers", error)) {
        json_decref(deleted);
        return false;
    }
    for (guint i = dockerd->containers->len; i > 0; i--) {
        struct container *container = g_ptr_array_index(dockerd->containers, i - 1);
        if (container_is_running(container))
            continue;
        freed_bytes += container_size_bytes(container);
        json_array_append_new(deleted, json_string(container->id));
        container_remove(container, /* has_volumes= */ false);
    }
    prune_reply(request, "containers", "ContainersDeleted", deleted, freed_bytes);
    return true;
}
