/* Digests: known hashes, streaming, validity. */
#include "base/digest.h"

#include <criterion/criterion.h>
#include <string.h>

#define SHA256_OF_ABC     "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define SHA256_OF_NOTHING "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA512_OF_ABC                                                                              \
    "sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3" \
    "c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

Test(digest, is_the_published_sha256_of_abc)
{
    g_autofree char *digest = digest_of("abc", 3);

    cr_assert_str_eq(digest, SHA256_OF_ABC);
}

Test(digest, of_no_bytes_takes_a_null_pointer)
{
    g_autofree char *digest = digest_of(NULL, 0);

    cr_assert_str_eq(digest, SHA256_OF_NOTHING);
}

Test(digest, of_gbytes_equals_the_one_of_its_data)
{
    g_autoptr(GBytes) bytes = g_bytes_new("abc", 3);

    g_autofree char *digest = digest_of_bytes(bytes);

    cr_assert_str_eq(digest, SHA256_OF_ABC);
}

Test(digest, a_hasher_fed_in_pieces_agrees_with_the_whole)
{
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA512);

    hasher_update(hasher, "a", 1);
    hasher_update(hasher, "", 0);
    hasher_update(hasher, "bc", 2);
    g_autofree char *digest = hasher_digest(hasher);

    cr_assert_str_eq(digest, SHA512_OF_ABC);
}

Test(digest, a_hasher_goes_on_after_it_was_asked)
{
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA256);

    g_autofree char *before = hasher_digest(hasher);
    hasher_update(hasher, "abc", 3);
    g_autofree char *after = hasher_digest(hasher);

    cr_assert_str_eq(before, SHA256_OF_NOTHING);
    cr_assert_str_eq(after, SHA256_OF_ABC);
}

Test(digest, validity_is_decided_to_the_letter)
{
    g_autofree char *upper = g_ascii_strup(&SHA256_OF_ABC[7], -1);
    g_autofree char *upper_digest = g_strconcat("sha256:", upper, NULL);
    g_autofree char *longer = g_strconcat(SHA256_OF_ABC, "0", NULL);
    g_autofree char *shorter = g_strndup(SHA256_OF_ABC, 70);
    g_autofree char *other = g_strdup(SHA256_OF_ABC);
    other[3] = '5';
    const struct {
        const char *text;
        bool is_valid;
    } rows[] = {{SHA256_OF_ABC, true}, {SHA512_OF_ABC, true}, {upper_digest, false},
                {longer, false},       {shorter, false},      {other, false},
                {"sha256:", false},    {"", false},           {NULL, false}};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        cr_expect_eq(digest_is_valid(rows[i].text), rows[i].is_valid, "%s", rows[i].text);
}

Test(digest, the_algorithm_is_read_from_the_prefix)
{
    cr_assert_eq(digest_algorithm_of(SHA256_OF_ABC), DIGEST_SHA256);
    cr_assert_eq(digest_algorithm_of(SHA512_OF_ABC), DIGEST_SHA512);
}
