/* Layers that are generated: tar and gzip framing written by hand, for exact sizes at little cost.
 */
#include "mocks/registry/layer.h"

#include "base/digest.h"
#include "base/gzip.h"
#include "base/rng.h"

#include <string.h>

enum {
    TAR_BLOCK_BYTES = 512,
    TAR_END_BYTES = 2 * TAR_BLOCK_BYTES,
    STORED_BLOCK_BYTES_MAX = 65535,
    STORED_HEADER_BYTES = 5,
    GZIP_HEADER_BYTES = 10,
    GZIP_TRAILER_BYTES = 8,
    GZIP_HAS_COMMENT = 0x10,
    GZIP_OS_UNKNOWN = 255,
    RANDOM_CHUNK_BYTES = 4096,
};

G_STATIC_ASSERT(LAYER_BYTES_MIN == GZIP_HEADER_BYTES + STORED_HEADER_BYTES + 2 * TAR_BLOCK_BYTES +
                                       TAR_END_BYTES + GZIP_TRAILER_BYTES);

/* A gzip under construction; tar bytes go in, framing is added as blocks fill up. */
struct packer {
    guint8 *out;
    gsize length_bytes;
    gsize tar_left_bytes;
    gsize block_left_bytes;
    uint32_t checksum;
    uint32_t tar_bytes;
    struct hasher *hasher; /* NULL: the tar is in one block and is hashed there */
};

static gsize stored_bytes(gsize tar_bytes)
{
    gsize block_count = (tar_bytes + STORED_BLOCK_BYTES_MAX - 1) / STORED_BLOCK_BYTES_MAX;
    return tar_bytes + block_count * STORED_HEADER_BYTES + GZIP_HEADER_BYTES + GZIP_TRAILER_BYTES;
}

static void put_byte(struct packer *packer, unsigned byte)
{
    packer->out[packer->length_bytes++] = (guint8)(byte & 0xff);
}

static void put_word(struct packer *packer, uint32_t word, unsigned byte_count)
{
    for (unsigned i = 0; i < byte_count; i++)
        put_byte(packer, word >> (8 * i));
}

static void begin_block(struct packer *packer)
{
    packer->block_left_bytes = MIN(packer->tar_left_bytes, STORED_BLOCK_BYTES_MAX);
    uint32_t length = (uint32_t)packer->block_left_bytes;
    put_byte(packer, packer->block_left_bytes == packer->tar_left_bytes ? 1 : 0);
    put_word(packer, length, 2);
    put_word(packer, ~length, 2);
}

static void pack(struct packer *packer, const void *bytes, gsize length_bytes)
{
    const guint8 *next = bytes;
    if (packer->hasher != NULL)
        hasher_update(packer->hasher, bytes, length_bytes);
    packer->checksum = gzip_checksum(packer->checksum, bytes, length_bytes);
    while (length_bytes > 0) {
        if (packer->block_left_bytes == 0)
            begin_block(packer);
        gsize part_bytes = MIN(length_bytes, packer->block_left_bytes);
        memcpy(packer->out + packer->length_bytes, next, part_bytes);
        packer->length_bytes += part_bytes;
        packer->block_left_bytes -= part_bytes;
        packer->tar_left_bytes -= part_bytes;
        length_bytes -= part_bytes;
        next += part_bytes;
    }
}

static void begin_gzip(struct packer *packer, gsize tar_bytes, gsize comment_bytes)
{
    packer->out = g_malloc(stored_bytes(tar_bytes) + comment_bytes);
    packer->tar_left_bytes = tar_bytes;
    packer->tar_bytes = (uint32_t)(tar_bytes & 0xffffffff);
    if (tar_bytes > STORED_BLOCK_BYTES_MAX)
        packer->hasher = hasher_new(DIGEST_SHA256);
    put_word(packer, 0x088b1f, 3);
    put_byte(packer, comment_bytes > 0 ? GZIP_HAS_COMMENT : 0);
    put_word(packer, 0, 4); /* no time */
    put_byte(packer, 0);
    put_byte(packer, GZIP_OS_UNKNOWN);
    for (gsize i = 0; i < comment_bytes; i++)
        put_byte(packer, i + 1 < comment_bytes ? ' ' : '\0');
}

static void end_gzip(struct packer *packer, struct layer_bytes *layer)
{
    layer->diff_id =
        packer->hasher != NULL
            ? hasher_digest(packer->hasher)
            : digest_of(packer->out + packer->length_bytes - packer->tar_bytes, packer->tar_bytes);
    put_word(packer, packer->checksum, 4);
    put_word(packer, packer->tar_bytes, 4);
    hasher_free(packer->hasher);
    layer->blob = g_bytes_new_take(packer->out, packer->length_bytes);
    layer->digest = digest_of_bytes(layer->blob);
}

