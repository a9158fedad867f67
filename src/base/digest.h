/*
 * Digests as OCI writes them: "sha256:<hex>". libcrypto's EVP does the hashing, because push is the
 * hot path of the fake registry; nobody else calls libcrypto.
 */
#pragma once

#include "base/error.h"

enum digest_algorithm {
    DIGEST_SHA256,
    DIGEST_SHA512,
};

/* "sha256:" and 64 lower-case hex digits over the bytes; g_free. */
char *digest_of(const void *bytes, gsize length_bytes);
/* The same over a GBytes; g_free. */
char *digest_of_bytes(GBytes *bytes);
/* Whether text is sha256 with 64 or sha512 with 128 lower-case hex digits. text may be NULL. */
bool digest_is_valid(const char *text);
/* The algorithm of a valid digest. */
enum digest_algorithm digest_algorithm_of(const char *digest);

/* Hashing bit by bit. */
struct hasher;

struct hasher *hasher_new(enum digest_algorithm algorithm);
void hasher_update(struct hasher *hasher, const void *bytes, gsize length_bytes);
/* The digest of what was given so far, "sha256:…" or "sha512:…"; g_free. More may follow. */
char *hasher_digest(const struct hasher *hasher);
void hasher_free(struct hasher *hasher);
CLEANUP(hasher, hasher_free)
