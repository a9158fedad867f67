/* What is stored, with recipes of images carried out when something asks for them. */
#include "mocks/registry/registry_private.h"

#include "base/digest.h"
#include "mocks/registry/image.h"

static void note_shortage(struct registry *registry, const struct recipe *recipe,
                          const GError *error)
{
    trace_note(world_trace(registry->world), "registry", "service", registry->service->name,
               "action", "image-does-not-fit", "repository", recipe->repository, "reference",
               recipe->tag, "reason", error->message, NULL);
}

static bool make(struct registry *registry, const struct recipe *recipe, GError **error)
{
    AUTO(image) owned = NULL;
    if (!registry_store_has_room(registry->store, recipe_bytes(recipe), error))
        return false;
    const struct image *image = image_cache_take(registry->image_cache, recipe, &owned);
    return image_store(image, recipe, registry->store, error);
}

/* An image that does not fit is not there: its tag goes, so that nobody tries again. */
static void cook(struct registry *registry, const struct recipe *recipe)
{
    g_autoptr(GError) error = NULL;
    if (make(registry, recipe, &error))
        return;
    note_shortage(registry, recipe, error);
    struct repository *repository = registry_store_find(registry->store, recipe->repository);
    repository_delete_tag(registry->store, repository, recipe->tag);
}

struct stored_tag *lookup_tag(struct registry *registry, struct repository *repository,
                              const char *tag)
{
    struct stored_tag *stored = repository_find_tag(repository, tag);
    if (stored == NULL || stored->recipe == NULL)
        return stored;
    cook(registry, stored->recipe);
    return repository_find_tag(repository, tag);
}

static struct stored_manifest *manifest_by_digest(struct registry *registry,
                                                  struct repository *repository, const char *digest)
{
    const struct recipe *recipe = NULL;
    struct stored_manifest *manifest = repository_find_manifest(repository, digest);
    while (manifest == NULL && (recipe = repository_next_recipe(repository)) != NULL) {
        cook(registry, recipe);
        manifest = repository_find_manifest(repository, digest);
    }
    return manifest;
}

struct stored_manifest *lookup_manifest(struct registry *registry, struct repository *repository,
                                        const char *reference)
{
    if (digest_is_valid(reference))
        return manifest_by_digest(registry, repository, reference);
    const struct stored_tag *tag = lookup_tag(registry, repository, reference);
    return tag != NULL ? repository_find_manifest(repository, tag->digest) : NULL;
}

struct stored_blob *lookup_blob(struct registry *registry, struct repository *repository,
                                const char *digest)
{
    const struct recipe *recipe = NULL;
    struct stored_blob *blob = repository_find_blob(repository, digest);
    while (blob == NULL && (recipe = repository_next_recipe(repository)) != NULL) {
        cook(registry, recipe);
        blob = repository_find_blob(repository, digest);
    }
    return blob;
}

struct repository *lookup_repository(const struct request *request)
{
    struct repository *repository = registry_store_find(request->registry->store, request->name);
    if (repository == NULL)
        registry_reply_error_about(request->exchange, REGISTRY_NAME_UNKNOWN, "name", request->name);
    return repository;
}

void lookup_cook_all(struct registry *registry)
{
    g_autoptr(GPtrArray) names = registry_store_names(registry->store, NULL, G_MAXSIZE);
    for (guint i = 0; i < names->len; i++) {
        struct repository *repository = registry_store_find(registry->store, names->pdata[i]);
        const struct recipe *recipe = NULL;
        while ((recipe = repository_next_recipe(repository)) != NULL)
            cook(registry, recipe);
    }
}
