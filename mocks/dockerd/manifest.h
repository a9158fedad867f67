/* The manifest of an image on this machine: dockerd makes one when it pushes (engine-contract.md C,
   Push) and, in the containerd store, when it keeps what was built. */
#pragma once

#include "base/json.h"
#include "mocks/dockerd/image_store.h"

#define MANIFEST_DOCKER_TYPE "application/vnd.docker.distribution.manifest.v2+json"
#define MANIFEST_OCI_TYPE    "application/vnd.oci.image.manifest.v1+json"

/* The compressed bytes of a layer; made now (one small file that names it) if there are none, as
   the classic store packs its layers anew for a push. Lent. */
GBytes *stored_layer_bytes(struct stored_layer *layer);
/* OCI image spec, layer chain id: of a layer above a chain, or NULL for the bottom; g_free. */
char *layer_chain_id(const char *below, const char *diff_id);
/* Layers in virtual images carry their declared sizes as annotations. */
GBytes *manifest_make(GBytes *config, GPtrArray *layers, bool is_oci);
/* An image config as `docker import` and runner images have it. settings: its "config", or NULL for
   none. diff_ids: char*. */
GBytes *config_make(const char *platform, const char *created, const char *comment,
                    json_t *settings, GPtrArray *diff_ids);
