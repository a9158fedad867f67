/*
 * The images of one Engine, as data: names, platforms, layers shared between them. An image of the
 * classic store has one variant and its id is the digest of its config; in the containerd store it
 * may be an index with several variants and its id is the digest of the top (engine-contract.md H).
 * The store takes no disk: pulls took it; whoever removes images gives it back by what is freed.
 */
#pragma once

#include "mocks/puller/puller.h"

/* A layer on this machine, shared by all images that have it. */
struct stored_layer {
    char *digest; /* of the compressed bytes */
    char *diff_id;
    char *chain_id; /* digest of it and all below; NULL while its pull goes on */
    int64_t declared_bytes;
    int64_t unpacked_bytes;
    GBytes *bytes;            /* compressed; NULL: made when first pushed */
    unsigned reference_count; /* variants that have it; 0 while its pull goes on */
};

struct image_variant {
    char *platform;
    char *manifest_digest; /* NULL: never pushed or pulled, so there is no manifest yet */
    GBytes *manifest;
    char *config_digest;
    GBytes *config;
    GPtrArray *layers; /* struct stored_layer, bottom first, lent by the store */
};

struct image {
    char *id;
    GPtrArray *tags;     /* char*, familiar: "bb:1" */
    GPtrArray *digests;  /* char*: "bb@sha256:…" */
    GPtrArray *variants; /* struct image_variant; the first is the one that inspect shows */
    GBytes *index;       /* of the containerd store, or NULL */
    int64_t created_s;   /* Unix time, as its config says */
};

struct image_store {
    GPtrArray *images;          /* struct image, in order of arrival */
    GPtrArray *layers;          /* struct stored_layer, in order of arrival */
    unsigned pull_count;        /* while pulls run no layer goes: they may count on it */
    bool has_containerd_layout; /* ids are top digests, indexes are kept */
};

/* As a pull brings it; the caller owns it. */
struct layer *layer_of_stored(const struct stored_layer *stored);

void image_store_init(struct image_store *store, bool has_containerd_layout);
void image_store_finish(struct image_store *store);

/* By tag, digest reference, id or the beginning of an id; NULL: not there. Lent. */
struct image *image_store_find(const struct image_store *store, const char *name);
struct image *image_store_find_id(const struct image_store *store, const char *id);
struct stored_layer *image_store_find_layer(const struct image_store *store, const char *digest);
/* By its chain id, which says what it is and what lies below it. */
struct stored_layer *image_store_find_chain(const struct image_store *store, const char *chain_id);
/* Keeps a layer that a pull has unpacked, even if there is one of the same bytes: above other
   layers it is unpacked anew and takes its disk again. Counts no reference. */
struct stored_layer *image_store_add_layer(struct image_store *store, const struct layer *layer);
/* Keeps a pulled image and gives it its names; what had the tag loses it. Lent. */
struct image *image_store_add_pulled(struct image_store *store, const struct pulled_image *pulled,
                                     int64_t now_s);
/* Keeps an image that was built, loaded or imported. layers: struct layer. */
struct image *image_store_add_built(struct image_store *store, GBytes *config, GPtrArray *layers,
                                    int64_t now_s);
/* Gives a pulled image the names that its pull leaves: its digest's, and the tag's that was asked
   for unless a digest was. */
void image_store_name_pulled(struct image_store *store, struct image *image,
                             const struct reference *reference, const char *top_digest);
/* tag is familiar ("bb:1"); another image that had it loses it. */
void image_store_tag(struct image_store *store, struct image *image, const char *tag);
bool image_remove_tag(struct image *image, const char *tag);
/* "bb@sha256:…" names this image from now on, and no other. */
void image_store_add_digest(struct image_store *store, struct image *image,
                            const char *name_at_digest);
/* Forgets the image. Freed layers' chain ids (char*, top first) go to chains when that is given;
   the answer is how many bytes of disk they had. */
int64_t image_store_remove(struct image_store *store, struct image *image, GPtrArray *chains);
/* Forgets layers that no image has, once no pull runs; how many bytes of disk they had. */
int64_t image_store_sweep(struct image_store *store);

struct image_variant *image_variant_for(const struct image *image, const char *platform);
int64_t image_size_bytes(const struct image *image);
/* The bytes of layers that other images have as well. */
int64_t image_shared_bytes(const struct image *image);
int64_t image_store_layer_bytes(const struct image_store *store);
/* The disk that a layer takes: the containerd store keeps the compressed bytes as well. */
int64_t image_store_disk_bytes(const struct image_store *store, const struct stored_layer *layer);

/* "bb:1" for whatever way to write it, with latest where no tag is; g_free. A bad reference is
   PULLER_ERROR with the daemon's words. */
char *image_familiar_name(const char *text, GError **error) MUST_USE;
/* "linux/arm/v7" as an image config states it, without the v8 that every arm64 has; g_free. */
char *image_config_platform(GBytes *config);
