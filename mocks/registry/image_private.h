/* What image.c (recipes, the index) and image_platform.c (one platform) share. */
#pragma once

#include "mocks/registry/image.h"

struct recipe {
    char *repository;
    char *tag;
    char **platforms;
    int64_t *layer_bytes;
    gsize layer_count;
    char **entrypoint;
    char **environment;
    bool is_index;
    bool is_docker_types;
    bool has_attestations;
    bool is_virtual;
};

/* The media types of one family. */
struct image_types {
    const char *index;
    const char *manifest;
    const char *config;
    const char *layer;
};
const struct image_types *recipe_types(const struct recipe *recipe);

/* Where things of an image under construction go. */
struct kitchen {
    const struct recipe *recipe;
    struct store *store;
    struct repository *repository;
};

/* {"mediaType", "digest", "size"} */
json_t *image_descriptor(const char *media_type, const char *digest, gsize size_bytes);
/* {"architecture", "os"[, "variant"]} of "linux/arm/v7". */
json_t *image_platform(const char *platform);
/* Store a document; the descriptor of what was stored, or NULL when the store is full. */
json_t *kitchen_put_blob(const struct kitchen *kitchen, const char *media_type, const char *digest,
                         GBytes *bytes, GError **error) MUST_USE;
json_t *kitchen_put_manifest(const struct kitchen *kitchen, const char *media_type,
                             const json_t *document, GError **error) MUST_USE;

/* The manifest of one platform, and the attestation of a manifest: their descriptors with platform.
 */
json_t *kitchen_make_platform(const struct kitchen *kitchen, const char *platform,
                              GError **error) MUST_USE;
json_t *kitchen_make_attestation(const struct kitchen *kitchen, const char *manifest_digest,
                                 GError **error) MUST_USE;
