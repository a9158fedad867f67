/* The tables of the default world. */
#include "harness/world_default.h"

#include "base/units.h"
#include "mocks/dockerd/dockerd.h"

#include <string.h>

/* Clear: a hosted runner's road to the big registries. Slow: a tenth of the rate and ten times the
   round trip, weather in which nothing fails and no healthy run may be killed. */
static const struct named_network networks[] = {
    {"clear", "a hosted runner's", {20 * MILLISECOND_US, 50 * MIB_BYTES}},
    {"slow", "nothing fails, all takes ten times as long", {200 * MILLISECOND_US, 5 * MIB_BYTES}},
};

const struct named_network *named_network_find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(networks); i++)
        if (strcmp(networks[i].name, name) == 0)
            return &networks[i];
    return NULL;
}

char *named_network_names(void)
{
    GString *names = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(networks); i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", networks[i].name);
    return g_string_free(names, FALSE);
}

char *machine_profile_names(void)
{
    gsize count = 0;
    const struct machine_profile *const *profiles = machine_profiles(&count);
    GString *names = g_string_new(NULL);
    for (gsize i = 0; i < count; i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", profiles[i]->name);
    return g_string_free(names, FALSE);
}

const struct default_registry *default_registries(gsize *count)
{
    static const struct default_registry registries[] = {
        {"docker.io", true},
        {"ghcr.io", true},
        {"mirror.gcr.io", true},
    };
    *count = G_N_ELEMENTS(registries);
    return registries;
}

static const char *const common_platforms[] = {"linux/amd64", "linux/arm64", NULL};
static const int64_t buildkit_layers[] = {3 * MIB_BYTES, 22 * MIB_BYTES, 66 * MIB_BYTES};
static const int64_t golang_layers[] = {3 * MIB_BYTES, 280 * KIB_BYTES, 66 * MIB_BYTES};
static const int64_t node_layers[] = {3 * MIB_BYTES, 48 * MIB_BYTES, 2 * MIB_BYTES};
static const int64_t alpine_layers[] = {3 * MIB_BYTES};
static const int64_t binfmt_layers[] = {28 * MIB_BYTES};
static const int64_t trivy_layers[] = {70 * MIB_BYTES};
static const char *const golang_environment[] = {"GOLANG_VERSION=1.22.12", "GOTOOLCHAIN=local",
                                                 NULL};
static const char *const golang_old_environment[] = {"GOLANG_VERSION=1.21.13", "GOTOOLCHAIN=local",
                                                     NULL};

const struct default_image *default_images(gsize *count)
{
    static const struct default_image images[] = {
        {"docker.io", "moby/buildkit", "buildx-stable-1", common_platforms, buildkit_layers,
         G_N_ELEMENTS(buildkit_layers), NULL},
        {"mirror.gcr.io", "moby/buildkit", "buildx-stable-1", common_platforms, buildkit_layers,
         G_N_ELEMENTS(buildkit_layers), NULL},
        {"docker.io", "library/golang", "1.22-alpine", official_platforms, golang_layers,
         G_N_ELEMENTS(golang_layers), golang_environment},
        {"docker.io", "library/golang", "1.21-alpine", official_platforms, golang_layers,
         G_N_ELEMENTS(golang_layers), golang_old_environment},
        {"docker.io", "library/node", "22-alpine", official_platforms, node_layers,
         G_N_ELEMENTS(node_layers), NULL},
        {"docker.io", "library/alpine", "3.20", official_platforms, alpine_layers,
         G_N_ELEMENTS(alpine_layers), NULL},
        {"mirror.gcr.io", "aquasec/trivy-db", "2", common_platforms, trivy_layers,
         G_N_ELEMENTS(trivy_layers), NULL},
        {"ghcr.io", "aquasecurity/trivy-db", "2", common_platforms, trivy_layers,
         G_N_ELEMENTS(trivy_layers), NULL},
        {"docker.io", "tonistiigi/binfmt", "latest", common_platforms, binfmt_layers,
         G_N_ELEMENTS(binfmt_layers), NULL},
    };
    *count = G_N_ELEMENTS(images);
    return images;
}

struct image_spec default_image_spec(const struct default_image *image)
{
    return (struct image_spec){
        .repository = image->repository,
        .tag = image->tag,
        .platforms = image->platforms,
        .layer_bytes = image->layer_bytes,
        .layer_count = image->layer_count,
        .environment = image->environment,
        .is_index = true,
    };
}
