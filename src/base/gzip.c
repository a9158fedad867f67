/* gzip of whole buffers by zlib. */
#include "base/gzip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum {
    GZIP_FRAMING = 16, /* zlib's way to ask for gzip instead of zlib framing */
    WINDOW_BITS_MIN = 9,
    WINDOW_BITS_MAX = 15,
    WINDOW_SPARE_BYTES = 512, /* deflate looks back less than its window, by MIN_LOOKAHEAD of 262 */
    GZIP_MEMORY_LEVEL = 8,
    LARGE_BYTES = 4 * 1024 * 1024,
    CHUNK_BYTES = 16 * 1024, /* lives on the stack of a fiber */
    OPERATING_SYSTEM_UNKNOWN = 255,
};

/* No larger than the input can use, since deflate clears all of it. The bytes that come out are the
   same; with a lower memory level they would not be. */
static int window_bits(gsize length_bytes)
{
    int bits = WINDOW_BITS_MIN;
    while (bits < WINDOW_BITS_MAX && (gsize)1 << bits < length_bytes + WINDOW_SPARE_BYTES)
        bits++;
    return bits;
}

GBytes *gzip_compress(const void *bytes, gsize length_bytes)
{
    z_stream stream = {0};
    gz_header header = {.os = OPERATING_SYSTEM_UNKNOWN};

    int bits = window_bits(length_bytes);
    int level = length_bytes < LARGE_BYTES ? Z_DEFAULT_COMPRESSION : Z_BEST_SPEED;

    g_assert(length_bytes <= G_MAXUINT / 2);
    if (deflateInit2(&stream, level, Z_DEFLATED, bits + GZIP_FRAMING, GZIP_MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK ||
        deflateSetHeader(&stream, &header) != Z_OK)
        g_error("zlib cannot compress");
    uLong size_bytes = deflateBound(&stream, (uLong)length_bytes);
    guint8 *out = g_malloc(size_bytes);
    stream.next_in = (Bytef *)(uintptr_t)bytes; /* zlib's interface knows no const */
    stream.avail_in = (uInt)length_bytes;
    stream.next_out = out;
    stream.avail_out = (uInt)size_bytes;
    int status = deflate(&stream, Z_FINISH);
    g_assert(status == Z_STREAM_END);
    size_bytes = stream.total_out;
    deflateEnd(&stream);
    return g_bytes_new_take(g_realloc(out, size_bytes), size_bytes);
}

bool gzip_is_compressed(const void *bytes, gsize length_bytes)
{
    static const guint8 magic[] = {0x1f, 0x8b};
    return length_bytes >= sizeof magic && memcmp(bytes, magic, sizeof magic) == 0;
}

uint32_t gzip_checksum(uint32_t checksum, const void *bytes, gsize length_bytes)
{
    return (uint32_t)crc32_z(checksum, bytes, length_bytes);
}

/* One round of inflate(); false when the input is broken. */
static bool inflate_some(z_stream *stream, GByteArray *out, int *status)
{
    guint8 chunk[CHUNK_BYTES];
    stream->next_out = chunk;
    stream->avail_out = sizeof chunk;
    *status = inflate(stream, Z_NO_FLUSH);
    if (*status != Z_OK && *status != Z_STREAM_END)
        return false;
    g_byte_array_append(out, chunk, (guint)(sizeof chunk - stream->avail_out));
    if (*status == Z_STREAM_END && stream->avail_in > 0)
        *status = inflateReset(stream); /* another member follows */
    return true;
}

static bool inflate_all(z_stream *stream, GByteArray *out, gsize length_bytes_max, GError **error)
{
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        if (!inflate_some(stream, out, &status)) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "gzip: %s",
                        status == Z_BUF_ERROR ? "ends too early"
                        : stream->msg != NULL ? stream->msg
                                              : "broken data");
            return false;
        }
        if (out->len > length_bytes_max) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                        "gzip: unpacks to more than %" G_GSIZE_FORMAT " bytes", length_bytes_max);
            return false;
        }
    }
    return true;
}

GBytes *gzip_decompress(const void *bytes, gsize length_bytes, gsize length_bytes_max,
                        GError **error)
{
    z_stream stream = {0};

    g_assert(length_bytes <= G_MAXUINT && length_bytes_max <= G_MAXUINT / 2);
    if (inflateInit2(&stream, WINDOW_BITS_MAX + GZIP_FRAMING) != Z_OK)
        g_error("zlib cannot decompress");
    stream.next_in = (Bytef *)(uintptr_t)bytes;
    stream.avail_in = (uInt)length_bytes;
    g_autoptr(GByteArray) out = g_byte_array_new();
    bool is_fine = inflate_all(&stream, out, length_bytes_max, error);
    inflateEnd(&stream);
    return is_fine ? g_byte_array_free_to_bytes(g_steal_pointer(&out)) : NULL;
}
