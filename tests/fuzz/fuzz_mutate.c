/* Damages bytes as wires and people do: flips, cuts, copies, pieces of other inputs. */
#include "fuzz_mutate.h"

#include <string.h>

enum {
    MUTATIONS_MAX = 8,
    PIECE_BYTES_MAX = 64,
};

struct piece {
    const guint8 *bytes;
    gsize length;
};

static gsize place_in(struct rng *rng, gsize length)
{
    return length > 0 ? (gsize)rng_below(rng, length) : 0;
}

static struct piece piece_of(struct rng *rng, const guint8 *bytes, gsize length)
{
    gsize from = place_in(rng, length);
    gsize size = length > from ? 1 + (gsize)rng_below(rng, MIN(length - from, PIECE_BYTES_MAX)) : 0;
    return (struct piece){bytes + from, size};
}

static void insert(GByteArray *input, gsize at, const void *bytes, gsize length)
{
    g_autofree guint8 *copy = g_memdup2(bytes, length);
    gsize behind = input->len - at;
    g_byte_array_set_size(input, (guint)(input->len + length));
    if (behind > 0)
        memmove(input->data + at + length, input->data + at, behind);
    if (length > 0)
        memcpy(input->data + at, copy, length);
}

static void flip_bit(struct rng *rng, GByteArray *input, struct piece other)
{
    (void)other;
    if (input->len > 0)
        input->data[place_in(rng, input->len)] ^= (guint8)(1U << rng_below(rng, 8));
}

static void set_byte(struct rng *rng, GByteArray *input, struct piece other)
{
    static const guint8 interesting[] = {0,   1,   9,   10,  13,   32,  '"', '%', '\'', '-', '/',
                                         ':', ',', '=', '[', '\\', '{', 127, 128, 194,  255};
    (void)other;
    if (input->len > 0)
        input->data[place_in(rng, input->len)] =
            interesting[rng_below(rng, G_N_ELEMENTS(interesting))];
}

static void cut_piece(struct rng *rng, GByteArray *input, struct piece other)
{
    struct piece piece = piece_of(rng, input->data, input->len);
    (void)other;
    if (piece.length > 0)
        g_byte_array_remove_range(input, (guint)(piece.bytes - input->data), (guint)piece.length);
}

static void repeat_piece(struct rng *rng, GByteArray *input, struct piece other)
{
    struct piece piece = piece_of(rng, input->data, input->len);
    (void)other;
    insert(input, place_in(rng, input->len), piece.bytes, piece.length);
}

static void take_piece(struct rng *rng, GByteArray *input, struct piece other)
{
    insert(input, place_in(rng, input->len), other.bytes, other.length);
}

static void cut_end(struct rng *rng, GByteArray *input, struct piece other)
{
    (void)other;
    g_byte_array_set_size(input, (guint)place_in(rng, input->len));
}

static void (*const mutations[])(struct rng *rng, GByteArray *input, struct piece other) = {
    flip_bit, set_byte, cut_piece, repeat_piece, take_piece, cut_end,
};

GByteArray *fuzz_mutate(struct rng *rng, GBytes *base, GBytes *other)
{
    gsize length = 0;
    const guint8 *bytes = g_bytes_get_data(base, &length);
    GByteArray *input = g_byte_array_new();
    guint count = 1 + (guint)rng_below(rng, MUTATIONS_MAX);

    g_byte_array_append(input, bytes, (guint)length);
    bytes = g_bytes_get_data(other, &length);
    for (guint i = 0; i < count; i++) {
        struct piece piece = piece_of(rng, bytes, length);
        mutations[rng_below(rng, G_N_ELEMENTS(mutations))](rng, input, piece);
    }
    return input;
}