/* A ustar header of a regular file, time 0, owner 0; the checksum counts itself as spaces. */
static void pack_header(struct packer *packer, const char *name, gsize file_bytes)
{
    enum {
        MODE_AT = 100,
        UID_AT = 108,
        GID_AT = 116,
        SIZE_AT = 124,
        TIME_AT = 136,
        SUM_AT = 148,
        TYPE_AT = 156,
        MAGIC_AT = 257,
        VERSION_AT = 263,
    };
    char header[TAR_BLOCK_BYTES] = {0};
    unsigned sum = 0;

    g_strlcpy(header, name, MODE_AT);
    g_strlcpy(header + MODE_AT, "0000644", UID_AT - MODE_AT);
    g_strlcpy(header + UID_AT, "0000000", GID_AT - UID_AT);
    g_strlcpy(header + GID_AT, "0000000", SIZE_AT - GID_AT);
    g_snprintf(header + SIZE_AT, TIME_AT - SIZE_AT, "%011" G_GINT64_MODIFIER "o",
               (guint64)file_bytes);
    g_strlcpy(header + TIME_AT, "00000000000", SUM_AT - TIME_AT);
    memset(header + SUM_AT, ' ', TYPE_AT - SUM_AT);
    header[TYPE_AT] = '0';
    g_strlcpy(header + MAGIC_AT, "ustar", VERSION_AT - MAGIC_AT);
    header[VERSION_AT] = header[VERSION_AT + 1] = '0';
    for (gsize i = 0; i < sizeof header; i++)
        sum += (guint8)header[i];
    g_snprintf(header + SUM_AT, 8, "%06o", sum);
    header[SUM_AT + 7] = ' ';
    pack(packer, header, sizeof header);
}

/* Every layer has a file of its own, or layers of one image would hide each other's. */
static void pack_file_header(struct packer *packer, const char *identity, gsize file_bytes)
{
    char name[32];
    g_snprintf(name, sizeof name, "seatrial-%08x", g_str_hash(identity));
    pack_header(packer, name, file_bytes);
}

static gsize round_up(gsize bytes)
{
    return (bytes + TAR_BLOCK_BYTES - 1) / TAR_BLOCK_BYTES * TAR_BLOCK_BYTES;
}

static void pack_zeros(struct packer *packer, gsize length_bytes)
{
    static const guint8 zeros[TAR_BLOCK_BYTES + TAR_END_BYTES];
    g_assert(length_bytes <= sizeof zeros);
    pack(packer, zeros, length_bytes);
}

void layer_make_virtual(const char *identity, struct layer_bytes *layer)
{
    struct packer packer = {0};
    gsize file_bytes = strlen(identity);
    gsize tar_bytes = TAR_BLOCK_BYTES + round_up(file_bytes) + TAR_END_BYTES;

    begin_gzip(&packer, tar_bytes, 0);
    pack_file_header(&packer, identity, file_bytes);
    pack(&packer, identity, file_bytes);
    pack_zeros(&packer, round_up(file_bytes) - file_bytes + TAR_END_BYTES);
    layer->unpacked_bytes = (int64_t)tar_bytes;
    end_gzip(&packer, layer);
}

static void pack_random(struct packer *packer, const char *identity, gsize length_bytes)
{
    struct rng rng = rng_stream(0, "layer", identity);
    uint64_t chunk[RANDOM_CHUNK_BYTES / sizeof(uint64_t)];
    while (length_bytes > 0) {
        for (gsize i = 0; i < G_N_ELEMENTS(chunk); i++)
            chunk[i] = GUINT64_TO_LE(rng_next(&rng));
        gsize part_bytes = MIN(length_bytes, sizeof chunk);
        pack(packer, chunk, part_bytes);
        length_bytes -= part_bytes;
    }
}

void layer_make_real(const char *identity, int64_t size_bytes, struct layer_bytes *layer)
{
    struct packer packer = {0};
    gsize wanted_bytes = (gsize)MAX(size_bytes, LAYER_BYTES_MIN);
    gsize framing_bytes = stored_bytes(wanted_bytes) - wanted_bytes; /* at most a block too many */
    gsize room_bytes = wanted_bytes - framing_bytes - TAR_BLOCK_BYTES - TAR_END_BYTES;
    gsize file_bytes = room_bytes / TAR_BLOCK_BYTES * TAR_BLOCK_BYTES;
    gsize tar_bytes = TAR_BLOCK_BYTES + file_bytes + TAR_END_BYTES;

    begin_gzip(&packer, tar_bytes, wanted_bytes - stored_bytes(tar_bytes));
    pack_file_header(&packer, identity, file_bytes);
    pack_random(&packer, identity, file_bytes);
    pack_zeros(&packer, TAR_END_BYTES);
    layer->unpacked_bytes = (int64_t)tar_bytes;
    end_gzip(&packer, layer);
}

void layer_bytes_clear(struct layer_bytes *layer)
{
    g_clear_pointer(&layer->blob, g_bytes_unref);
    g_clear_pointer(&layer->digest, g_free);
    g_clear_pointer(&layer->diff_id, g_free);
}
