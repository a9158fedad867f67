/* What the tests of the registry client are made of: scripted registries and what to note of them.
 */
#pragma once

#include "oci/oci.h"
#include "scripted_site.h"

#include "base/digest.h"

#include <criterion/criterion.h>
#include <string.h>

#define INDEX_TYPE    "application/vnd.oci.image.index.v1+json"
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define DOCKER_TYPE   "application/vnd.docker.distribution.manifest.v2+json"
#define ANSWER(status, headers, body)                                                              \
    {                                                                                              \
        .text = "HTTP/1.1 " status "\r\nConnection: close\r\n" headers "\r\n" body                 \
    }
#define TYPE(type) "Content-Type: " type "\r\n"
#define NOT_FOUND  ANSWER("404 Not Found", "", "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}")
#define OK_EMPTY   "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
#define CREATED    "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"

#define A64 "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B64 "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C64 "sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

#define INDEX                                                                                      \
    "{\"schemaVersion\":2,\"mediaType\":\"" INDEX_TYPE "\",\"manifests\":["                        \
    "{\"digest\":\"" B64 "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\"}},"         \
    "{\"digest\":\"" C64 "\",\"platform\":{\"os\":\"unknown\",\"architecture\":\"unknown\"}},"     \
    "{\"digest\":\"" A64 "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}},"         \
    "{\"digest\":\"" C64 "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"arm\","             \
    "\"variant\":\"v7\"}}]}"

static inline struct oci *client_of(struct scripted_site *site)
{
    static const struct oci_credentials credentials[] = {{"ghcr.io", "me", "secret"}};
    static const char *const plain_hosts[] = {"localhost:5000", NULL};
    return oci_new(site->http, credentials, G_N_ELEMENTS(credentials), plain_hosts);
}

static inline void note_error(struct scripted_site *site, const GError *error)
{
    g_string_append_printf(site->log, "%s %d: %s\n", g_quark_to_string(error->domain), error->code,
                           error->message);
    cr_assert_null(strstr(error->message, "secret"));
    cr_assert_null(strstr(error->message, "bWU6c2VjcmV0"));
}

static inline void note_image(struct scripted_site *site, const struct oci_image *image)
{
    if (image == NULL) {
        g_string_append(site->log, "not there\n");
        return;
    }
    g_autofree char *digest = digest_of_bytes(image->manifest);
    g_string_append_printf(site->log, "%s %s:", strcmp(digest, image->digest) == 0 ? "same" : "?",
                           image->media_type);
    for (guint i = 0; i < image->platforms->len; i++) {
        const struct oci_platform *platform = g_ptr_array_index(image->platforms, i);
        g_string_append_printf(site->log, " %s@%.8s", platform->name, platform->manifest_digest);
    }
    g_string_append_c(site->log, '\n');
}

static inline void resolve(struct scripted_site *site, const char *reference)
{
    AUTO(oci) oci = client_of(site);
    AUTO(oci_image) image = NULL;
    g_autoptr(GError) error = NULL;
    if (oci_resolve(oci, reference, &image, &error))
        note_image(site, image);
    else
        note_error(site, error);
}

static inline void note_requests(struct scripted_site *site)
{
    for (guint i = 0; i < site->requests->len; i++) {
        const char *request = scripted_site_request(site, i);
        const char *authorization = strstr(request, "\r\nAuthorization: ");
        g_string_append_len(site->log, request, strstr(request, " HTTP/1.1") - request);
        if (authorization != NULL)
            g_string_append_printf(site->log, " [%.*s]", (int)strcspn(authorization + 17, "\r"),
                                   authorization + 17);
        g_string_append_c(site->log, '\n');
    }
}

/* A manifest of one layer whose config has these bytes; g_free. */
static inline char *manifest_of(const char *config)
{
    g_autofree char *digest = digest_of(config, strlen(config));
    return g_strdup_printf("{\"schemaVersion\":2,\"mediaType\":\"" MANIFEST_TYPE
                           "\",\"config\":{\"digest\":\"%s\"},\"layers\":[{\"digest\":\"" A64
                           "\"},{\"digest\":\"" B64 "\",\"urls\":[\"https://elsewhere\"]}]}",
                           digest);
}

static inline char *answer_of(const char *status, const char *headers, const char *body)
{
    return g_strdup_printf("HTTP/1.1 %s\r\nConnection: close\r\n%s\r\n%s", status, headers, body);
}

static inline void resolve_ghcr(struct scripted_site *site)
{
    resolve(site, "ghcr.io/o/app:main");
    note_requests(site);
}
