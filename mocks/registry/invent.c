/* The public images that nobody described: made up when someone asks for them. */
#include "mocks/registry/registry_private.h"

#include "base/units.h"

static const char *const invented_platforms[] = {"linux/amd64", "linux/arm64", NULL};
static const int64_t invented_layer_bytes[] = {30 * MIB_BYTES};

void registry_set_inventor(struct registry *registry, const struct registry_inventor *inventor)
{
    registry->inventor = *inventor;
}

bool registry_would_invent(const struct registry *registry, const char *repository)
{
    const struct registry_inventor *inventor = &registry->inventor;
    return inventor->wants != NULL &&
           inventor->wants(inventor->context, registry->service, repository);
}

/* A tag that was pushed here, or deleted, has a history: it is what it is. */
void registry_invent(struct registry *registry, const char *repository, const char *tag)
{
    struct repository *found = registry_store_find(registry->store, repository);
    if (!registry_would_invent(registry, repository) ||
        (found != NULL &&
         (repository_find_tag(found, tag) != NULL || repository_tag_history(found, tag) != NULL)))
        return;
    const struct image_spec spec = {
        .repository = repository,
        .tag = tag,
        .platforms = invented_platforms,
        .layer_bytes = invented_layer_bytes,
        .layer_count = G_N_ELEMENTS(invented_layer_bytes),
        .is_index = true,
    };
    trace_note(world_trace(registry->world), "registry", "service", registry->service->name,
               "action", "invent", "repository", repository, "reference", tag, NULL);
    registry_add_image(registry, &spec);
}
