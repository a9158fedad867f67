/* The life of a container: start, output, end, restart policy, removal. */
#include "mocks/dockerd/container.h"

#include "base/limits.h"
#include "base/units.h"
#include "mocks/dockerd/volume.h"

#include <signal.h>
#include <string.h>

enum {
    EXIT_NOT_STARTED = 128
}; /* capture 13 */

/* moby container/restartmanager: 100 ms doubling up to a minute; a run of ten seconds resets it. */
#define RESTART_DELAY_US     (100 * MILLISECOND_US)
#define RESTART_DELAY_US_MAX MINUTE_US
#define RESTART_RESET_US     (10 * SECOND_US)

struct container *container_ref(struct container *container)
{
    container->reference_count++;
    return container;
}

static void container_free(struct container *container)
{
    if (container->program->on_remove != NULL)
        container->program->on_remove(container);
    g_free(container->id);
    g_free(container->name);
    g_free(container->image_name);
    g_free(container->image_id);
    g_free(container->platform);
    json_decref(container->image_config);
    json_decref(container->config);
    json_decref(container->host_config);
    json_decref(container->ports);
    g_strfreev(container->arguments);
    g_strfreev(container->environment);
    g_free(container->working_directory);
    g_ptr_array_unref(container->mounts);
    g_free(container->start_error);
    file_tree_free(container->host_files);
    g_clear_pointer(&container->removed, g_ptr_array_unref);
    file_tree_free(container->files);
    file_tree_free(container->image_files);
    g_ptr_array_unref(container->tasks);
    g_ptr_array_unref(container->log);
    g_ptr_array_unref(container->attachments);
    g_free(container);
}

void container_unref(struct container *container)
{
    if (container != NULL && --container->reference_count == 0)
        container_free(container);
}

bool container_is_running(const struct container *container)
{
    return container->state == CONTAINER_RUNNING || container->state == CONTAINER_RESTARTING;
}

const char *container_state_text(const struct container *container)
{
    static const char *const texts[] = {
        [CONTAINER_CREATED] = "created",       [CONTAINER_RUNNING] = "running",
        [CONTAINER_RESTARTING] = "restarting", [CONTAINER_EXITED] = "exited",
        [CONTAINER_REMOVED] = "removing",
    };
    return texts[container->state];
}

static void set_state(struct container *container, enum container_state state, const char *action)
{
    container->state = state;
    dockerd_note(container->dockerd, "container", action, container->name, container->image_name);
    fiber_queue_wake_all(&container->changed);
}

/* ---- output ---- */

bool container_send(const struct container *container, struct outlet *outlet, int stream,
                    const char *bytes, gsize length_bytes, GError **error)
{
    if (json_get_boolean(container->config, "Tty", false))
        return outlet_write(outlet, bytes, length_bytes, error);
    return outlet_write_frame(outlet, stream, bytes, length_bytes, error);
}

static void keep_log(struct container *container, int stream, const char *bytes, gsize length_bytes)
{
    struct log_entry *entry = g_new0(struct log_entry, 1);
    entry->stream = stream;
    entry->text = g_strndup(bytes, length_bytes);
    container->log_bytes += length_bytes;
    g_ptr_array_add(container->log, entry);
    while (container->log_bytes > CONTAINER_LOG_BYTES_MAX && container->log->len > 1) {
        struct log_entry *oldest = g_ptr_array_index(container->log, 0);
        container->log_bytes -= strlen(oldest->text);
        g_ptr_array_remove_index(container->log, 0);
    }
}

bool container_output(struct container *container, int stream, const char *bytes,
                      gsize length_bytes, GError **error)
{
    keep_log(container, stream, bytes, length_bytes);
    for (guint i = 0; i < container->attachments->len; i++) {
        const struct attachment *attachment = g_ptr_array_index(container->attachments, i);
        if (!attachment->wants[stream])
            continue;
        AUTO(outlet) outlet = outlet_ref(attachment->outlet); /* the list may change meanwhile */
        if (!container_send(container, outlet, stream, bytes, length_bytes, error))
            return false;
    }
    return true;
}

void container_attach(struct container *container, struct outlet *outlet, bool wants_stdout,
                      bool wants_stderr)
{
    struct attachment *attachment = g_new0(struct attachment, 1);
    attachment->outlet = outlet_ref(outlet);
    attachment->wants[1] = wants_stdout;
    attachment->wants[2] = wants_stderr;
    g_ptr_array_add(container->attachments, attachment);
}

