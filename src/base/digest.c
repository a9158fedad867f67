/* SHA-256 and SHA-512 by libcrypto, printed the way OCI does. */
#include "base/digest.h"

#include <openssl/evp.h>
#include <string.h>

struct algorithm {
    const char *prefix;
    gsize hex_length;
    const EVP_MD *(*implementation)(void);
};

static const struct algorithm algorithms[] = {
    [DIGEST_SHA256] = {"sha256:", 64, EVP_sha256},
    [DIGEST_SHA512] = {"sha512:", 128, EVP_sha512},
};

struct hasher {
    EVP_MD_CTX *ctx;
    enum digest_algorithm algorithm;
};

struct hasher *hasher_new(enum digest_algorithm algorithm)
{
    struct hasher *hasher = g_new0(struct hasher, 1);
    hasher->algorithm = algorithm;
    hasher->ctx = EVP_MD_CTX_new();
    if (hasher->ctx == NULL ||
        EVP_DigestInit_ex(hasher->ctx, algorithms[algorithm].implementation(), NULL) != 1)
        g_error("libcrypto has no %s", algorithms[algorithm].prefix);
    return hasher;
}

void hasher_update(struct hasher *hasher, const void *bytes, gsize length_bytes)
{
    if (EVP_DigestUpdate(hasher->ctx, bytes, length_bytes) != 1)
        g_error("EVP_DigestUpdate");
}

static char *digest_text(enum digest_algorithm algorithm, const unsigned char *hash)
{
    static const char digits[] = "0123456789abcdef";
    const struct algorithm *facts = &algorithms[algorithm];
    gsize prefix_length = strlen(facts->prefix);
    char *text = g_malloc(prefix_length + facts->hex_length + 1);
    char *out = text + prefix_length;

    memcpy(text, facts->prefix, prefix_length);
    for (gsize i = 0; i < facts->hex_length / 2; i++) {
        *out++ = digits[hash[i] >> 4];
        *out++ = digits[hash[i] & 15];
    }
    *out = '\0';
    return text;
}

/* Finishing a context ends it, so a copy is finished and the hasher can go on. */
char *hasher_digest(const struct hasher *hasher)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *copy = EVP_MD_CTX_new();
    if (copy == NULL || EVP_MD_CTX_copy_ex(copy, hasher->ctx) != 1 ||
        EVP_DigestFinal_ex(copy, hash, NULL) != 1)
        g_error("EVP_DigestFinal_ex");
    EVP_MD_CTX_free(copy);
    return digest_text(hasher->algorithm, hash);
}

void hasher_free(struct hasher *hasher)
{
    if (hasher == NULL)
        return;
    EVP_MD_CTX_free(hasher->ctx);
    g_free(hasher);
}

char *digest_of(const void *bytes, gsize length_bytes)
{
    unsigned char hash[EVP_MAX_MD_SIZE];
    if (EVP_Digest(bytes, length_bytes, hash, NULL, EVP_sha256(), NULL) != 1)
        g_error("EVP_Digest");
    return digest_text(DIGEST_SHA256, hash);
}

char *digest_of_bytes(GBytes *bytes)
{
    gsize length_bytes = 0;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    return digest_of(data, length_bytes);
}

static bool is_digest_by(const char *text, const struct algorithm *algorithm)
{
    if (!g_str_has_prefix(text, algorithm->prefix))
        return false;
    const char *hex = text + strlen(algorithm->prefix);
    return strspn(hex, "0123456789abcdef") == algorithm->hex_length &&
           hex[algorithm->hex_length] == '\0';
}

bool digest_is_valid(const char *text)
{
    if (text == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(algorithms); i++)
        if (is_digest_by(text, &algorithms[i]))
            return true;
    return false;
}

enum digest_algorithm digest_algorithm_of(const char *digest)
{
    return g_str_has_prefix(digest, algorithms[DIGEST_SHA512].prefix) ? DIGEST_SHA512
                                                                      : DIGEST_SHA256;
}
