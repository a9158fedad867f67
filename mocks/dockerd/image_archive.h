/*
 * Archives of images, as `docker save` writes and `docker load` reads them. Engines before 25 write
 * Docker's own layout (manifest.json, repositories, a folder a layer); 25 and later an OCI layout
 * with Docker's files beside it; the containerd store the content it has, with indexes. Sources:
 * moby image/tarexport, containerd core/images/archive.
 *
 * Layers of a rehearsal stand for more bytes than they have: their descriptors say so in
 * annotations, here in the manifests and in manifest.json's LayerSources.
 */
#pragma once

#include "base/archive.h"
#include "base/json.h"
#include "mocks/dockerd/dockerd_private.h"

/* ---- save.c, save_layout.c, save_docker.c ---- */

/* An image to save, with those of its names that were asked for. */
struct saved_image {
    struct image *image; /* lent */
    GPtrArray *tags;     /* char*, familiar */
};
/* images: struct saved_image. *declared_bytes is what the archive stands for. */
GBytes *image_archive_write(struct dockerd *dockerd, const GPtrArray *images,
                            int64_t *declared_bytes);
/* The layout of Engines before 25. */
void image_archive_write_docker(struct archive_writer *writer, const GPtrArray *images);
/* The tar of a layer as the classic store puts it together again. */
GBytes *image_archive_layer(struct stored_layer *layer);
/* {"mediaType", "size", "digest"[, "annotations"]} of a layer in an archive. */
json_t *image_archive_source(struct stored_layer *layer, const char *media_type, const char *digest,
                             gsize length_bytes);
/* Adds a tag, "bb:1", to what becomes the file repositories: {"bb": {"1": layer}}. */
void image_archive_add_repository(json_t *repositories, const char *tag, const char *layer);
/* The file manifest.json or index.json, with what Go's encoder puts behind it. */
void image_archive_add_json(struct archive_writer *writer, const char *name, json_t *document,
                            const char *end);

/* ---- load_read.c ---- */

/* The files of a tar by name (char* -> GBytes), and which names are folders. */
struct archive_files {
    GHashTable *files;
    GPtrArray *folders; /* char*, the topmost parts of names, sorted */
};
/* tar may be packed by gzip, bzip2, xz or zstd. The error is the daemon's text. */
bool archive_files_read(struct archive_files *files, GBytes *tar, GError **error) MUST_USE;
void archive_files_clear(struct archive_files *files);
/* blobs/sha256/… of a digest, lent; NULL: not there. */
GBytes *archive_files_blob(const struct archive_files *files, const char *digest);
json_t *archive_files_document(const struct archive_files *files, const char *path);

/* One platform of an archive. */
struct archived_image {
    GBytes *config;
    GPtrArray *layers; /* struct layer */
    char **tags;       /* as the archive writes them */
    char *first_path;  /* of a layer's file, for texts; NULL without layers */
    int64_t bytes;     /* what its files stand for */
};
void archived_image_free(struct archived_image *image);
CLEANUP(archived_image, archived_image_free)
/* The images of manifest.json (struct archived_image); the error is the daemon's text. */
GPtrArray *archived_images_read(const struct archive_files *files, GError **error) MUST_USE;

/* source is the layer's descriptor, or NULL. */
struct layer *archived_layer_new(GBytes *bytes, const char *diff_id, const json_t *source);
void archived_layer_free(void *layer);

/* ---- load_index.c ---- */

/* An image of an OCI layout as the containerd store keeps it: its platforms under one top. */
struct archived_top {
    GPtrArray *platforms; /* struct pulled_image, without reference */
    char **tags;
};
void archived_top_free(struct archived_top *top);
CLEANUP(archived_top, archived_top_free)
/* The images that index.json names, or manifest.json where there is none. */
GPtrArray *archived_tops_read(const struct archive_files *files, GError **error) MUST_USE;
