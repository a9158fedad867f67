/* What the images of one Engine are called, and finding them by it. */
#include "mocks/dockerd/image_store.h"

#include <string.h>

char *image_familiar_name(const char *text, GError **error)
{
    AUTO(reference) reference = reference_parse(text, /* default_tag= */ true, error);
    return reference == NULL ? NULL : reference_familiar(reference);
}

/* ---- finding ---- */

static bool has_text(GPtrArray *texts, const char *text)
{
    return g_ptr_array_find_with_equal_func(texts, text, g_str_equal, NULL);
}

static struct image *find_named(const struct image_store *store, const char *name)
{
    for (guint i = 0; i < store->images->len; i++) {
        struct image *image = g_ptr_array_index(store->images, i);
        if (has_text(image->tags, name) || has_text(image->digests, name))
            return image;
    }
    return NULL;
}

/* "bb@sha256:…" whether or not a tag was written as well. */
static char *name_at_digest(const struct reference *reference)
{
    struct reference bare = {.domain = reference->domain, .path = reference->path};
    g_autofree char *name = reference_familiar(&bare);
    return g_strdup_printf("%s@%s", name, reference->digest);
}

static struct image *find_reference(const struct image_store *store, const char *text)
{
    AUTO(reference) reference = reference_parse(text, /* default_tag= */ true, NULL);
    if (reference == NULL)
        return NULL;
    g_autofree char *name =
        reference->digest != NULL ? name_at_digest(reference) : reference_familiar(reference);
    return find_named(store, name);
}

static struct image *find_id_prefix(const struct image_store *store, const char *text)
{
    const char *hex = g_str_has_prefix(text, "sha256:") ? text + strlen("sha256:") : text;
    struct image *found = NULL;

    if (*hex == '\0' || strspn(hex, "0123456789abcdef") != strlen(hex))
        return NULL;
    for (guint i = 0; i < store->images->len; i++) {
        struct image *image = g_ptr_array_index(store->images, i);
        if (!g_str_has_prefix(image->id + strlen("sha256:"), hex))
            continue;
        if (found != NULL)
            return NULL; /* ambiguous */
        found = image;
    }
    return found;
}

struct image *image_store_find(const struct image_store *store, const char *name)
{
    struct image *image = image_store_find_id(store, name);
    if (image == NULL)
        image = find_reference(store, name);
    return image != NULL ? image : find_id_prefix(store, name);
}

/* ---- naming ---- */

void image_store_tag(struct image_store *store, struct image *image, const char *tag)
{
    if (has_text(image->tags, tag))
        return;
    for (guint i = 0; i < store->images->len; i++)
        image_remove_tag(g_ptr_array_index(store->images, i), tag);
    g_ptr_array_add(image->tags, g_strdup(tag));
}

bool image_remove_tag(struct image *image, const char *tag)
{
    guint index = 0;
    if (!g_ptr_array_find_with_equal_func(image->tags, tag, g_str_equal, &index))
        return false;
    g_ptr_array_remove_index(image->tags, index);
    return true;
}

void image_store_add_digest(struct image_store *store, struct image *image, const char *digest_name)
{
    if (has_text(image->digests, digest_name))
        return;
    for (guint i = 0; i < store->images->len; i++) {
        struct image *other = g_ptr_array_index(store->images, i);
        guint index = 0;
        if (g_ptr_array_find_with_equal_func(other->digests, digest_name, g_str_equal, &index))
            g_ptr_array_remove_index(other->digests, index);
    }
    g_ptr_array_add(image->digests, g_strdup(digest_name));
}

void image_store_name_pulled(struct image_store *store, struct image *image,
                             const struct reference *reference, const char *top_digest)
{
    struct reference by_digest = *reference;
    if (reference->digest == NULL) /* a pinned one may have a stand-in of another digest */
        by_digest.digest = (char *)top_digest;
    g_autofree char *digest_name = name_at_digest(&by_digest);
    image_store_add_digest(store, image, digest_name);
    if (reference->digest != NULL || reference->tag == NULL)
        return;
    g_autofree char *tag = reference_familiar(reference);
    image_store_tag(store, image, tag);
}
