/* Manifests of a repository, and which of them refer to which. */
#include "mocks/registry/store_private.h"

#include <string.h>

struct stored_manifest *repository_find_manifest(struct repository *repository, const char *digest)
{
    return g_hash_table_lookup(repository->manifests, digest);
}

const GPtrArray *repository_referrers(struct repository *repository, const char *subject)
{
    return g_hash_table_lookup(repository->referrers, subject);
}

static int compare_digests(gconstpointer left, gconstpointer right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static void add_referrer(struct repository *repository, const struct stored_manifest *manifest)
{
    GPtrArray *digests = g_hash_table_lookup(repository->referrers, manifest->subject);
    if (digests == NULL) {
        digests = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(repository->referrers, g_strdup(manifest->subject), digests);
    }
    g_ptr_array_add(digests, g_strdup(manifest->digest));
    g_ptr_array_sort(digests, compare_digests);
}

static void remove_referrer(struct repository *repository, const struct stored_manifest *manifest)
{
    GPtrArray *digests = g_hash_table_lookup(repository->referrers, manifest->subject);
    guint index = 0;
    if (g_ptr_array_find_with_equal_func(digests, manifest->digest, g_str_equal, &index))
        g_ptr_array_remove_index(digests, index);
    if (digests->len == 0)
        g_hash_table_remove(repository->referrers, manifest->subject);
}

static void forget_manifest(struct store *store, struct repository *repository,
                            struct stored_manifest *manifest)
{
    if (manifest->subject != NULL)
        remove_referrer(repository, manifest);
    store->used_bytes -= (int64_t)g_bytes_get_size(manifest->bytes);
    store->object_count--;
    g_hash_table_remove(repository->manifests, manifest->digest);
}

bool repository_put_manifest(struct store *store, struct repository *repository,
                             struct stored_manifest *manifest, GError **error)
{
    int64_t length_bytes = (int64_t)g_bytes_get_size(manifest->bytes);
    struct stored_manifest *older = repository_find_manifest(repository, manifest->digest);
    if (!registry_store_has_room(store, length_bytes, error)) {
        stored_manifest_free(manifest);
        return false;
    }
    if (older != NULL)
        forget_manifest(store, repository, older);
    g_hash_table_insert(repository->manifests, manifest->digest, manifest);
    store->used_bytes += length_bytes;
    store->object_count++;
    if (manifest->subject != NULL)
        add_referrer(repository, manifest);
    return true;
}

bool repository_delete_manifest(struct store *store, struct repository *repository,
                                const char *digest)
{
    struct stored_manifest *manifest = repository_find_manifest(repository, digest);
    if (manifest == NULL)
        return false;
    repository_delete_tags_of(store, repository, digest);
    forget_manifest(store, repository, manifest);
    return true;
}
