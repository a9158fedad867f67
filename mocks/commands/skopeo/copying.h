/* One copy of an image from a source to a target (containers/image copy/). */
#pragma once

#include "loop/fiber.h"
#include "mocks/commands/skopeo/manifest.h"
#include "mocks/commands/skopeo/place.h"

enum skopeo_selection {
    SKOPEO_SYSTEM, /* of a list the one for this machine */
    SKOPEO_ALL,
    SKOPEO_INDEX_ONLY,
};

struct skopeo_copying {
    const struct skopeo_run *run;
    struct skopeo_source *source;
    struct skopeo_target *target;
    enum skopeo_selection selection;
    const char *format; /* a manifest's type that it shall have; NULL: as it is */
    bool keeps_digests; /* or fails */
    bool drops_signatures;
    bool is_quiet;
    struct fiber_slots slots; /* blobs on their way */
};
/* A line of what is done, on stdout. */
void skopeo_say(const struct skopeo_copying *copying, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Why a manifest may not be changed; NULL: it may. */
const char *skopeo_unchangeable(const struct skopeo_copying *copying);

struct skopeo_copied {
    GBytes *bytes; /* the manifest as it was written */
    const char *type;
    char *digest;
};
void skopeo_copied_clear(struct skopeo_copied *copied);
#define SKOPEO_COPIED(variable)                                                                    \
    __attribute__((cleanup(skopeo_copied_clear))) struct skopeo_copied variable = {0}

/* digest: of an instance of the source's list, NULL: what the name is about. is_part: it is written
   under its digest, as a part of a list. */
bool skopeo_copy_image(struct skopeo_copying *copying, const char *digest, bool is_part,
                       struct skopeo_copied *copied, GError **error) MUST_USE;
bool skopeo_copy_list(struct skopeo_copying *copying, struct skopeo_copied *copied,
                      GError **error) MUST_USE;

/* ---- copy_layers.c ---- */

/* Copies all layers, up to six at a time; *layers: what became of each, skopeo_layers_free(). More
   than IMAGE_LAYERS_MAX are not modelled. */
bool skopeo_copy_layers(struct skopeo_copying *copying, const json_t *manifest, const char *type,
                        struct skopeo_layer **layers, GError **error) MUST_USE;
/* What a descriptor declares its blob to be; 0: what it is. */
int64_t skopeo_declared_bytes(const json_t *descriptor);
