/*
 * Caches that a build imports and exports, one file a kind. What is imported are records, of which
 * step with which inputs made which layer; a layer itself comes when it is needed, by a step that
 * runs on it or by an output: until then it is lazy, as BuildKit's are.
 */
#pragma once

#include "mocks/buildkit/media.h"

/* Where the records stand in the config of a cache, and of an image with an inline cache. */
#define CACHE_RECORDS_KEY "dev.seatrial.cache-records"

struct imported;

/* What is told of a layer on its way, in the vertex of the step that made it. */
struct cache_layer {
    const struct stored *stored;
    struct vertex *vertex;
};

/* An export: what is to be there afterwards. */
struct cache_writing {
    struct build *build;
    const struct attributes *attributes;
    struct vertex *vertex;
    const json_t *records; /* all their layers are in the store */
};

/* One kind of cache. */
struct cache_kind {
    const char *type; /* of "type=…" */
    const char *export_name;
    /* "importing cache manifest from" what; g_free. */
    char *(*source)(const struct attributes *attributes);
    /* Fills records. */
    bool (*import)(struct imported *imported, GError **error) MUST_USE;
    /* Puts the layer into the builder's store. */
    bool (*fetch)(struct imported *imported, const struct cache_layer *layer,
                  GError **error) MUST_USE;
    /* What can be said before the build begins; NULL: nothing. */
    bool (*check_export)(const struct build *build, const struct attributes *attributes,
                         GError **error) MUST_USE;
    bool (*export)(const struct cache_writing *writing, GError **error) MUST_USE;
};
extern const struct cache_kind cache_registry;
extern const struct cache_kind cache_gha;
extern const struct cache_kind cache_local;

/* A cache of --import-cache while the build lasts; belongs to the build. */
struct imported {
    struct build *build;
    const struct cache_kind *kind;
    const struct attributes *attributes;
    json_t *records;   /* step key -> stored_json() */
    struct base *base; /* registry: the image that holds them; lent */
};

/* Records as a manifest and its config, which any client can read as an image. */
struct cache_document {
    GBytes *config;
    GBytes *manifest;
    GPtrArray *blobs; /* struct push_blob: the layers */
};
void cache_document_make(const struct cache_writing *writing, struct cache_document *document);
void cache_document_clear(struct cache_document *document);
