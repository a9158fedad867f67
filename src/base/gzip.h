/* gzip of whole buffers. Equal bytes always compress to equal bytes: the header holds no time.
   Large ones, of 4 MiB and more, are compressed fast (level 1) rather than well (level 6, the
   default that dockerd and BuildKit take: moby/buildkit util/compression/gzip.go): whole
   repositories are copied into images. They come out larger than real ones, by 10 to 14 % of
   programs and libraries and by 14 to 37 % of source trees, measured as `tar c DIR | gzip -1 | wc
   -c` beside `gzip -6`. Sizes that follow from it err on the side of too little room. */
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
