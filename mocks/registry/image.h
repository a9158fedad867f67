/*
 * Images that are generated when they are first asked for: layers, configs, manifests, attestations
 * and index, deterministic to the byte. A recipe is a copy of an image_spec. In virtual images the
 * layers have few real bytes, and their descriptors carry what they stand for in annotations.
 */
#pragma once

#include "mocks/registry/registry.h"
#include "mocks/registry/store.h"

/* Decimal texts in the annotations of a layer's descriptor. */
#define ANNOTATION_DECLARED_BYTES "dev.seatrial.declared-bytes"
#define ANNOTATION_UNPACKED_BYTES "dev.seatrial.unpacked-bytes"

struct recipe *recipe_new(const struct image_spec *spec, bool is_virtual);
void recipe_free(struct recipe *recipe);
CLEANUP(recipe, recipe_free)

/* Puts the image into the store, under its tag. Fails when the store is full. */
bool recipe_cook(const struct recipe *recipe, struct store *store, GError **error) MUST_USE;
