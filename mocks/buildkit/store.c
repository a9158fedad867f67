/* Content and cache records of one builder, as files of its container or volume. */
#include "mocks/buildkit/daemon.h"

#include <string.h>

#define BLOBS_FOLDER   BUILDKIT_ROOT "/runc-overlayfs/content/blobs/sha256"
#define RECORDS_FOLDER BUILDKIT_ROOT "/cache"
/* How much is taken besides files: kept as a file too, so that prune knows it after a restart. */
#define TAKEN_FILE BUILDKIT_ROOT "/taken"

void stored_free(void *pointer)
{
    struct stored *stored = pointer;
    if (stored == NULL)
        return;
    g_free(stored->digest);
    g_free(stored->diff_id);
    g_free(stored->source);
    g_free(stored);
}

struct stored *stored_copy(const struct stored *stored)
{
    struct stored *copy = g_new0(struct stored, 1);
    *copy = *stored;
    copy->digest = g_strdup(stored->digest);
    copy->diff_id = g_strdup(stored->diff_id);
    copy->source = g_strdup(stored->source);
    return copy;
}

json_t *stored_json(const struct stored *stored)
{
    json_t *value =
        json_pack("{s:s, s:s, s:I, s:I, s:I}", "digest", stored->digest, "diff_id", stored->diff_id,
                  "declared_bytes", (json_int_t)stored->declared_bytes, "unpacked_bytes",
                  (json_int_t)stored->unpacked_bytes, "created_us", (json_int_t)stored->created_us);
    if (stored->source != NULL)
        json_object_set_new(value, "source", json_string(stored->source));
    return value;
}

struct stored *stored_read(const json_t *value)
{
    const char *digest = json_get_string(value, "digest", NULL);
    const char *diff_id = json_get_string(value, "diff_id", NULL);
    if (digest == NULL || diff_id == NULL)
        return NULL;
    struct stored *stored = g_new0(struct stored, 1);
    stored->digest = g_strdup(digest);
    stored->diff_id = g_strdup(diff_id);
    stored->source = g_strdup(json_get_string(value, "source", NULL));
    stored->declared_bytes = json_get_integer(value, "declared_bytes", 0);
    stored->unpacked_bytes = json_get_integer(value, "unpacked_bytes", 0);
    stored->created_us = json_get_integer(value, "created_us", 0);
    return stored;
}

/* ---- disk ---- */

static int64_t taken_bytes(const struct buildkitd *daemon)
{
    GBytes *bytes = container_file(daemon->container, TAKEN_FILE);
    if (bytes == NULL)
        return 0;
    gsize length_bytes;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *text = g_strndup(data, length_bytes);
    return g_ascii_strtoll(text, NULL, 10);
}

bool store_note_taken(struct buildkitd *daemon, int64_t bytes, GError **error)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, taken_bytes(daemon) + bytes);
    g_autoptr(GBytes) file = g_bytes_new(text, strlen(text));
    return container_write_file(daemon->container, TAKEN_FILE, file, error);
}

bool store_take(struct buildkitd *daemon, const char *purpose, int64_t bytes, GError **error)
{
    const char *volume = container_volume_at(daemon->container, BUILDKIT_ROOT);
    struct disk *disk = dockerd_disk(daemon->dockerd);
    if (daemon->is_engine)
        return dockerd_build_cache_add(daemon->dockerd, "regular", purpose, bytes, false, error);
    bool is_taken = volume != NULL
                        ? dockerd_volume_take(daemon->dockerd, volume, purpose, bytes, error)
                        : disk_take(disk, DISK_CONTAINERS, purpose, bytes, error);
    if (!is_taken)
        return false;
    if (volume == NULL)
        daemon->taken_bytes += bytes;
    return store_note_taken(daemon, bytes, error);
}

int64_t store_size_bytes(const struct buildkitd *daemon)
{
    g_autoptr(GPtrArray) paths = container_files_below(daemon->container, BUILDKIT_ROOT);
    int64_t bytes = taken_bytes(daemon);
    for (guint i = 0; i < paths->len; i++)
        bytes += (int64_t)g_bytes_get_size(container_file(daemon->container, paths->pdata[i]));
    return bytes;
}

int64_t store_prune(struct buildkitd *daemon)
{
    int64_t bytes = store_size_bytes(daemon);
    int64_t other_bytes = taken_bytes(daemon);
    const char *volume = container_volume_at(daemon->container, BUILDKIT_ROOT);

    if (volume != NULL)
        dockerd_volume_give(daemon->dockerd, volume, other_bytes);
    else
        disk_give(dockerd_disk(daemon->dockerd), DISK_CONTAINERS, "prune", daemon->taken_bytes);
    daemon->taken_bytes = 0;
    container_remove_file(daemon->container, BLOBS_FOLDER);
    container_remove_file(daemon->container, RECORDS_FOLDER);
    container_remove_file(daemon->container, TAKEN_FILE);
    return bytes;
}

/* ---- content ---- */

static char *path_of(const char *folder, const char *digest)
{
    const char *colon = strchr(digest, ':');
    return g_strconcat(folder, "/", colon != NULL ? colon + 1 : digest, NULL);
}

bool store_put_blob(struct buildkitd *daemon, const char *digest, GBytes *bytes, GError **error)
{
    g_autofree char *path = path_of(BLOBS_FOLDER, digest);
    return container_write_file(daemon->container, path, bytes, error);
}

bool store_adopt(struct buildkitd *daemon, const struct stored *stored, GBytes *bytes,
                 GError **error)
{
    return store_take(daemon, stored->digest, stored->unpacked_bytes + stored->declared_bytes,
                      error) &&
           store_put_blob(daemon, stored->digest, bytes, error);
}

GBytes *store_find_blob(const struct buildkitd *daemon, const char *digest)
{
    g_autofree char *path = path_of(BLOBS_FOLDER, digest);
    return container_file(daemon->container, path);
}

bool store_put_record(struct buildkitd *daemon, const char *key, const struct stored *stored,
                      GError **error)
{
    g_autofree char *path = path_of(RECORDS_FOLDER, key);
    g_autoptr(json_t) value = stored_json(stored);
    g_autoptr(GBytes) bytes = json_bytes(value);
    return container_write_file(daemon->container, path, bytes, error);
}

struct stored *store_find_record(const struct buildkitd *daemon, const char *key)
{
    g_autofree char *path = path_of(RECORDS_FOLDER, key);
    GBytes *bytes = container_file(daemon->container, path);
    g_autoptr(json_t) value = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    return stored_read(value);
}
