/*
 * Images that are generated when they are first asked for: layers, configs, manifests, attestations
 * and index, deterministic to the byte. A recipe is a copy of an image_spec; an image is what a
 * recipe gives, a pure function of it, and can be put into any number of stores. In virtual images
 * the layers have few real bytes, and their descriptors say in annotations what they stand for.
 */
#pragma once

#include "mocks/registry/registry.h"
#include "mocks/registry/store.h"

/* Decimal texts in the annotations of a layer's descriptor. */
#define ANNOTATION_DECLARED_BYTES "dev.seatrial.declared-bytes"
#define ANNOTATION_UNPACKED_BYTES "dev.seatrial.unpacked-bytes"

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
struct recipe *recipe_new(const struct image_spec *spec, bool is_virtual);
void recipe_free(struct recipe *recipe);
CLEANUP(recipe, recipe_free)
/* The bytes of all its layers, about; what must fit before one begins. */
int64_t recipe_bytes(const struct recipe *recipe);
/* Everything that the image depends on, as one text; g_free. */
char *recipe_key(const struct recipe *recipe);

/* One blob or manifest of an image. */
struct image_part {
    char *digest;
    char *media_type; /* of a manifest; NULL: a blob */
    GBytes *bytes;
    int64_t declared_bytes;
};
struct image {
    GPtrArray *parts; /* struct image_part, children first */
    char *digest;     /* what the tag will point at */
};
struct image *image_generate(const struct recipe *recipe);
void image_free(struct image *image);
CLEANUP(image, image_free)
/* Puts the image into the store, under its recipe's tag. Fails when the store is full. */
bool image_store(const struct image *image, const struct recipe *recipe, struct store *store,
                 GError **error) MUST_USE;

/* The image of the recipe: lent when it comes from the cache or goes there, else *owned too. cache
   may be NULL. */
const struct image *image_cache_take(struct image_cache *cache, const struct recipe *recipe,
                                     struct image **owned);
