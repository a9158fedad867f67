/*
 * Layers that are generated: a gzip with one tar with one file. The gzip is of stored blocks, so
 * that a layer costs no compression and has exactly the size asked for (RFC 1951 3.2.4; what is
 * missing goes into gzip's comment field, RFC 1952 2.3). Equal identities and sizes give equal
 * bytes.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct layer_bytes {
    GBytes *blob;
    char *digest;
    char *diff_id; /* digest of the tar inside */
    int64_t unpacked_bytes;
};
void layer_bytes_clear(struct layer_bytes *layer);

/* The least layer; what is asked to be smaller becomes this. */
#define LAYER_BYTES_MIN 2071

/* Incompressible contents, drawn from the identity; size_bytes is the size of the blob. */
void layer_make_real(const char *identity, int64_t size_bytes, struct layer_bytes *layer);
/* The file is the identity itself: LAYER_BYTES_MIN bytes unless the identity is very long. */
void layer_make_virtual(const char *identity, struct layer_bytes *layer);
