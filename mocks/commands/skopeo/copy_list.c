/* A list with its instances (copy/multiple.go). */
#include "mocks/commands/skopeo/copying.h"

#include "base/digest.h"

#include <string.h>

static const char *list_type(const struct skopeo_copying *copying, const char *own)
{
    if (copying->format != NULL)
        return skopeo_type_is_oci(copying->format) ? SKOPEO_OCI_INDEX : SKOPEO_DOCKER_LIST;
    return copying->target->place->kind->only_type != NULL ? SKOPEO_OCI_INDEX : own;
}

static bool fail_unchangeable(const struct skopeo_copying *copying, const char *type,
                              GError **error)
{
    return skopeo_fail(error,
                       "Manifest list must be converted to type \"%s\" to be written to "
                       "destination, but we cannot modify it: \"%s\"",
                       type, skopeo_unchangeable(copying));
}

/* ---- instances ---- */

static void note(json_t *entry, const struct skopeo_copied *copied, bool *is_changed)
{
    int64_t size_bytes = (int64_t)g_bytes_get_size(copied->bytes);
    *is_changed = *is_changed || json_get_integer(entry, "size", -1) != size_bytes ||
                  strcmp(json_get_string(entry, "digest", ""), copied->digest) != 0 ||
                  strcmp(json_get_string(entry, "mediaType", ""), copied->type) != 0;
    json_object_set_new(entry, "size", json_integer(size_bytes));
    json_object_set_new(entry, "digest", json_string(copied->digest));
    json_object_set_new(entry, "mediaType", json_string(copied->type));
}

static bool copy_instances(struct skopeo_copying *copying, json_t *list, bool *is_changed,
                           GError **error)
{
    json_t *entries = json_get_array(list, "manifests");
    size_t count = json_array_size(entries);
    size_t index;
    json_t *entry;
    size_t wanted = copying->selection == SKOPEO_INDEX_ONLY ? 0 : count;
    skopeo_say(copying, "Copying %zu images generated from %zu images in list\n", wanted, count);
    json_array_foreach (entries, index, entry) {
        SKOPEO_COPIED(copied);
        if (wanted == 0)
            break;
        g_autofree char *digest = g_strdup(json_get_string(entry, "digest", ""));
        skopeo_say(copying, "Copying image %s (%zu/%zu)\n", digest, index + 1, wanted);
        if (!skopeo_prefixed(
                skopeo_copy_image(copying, digest, /* is_part= */ true, &copied, error), error,
                "copying image %zu/%zu from manifest list: ", index + 1, count))
            return false;
        note(entry, &copied, is_changed);
    }
    return true;
}

/* ---- the list itself ---- */

/* One type of list; failures of the registry are added to attempts. */
static bool try_type(struct skopeo_copying *copying, GBytes *bytes, const char *type,
                     GString *attempts, bool *is_written, GError **error)
{
    GError *reason = NULL;
    *is_written = copying->target->place->kind->put_manifest(copying->target, bytes, NULL, &reason);
    if (*is_written)
        return true;
    if (!skopeo_is_said(reason)) {
        g_propagate_error(error, reason);
        return false;
    }
    g_string_append_printf(attempts, "%s%s(%s)", attempts->len > 0 ? ", " : "", type,
                           reason->message);
    g_error_free(reason);
    return true;
}

/* The wanted type first; then the other one, whatever the first has failed by. */
static bool write_list(struct skopeo_copying *copying, const json_t *list, bool is_changed,
                       struct skopeo_copied *copied, GError **error)
{
    const char *own = skopeo_type_normalized(copying->source->top.media_type);
    const char *first = list_type(copying, own);
    const char *other = skopeo_type_is_oci(first) ? SKOPEO_DOCKER_LIST : SKOPEO_OCI_INDEX;
    bool is_alone = copying->format != NULL || copying->target->place->kind->only_type != NULL;
    const char *const types[] = {first, is_alone ? NULL : other, NULL};
    g_autoptr(GString) attempts = g_string_new(NULL);
    skopeo_say(copying, "Writing manifest list to image destination\n");
    for (gsize i = 0; types[i] != NULL; i++) {
        bool is_kept = !is_changed && strcmp(types[i], own) == 0;
        bool is_written = false;
        if (!is_kept && skopeo_unchangeable(copying) != NULL)
            return fail_unchangeable(copying, types[i], error);
        g_autoptr(GBytes) bytes =
            is_kept ? g_bytes_ref(copying->source->top.bytes) : skopeo_list_rewrite(list, types[i]);
        if (!try_type(copying, bytes, types[i], attempts, &is_written, error))
            return false;
        if (!is_written)
            continue;
        *copied = (struct skopeo_copied){
            .bytes = g_bytes_ref(bytes), .type = types[i], .digest = digest_of_bytes(bytes)};
        return true;
    }
    return skopeo_fail(error, "Uploading manifest list failed, attempted the following formats: %s",
                       attempts->str);
}

static bool check_digest(const struct skopeo_copying *copying, GError **error)
{
    const struct image_reference *reference = copying->target->place->reference;
    g_autofree char *digest = digest_of_bytes(copying->source->top.bytes);
    return reference == NULL || reference->digest == NULL ||
           strcmp(reference->digest, digest) == 0 ||
           skopeo_fail(error, "Digest of source image's manifest would not match destination "
                              "reference");
}

bool skopeo_copy_list(struct skopeo_copying *copying, struct skopeo_copied *copied, GError **error)
{
    bool is_changed = false;
    const char *own = skopeo_type_normalized(copying->source->top.media_type);
    const char *type = list_type(copying, own);
    g_autoptr(json_t) list = json_parse_gbytes(copying->source->top.bytes, NULL);
    if (list == NULL)
        return skopeo_fail_unknown(error);
    if (!copying->drops_signatures)
        skopeo_say(copying, "Getting image list signatures\n");
    if (!check_digest(copying, error))
        return false;
    if (strcmp(type, own) != 0 && skopeo_unchangeable(copying) != NULL)
        return fail_unchangeable(copying, type, error);
    if (!copy_instances(copying, list, &is_changed, error) ||
        !write_list(copying, list, is_changed, copied, error))
        return false;
    skopeo_say(copying, "Storing list signatures\n");
    return true;
}
