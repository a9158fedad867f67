/*
 * Manifests, indexes and image configs as the clients read them. Layers of the fake registry may be
 * virtual: annotations dev.seatrial.declared-bytes and dev.seatrial.unpacked-bytes say what they
 * stand for.
 */
#pragma once

#include "mocks/puller/mishap.h"

/* A pointer to a blob inside a manifest, or to a manifest inside an index. */
struct descriptor {
    char *digest;
    char *media_type;
    int64_t size_bytes;     /* on the wire */
    int64_t declared_bytes; /* what it stands for */
    int64_t unpacked_bytes;
    char *platform; /* of an index entry: "linux/arm64", or NULL */
};
void descriptor_free(struct descriptor *descriptor);
CLEANUP(descriptor, descriptor_free)
struct descriptor *descriptor_copy(const struct descriptor *descriptor);

struct content {
    char *digest; /* of the bytes as they came */
    char *media_type;
    GBytes *bytes;
    bool is_index;
    struct descriptor *config; /* NULL in an index */
    GPtrArray *layers;         /* struct descriptor; empty in an index */
    GPtrArray *children;       /* struct descriptor; empty in a manifest */
};
/* Reads a manifest or index; dockerd's words on failure (captures/faults/manigarbage, A14). */
struct content *content_read(GBytes *bytes, const char *media_type, GError **error) MUST_USE;
void content_free(struct content *content);
CLEANUP(content, content_free)
/* Whether what is offered runs where a platform is wanted: "linux/arm64/v8" takes "linux/arm64". */
bool content_platform_fits(const char *wanted, const char *offered);
/* The entry that fits a platform best ("linux/arm/v7" takes v6 and v5 too), or NULL. */
const struct descriptor *content_choose(const struct content *index, const char *platform);

struct image_config {
    char *platform;      /* "linux/amd64" */
    GPtrArray *diff_ids; /* char* */
};
struct image_config *image_config_read(GBytes *bytes, GError **error) MUST_USE;
void image_config_free(struct image_config *config);
CLEANUP(image_config, image_config_free)

/* The first twelve hex digits, as progress lines show them; g_free. */
char *digest_short(const char *digest);
/* What a layer's bytes are when unpacked: their digest, and a file inside for texts (g_free both).
 */
char *layer_diff_id(GBytes *bytes);
char *layer_file_name(GBytes *bytes);
