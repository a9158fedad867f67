/*
 * What every world has unless its scenario says otherwise, as tables: networks, registries, and the
 * public images that pipelines start from, with compressed sizes of the order of the real ones.
 */
#pragma once

#include "mocks/registry/registry.h"

struct named_network {
    const char *name;
    const char *summary;
    struct network network;
};
const struct named_network *named_network_find(const char *name);
/* "clear, slow"; g_free. */
char *named_network_names(void);
/* "ubuntu-24.04, …"; g_free. */
char *machine_profile_names(void);

struct default_registry {
    const char *service;
    bool needs_login_to_push;
};
const struct default_registry *default_registries(gsize *count);

struct default_image {
    const char *service;
    const char *repository;
    const char *tag;
    const char *const *platforms;
    const int64_t *layer_bytes;
    gsize layer_count;
    const char *const *environment;
};
const struct default_image *default_images(gsize *count);
struct image_spec default_image_spec(const struct default_image *image);
