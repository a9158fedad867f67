/* The parts of the store that store.c, store_manifests.c and store_tags.c share. */
#pragma once

#include "mocks/registry/store.h"

struct store {
    GTree *repositories; /* name -> struct repository */
    GHashTable *blobs;   /* digest -> struct stored_blob */
    int64_t bytes_max;
    int64_t used_bytes;
    gsize object_count;
};

struct repository {
    char *name;
    GHashTable *blobs;     /* digest -> struct stored_blob of the store */
    GHashTable *manifests; /* digest -> struct stored_manifest, which owns the key */
    GHashTable *referrers; /* subject -> GPtrArray of digests that it owns, in byte order */
    GHashTable *histories; /* tag -> GPtrArray of digests */
    GTree *tags;           /* tag -> struct stored_tag */
    gsize recipe_count;
};

GPtrArray *registry_tree_keys(GTree *tree, const char *after, gsize count_max);

void stored_tag_free(void *pointer);
/* Removes all tags that point at the digest. */
void repository_delete_tags_of(struct store *store, struct repository *repository,
                               const char *digest);
