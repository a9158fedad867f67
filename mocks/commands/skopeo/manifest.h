/* Manifests and configs as containers/image reads and writes them (manifest/, internal/manifest/).
   Pure. */
#pragma once

#include "mocks/commands/skopeo/skopeo_private.h"

#define SKOPEO_OCI_MANIFEST    "application/vnd.oci.image.manifest.v1+json"
#define SKOPEO_OCI_INDEX       "application/vnd.oci.image.index.v1+json"
#define SKOPEO_OCI_CONFIG      "application/vnd.oci.image.config.v1+json"
#define SKOPEO_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define SKOPEO_DOCKER_LIST     "application/vnd.docker.distribution.manifest.list.v2+json"
#define SKOPEO_DOCKER_CONFIG   "application/vnd.docker.container.image.v1+json"
#define SKOPEO_SCHEMA_1        "application/vnd.docker.distribution.manifest.v1+prettyjws"

/* GuessMIMEType: by what the bytes say of themselves; NULL: nothing. */
const char *skopeo_manifest_type(GBytes *bytes);
bool skopeo_type_is_list(const char *type);
bool skopeo_type_is_oci(const char *type);
/* The type that a server's answer stands for. */
const char *skopeo_type_normalized(const char *type);

/* Of a list the instance for the machine, or for what --override-… asks; lent by the list. */
const char *skopeo_choose_instance(const struct skopeo_run *run, const json_t *list,
                                   const char *type, GError **error);

/* A layer as it came to be at the destination. */
struct skopeo_layer {
    char *digest;
    int64_t size_bytes;
    bool was_compressed;   /* on the way, by gzip */
    bool was_decompressed; /* the same */
};
void skopeo_layers_free(struct skopeo_layer *layers, gsize count);

/* A manifest written anew as target: layers NULL leaves them. config: the new one's bytes, or NULL.
   Fails for what the target has no word for. */
GBytes *skopeo_manifest_rewrite(const json_t *manifest, const char *type, const char *target,
                                const struct skopeo_layer *layers, GBytes *config, GError **error);
/* A list written anew as target. */
GBytes *skopeo_list_rewrite(const json_t *list, const char *target);
/* Whether layers of this type may be packed otherwise than they are. */
bool skopeo_layer_may_change(const json_t *manifest, const char *type, const char *layer_type);

/* ---- config.c ---- */

/* The config as OCI has it, in the order of its specification; json_decref. */
json_t *skopeo_config_as_oci(const json_t *config);
/* RFC 3339 as Go writes it: no zeros at the end of a fraction; g_free. */
char *skopeo_time(const char *text);
/* encoding/json, with four spaces a level, and without any; g_free. */
char *skopeo_json_indented(const json_t *value);
char *skopeo_json_compact(const json_t *value);
