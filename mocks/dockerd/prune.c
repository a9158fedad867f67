/* The prunes of images and build cache, and what all prunes share (engine-contract.md D). */
#include "mocks/dockerd/prune.h"

#include "base/units.h"
#include "mocks/dockerd/engine_builder.h"
#include "mocks/dockerd/volume.h"

#include <string.h>

static const char already_running[] = "a prune operation is already running";

static bool pass_weather(struct dockerd *dockerd, const char *kind, GError **error)
{
    struct point_effect effect = dockerd_consult(dockerd, POINT_PRUNE, kind, NULL);
    if (effect.delay_us > 0 && !fiber_sleep(dockerd->loop, effect.delay_us, error))
        return false;
    while (effect.is_hang)
        if (!fiber_park(dockerd->loop, "a prune that hangs", error))
            return false;
    if (!effect.is_failure)
        return true;
    return engine_fail(error, 409, "%s", effect.message != NULL ? effect.message : already_running);
}

bool prune_begin(struct dockerd *dockerd, const char *kind, GError **error)
{
    if (g_hash_table_contains(dockerd->running_prunes, kind))
        return engine_fail(error, 409, "%s", already_running);
    g_hash_table_add(dockerd->running_prunes, (gpointer)kind);
    if (pass_weather(dockerd, kind, error))
        return true;
    g_hash_table_remove(dockerd->running_prunes, kind);
    return false;
}

void prune_reply(struct request *request, const char *kind, const char *key, json_t *deleted,
                 int64_t freed_bytes)
{
    g_autofree char *freed = g_strdup_printf("%" G_GINT64_FORMAT, MAX(freed_bytes, 0));
    bool is_null = json_array_size(deleted) == 0 && !g_str_equal(kind, "volumes");
    json_t *answer = json_pack("{s:o}", key, is_null ? json_null() : json_incref(deleted));

    g_hash_table_remove(request->dockerd->running_prunes, kind);
    if (freed_bytes >= 0)
        json_object_set_new(answer, "SpaceReclaimed", json_integer(freed_bytes));
    dockerd_note(request->dockerd, kind, "prune", freed, NULL);
    json_decref(deleted);
    api_reply_json(request, 200, answer);
}

/* ---- images ---- */

static bool is_older(struct request *request, const struct image *image)
{
    g_autoptr(GPtrArray) until = api_filter_values(request, "until");
    int64_t age_us = (dockerd_unix_now(request->dockerd) - image->created_s) * SECOND_US;
    for (guint i = 0; i < until->len; i++) {
        int64_t limit_us = 0;
        if (duration_parse(g_ptr_array_index(until, i), &limit_us, NULL) && age_us < limit_us)
            return false;
    }
    return true;
}

static bool is_prunable(struct request *request, const struct image *image, bool has_tagged)
{
    return (image->tags->len == 0 || has_tagged) &&
           image_container_count(request->dockerd, image) == 0 && is_older(request, image);
}

/* Captures 24, 26b, 27: dangling ones, or with filter dangling=false all that no container uses. */
HANDLER(images_prune)
{
    struct dockerd *dockerd = request->dockerd;
    bool has_tagged =
        api_filter_has(request, "dangling", "false") || api_filter_has(request, "dangling", "0");
    json_t *deleted = json_array();
    int64_t freed_bytes = 0;

    if (!prune_begin(dockerd, "images", error)) {
        json_decref(deleted);
        return false;
    }
    for (guint i = dockerd->images.images->len; i > 0; i--) {
        struct image *image = g_ptr_array_index(dockerd->images.images, i - 1);
        if (is_prunable(request, image, has_tagged))
            freed_bytes += image_delete_whole(dockerd, image, deleted);
    }
    prune_reply(request, "images", "ImagesDeleted", deleted, freed_bytes);
    return true;
}

/* ---- build cache ---- */

/* capture 26b: what is shared with an image stays, unless all=1 */
HANDLER(build_prune)
{
    struct dockerd *dockerd = request->dockerd;
    bool has_all = api_query_flag(request, "all");
    json_t *deleted = json_array();
    int64_t freed_bytes = 0;

    if (!prune_begin(dockerd, "build", error)) {
        json_decref(deleted);
        return false;
    }
    for (guint i = 0; i < dockerd->build_cache->len;) {
        struct build_record *record = g_ptr_array_index(dockerd->build_cache, i);
        if (record->is_shared && !has_all) {
            i++;
            continue;
        }
        freed_bytes += record->size_bytes;
        json_array_append_new(deleted, json_string(record->id));
        dockerd_give_disk(dockerd, DISK_BUILD_CACHE, record->size_bytes);
        g_ptr_array_remove_index(dockerd->build_cache, i);
    }
    if (json_array_size(deleted) > 0)
        engine_builder_forget(dockerd);
    prune_reply(request, "build", "CachesDeleted", deleted, freed_bytes);
    return true;
}
