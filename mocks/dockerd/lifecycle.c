/* The daemon as a service: stopped, started with its configuration, by its socket too. */
#include "mocks/dockerd/container.h"
#include "mocks/dockerd/stores.h"

#include "base/regular_file.h"
#include "base/units.h"

/* ---- configuration ---- */

void dockerd_tell_unknown(struct dockerd *dockerd, const char *what)
{
    if (dockerd->assume != NULL)
        dockerd->assume(dockerd->assume_context, what, /* touches_images= */ true,
                        /* leaves_gap= */ true);
}

/* The file's place on this machine. NULL: the machine shows none; or the file is a link that leads
   out of what may be touched, as to a checkout, which is told. g_free. */
static char *find_settings(struct dockerd *dockerd)
{
    const struct dockerd_host *host = dockerd->hosts;
    char *path = host != NULL ? host->path(host->self, DOCKERD_SETTINGS_FILE) : NULL;
    g_autofree char *folder =
        host != NULL && path == NULL ? host->path(host->self, DOCKERD_SETTINGS_FOLDER) : NULL;
    if (folder != NULL)
        dockerd_tell_unknown(dockerd, "daemon.json: a link");
    return path;
}

/* NULL without an error: nobody can tell what stands in it. */
static struct configuration *read_settings(struct dockerd *dockerd, GError **error)
{
    g_autofree char *path = dockerd->own_site == NULL ? find_settings(dockerd) : NULL;
    g_autofree char *text = NULL;
    gsize length_bytes = 0;
    if (path == NULL)
        return NULL;
    if (!regular_file_read(path, &text, &length_bytes, NULL)) {
        if (g_file_test(path, G_FILE_TEST_EXISTS))
            dockerd_tell_unknown(dockerd, "daemon.json: no plain file");
        return configuration_default();
    }
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_steal_pointer(&text), length_bytes);
    const struct configuration_source source = {
        .path = DOCKERD_SETTINGS_FILE, .text = bytes, .flags = configuration_unit_flags};
    return configuration_parse(&source, dockerd->personality, error);
}

static void tell_unmodelled(struct dockerd *dockerd, const struct configuration *configuration)
{
    for (char **key = configuration->unmodelled; *key != NULL; key++) {
        g_autofree char *what = g_strdup_printf("daemon.json: %s", *key);
        dockerd_tell_unknown(dockerd, what);
    }
}

/* What earlier requests and pulls were about is over. */
void dockerd_configure(struct dockerd *dockerd, struct configuration *configuration)
{
    stores_show(dockerd, configuration);
    configuration_free(dockerd->configuration);
    dockerd->configuration = configuration;
    dockerd->configuration_count++;
    dockerd->options.registry_mirrors = (const char *const *)configuration->registry_mirrors;
    g_ptr_array_add(dockerd->old_pullers, dockerd->puller);
    dockerd->puller = dockerd_make_puller(dockerd);
    tell_unmodelled(dockerd, configuration);
}

/* ---- stop and start ---- */

void dockerd_come_up(struct dockerd *dockerd)
{
    dockerd->is_down = false;
    dockerd->is_dormant = false;
    g_clear_pointer(&dockerd->refusal, g_free);
    dockerd_listen(dockerd, true);
    dockerd_note(dockerd, "engine", "start", NULL, NULL);
    for (guint i = 0; i < dockerd->containers->len; i++)
        container_revive(g_ptr_array_index(dockerd->containers, i));
}

/* The service manager gives its socket up as well, after three tries within some seconds. */
static bool stay_down(struct dockerd *dockerd, const GError *reason)
{
    dockerd->is_dormant = false;
    g_free(dockerd->refusal);
    dockerd->refusal = g_strdup(reason->message);
    dockerd_listen(dockerd, false);
    dockerd_note(dockerd, "engine", "start-failed", NULL, reason->message);
    return false;
}

static bool start(struct dockerd *dockerd, int64_t delay_us, GError **error)
{
    GError *reason = NULL;
    AUTO(configuration) configuration = read_settings(dockerd, &reason);
    if (reason != NULL) {
        stay_down(dockerd, reason);
        g_propagate_error(error, reason);
        return false;
    }
    if (delay_us > 0 && !fiber_sleep(dockerd->loop, delay_us, error))
        return false;
    if (!dockerd->is_down)
        return true; /* by somebody else, meanwhile */
    if (configuration != NULL)
        dockerd_configure(dockerd, g_steal_pointer(&configuration));
    dockerd_come_up(dockerd);
    return true;
}

