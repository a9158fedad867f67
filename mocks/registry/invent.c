/* The public images that nobody described: made up when someone asks for them. */
#include "mocks/registry/registry_private.h"

#include "base/units.h"

#include <string.h>

/* What official images are built for (docker-library/official-images, "Architectures"). A recipe of
   them all is generated at once: an index needs the digests of its manifests. */
const char *const official_platforms[] = {
    "linux/amd64",   "linux/arm/v5",   "linux/arm/v6",  "linux/arm/v7",
    "linux/arm64",   "linux/386",      "linux/ppc64le", "linux/s390x",
    "linux/riscv64", "linux/mips64le", "linux/loong64", NULL,
};

/* Docker Hub's namespaces with the images of one architecture alone, and Microsoft's bases of
   containers for Windows. They are indexes of one platform, so that another machine must ask for it
   (docker-library/official-images issue 17896). */
static const struct {
    const char *service;
    const char *prefix;
    const char *platforms[2];
} families[] = {
    {"docker.io", "amd64/", {"linux/amd64"}},
    {"docker.io", "arm32v5/", {"linux/arm/v5"}},
    {"docker.io", "arm32v6/", {"linux/arm/v6"}},
    {"docker.io", "arm32v7/", {"linux/arm/v7"}},
    {"docker.io", "arm64v8/", {"linux/arm64"}},
    {"docker.io", "i386/", {"linux/386"}},
    {"docker.io", "ppc64le/", {"linux/ppc64le"}},
    {"docker.io", "s390x/", {"linux/s390x"}},
    {"docker.io", "riscv64/", {"linux/riscv64"}},
    {"docker.io", "mips64le/", {"linux/mips64le"}},
    {"docker.io", "loong64/", {"linux/loong64"}},
    {"mcr.microsoft.com", "windows", {"windows/amd64"}},
    {"mcr.microsoft.com", "oss/kubernetes/windows-", {"windows/amd64"}},
    {"mcr.microsoft.com", "dotnet/framework/", {"windows/amd64"}},
};

static const int64_t invented_layer_bytes[] = {30 * MIB_BYTES};

static const char *const *platforms_of(const struct registry *registry, const char *repository)
{
    for (gsize i = 0; i < G_N_ELEMENTS(families); i++)
        if (strcmp(families[i].service, registry->service->name) == 0 &&
            g_str_has_prefix(repository, families[i].prefix))
            return families[i].platforms;
    return official_platforms;
}

void registry_set_inventor(struct registry *registry, const struct registry_inventor *inventor)
{
    registry->inventor = *inventor;
}

bool registry_would_invent(const struct registry *registry, const char *repository, const char *tag)
{
    const struct registry_inventor *inventor = &registry->inventor;
    return inventor->wants != NULL &&
           inventor->wants(inventor->context, registry->service, repository, tag);
}

static void make(struct registry *registry, const char *repository, const char *tag)
{
    const struct image_spec spec = {
        .repository = repository,
        .tag = tag,
        .platforms = platforms_of(registry, repository),
        .layer_bytes = invented_layer_bytes,
        .layer_count = G_N_ELEMENTS(invented_layer_bytes),
        .is_index = true,
    };
    trace_note(world_trace(registry->world), "registry", "service", registry->service->name,
               "action", "invent", "repository", repository, "reference", tag, NULL);
    registry_add_image(registry, &spec);
    g_hash_table_add(registry->invented, g_strdup_printf("%s:%s", repository, tag));
}

/* A tag that was pushed here, or deleted, has a history: it is what it is. */
static bool has_history(const struct registry *registry, const char *repository, const char *tag)
{
    struct repository *found = registry_store_find(registry->store, repository);
    return found != NULL &&
           (repository_find_tag(found, tag) != NULL || repository_tag_history(found, tag) != NULL);
}

void registry_invent(struct registry *registry, const char *repository, const char *tag)
{
    if (registry_would_invent(registry, repository, tag) && !has_history(registry, repository, tag))
        make(registry, repository, tag);
}

/* What is pinned is published, whosever name it is below. */
char *registry_invent_pinned(struct registry *registry, const char *repository, const char *digest)
{
    const struct registry_inventor *inventor = &registry->inventor;
    if (inventor->pins == NULL || !inventor->pins(inventor->context, digest))
        return NULL;
    char *tag = g_strdelimit(g_strdup(digest), ":", '-');
    if (!has_history(registry, repository, tag))
        make(registry, repository, tag);
    return tag;
}

bool registry_has_invented(const struct registry *registry, const char *repository, const char *tag)
{
    g_autofree char *name = g_strdup_printf("%s:%s", repository, tag);
    return g_hash_table_contains(registry->invented, name);
}
