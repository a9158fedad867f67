/* GET /images/get?names=… and /images/NAME/get: images as one tar. */
#include "mocks/dockerd/api.h"
#include "mocks/dockerd/image_archive.h"

#include "base/digest.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

/* Layers are read, packed and sent; assumed, as fast as a good disk. */
enum {
    SAVED_BYTES_PER_US = 500
};

static void saved_image_free(void *pointer)
{
    struct saved_image *saved = pointer;
    g_ptr_array_unref(saved->tags);
    g_free(saved);
}

/* ---- which images ---- */

/* Once each image, once each name; tag NULL: no name of it. */
static void add(GPtrArray *images, struct image *image, const char *tag)
{
    struct saved_image *saved = NULL;
    for (guint i = 0; saved == NULL && i < images->len; i++)
        if (((struct saved_image *)images->pdata[i])->image == image)
            saved = images->pdata[i];
    if (saved == NULL) {
        saved = g_new0(struct saved_image, 1);
        saved->image = image;
        saved->tags = g_ptr_array_new_with_free_func(g_free);
        g_ptr_array_add(images, saved);
    }
    if (tag != NULL && !g_ptr_array_find_with_equal_func(saved->tags, tag, g_str_equal, NULL))
        g_ptr_array_add(saved->tags, g_strdup(tag));
}

static bool add_all_tags(struct dockerd *dockerd, const char *name, GPtrArray *images)
{
    bool is_any = false;
    for (guint i = 0; i < dockerd->images.images->len; i++) {
        struct image *image = g_ptr_array_index(dockerd->images.images, i);
        for (guint j = 0; j < image->tags->len; j++) {
            const char *tag = g_ptr_array_index(image->tags, j);
            gsize length = (gsize)(strrchr(tag, ':') - tag);
            if (strlen(name) != length || strncmp(tag, name, length) != 0)
                continue;
            add(images, image, tag);
            is_any = true;
        }
    }
    return is_any;
}

static bool fail_missing(struct dockerd *dockerd, const char *name, bool is_bare, GError **error)
{
    if (dockerd->images.has_containerd_layout) {
        g_autofree char *familiar = image_familiar_name(name, NULL);
        return engine_fail(error, 404, "No such image: %s", familiar != NULL ? familiar : name);
    }
    return is_bare ? engine_fail(error, 500, "No such image: %s", name)
                   : engine_fail(error, 404, "reference does not exist");
}

/* moby image/tarexport/save.go parseNames: a bare name is all its tags, or else the beginning of an
   id. */
static bool add_named(struct dockerd *dockerd, const char *name, GPtrArray *images, GError **error)
{
    g_autoptr(GError) reason = NULL;
    bool is_id = g_str_has_prefix(name, "sha256:");
    AUTO(reference) reference = is_id ? NULL : reference_parse(name, false, &reason);
    if (!is_id && reference == NULL)
        return engine_fail(error, 500, "%s", reason->message);
    bool is_bare = is_id || (reference->tag == NULL && reference->digest == NULL);
    g_autofree char *familiar = reference != NULL ? reference_familiar_name(reference) : NULL;
    if (!is_id && is_bare && add_all_tags(dockerd, familiar, images))
        return true;
    struct image *image = image_store_find(&dockerd->images, name);
    if (image == NULL)
        return fail_missing(dockerd, name, is_bare, error);
    g_autofree char *tag =
        !is_bare && reference->digest == NULL ? reference_familiar(reference) : NULL;
    add(images, image, tag);
    return true;
}

/* ---- the answer ---- */

static bool has_platform(const struct saved_image *saved, const json_t *platform, char **wanted)
{
    const char *variant = json_get_string(platform, "variant", "");
    g_free(*wanted);
    *wanted = g_strconcat(json_get_string(platform, "os", "linux"), "/",
                          json_get_string(platform, "architecture", ""),
                          *variant != '\0' ? "/" : "", variant, NULL);
    return image_variant_for(saved->image, *wanted) != NULL;
}

/* API 1.48: ?platform={"os":…,"architecture":…} */
static bool check_platform(struct request *request, const GPtrArray *images, GError **error)
{
    const char *text = exchange_query_value(request->exchange, "platform");
    g_autofree char *wanted = NULL;
    g_autoptr(json_t) platform = text != NULL ? json_parse_bytes(text, strlen(text), NULL) : NULL;
    for (guint i = 0; platform != NULL && i < images->len; i++)
        if (!has_platform(images->pdata[i], platform, &wanted))
            return engine_fail(error, 404, "no suitable export target found for platform %s",
                               wanted);
    return true;
}

/* The classic store writes everything below its folder for temporary files first. */
static bool take_space(struct dockerd *dockerd, int64_t bytes, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *id = dockerd_new_id(dockerd);
    g_autofree char *folder =
        g_strdup_printf("%s/tmp/docker-export-%.9s", dockerd_data_root(dockerd), id);
    if (dockerd->images.has_containerd_layout ||
        dockerd_take_disk(dockerd, DISK_TEMPORARY, folder, bytes, &reason))
        return true;
    return reason->domain == DISK_ERROR
               ? engine_fail(error, 500, "write %s/%s: %s", folder,
                             dockerd->personality->has_old_words ? "layer.tar" : "blobs/sha256",
                             reason->message)
               : (g_propagate_error(error, g_steal_pointer(&reason)), false);
}

static bool reply(struct request *request, const GPtrArray *images, GError **error)
{
    struct dockerd *dockerd = request->dockerd;
    int64_t bytes = 0;
    g_autoptr(GBytes) tar = image_archive_write(dockerd, images, &bytes);
    if (!take_space(dockerd, bytes, error))
        return false;
    bool is_done = fiber_sleep(dockerd->loop, bytes / SAVED_BYTES_PER_US, error);
    if (!dockerd->images.has_containerd_layout)
        dockerd_give_disk(dockerd, DISK_TEMPORARY, bytes);
    if (!is_done)
        return false;
    for (guint i = 0; i < images->len; i++)
        dockerd_note(dockerd, "image", "save", ((struct saved_image *)images->pdata[i])->image->id,
                     NULL);
    exchange_set_header(request->exchange, "Content-Type", "application/x-tar");
    exchange_reply(request->exchange, 200, tar);
    return true;
}

HANDLER(images_save)
{
    g_autoptr(GPtrArray) names = exchange_query_values(request->exchange, "names");
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func(saved_image_free);
    for (guint i = 0; i < names->len; i++)
        if (!add_named(request->dockerd, g_ptr_array_index(names, i), images, error))
            return false;
    return check_platform(request, images, error) && reply(request, images, error);
}

HANDLER(images_save_one)
{
    g_autoptr(GPtrArray) images = g_ptr_array_new_with_free_func(saved_image_free);
    return add_named(request->dockerd, request->name, images, error) &&
           check_platform(request, images, error) && reply(request, images, error);
}
