/* The list of local images, with its filters, and the summary that `system df` shows, too. */
#include "mocks/dockerd/api.h"

#include "base/json.h"

#include <fnmatch.h>
#include <string.h>

json_t *image_names_or_null(const GPtrArray *names)
{
    if (names->len == 0)
        return json_null();
    json_t *list = json_array();
    for (guint i = 0; i < names->len; i++)
        json_array_append_new(list, json_string(g_ptr_array_index(names, i)));
    return list;
}

/* Of the containerd store every tag has one, pulled and pushed or not (daemon/containerd
   image_inspect.go collectRepoTagsAndDigests). */
static void add_digest_of_tag(GPtrArray *digests, const struct image *image, const char *tag)
{
    g_autofree char *digest =
        g_strdup_printf("%.*s@%s", (int)(strrchr(tag, ':') - tag), tag, image->id);
    if (!g_ptr_array_find_with_equal_func(digests, digest, g_str_equal, NULL))
        g_ptr_array_add(digests, g_steal_pointer(&digest));
}

GPtrArray *image_repo_digests(const struct dockerd *dockerd, const struct image *image)
{
    GPtrArray *digests = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < image->digests->len; i++)
        g_ptr_array_add(digests, g_strdup(g_ptr_array_index(image->digests, i)));
    for (guint i = 0; i < image->tags->len && dockerd->images.has_containerd_layout; i++)
        add_digest_of_tag(digests, image, g_ptr_array_index(image->tags, i));
    return digests;
}

/* Lists of images show a dangling one as "<none>:<none>" up to API 1.42 (capture 23c). */
static json_t *listed_names(const struct image *image, const GPtrArray *names, const char *none,
                            int api_minor)
{
    if (image->tags->len == 0 && image->digests->len == 0)
        return api_minor < 43 ? json_pack("[s]", none) : json_array();
    return image_names_or_null(names);
}

json_t *image_json_config(const struct image *image)
{
    const struct image_variant *variant = g_ptr_array_index(image->variants, 0);
    return json_parse_gbytes(variant->config, NULL);
}

json_t *image_summary(struct dockerd *dockerd, const struct image *image, int api_minor,
                      bool is_for_usage)
{
    int64_t size_bytes = image_size_bytes(image);
    g_autoptr(json_t) config = image_json_config(image);
    json_t *labels = json_get_object(json_get_object(config, "config"), "Labels");
    int64_t container_count = is_for_usage ? (int64_t)image_container_count(dockerd, image) : -1;
    int64_t shared_bytes = is_for_usage ? image_shared_bytes(image) : -1;
    g_autoptr(GPtrArray) digests = image_repo_digests(dockerd, image);
    json_t *summary = json_pack(
        "{s:I, s:I, s:s, s:O?, s:s, s:o, s:o, s:I, s:I}", "Containers", (json_int_t)container_count,
        "Created", (json_int_t)image->created_s, "Id", image->id, "Labels", labels, "ParentId", "",
        "RepoDigests", listed_names(image, digests, "<none>@<none>", api_minor), "RepoTags",
        listed_names(image, image->tags, "<none>:<none>", api_minor), "SharedSize",
        (json_int_t)shared_bytes, "Size", (json_int_t)size_bytes);
    if (api_minor < API_WITHOUT_VIRTUAL_SIZE)
        json_object_set_new(summary, "VirtualSize", json_integer(size_bytes));
    return summary;
}

/* Go's path.Match on the familiar form, then on its name alone, as `docker images NAME` asks for
   all tags of a repository (distribution/reference FamiliarMatch). */
static bool reference_matches(const char *pattern, const char *familiar)
{
    if (fnmatch(pattern, familiar, FNM_PATHNAME) == 0)
        return true;
    const char *slash = strrchr(familiar, '/');
    gsize path_length = slash != NULL ? (gsize)(slash - familiar) : 0;
    g_autofree char *name =
        g_strndup(familiar, path_length + strcspn(familiar + path_length, ":@"));
    return fnmatch(pattern, name, FNM_PATHNAME) == 0;
}

