/*
 * Where images are: containers/image's transports. A place is a name as it was given; a source
 * reads what is there, a target is written to. Their kinds are rows of a table (place.c); what a
 * kind cannot do is NULL and not modelled.
 */
#pragma once

#include "mocks/commands/skopeo/blob_cache.h"
#include "mocks/commands/skopeo/registry.h"

struct skopeo_place;
struct skopeo_source;
struct skopeo_target;

/* A blob that may be at the target already. */
struct skopeo_reuse {
    const char *digest;
    bool may_be_packed; /* what comes of it when it is packed does as well */
    bool is_found;
    char *packed;       /* such a one was found; g_free */
    int64_t size_bytes; /* its size */
};

/* One transport. */
struct skopeo_kind {
    const char *name; /* "docker" */
    /* The words for what is wrong with a name are the transport's; NULL: not modelled. */
    bool (*parse)(const char *rest, struct skopeo_place *place, GError **error);
    /* What is wrong with it before its manifest is looked at. */
    bool (*open)(struct skopeo_source *source, GError **error);
    /* digest NULL: the one that the name is about. */
    bool (*manifest)(struct skopeo_source *source, const char *digest,
                     struct skopeo_document *document, GError **error);
    bool (*blob)(struct skopeo_source *source, const char *digest, struct skopeo_blob *blob,
                 GError **error);
    bool (*begin)(struct skopeo_target *target, GError **error);
    /* Whether the blob is there, or could be put there without its bytes. */
    bool (*has)(struct skopeo_target *target, struct skopeo_reuse *reuse, GError **error);
    /* Reads the blob, where it has to. is_known: the source has told its digest. */
    bool (*put)(struct skopeo_target *target, struct skopeo_blob *blob, bool is_known,
                GError **error);
    /* digest NULL: what the name is about. */
    bool (*put_manifest)(struct skopeo_target *target, GBytes *bytes, const char *digest,
                         GError **error);
    bool (*end)(struct skopeo_target *target, GError **error);
    bool is_read_parallel;
    bool is_written_parallel;
    bool wants_packed;     /* layers are packed by gzip on the way in */
    bool wants_unpacked;   /* or unpacked */
    const char *only_type; /* of manifests; NULL: any */
    bool is_single;        /* holds no list */
};

struct skopeo_place {
    const struct skopeo_kind *kind;
    char *name;                        /* "docker://ghcr.io/acme/app:1", as it is shown */
    struct image_reference *reference; /* of a registry or a daemon; or NULL */
    char *path;                        /* of a file or folder; or NULL */
    char *image;                       /* in it: a name, or "" */
};
void skopeo_place_clear(struct skopeo_place *place);
#define SKOPEO_PLACE(variable)                                                                     \
    __attribute__((cleanup(skopeo_place_clear))) struct skopeo_place variable = {0}
bool skopeo_place_parse(const char *text, struct skopeo_place *place, GError **error);
/* The transport of a name; NULL: none. */
const struct skopeo_kind *skopeo_kind_of(const char *text);

/* Files of a folder, or of an archive. */
struct skopeo_files;
struct skopeo_files *skopeo_files_open(const struct skopeo_run *run, const char *path,
                                       bool is_archive, GError **error);
struct skopeo_files *skopeo_files_of_bytes(GBytes *archive, GError **error);
void skopeo_files_free(struct skopeo_files *files);
/* Errors are Go's: "open PATH: no such file or directory". */
GBytes *skopeo_files_read(const struct skopeo_files *files, const char *name, GError **error);
/* One file by its path. */
GBytes *skopeo_path_read(const struct skopeo_run *run, const char *path, GError **error);
bool skopeo_path_write(const struct skopeo_run *run, const char *path, GBytes *bytes,
                       GError **error);

struct skopeo_source {
    const struct skopeo_run *run;
    const struct skopeo_context *context;
    const struct skopeo_place *place;
    struct skopeo_blob_cache *cache; /* or NULL */
    struct skopeo_document top;      /* what the name is about */
    struct skopeo_registry registry;
    struct skopeo_files *files;
    json_t *index;  /* index.json, or the archive's manifest.json */
    json_t *layers; /* of an image that `docker save` wrote: their files by digest */
};
void skopeo_source_clear(struct skopeo_source *source);
#define SKOPEO_SOURCE(variable)                                                                    \
    __attribute__((cleanup(skopeo_source_clear))) struct skopeo_source variable = {0}
bool skopeo_source_open(struct skopeo_source *source, const struct skopeo_run *run,
                        const struct skopeo_context *context, const struct skopeo_place *place,
                        GError **error);
/* Reads what it is about, unless opening it has. */
bool skopeo_source_load(struct skopeo_source *source, GError **error);

struct skopeo_target {
    const struct skopeo_run *run;
    const struct skopeo_context *context;
    const struct skopeo_place *place;
    struct skopeo_blob_cache *cache;
    struct skopeo_registry registry;
    struct archive_writer *archive; /* of an archive; or NULL */
    gsize archive_bytes;            /* what is in it, IMAGE_ARCHIVE_BYTES_MAX at most */
    GHashTable *written;            /* digests of blobs that are in it, a set */
    json_t *index;
};
void skopeo_target_clear(struct skopeo_target *target);
#define SKOPEO_TARGET(variable)                                                                    \
    __attribute__((cleanup(skopeo_target_clear))) struct skopeo_target variable = {0}

extern const struct skopeo_kind skopeo_docker_kind, skopeo_dir_kind, skopeo_oci_kind,
    skopeo_oci_archive_kind, skopeo_docker_archive_kind, skopeo_docker_daemon_kind;
