/* What a registry holds: repositories and the blobs they share. Tags are in store_tags.c. */
#include "mocks/registry/store_private.h"

#include "base/limits.h"

#include <string.h>

static int compare_names(gconstpointer left, gconstpointer right, gpointer unused)
{
    (void)unused;
    return strcmp(left, right);
}

static GTree *tree_new(GDestroyNotify value_free)
{
    return g_tree_new_full(compare_names, NULL, g_free, value_free);
}

GPtrArray *registry_tree_keys(GTree *tree, const char *after, gsize count_max)
{
    GPtrArray *keys = g_ptr_array_new();
    GTreeNode *node = after != NULL ? g_tree_upper_bound(tree, after) : g_tree_node_first(tree);
    for (; node != NULL && keys->len < count_max; node = g_tree_node_next(node))
        g_ptr_array_add(keys, g_tree_node_key(node));
    return keys;
}

static void blob_free(void *pointer)
{
    struct stored_blob *blob = pointer;
    g_bytes_unref(blob->bytes);
    g_free(blob);
}

void stored_manifest_free(struct stored_manifest *manifest)
{
    if (manifest == NULL)
        return;
    g_free(manifest->digest);
    g_free(manifest->media_type);
    g_clear_pointer(&manifest->bytes, g_bytes_unref);
    g_free(manifest->subject);
    json_decref(manifest->referrer);
    g_free(manifest);
}

static void repository_free(void *pointer)
{
    struct repository *repository = pointer;
    g_hash_table_unref(repository->blobs);
    g_hash_table_unref(repository->manifests);
    g_hash_table_unref(repository->referrers);
    g_hash_table_unref(repository->histories);
    g_tree_unref(repository->tags);
    g_free(repository->name);
    g_free(repository);
}

struct store *registry_store_new(int64_t bytes_max)
{
    struct store *store = g_new0(struct store, 1);
    store->bytes_max = bytes_max;
    store->repositories = tree_new(repository_free);
    store->blobs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, blob_free);
    return store;
}

void registry_store_free(struct store *store)
{
    if (store == NULL)
        return;
    g_tree_unref(store->repositories);
    g_hash_table_unref(store->blobs);
    g_free(store);
}

bool registry_store_has_room(const struct store *store, int64_t more_bytes, GError **error)
{
    if (store->object_count >= REGISTRY_OBJECTS_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "the registry holds at most %d objects",
                    REGISTRY_OBJECTS_MAX);
        return false;
    }
    if (more_bytes > store->bytes_max - store->used_bytes) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "the registry holds at most %" G_GINT64_FORMAT " bytes", store->bytes_max);
        return false;
    }
    return true;
}

struct repository *registry_store_find(struct store *store, const char *name)
{
    return g_tree_lookup(store->repositories, name);
}

struct repository *registry_store_open(struct store *store, const char *name, GError **error)
{
    struct repository *repository = registry_store_find(store, name);
    if (repository != NULL)
        return repository;
    if (!registry_store_has_room(store, 0, error))
        return NULL;
    repository = g_new0(struct repository, 1);
    repository->name = g_strdup(name);
    repository->blobs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    repository->manifests =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)stored_manifest_free);
    repository->referrers =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    repository->histories =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
    repository->tags = tree_new(stored_tag_free);
    g_tree_insert(store->repositories, g_strdup(name), repository);
    store->object_count++;
    return repository;
}

GPtrArray *registry_store_names(struct store *store, const char *after, gsize count_max)
{
    return registry_tree_keys(store->repositories, after, count_max);
}

/* ---- blobs ---- */

struct stored_blob *repository_find_blob(struct repository *repository, const char *digest)
{
    return g_hash_table_lookup(repository->blobs, digest);
}

struct stored_blob *registry_store_find_blob(struct store *store, const char *digest)
{
    return g_hash_table_lookup(store->blobs, digest);
}

bool repository_mount_blob(struct store *store, struct repository *repository, const char *digest)
{
    if (g_hash_table_contains(repository->blobs, digest))
        return true;
    struct stored_blob *blob = registry_store_find_blob(store, digest);
    if (blob == NULL || !registry_store_has_room(store, 0, NULL))
        return false;
    g_hash_table_insert(repository->blobs, g_strdup(digest), blob);
    blob->link_count++;
    store->object_count++;
    return true;
}

bool repository_put_blob(struct store *store, struct repository *repository, const char *digest,
                         GBytes *bytes, GError **error)
{
    if (repository_mount_blob(store, repository, digest))
        return true;
    int64_t length_bytes = (int64_t)g_bytes_get_size(bytes);
    if (!registry_store_has_room(store, length_bytes, error))
        return false;
    struct stored_blob *blob = g_new0(struct stored_blob, 1);
    blob->bytes = g_bytes_ref(bytes);
    blob->declared_bytes = length_bytes;
    g_hash_table_insert(store->blobs, g_strdup(digest), blob);
    store->used_bytes += length_bytes;
    bool is_linked = repository_mount_blob(store, repository, digest);
    g_assert(is_linked); /* room was checked */
    return true;
}

bool repository_delete_blob(struct store *store, struct repository *repository, const char *digest)
{
    struct stored_blob *blob = repository_find_blob(repository, digest);
    if (blob == NULL)
        return false;
    g_hash_table_remove(repository->blobs, digest);
    store->object_count--;
    if (--blob->link_count == 0) {
        store->used_bytes -= (int64_t)g_bytes_get_size(blob->bytes);
        g_hash_table_remove(store->blobs, digest);
    }
    return true;
}
