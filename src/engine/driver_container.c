/*
 * Booting a BuildKit container: the container tier does it in the way and order of buildx's
 * docker-container driver (engine-contract.md E), the manual tier as barely as possible.
 */
#include "base/archive.h"
#include "base/units.h"
#include "engine/builder.h"

#include <string.h>

/* buildx polls 16 times and waits n x 120 ms in between: 14.4 s in all (engine-contract.md E8). */
enum {
    PROBE_COUNT = 16
};
#define PROBE_WAIT_US (120 * MILLISECOND_US)

#define STATE_FOLDER "/var/lib/buildkit"

/* The daemon's answer to the last probe and the container's log make the message. */
static void fail_with_logs(struct builder *builder, const char *why, GError **error)
{
    g_autofree char *logs = NULL;
    if (!docker_container_logs(builder->leg->docker, builder->container, &logs, NULL))
        logs = g_strdup("");
    g_strstrip(logs);
    g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_EXIT, "BuildKit did not become ready: %s%s%s",
                why, *logs != '\0' ? ": " : "", logs);
}

static bool probe_once(struct builder *builder, GError **error)
{
    static const char *const command[] = {"buildctl", "debug", "workers", NULL};
    const struct docker_exec_options options = {.command = command};
    struct docker_exec_result result = {0};

    if (!docker_exec(builder->leg->docker, builder->container, &options, &result, error))
        return false;
    if (result.exit_code != 0)
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_EXIT, "exit code %d", result.exit_code);
    g_free(result.output);
    return result.exit_code == 0;
}

static bool container_probe(struct builder *builder, GError **error)
{
    g_autoptr(GError) last_error = NULL;

    for (int try = 1; try <= PROBE_COUNT; try++) {
        g_clear_error(&last_error);
        if (probe_once(builder, &last_error))
            return true;
        if (last_error->domain == FIBER_ERROR) {
            g_propagate_error(error, g_steal_pointer(&last_error));
            return false;
        }
        if (try < PROBE_COUNT && !fiber_sleep(builder->leg->loop, try * PROBE_WAIT_US, error))
            return false;
    }
    fail_with_logs(builder, last_error->message, error);
    return false;
}

static bool container_create(struct builder *builder, GError **error)
{
    const struct policy_tier *tier = builder->tier;
    static const char *const with_config[] = {"--config", "/etc/buildkit/buildkitd.toml",
                                              "--allow-insecure-entitlement=network.host", NULL};
    static const char *const without_config[] = {"--allow-insecure-entitlement=network.host", NULL};
    const struct docker_mount mount = {builder->volume, STATE_FOLDER};
    g_autofree char *label = g_strconcat("dev.seatrial.builder=", builder->name, NULL);
    const char *const labels[] = {label, NULL};
    const struct docker_container_options options = {
        .name = builder->container,
        .image = tier->image,
        .command = tier->config != NULL ? with_config : without_config,
        .mounts = &mount,
        .mount_count = 1,
        .network = tier->network,
        .labels = labels,
        .is_privileged = true,
        .has_init = true,
    };
    g_autofree char *id = NULL;
    return docker_container_create(builder->leg->docker, &options, &id, error);
}

static bool put_config(struct builder *builder, GError **error)
{
    const char *config = builder->tier->config;
    if (config == NULL)
        return true;
    AUTO(archive_writer) archive = archive_writer_new();
    archive_writer_add_directory(archive, "buildkit", 0755);
    archive_writer_add_file(archive, "buildkit/buildkitd.toml", 0644, config, strlen(config));
    g_autoptr(GBytes) tar = archive_writer_finish(archive);
    return docker_archive_put(builder->leg->docker, builder->container, "/etc", tar, error);
}

/* The manual tier shares as little as possible with what failed: what is local, then the mirrors.
   The container tier asks the registry even with a local image, unless the policy says otherwise: a
   failing pull is then no harm, a silent registry still is (failures.md, "Pre-pull and a silent
   registry"). */
static bool get_image(struct builder *builder, GError **error)
{
    struct leg *leg = builder->leg;
    const struct policy_tier *tier = builder->tier;
    bool is_manual = tier->driver == DRIVER_MANUAL;
    g_autoptr(GError) pull_error = NULL;

    if ((is_manual || tier->pull == PULL_IF_MISSING) && image_is_local(leg, tier->image))
        return true;
    if (is_manual ? image_fetch_elsewhere(leg, tier->image, tier->mirrors, &pull_error)
                  : image_fetch(leg, tier->image, tier->mirrors, &pull_error))
        return true;
    if (pull_error->domain != FIBER_ERROR && image_is_local(leg, tier->image)) {
        leg_note(leg, "pulling failed, using local image", tier->image);
        leg->report->has_used_local_image = true;
        return true;
    }
    g_propagate_error(error, g_steal_pointer(&pull_error));
    return false;
}

static bool container_boot(struct builder *builder, GError **error)
{
    struct docker *docker = builder->leg->docker;

    builder->container = g_strdup_printf("buildx_buildkit_%s0", builder->name);
    builder->volume = g_strdup_printf("%s_state", builder->container);
    return get_image(builder, error) && container_create(builder, error) &&
           put_config(builder, error) && docker_container_start(docker, builder->container, error);
}

static bool container_destroy(struct builder *builder, GError **error)
{
    struct docker *docker = builder->leg->docker;
    if (builder->container == NULL)
        return true;
    return docker_container_remove(docker, builder->container, error) &&
           docker_volume_remove(docker, builder->volume, error);
}

const struct driver driver_container = {
    .driver = DRIVER_CONTAINER,
    .name = "docker-container",
    .summary = "a BuildKit container, booted as buildx's docker-container driver does",
    .backend = &backend_buildkit,
    .boot = container_boot,
    .probe = container_probe,
    .destroy = container_destroy,
};

const struct driver driver_manual = {
    .driver = DRIVER_MANUAL,
    .name = "manual",
    .summary =
        "a bare BuildKit container: local image or mirror, fresh name, default configuration",
    .backend = &backend_buildkit,
    .boot = container_boot,
    .probe = container_probe,
    .destroy = container_destroy,
};
