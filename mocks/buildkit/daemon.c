/* buildkitd as an object: its making, its puller, its end. */
#include "mocks/buildkit/daemon.h"

#include <string.h>

enum {
    TRANSFER_SLOTS = 4,
    WORKERS_MAX = 1000
}; /* four transfers a host: engine-contract.md C */

static bool has_layer(void *context, const char *digest)
{
    return store_find_blob(context, digest) != NULL;
}

/* The puller has taken the disk; here it is only booked on the volume, to go with it. A layer whose
   few real bytes find no room is simply fetched again next time. */
static void on_layer(void *context, const struct layer *layer)
{
    struct buildkitd *daemon = context;
    g_autoptr(GError) ignored = NULL;
    int64_t bytes = layer->unpacked_bytes + layer->declared_bytes;
    const char *volume = container_volume_at(daemon->container, BUILDKIT_ROOT);
    if (daemon->is_engine) {
        disk_give(dockerd_disk(daemon->dockerd), DISK_BUILD_CACHE, "layer", bytes);
        if (!dockerd_build_cache_add(daemon->dockerd, "regular", layer->digest, bytes, false,
                                     &ignored) ||
            !store_put_blob(daemon, layer->digest, layer->bytes, &ignored))
            g_clear_error(&ignored);
        return;
    }
    if (volume != NULL)
        dockerd_volume_adopt(daemon->dockerd, volume, bytes);
    else
        disk_give(dockerd_disk(daemon->dockerd), DISK_VOLUMES, "layer", bytes);
    if (!store_note_taken(daemon, volume != NULL ? bytes : 0, &ignored) ||
        !store_put_blob(daemon, layer->digest, layer->bytes, &ignored))
        g_clear_error(&ignored);
}

static struct buildkitd *daemon_new(struct container *container)
{
    struct buildkitd *daemon = g_new0(struct buildkitd, 1);
    daemon->container = container;
    daemon->dockerd = container_dockerd(container);
    daemon->world = dockerd_world(daemon->dockerd);
    daemon->loop = world_loop(daemon->world);
    daemon->is_engine = dockerd_is_engine_builder(container);
    daemon->config = buildkitd_config_default();
    daemon->running = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    daemon->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, daemon_result_free);
    daemon->workers.free_count = WORKERS_MAX;
    daemon->configuration_count = dockerd_configuration_count(daemon->dockerd);
    daemon->old_pullers = g_ptr_array_new_with_free_func((GDestroyNotify)puller_free);
    return daemon;
}

void buildkitd_free(struct buildkitd *daemon)
{
    if (daemon == NULL)
        return;
    disk_give(dockerd_disk(daemon->dockerd), DISK_CONTAINERS, "builder", daemon->taken_bytes);
    puller_free(daemon->puller);
    g_ptr_array_unref(daemon->old_pullers);
    buildkitd_config_free(daemon->config);
    g_hash_table_unref(daemon->running);
    g_hash_table_unref(daemon->kept);
    g_queue_clear(&daemon->workers.queue.waiters);
    g_queue_clear(&daemon->step_over.waiters);
    g_free(daemon);
}

/* The Engine has been started with another configuration: what it has built is still there. */
static void follow_engine(struct buildkitd *daemon)
{
    unsigned count = dockerd_configuration_count(daemon->dockerd);
    if (daemon->configuration_count == count)
        return;
    daemon->configuration_count = count;
    if (daemon->puller != NULL)
        g_ptr_array_add(daemon->old_pullers, g_steal_pointer(&daemon->puller));
    buildkitd_boot(daemon, buildkitd_config_default());
}

struct buildkitd *buildkitd_of(struct container *container)
{
    struct buildkitd *daemon = container_state(container);
    if (daemon == NULL) {
        daemon = daemon_new(container);
        container_set_state(container, daemon);
        if (daemon->is_engine) /* it is up with the Engine */
            buildkitd_boot(daemon, buildkitd_config_default());
    } else if (daemon->is_engine) {
        follow_engine(daemon);
    }
    return daemon;
}

/* moby: builder-next/controller.go keeps content of its own, unless containerd does. */
static const char *ingest_folder_of(const struct buildkitd *daemon)
{
    if (!daemon->is_engine)
        return NULL;
    return dockerd_has_containerd_store(daemon->dockerd)
               ? "containerd/daemon/io.containerd.content.v1.content/ingest"
               : "buildkit/content/ingest";
}

void buildkitd_boot(struct buildkitd *daemon, struct buildkitd_config *config)
{
    buildkitd_config_free(daemon->config);
    daemon->config = config;
    daemon->is_up = true;
    if (daemon->puller != NULL)
        return; /* a restart: its content store is on the disk */
    if (config->max_parallelism > 0)
        daemon->workers.free_count = (unsigned)config->max_parallelism;
    const struct puller_options options = {
        .world = daemon->world,
        .machine = dockerd_machine(daemon->dockerd),
        .role = "buildkit",
        .kind = PULLER_BUILDKIT,
        .disk = dockerd_disk(daemon->dockerd),
        .data_root = daemon->is_engine ? dockerd_data_root(daemon->dockerd) : BUILDKIT_ROOT,
        .ingest_folder = ingest_folder_of(daemon),
        .download_slots = TRANSFER_SLOTS,
        .upload_slots = TRANSFER_SLOTS,
        .mirrors = daemon->is_engine ? dockerd_options_of(daemon->dockerd)->registry_mirrors
                                     : (const char *const *)config->mirrors,
        .account = daemon->is_engine ? DISK_BUILD_CACHE : DISK_VOLUMES,
        .context = daemon,
        .has_layer = has_layer,
        .on_layer = on_layer,
    };
    daemon->puller = puller_new(&options);
}

const char *buildkitd_platform(const struct buildkitd *daemon)
{
    return dockerd_profile(daemon->dockerd)->platform;
}

bool buildkitd_tells_codes(const struct buildkitd *daemon)
{
    enum puller_kind kind = dockerd_profile(daemon->dockerd)->puller;
    return !daemon->is_engine || (kind != PULLER_DOCKER_20_10 && kind != PULLER_DOCKER_24);
}

bool buildkitd_is_since(const struct buildkitd *daemon, unsigned minor)
{
    const char *image = daemon->is_engine ? NULL : container_image(daemon->container);
    g_autofree char *name = image != NULL ? g_strndup(image, strcspn(image, "@")) : NULL;
    const char *colon = name != NULL ? strrchr(name, ':') : NULL;
    const char *version = daemon->is_engine ? buildkitd_version(daemon)
                          : colon != NULL   ? colon + 1
                                            : "";
    if (!g_str_has_prefix(version, "v0."))
        return true;
    return g_ascii_strtoull(version + strlen("v0."), NULL, 10) >= minor;
}

bool buildkitd_is_native(const struct buildkitd *daemon, const char *platform)
{
    const char *own = buildkitd_platform(daemon);
    gsize length = strlen(own);
    if (strcmp(platform, "linux/386") == 0 && strcmp(own, "linux/amd64") == 0)
        return true;
    return strncmp(platform, own, length) == 0 &&
           (platform[length] == '\0' || platform[length] == '/');
}
