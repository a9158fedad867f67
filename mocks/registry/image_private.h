/* What image.c (the index), image_platform.c (one platform) and image_attestation.c share. */
#pragma once

#include "base/json.h"
#include "mocks/registry/image.h"

/* The media types of one family. */
struct image_types {
    const char *index;
    const char *manifest;
    const char *config;
    const char *layer;
};
const struct image_types *recipe_types(const struct recipe *recipe);

/* An image under construction. */
struct draft {
    const struct recipe *recipe;
    struct image *image;
};

/* {"architecture", "os"[, "variant"]} of "linux/arm/v7". */
json_t *image_platform(const char *platform);
/* Add a part and give its descriptor {"mediaType", "digest", "size"}. */
json_t *draft_add_blob(const struct draft *draft, const char *media_type, GBytes *bytes,
                       int64_t declared_bytes);
/* Adds config and manifest; takes config and layers over. */
json_t *draft_add_image(const struct draft *draft, json_t *config, json_t *layers);

/* The manifest of one platform, and the attestation of a manifest: their descriptors with platform.
 */
json_t *draft_add_platform(const struct draft *draft, const char *platform);
json_t *draft_add_attestation(const struct draft *draft, const char *manifest_digest);
