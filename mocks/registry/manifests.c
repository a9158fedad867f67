/* GET, HEAD and DELETE of manifests, by tag and by digest. */
#include "mocks/registry/registry_private.h"

#include "mocks/registry/name.h"

#include <string.h>

/* The distribution project's detail of a missing manifest. */
static void reply_missing(const struct request *request)
{
    registry_reply_error_about(request->exchange, REGISTRY_MANIFEST_UNKNOWN,
                               strchr(request->reference, ':') != NULL ? "Revision" : "Tag",
                               request->reference);
}

/* `sha256:bad` is an error of its own; a bad tag is just a tag that is not there. */
static bool is_bad_digest(const struct request *request)
{
    if (manifest_reference_kind(request->reference) != MANIFEST_BY_NONSENSE ||
        strchr(request->reference, ':') == NULL)
        return false;
    registry_reply_error_about(request->exchange, REGISTRY_DIGEST_INVALID, "digest",
                               request->reference);
    return true;
}

/* Always the stored bytes with the stored type, whatever Accept says (registry.md 2). */
static void reply_manifest(const struct request *request, const struct stored_manifest *manifest)
{
    g_autofree char *entity_tag = g_strdup_printf("\"%s\"", manifest->digest);
    exchange_set_header(request->exchange, "Content-Type", manifest->media_type);
    exchange_set_header(request->exchange, "Docker-Content-Digest", manifest->digest);
    exchange_set_header(request->exchange, "ETag", entity_tag);
    exchange_reply(request->exchange, 200, manifest->bytes);
}

/* A digest that is not there may be one that somebody pinned in the real world. */
static const struct stored_manifest *lookup_pinned(const struct request *request,
                                                   struct repository *repository, const char *tag)
{
    struct registry *registry = request->registry;
    const struct stored_manifest *manifest = lookup_manifest(registry, repository, tag);
    if (manifest != NULL)
        world_set_stand_in(registry->world, request->reference, manifest->digest);
    return manifest;
}

void handle_manifest_get(struct request *request)
{
    if (is_bad_digest(request) || !ratelimit_check(request))
        return;
    bool is_by_tag = manifest_reference_kind(request->reference) == MANIFEST_BY_TAG;
    g_autofree char *pinned = NULL;
    if (is_by_tag)
        registry_invent(request->registry, request->name, request->reference);
    else
        pinned = registry_invent_pinned(request->registry, request->name, request->reference);
    struct repository *repository = lookup_repository(request);
    if (repository == NULL)
        return;
    const struct stored_manifest *manifest =
        lookup_manifest(request->registry, repository, request->reference);
    if (manifest == NULL && pinned != NULL)
        manifest = lookup_pinned(request, repository, pinned);
    if (manifest == NULL) {
        reply_missing(request);
        return;
    }
    ratelimit_count(request);
    reply_manifest(request, manifest);
}

/* By digest its tags go too, by tag only the tag. */
static bool delete_reference(const struct request *request, struct repository *repository)
{
    struct registry *registry = request->registry;
    struct stored_manifest *manifest = lookup_manifest(registry, repository, request->reference);
    if (manifest == NULL)
        return false;
    g_autofree char *digest = g_strdup(manifest->digest);
    if (strcmp(digest, request->reference) == 0)
        repository_delete_manifest(registry->store, repository, digest);
    else
        repository_delete_tag(registry->store, repository, request->reference);
    registry_trace(request, "delete", request->reference, digest);
    return true;
}

void handle_manifest_delete(struct request *request)
{
    if (is_bad_digest(request))
        return;
    struct repository *repository = lookup_repository(request);
    if (repository == NULL)
        return;
    if (delete_reference(request, repository))
        exchange_reply(request->exchange, 202, NULL);
    else
        reply_missing(request);
}