static void end_attachments(struct container *container)
{
    for (guint i = 0; i < container->attachments->len; i++) {
        const struct attachment *attachment = g_ptr_array_index(container->attachments, i);
        outlet_end(attachment->outlet);
    }
    g_ptr_array_set_size(container->attachments, 0);
}

/* ---- start ---- */

static bool wants_gpu(const struct container *container)
{
    json_t *requests = json_get_array(container->host_config, "DeviceRequests");
    json_t *capabilities = json_get_array(json_array_get(requests, 0), "Capabilities");
    const char *first = json_string_value(json_array_get(json_array_get(capabilities, 0), 0));
    return g_strcmp0(first, "gpu") == 0;
}

/* What the weather has to say at POINT_CONTAINER_START. */
static bool pass_weather(struct container *container, GError **error)
{
    struct dockerd *dockerd = container->dockerd;
    struct point_effect effect =
        dockerd_consult(dockerd, POINT_CONTAINER_START, container->name, container->image_name);
    if (effect.delay_us > 0 && !fiber_sleep(dockerd->loop, effect.delay_us, error))
        return false;
    while (effect.is_hang)
        if (!fiber_park(dockerd->loop, "a container start that hangs", error))
            return false;
    if (!effect.is_failure)
        return true;
    if (effect.message != NULL)
        return engine_fail(error, 500, "%s", effect.message);
    /* capture 13: a machine that may not grant what a privileged container asks for */
    return engine_fail(error, 500,
                       "failed to create shim task: OCI runtime create failed: runc create failed: "
                       "unable to start container process: unable to apply caps: operation not "
                       "permitted: unknown");
}

static void start_main(struct container *container)
{
    task_unref(container->main_task);
    container->main_task =
        task_new(container, NULL, (const char *const *)container->arguments,
                 (const char *const *)container->environment, container->working_directory);
    container->next_pid = 6; /* runc's own children had the numbers before */
    container->exit_code = 0;
    container->is_out_of_memory = false;
    container->started_us = dockerd_now_us(container->dockerd);
    g_clear_pointer(&container->start_error, g_free);
    container_bind_ports(container);
    task_start(container->main_task);
    set_state(container, CONTAINER_RUNNING, "start");
}

static bool is_removed_on_exit(const struct container *container)
{
    return json_get_boolean(container->host_config, "AutoRemove", false);
}

/* capture 13: waiters get 128 and an AutoRemove container goes, though it never ran. */
static void note_failed_start(struct container *container, const char *message)
{
    container->exit_code = EXIT_NOT_STARTED;
    container->exit_count++;
    g_free(container->start_error);
    container->start_error = g_strdup(message);
    end_attachments(container);
    dockerd_note(container->dockerd, "container", "start-failed", container->name, message);
    fiber_queue_wake_all(&container->changed);
    if (is_removed_on_exit(container))
        container_remove(container, /* has_volumes= */ true);
}