static bool wait_for_start(struct dockerd *dockerd, GError **error)
{
    while (dockerd->is_starting)
        if (!fiber_queue_wait(dockerd->loop, &dockerd->started, "the start of the daemon", error))
            return false;
    return !dockerd->is_down || engine_fail(error, 500, "the daemon does not start");
}

bool dockerd_start(struct dockerd *dockerd, GError **error)
{
    if (!dockerd->is_down)
        return true;
    if (dockerd->is_starting)
        return wait_for_start(dockerd, error);
    dockerd_enter(dockerd);
    dockerd->is_starting = true;
    bool is_up = start(dockerd, DOCKERD_START_US, error);
    dockerd->is_starting = false;
    fiber_queue_wake_all(&dockerd->started);
    dockerd_leave(dockerd);
    return is_up;
}

static void tell_live_restore(struct dockerd *dockerd)
{
    bool is_any_running = false;
    for (guint i = 0; i < dockerd->containers->len; i++)
        is_any_running |= container_is_running(g_ptr_array_index(dockerd->containers, i));
    if (is_any_running && dockerd->configuration->is_live_restore)
        dockerd_tell_unknown(dockerd, "daemon.json: live-restore");
}

void dockerd_stop(struct dockerd *dockerd, bool keeps_socket)
{
    if (!dockerd->is_down) {
        tell_live_restore(dockerd);
        dockerd_note(dockerd, "engine", "stop", NULL, NULL);
    }
    dockerd_halt(dockerd);
    g_clear_pointer(&dockerd->refusal, g_free);
    dockerd->is_dormant = keeps_socket;
    if (keeps_socket)
        dockerd_listen(dockerd, true);
}

const char *dockerd_refusal(const struct dockerd *dockerd)
{
    return dockerd->refusal;
}

bool dockerd_is_up(const struct dockerd *dockerd)
{
    return !dockerd->is_down;
}

/* ---- reload ---- */

static void keep(char **fresh, const char *now)
{
    g_free(*fresh);
    *fresh = g_strdup(now);
}

/* moby daemon/reload.go: registries, transfers, labels, debug; the rest stays. */
void dockerd_reload(struct dockerd *dockerd)
{
    g_autoptr(GError) ignored = NULL;
    AUTO(configuration) fresh = read_settings(dockerd, &ignored);
    const struct configuration *now = dockerd->configuration;
    if (fresh == NULL || dockerd->is_down)
        return;
    keep(&fresh->data_root, now->data_root);
    keep(&fresh->log_driver, now->log_driver);
    keep(&fresh->storage_driver, now->storage_driver);
    keep(&fresh->cgroup_driver, now->cgroup_driver);
    fresh->is_experimental = now->is_experimental;
    fresh->says_store = true;
    fresh->wants_containerd_store = dockerd->images.has_containerd_layout;
    dockerd_configure(dockerd, g_steal_pointer(&fresh));
}

/* ---- the weather ---- */

struct restart {
    struct dockerd *dockerd;
    int64_t down_us;
};

static void restart_main(void *argument)
{
    g_autofree struct restart *restart = argument;
    struct dockerd *dockerd = restart->dockerd;
    g_autoptr(GError) ignored = NULL;

    (void)(fiber_sleep(dockerd->loop, restart->down_us, &ignored) && start(dockerd, 0, &ignored));
    dockerd->restart_fiber = NULL;
    dockerd_leave(dockerd);
}

void dockerd_restart(struct dockerd *dockerd, int64_t down_us)
{
    if (dockerd->is_down)
        return;
    struct restart *restart = g_new0(struct restart, 1);
    restart->dockerd = dockerd;
    restart->down_us = down_us;
    dockerd_note(dockerd, "engine", "stop", NULL, NULL);
    dockerd_halt(dockerd);
    dockerd_enter(dockerd);
    dockerd->restart_fiber = fiber_spawn(dockerd->loop, "engine restart", restart_main, restart);
}
