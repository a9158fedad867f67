/* The CLI's own way to a registry, for docker manifest: ping, token, requests. Plain HTTP only to
   this machine itself. */
#pragma once

#include "mocks/commands/docker/cli_private.h"

struct registry_client {
    struct invocation *invocation;
    const struct image_reference *reference;
    char *base;          /* "https://ghcr.io" */
    char *challenge;     /* of the ping, or NULL: it asked for nothing */
    char *authorization; /* a header line, or NULL */
    bool is_push;
};

/* Pings and gets what it needs to pull (and push). Errors are the CLI's words. */
bool registry_client_open(struct registry_client *client, struct invocation *invocation,
                          const struct image_reference *reference, bool is_push,
                          GError **error) MUST_USE;
void registry_client_clear(struct registry_client *client);

/* A manifest by tag or digest (NULL: the reference's own): its bytes and type (g_free). *bytes NULL
   and true: there is none. */
bool registry_client_manifest(struct registry_client *client, const char *tag_or_digest,
                              GBytes **bytes, char **media_type, GError **error) MUST_USE;
bool registry_client_blob(struct registry_client *client, const char *digest, GBytes **bytes,
                          GError **error) MUST_USE;
/* Makes a blob of another repository of the same registry known in this one. */
bool registry_client_mount(struct registry_client *client, const char *digest, const char *from,
                           GError **error) MUST_USE;
bool registry_client_put_manifest(struct registry_client *client, const char *tag_or_digest,
                                  GBytes *bytes, const char *media_type, GError **error) MUST_USE;
