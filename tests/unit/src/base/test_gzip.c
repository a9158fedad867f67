/* gzip: round trips, equal bytes, ceilings, broken input. */
#include "base/gzip.h"

#include <criterion/criterion.h>
#include <string.h>
#include <zlib.h>

static GBytes *unpack(GBytes *packed, gsize length_bytes_max, GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(packed, &length_bytes);
    return gzip_decompress(bytes, length_bytes, length_bytes_max, error);
}

/* Not compressible, so that more than one round of inflation is needed. */
static GBytes *noise(gsize length_bytes)
{
    guint8 *bytes = g_malloc(length_bytes);
    guint32 state = 1;
    for (gsize i = 0; i < length_bytes; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (guint8)(state >> 24);
    }
    return g_bytes_new_take(bytes, length_bytes);
}

Test(gzip, gives_back_what_it_took)
{
    const gsize lengths[] = {0, 1, 16 * 1024, 1000 * 1000};

    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        g_autoptr(GBytes) plain = noise(lengths[i]);
        g_autoptr(GBytes) packed = gzip_compress(g_bytes_get_data(plain, NULL), lengths[i]);
        g_autoptr(GBytes) again = unpack(packed, lengths[i], NULL);
        cr_expect(g_bytes_equal(plain, again), "%zu bytes", lengths[i]);
    }
}

Test(gzip, header_holds_neither_time_nor_system)
{
    g_autoptr(GBytes) packed = gzip_compress("abc", 3);

    const guint8 *bytes = g_bytes_get_data(packed, NULL);

    cr_assert(gzip_is_compressed(bytes, g_bytes_get_size(packed)));
    cr_assert_arr_eq(bytes + 3, ((const guint8[]){0, 0, 0, 0, 0, 0, 255}), 7);
}

/* Eight letters without order: enough matches to look back far for. */
static GBytes *letters(gsize length_bytes)
{
    guint8 *bytes = g_malloc(length_bytes);
    guint32 state = 1;
    for (gsize i = 0; i < length_bytes; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (guint8)('a' + (state >> 24) % 8);
    }
    return g_bytes_new_take(bytes, length_bytes);
}

/* Everything between the header of ten bytes and the trailer of eight. */
static gsize deflate_whole(GBytes *plain, guint8 *out, gsize out_bytes)
{
    z_stream stream = {.next_out = out, .avail_out = (uInt)out_bytes};
    gsize length_bytes = 0;
    stream.next_in = (Bytef *)g_bytes_get_data(plain, &length_bytes);
    stream.avail_in = (uInt)length_bytes;
    cr_assert_eq(deflateInit2(&stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    cr_assert_eq(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return stream.total_out;
}

Test(gzip, gives_the_bytes_of_the_largest_window_whatever_it_takes)
{
    const gsize lengths[] = {0, 1, 500, 1000, 3000, 3584, 3585, 15000, 60000};

    for (gsize i = 0; i < G_N_ELEMENTS(lengths); i++) {
        guint8 expected[64 * 1024];
        g_autoptr(GBytes) plain = letters(lengths[i]);
        gsize expected_bytes = deflate_whole(plain, expected, sizeof expected);

        g_autoptr(GBytes) packed = gzip_compress(g_bytes_get_data(plain, NULL), lengths[i]);

        const guint8 *bytes = g_bytes_get_data(packed, NULL);
        cr_assert_eq(g_bytes_get_size(packed), expected_bytes + 18, "%zu bytes", lengths[i]);
        cr_assert_eq(memcmp(bytes + 10, expected, expected_bytes), 0, "%zu bytes", lengths[i]);
    }
}

Test(gzip, joins_members_as_gunzip_does)
{
    g_autoptr(GBytes) left = gzip_compress("ab", 2);
    g_autoptr(GBytes) right = gzip_compress("c", 1);
    g_autoptr(GByteArray) both = g_byte_array_new();
    g_byte_array_append(both, g_bytes_get_data(left, NULL), (guint)g_bytes_get_size(left));
    g_byte_array_append(both, g_bytes_get_data(right, NULL), (guint)g_bytes_get_size(right));

    g_autoptr(GBytes) plain = gzip_decompress(both->data, both->len, 100, NULL);

    cr_assert_eq(g_bytes_get_size(plain), 3);
    cr_assert_arr_eq(g_bytes_get_data(plain, NULL), "abc", 3);
}

Test(gzip, stops_at_the_ceiling)
{
    g_autoptr(GBytes) packed = gzip_compress("abcd", 4);
    g_autoptr(GError) error = NULL;

    g_autoptr(GBytes) plain = unpack(packed, 3, &error);

    cr_assert_null(plain);
    cr_assert(g_error_matches(error, BASE_ERROR, BASE_ERROR_LIMIT));
    cr_assert_str_eq(error->message, "gzip: unpacks to more than 3 bytes");
}

Test(gzip, refuses_what_is_cut_or_foreign)
{
    g_autoptr(GBytes) packed = gzip_compress("abcdefgh", 8);
    const guint8 *bytes = g_bytes_get_data(packed, NULL);

    for (gsize length = 0; length < g_bytes_get_size(packed); length++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) plain = gzip_decompress(bytes, length, 100, &error);
        cr_expect_null(plain);
        cr_expect_str_eq(error->message, "gzip: ends too early", "%zu bytes", length);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) plain = gzip_decompress("plain text", 10, 100, &error);
    cr_assert_null(plain);
    cr_assert_str_eq(error->message, "gzip: incorrect header check");
}

Test(gzip, knows_its_magic_number)
{
    cr_assert_not(gzip_is_compressed("\x1f", 1));
    cr_assert_not(gzip_is_compressed("PK", 2));
    cr_assert(gzip_is_compressed("\x1f\x8b", 2));
}
