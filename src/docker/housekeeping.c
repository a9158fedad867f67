/* What the Engine holds on its disk, and freeing it. */
#include "docker/docker_private.h"

#include <string.h>

/* Sizes are -1 where the Engine did not compute them. */
static int64_t size_of(const json_t *object, const char *key)
{
    return MAX(json_get_integer(object, key, 0), 0);
}

/* An image in use keeps what it does not share; all the rest could go, as `docker system df` counts
   it (engine-contract.md D). */
static void count_images(const json_t *answer, struct docker_usage *usage)
{
    int64_t used_bytes = 0;
    size_t i;
    const json_t *image;

    json_array_foreach (json_get_array(answer, "Images"), i, image) {
        int64_t shared_bytes = json_get_integer(image, "SharedSize", -1);
        int64_t size_bytes = json_get_integer(image, "Size", -1);
        if (json_get_integer(image, "Containers", 0) != 0 && shared_bytes >= 0 && size_bytes >= 0)
            used_bytes += size_bytes - shared_bytes;
    }
    usage->images_bytes = size_of(answer, "LayersSize");
    usage->images_reclaimable_bytes = MAX(usage->images_bytes - used_bytes, 0);
}

static bool is_active(const json_t *container)
{
    const char *state = json_get_string(container, "State", "");
    return strcmp(state, "running") == 0 || strcmp(state, "paused") == 0 ||
           strcmp(state, "restarting") == 0;
}

static void count_containers(const json_t *answer, struct docker_usage *usage)
{
    size_t i;
    const json_t *container;

    json_array_foreach (json_get_array(answer, "Containers"), i, container) {
        int64_t written_bytes = size_of(container, "SizeRw");
        usage->containers_bytes += written_bytes;
        if (!is_active(container))
            usage->containers_reclaimable_bytes += written_bytes;
    }
}

static void count_volumes(const json_t *answer, struct docker_usage *usage)
{
    size_t i;
    const json_t *volume;

    json_array_foreach (json_get_array(answer, "Volumes"), i, volume) {
        usage->volumes_bytes += size_of(json_get_object(volume, "UsageData"), "Size");
    }
}

static void count_build_cache(const json_t *answer, struct docker_usage *usage)
{
    size_t i;
    const json_t *record;

    json_array_foreach (json_get_array(answer, "BuildCache"), i, record) {
        if (json_get_boolean(record, "Shared", false))
            continue;
        int64_t size_bytes = size_of(record, "Size");
        usage->build_cache_bytes += size_bytes;
        if (!json_get_boolean(record, "InUse", false))
            usage->build_cache_reclaimable_bytes += size_bytes;
    }
}

bool docker_usage(struct docker *docker, struct docker_usage *usage, GError **error)
{
    g_autoptr(json_t) answer = NULL;

    memset(usage, 0, sizeof(*usage));
    if (!docker_perform_json(docker, &(struct docker_call){.path = "/system/df"}, &answer, error))
        return false;
    count_images(answer, usage);
    count_containers(answer, usage);
    count_volumes(answer, usage);
    count_build_cache(answer, usage);
    return true;
}

/* captures 26b and 27 without its volumes: those hold the builders' caches. */
static const char *const prune_paths[][2] = {
    /* plain, all images */
    {"/containers/prune", "/containers/prune"},
    {"/networks/prune", "/networks/prune"},
    {"/images/prune?filters=%7B%22dangling%22%3A%7B%22true%22%3Atrue%7D%7D",
     "/images/prune?filters=%7B%22dangling%22%3A%7B%22false%22%3Atrue%7D%7D"},
    {"/build/prune?filters=", "/build/prune?all=1&filters="},
};

bool docker_prune(struct docker *docker, bool all_images, int64_t *reclaimed_bytes, GError **error)
{
    int64_t sum_bytes = 0;

    for (gsize i = 0; i < G_N_ELEMENTS(prune_paths); i++) {
        const struct docker_call call = {.method = "POST", .path = prune_paths[i][all_images]};
        g_autoptr(json_t) answer = NULL;
        if (!docker_perform_json(docker, &call, &answer, error))
            return false;
        sum_bytes += json_get_integer(answer, "SpaceReclaimed", 0);
    }
    if (reclaimed_bytes != NULL)
        *reclaimed_bytes = sum_bytes;
    return true;
}
