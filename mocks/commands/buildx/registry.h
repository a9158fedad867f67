/*
 * A registry as imagetools talks to it: containerd's resolver, fetcher and pusher
 * (engine-contract.md C): what the resolver asks again at once is asked here, what BuildKit's
 * handler of a copy tries again is its caller's. Errors are mishaps (mocks/puller/mishap.h).
 * Credentials are those of `docker login`.
 */
#pragma once

#include "mocks/commands/buildx/plugin.h"

struct registry_client;
struct registry_client *registry_client_new(struct plugin_run *run);
void registry_client_free(struct registry_client *client);
CLEANUP(registry_client, registry_client_free)

struct registry_document {
    GBytes *bytes;
    char *digest;
    char *media_type;
};
void registry_document_clear(struct registry_document *document);
#define REGISTRY_DOCUMENT(variable)                                                                \
    __attribute__((cleanup(registry_document_clear))) struct registry_document variable = {0}

/* HEAD of the tag, GET by digest; "R: not found" when it is not there. */
bool registry_resolve(struct registry_client *client, const struct reference *reference,
                      struct registry_document *document, GError **error) MUST_USE;
bool registry_get_blob(struct registry_client *client, const struct reference *reference,
                       const char *digest, GBytes **bytes, GError **error) MUST_USE;
/* A blob from one repository to another: there already, mounted, or uploaded. */
bool registry_copy_blob(struct registry_client *client, const struct reference *from,
                        const struct reference *to, const char *digest, GError **error) MUST_USE;
/* Under a tag or digest. */
bool registry_put_manifest(struct registry_client *client, const struct reference *to,
                           const char *wanted, const char *media_type, GBytes *bytes,
                           GError **error) MUST_USE;