/* The names that any pattern is about; lent ones. */
static GPtrArray *matching_names(const GPtrArray *names, const GPtrArray *patterns)
{
    GPtrArray *matching = g_ptr_array_new();
    for (guint i = 0; i < names->len; i++)
        for (guint k = 0; k < patterns->len; k++)
            if (reference_matches(g_ptr_array_index(patterns, k), g_ptr_array_index(names, i))) {
                g_ptr_array_add(matching, g_ptr_array_index(names, i));
                break;
            }
    return matching;
}

static bool has_labels(struct request *request, const struct image *image)
{
    g_autoptr(json_t) config = image_json_config(image);
    return api_filter_labels(request, json_get_object(json_get_object(config, "config"), "Labels"));
}

/* Whether it was made before, or after, an image that a filter names; the daemon refuses a name
   that is none's. */
static bool is_in_time(struct request *request, const struct image *image, const char *key,
                       bool wants_older)
{
    g_autoptr(GPtrArray) names = api_filter_values(request, key);
    for (guint i = 0; i < names->len; i++) {
        const struct image *other =
            image_store_find(&request->dockerd->images, g_ptr_array_index(names, i));
        bool is_older = other != NULL && image->created_s < other->created_s;
        bool is_newer = other != NULL && image->created_s > other->created_s;
        if (!(wants_older ? is_older : is_newer))
            return false;
    }
    return true;
}

static bool check_filters(struct request *request, GError **error)
{
    static const char *const keys[] = {"before", "dangling", "label", "reference",
                                       "since",  "until",    NULL};
    static const char *const times[] = {"before", "since"};

    if (!api_filters_check(request, keys, error))
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        g_autoptr(GPtrArray) names = api_filter_values(request, times[i]);
        for (guint j = 0; j < names->len; j++) {
            const char *name = g_ptr_array_index(names, j);
            if (image_store_find(&request->dockerd->images, name) == NULL)
                return engine_fail(error, 404, "No such image: %s", name);
        }
    }
    return true;
}

static bool is_listed(struct request *request, const struct image *image)
{
    return api_filter_truth(request, "dangling", image->tags->len == 0) &&
           has_labels(request, image) &&
           is_in_time(request, image, "before", /* wants_older= */ true) &&
           is_in_time(request, image, "since", /* wants_older= */ false);
}

/* With a filter for references an image shows those names only that pass it. NULL: none does. */
static json_t *listed_summary(struct request *request, const struct image *image)
{
    g_autoptr(GPtrArray) patterns = api_filter_values(request, "reference");
    json_t *summary = image_summary(request->dockerd, image, request->api_minor,
                                    /* is_for_usage= */ false);
    if (patterns->len == 0)
        return summary;
    g_autoptr(GPtrArray) tags = matching_names(image->tags, patterns);
    g_autoptr(GPtrArray) all_digests = image_repo_digests(request->dockerd, image);
    g_autoptr(GPtrArray) digests = matching_names(all_digests, patterns);
    json_object_set_new(summary, "RepoTags", image_names_or_null(tags));
    json_object_set_new(summary, "RepoDigests", image_names_or_null(digests));
    if (tags->len + digests->len == 0)
        g_clear_pointer(&summary, json_decref);
    return summary;
}

/* capture 05; newest first */
HANDLER(images_list)
{
    const GPtrArray *images = request->dockerd->images.images;

    if (!check_filters(request, error))
        return false;
    json_t *list = json_array();
    for (guint i = images->len; i > 0; i--) {
        const struct image *image = g_ptr_array_index(images, i - 1);
        json_t *summary = is_listed(request, image) ? listed_summary(request, image) : NULL;
        if (summary != NULL)
            json_array_append_new(list, summary);
    }
    api_reply_json(request, 200, list);
    return true;
}