bool container_start(struct container *container, GError **error)
{
    g_autoptr(GError) reason = NULL;
    G_GNUC_UNUSED AUTO(container) held = container_ref(container);

    /* engine-contract.md E3: buildx asks for a GPU to learn that there is none. */
    bool is_possible =
        wants_gpu(container)
            ? engine_fail(&reason, 500,
                          "could not select device driver \"\" with capabilities: [[gpu]]")
            : pass_weather(container, &reason);
    if (is_possible && container->state == CONTAINER_REMOVED)
        is_possible = engine_fail(&reason, 404, "No such container: %s", container->id);
    if (is_possible && !container_is_running(container))
        is_possible = container_join_network(container, &reason);
    if (is_possible) {
        container->was_stopped_by_user = false;
        if (!container_is_running(container))
            start_main(container);
        return true;
    }
    if (reason->domain == ENGINE_ERROR && container->state != CONTAINER_REMOVED)
        note_failed_start(container, reason->message);
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

/* ---- end ---- */

static void kill_execs(struct container *container)
{
    for (guint i = 0; i < container->tasks->len; i++)
        task_signal(g_ptr_array_index(container->tasks, i), SIGKILL);
}

static bool wants_restart(const struct container *container)
{
    json_t *policy = json_get_object(container->host_config, "RestartPolicy");
    const char *name = json_get_string(policy, "Name", "");
    int64_t retry_count_max = json_get_integer(policy, "MaximumRetryCount", 0);

    if (container->was_stopped_by_user || container->dockerd->is_down)
        return false;
    if (g_str_equal(name, "on-failure"))
        return container->exit_code != 0 &&
               (retry_count_max == 0 || container->restart_count < retry_count_max);
    return g_str_equal(name, "always") || g_str_equal(name, "unless-stopped");
}

static void on_restart_timer(void *argument)
{
    struct container *container = argument;
    if (container->state == CONTAINER_RESTARTING)
        start_main(container);
}

static void restart_later(struct container *container)
{
    if (container->finished_us - container->started_us >= RESTART_RESET_US)
        container->restart_count = 0;
    int64_t delay_us = RESTART_DELAY_US << MIN(container->restart_count, 10);
    container->restart_count++;
    set_state(container, CONTAINER_RESTARTING, "restart");
    timer_init(&container->restart_timer, on_restart_timer, container);
    timer_arm(container->dockerd->loop, &container->restart_timer,
              MIN(delay_us, RESTART_DELAY_US_MAX));
}

void container_on_exit(struct container *container, struct task *task)
{
    if (container->main_task != task || container->state == CONTAINER_REMOVED)
        return;
    container->exit_code = task->exit_code;
    container->exit_count++;
    container->finished_us = dockerd_now_us(container->dockerd);
    end_attachments(container);
    kill_execs(container);
    set_state(container, CONTAINER_EXITED, "die");
    if (wants_restart(container))
        restart_later(container);
    else if (is_removed_on_exit(container))
        container_remove(container, /* has_volumes= */ true);
}

void container_kill(struct container *container, int signal)
{
    if (container->state == CONTAINER_RUNNING)
        task_signal(container->main_task, signal);
}

static bool wait_stopped(struct container *container, GError **error)
{
    while (container_is_running(container))
        if (!fiber_queue_wait(container->dockerd->loop, &container->changed,
                              "the end of a container", error))
            return false;
    return true;
}

static bool wait_with_grace(struct container *container, int64_t grace_us, GError **error)
{
    g_autoptr(GError) reason = NULL;
    DEADLINE(grace);
    deadline_begin(container->dockerd->loop, &grace, "the grace period", grace_us);
    if (wait_stopped(container, &reason) || grace.has_expired)
        return true;
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

bool container_stop(struct container *container, int64_t grace_us, GError **error)
{
    G_GNUC_UNUSED AUTO(container) held = container_ref(container);

    container->was_stopped_by_user = true;
    if (container->state == CONTAINER_RESTARTING) {
        timer_cancel(container->dockerd->loop, &container->restart_timer);
        set_state(container, CONTAINER_EXITED, "stop");
        return true;
    }
    container_kill(container, SIGTERM);
    if (!wait_with_grace(container, grace_us, error))
        return false;
    container_kill(container, SIGKILL);
    return wait_stopped(container, error);
}

void container_halt(struct container *container)
{
    container_kill(container, SIGKILL);
    if (container->state != CONTAINER_RESTARTING)
        return;
    timer_cancel(container->dockerd->loop, &container->restart_timer);
    set_state(container, CONTAINER_EXITED, "stop");
}

void container_revive(struct container *container)
{
    json_t *policy = json_get_object(container->host_config, "RestartPolicy");
    const char *name = json_get_string(policy, "Name", "");
    bool is_always = g_str_equal(name, "always");

    if (container->state != CONTAINER_EXITED)
        return;
    if (is_always || (g_str_equal(name, "unless-stopped") && !container->was_stopped_by_user))
        start_main(container);
}

/* ---- removal ---- */

static void leave_volumes(struct container *container, bool has_volumes)
{
    for (guint i = 0; i < container->mounts->len; i++) {
        const struct mount *mount = g_ptr_array_index(container->mounts, i);
        struct volume *volume = mount->volume;
        if (--volume->use_count == 0 && volume->is_anonymous && has_volumes)
            volume_remove(container->dockerd, volume);
    }
    g_ptr_array_set_size(container->mounts, 0);
}

void container_remove(struct container *container, bool has_volumes)
{
    struct dockerd *dockerd = container->dockerd;
    G_GNUC_UNUSED AUTO(container) held = container_ref(container);

    if (container->state == CONTAINER_REMOVED)
        return;
    timer_cancel(dockerd->loop, &container->restart_timer);
    if (container->main_task != NULL)
        task_signal(container->main_task, SIGKILL);
    kill_execs(container);
    end_attachments(container);
    set_state(container, CONTAINER_REMOVED, "destroy");
    dockerd_give_disk(dockerd, DISK_CONTAINERS, container_size_bytes(container));
    leave_volumes(container, has_volumes);
    /* Processes hold their container: without this the two would keep each other for ever. */
    g_ptr_array_set_size(container->tasks, 0);
    g_clear_pointer(&container->main_task, task_unref);
    if (g_ptr_array_remove(dockerd->containers, container))
        container_unref(container);
}
