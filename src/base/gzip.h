/* gzip of whole buffers. Equal bytes always compress to equal bytes: the header holds no time.
   Large ones are compressed fast rather than well: whole repositories are copied into images. */
#pragma once

#include "base/error.h"

#include <stdint.h>

GBytes *gzip_compress(const void *bytes, gsize length_bytes);
/* Refuses what is no gzip, is cut or grows above length_bytes_max. Several members are joined. */
GBytes *gzip_decompress(const void *bytes, gsize length_bytes, gsize length_bytes_max,
                        GError **error) MUST_USE;
/* Whether the bytes begin with gzip's magic number. */
bool gzip_is_compressed(const void *bytes, gsize length_bytes);
/* The CRC-32 of a gzip trailer, continued from checksum (0 at the start). */
uint32_t gzip_checksum(uint32_t checksum, const void *bytes, gsize length_bytes);
