/* Endpoints of volumes. */
#include "mocks/dockerd/prune.h"

#include "base/limits.h"
#include "mocks/dockerd/volume.h"

/* capture 23c */
json_t *volume_shape(const struct dockerd *dockerd, const struct volume *volume, bool is_for_usage)
{
    g_autofree char *created = dockerd_time_text(volume->created_us);
    g_autofree char *folder =
        g_strdup_printf("%s/volumes/%s/_data", dockerd_data_root(dockerd), volume->name);
    json_t *shape = json_pack("{s:s, s:s, s:O, s:s, s:s, s:O, s:s}", "CreatedAt", created, "Driver",
                              "local", "Labels", volume->labels, "Mountpoint", folder, "Name",
                              volume->name, "Options", volume->options, "Scope", "local");
    if (is_for_usage)
        json_object_set_new(shape, "UsageData",
                            json_pack("{s:I, s:I}", "RefCount", (json_int_t)volume->use_count,
                                      "Size", (json_int_t)volume_size_bytes(volume)));
    return shape;
}

/* moby volume/service/store.go; a name is a pattern. */
static bool passes_filters(struct request *request, const struct volume *volume)
{
    return api_filter_matches(request, "name", volume->name) &&
           api_filter_is(request, "driver", "local") &&
           api_filter_truth(request, "dangling", volume->use_count == 0) &&
           api_filter_labels(request, volume->labels);
}

HANDLER(volumes_list)
{
    static const char *const keys[] = {"dangling", "driver", "label", "name", NULL};
    const GPtrArray *volumes = request->dockerd->volumes;

    if (!api_filters_check(request, keys, error))
        return false;
    json_t *list = json_array();
    for (guint i = 0; i < volumes->len; i++) {
        const struct volume *volume = g_ptr_array_index(volumes, i);
        if (passes_filters(request, volume))
            json_array_append_new(
                list, volume_shape(request->dockerd, volume, /* is_for_usage= */ false));
    }
    api_reply_json(request, 200, json_pack("{s:o, s:n}", "Volumes", list, "Warnings"));
    return true;
}

static void keep_object(json_t **place, json_t *value)
{
    if (!json_is_object(value))
        return;
    json_decref(*place);
    *place = json_incref(value);
}

HANDLER(volumes_create)
{
    g_autoptr(json_t) body = api_read_json(request, error);
    if (body == NULL)
        return false;
    if (request->dockerd->volumes->len >= ENGINE_OBJECTS_MAX)
        return engine_fail(error, 500, "more than %d volumes", ENGINE_OBJECTS_MAX);
    const char *name = json_get_string(body, "Name", "");
    struct volume *volume = volume_obtain(request->dockerd, *name != '\0' ? name : NULL);
    keep_object(&volume->labels, json_object_get(body, "Labels"));
    keep_object(&volume->options, json_object_get(body, "DriverOpts"));
    api_reply_json(request, 201, volume_shape(request->dockerd, volume, /* is_for_usage= */ false));
    return true;
}

static struct volume *find_volume(struct request *request, GError **error)
{
    struct volume *volume = volume_find(request->dockerd, request->name);
    if (volume == NULL)
        engine_fail(error, 404, "get %s: no such volume", request->name);
    return volume;
}

HANDLER(volumes_inspect)
{
    const struct volume *volume = find_volume(request, error);
    if (volume == NULL)
        return false;
    api_reply_json(request, 200, volume_shape(request->dockerd, volume, /* is_for_usage= */ false));
    return true;
}

static const struct container *user_of(struct dockerd *dockerd, const struct volume *volume)
{
    for (guint i = 0; i < dockerd->containers->len; i++) {
        const struct container *container = g_ptr_array_index(dockerd->containers, i);
        for (guint j = 0; j < container->mounts->len; j++) {
            const struct mount *mount = g_ptr_array_index(container->mounts, j);
            if (mount->volume == volume)
                return container;
        }
    }
    return NULL;
}

/* capture 79 */
HANDLER(volumes_delete)
{
    struct volume *volume = find_volume(request, error);
    if (volume == NULL)
        return false;
    const struct container *user = user_of(request->dockerd, volume);
    if (user != NULL)
        return engine_fail(error, 409, "remove %s: volume is in use - [%s]", volume->name,
                           user->id);
    volume_remove(request->dockerd, volume);
    api_reply_empty(request, 204);
    return true;
}

/* From API 1.42 on named volumes stay unless filter all is set. */
HANDLER(volumes_prune)
{
    struct dockerd *dockerd = request->dockerd;
    bool has_named = request->api_minor < 42 || api_filter_has(request, "all", "true") ||
                     api_filter_has(request, "all", "1");
    json_t *deleted = json_array();
    int64_t freed_bytes = 0;

    if (!prune_begin(dockerd, "volumes", error)) {
        json_decref(deleted);
        return false;
    }
    for (guint i = dockerd->volumes->len; i > 0; i--) {
        struct volume *volume = g_ptr_array_index(dockerd->volumes, i - 1);
        if (volume->use_count > 0 || !(has_named || volume->is_anonymous))
            continue;
        freed_bytes += volume_size_bytes(volume);
        json_array_append_new(deleted, json_string(volume->name));
        volume_remove(dockerd, volume);
    }
    prune_reply(request, "volumes", "VolumesDeleted", deleted, freed_bytes);
    return true;
}
