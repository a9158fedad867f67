/* Tags of a repository, with every digest they have had. */
#include "mocks/registry/store_private.h"

#include <string.h>

void stored_tag_free(void *pointer)
{
    struct stored_tag *tag = pointer;
    g_free(tag->digest);
    g_free(tag);
}

struct stored_tag *repository_find_tag(struct repository *repository, const char *tag)
{
    return g_tree_lookup(repository->tags, tag);
}

static struct stored_tag *open_tag(struct store *store, struct repository *repository,
                                   const char *name, GError **error)
{
    struct stored_tag *tag = repository_find_tag(repository, name);
    if (tag != NULL)
        return tag;
    if (!registry_store_has_room(store, 0, error))
        return NULL;
    tag = g_new0(struct stored_tag, 1);
    g_tree_insert(repository->tags, g_strdup(name), tag);
    store->object_count++;
    return tag;
}

static void set_recipe(struct repository *repository, struct stored_tag *tag, struct recipe *recipe)
{
    repository->recipe_count -= tag->recipe != NULL;
    repository->recipe_count += recipe != NULL;
    tag->recipe = recipe;
}

/* A tag that is put again where it already points has no new chapter. */
static void note_history(struct store *store, struct repository *repository, const char *name,
                         const char *digest)
{
    GPtrArray *history = g_hash_table_lookup(repository->histories, name);
    if (history == NULL) {
        history = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(repository->histories, g_strdup(name), history);
    }
    if (history->len > 0 && strcmp(history->pdata[history->len - 1], digest) == 0)
        return;
    g_ptr_array_add(history, g_strdup(digest));
    store->object_count++; /* for good: histories are never forgotten */
}

struct stored_tag *repository_put_tag(struct store *store, struct repository *repository,
                                      const char *tag, const char *digest, GError **error)
{
    if (!registry_store_has_room(store, 0, error))
        return NULL;
    struct stored_tag *stored = open_tag(store, repository, tag, error);
    if (stored == NULL)
        return NULL;
    set_recipe(repository, stored, NULL);
    char *older = stored->digest; /* digest may be this very text */
    stored->digest = g_strdup(digest);
    g_free(older);
    note_history(store, repository, tag, stored->digest);
    return stored;
}

bool repository_put_recipe(struct store *store, struct repository *repository, const char *tag,
                           struct recipe *recipe, GError **error)
{
    struct stored_tag *stored = open_tag(store, repository, tag, error);
    if (stored == NULL)
        return false;
    set_recipe(repository, stored, recipe);
    g_clear_pointer(&stored->digest, g_free);
    return true;
}

struct recipe *repository_next_recipe(struct repository *repository)
{
    if (repository->recipe_count == 0)
        return NULL;
    GTreeNode *node = g_tree_node_first(repository->tags);
    for (; node != NULL; node = g_tree_node_next(node)) {
        struct stored_tag *tag = g_tree_node_value(node);
        if (tag->recipe != NULL)
            return tag->recipe;
    }
    g_assert_not_reached(); /* recipe_count said there is one */
}

bool repository_delete_tag(struct store *store, struct repository *repository, const char *tag)
{
    struct stored_tag *stored = repository_find_tag(repository, tag);
    if (stored == NULL)
        return false;
    set_recipe(repository, stored, NULL);
    g_tree_remove(repository->tags, tag);
    store->object_count--;
    return true;
}

void repository_delete_tags_of(struct store *store, struct repository *repository,
                               const char *digest)
{
    g_autofree char *wanted = g_strdup(digest);
    g_autoptr(GPtrArray) names = registry_tree_keys(repository->tags, NULL, G_MAXSIZE);
    for (guint i = 0; i < names->len; i++) {
        const struct stored_tag *tag = repository_find_tag(repository, names->pdata[i]);
        if (g_strcmp0(tag->digest, wanted) == 0)
            repository_delete_tag(store, repository, names->pdata[i]);
    }
}

GPtrArray *repository_tags(struct repository *repository, const char *after, gsize count_max)
{
    return registry_tree_keys(repository->tags, after, count_max);
}

const GPtrArray *repository_tag_history(struct repository *repository, const char *tag)
{
    return g_hash_table_lookup(repository->histories, tag);
}
