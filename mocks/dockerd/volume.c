/* Volumes: named disk that outlives containers. */
#include "mocks/dockerd/volume.h"

#include <string.h>

/* Where the volume stands in the list, which is in the order of names, or would have to stand. */
static guint place_of(const struct dockerd *dockerd, const char *name)
{
    guint low = 0;
    guint high = dockerd->volumes->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        const struct volume *volume = g_ptr_array_index(dockerd->volumes, middle);
        if (strcmp(volume->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct volume *volume_find(struct dockerd *dockerd, const char *name)
{
    guint place = place_of(dockerd, name);
    if (place == dockerd->volumes->len)
        return NULL;
    struct volume *volume = g_ptr_array_index(dockerd->volumes, place);
    return g_str_equal(volume->name, name) ? volume : NULL;
}

struct volume *volume_obtain(struct dockerd *dockerd, const char *name)
{
    struct volume *volume = name == NULL ? NULL : volume_find(dockerd, name);
    if (volume != NULL)
        return volume;
    volume = g_new0(struct volume, 1);
    volume->name = name == NULL ? dockerd_new_id(dockerd) : g_strdup(name);
    volume->is_anonymous = name == NULL;
    volume->labels = json_null();
    volume->options = json_null();
    volume->created_us = dockerd_now_us(dockerd);
    volume->files = file_tree_new(/* has_base= */ false);
    g_ptr_array_insert(dockerd->volumes, (gint)place_of(dockerd, volume->name), volume);
    dockerd_note(dockerd, "volume", "create", volume->name, NULL);
    return volume;
}

void volume_free(struct volume *volume)
{
    if (volume == NULL)
        return;
    g_free(volume->name);
    json_decref(volume->labels);
    json_decref(volume->options);
    file_tree_free(volume->files);
    g_free(volume);
}

int64_t volume_size_bytes(const struct volume *volume)
{
    return file_tree_bytes(volume->files) + volume->taken_bytes;
}

void volume_remove(struct dockerd *dockerd, struct volume *volume)
{
    g_assert(volume->use_count == 0);
    dockerd_note(dockerd, "volume", "destroy", volume->name, NULL);
    dockerd_give_disk(dockerd, DISK_VOLUMES, volume_size_bytes(volume));
    g_ptr_array_remove(dockerd->volumes, volume); /* the list frees it */
}

bool dockerd_volume_take(struct dockerd *dockerd, const char *name, const char *purpose,
                         int64_t bytes, GError **error)
{
    if (!dockerd_take_disk(dockerd, DISK_VOLUMES, purpose, bytes, error))
        return false;
    dockerd_volume_adopt(dockerd, name, bytes);
    return true;
}

void dockerd_volume_adopt(struct dockerd *dockerd, const char *name, int64_t bytes)
{
    volume_obtain(dockerd, name)->taken_bytes += bytes;
}

void dockerd_volume_give(struct dockerd *dockerd, const char *name, int64_t bytes)
{
    struct volume *volume = volume_find(dockerd, name);
    if (volume == NULL)
        return; /* removed in the meantime, with all it had taken */
    int64_t given_bytes = MIN(bytes, volume->taken_bytes);
    volume->taken_bytes -= given_bytes;
    dockerd_give_disk(dockerd, DISK_VOLUMES, given_bytes);
}
