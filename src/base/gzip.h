/* gzip of whole buffers. Equal bytes always compress to equal bytes: the header holds no time. */
#pragma once

#include "base/error.h"

GBytes *gzip_compress(const void *bytes, gsize length_bytes);
/* Refuses what is no gzip, is cut or grows above length_bytes_max. Several members are joined. */
GBytes *gzip_decompress(const void *bytes, gsize length_bytes, gsize length_bytes_max,
                        GError **error) MUST_USE;
/* Whether the bytes begin with gzip's magic number. */
bool gzip_is_compressed(const void *bytes, gsize length_bytes);
