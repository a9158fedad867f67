/* Manifests, tags and deletes of a registry (docker_client.go, docker_image.go, _src.go, _dest.go).
 */
#include "mocks/commands/skopeo/registry.h"

#include "base/digest.h"
#include "mocks/commands/skopeo/manifest.h"

#include <string.h>

enum {
    PAGES_MAX = 10000
};

void skopeo_document_clear(struct skopeo_document *document)
{
    g_clear_pointer(&document->bytes, g_bytes_unref);
    g_clear_pointer(&document->media_type, g_free);
}

const char *skopeo_registry_wanted(const struct skopeo_registry *registry)
{
    const struct image_reference *reference = registry->reference;
    return reference->digest != NULL ? reference->digest
           : reference->tag != NULL  ? reference->tag
                                     : "latest";
}

static char *manifest_path(const struct skopeo_registry *registry, const char *wanted)
{
    return g_strconcat("/v2/", registry->reference->path, "/manifests/", wanted, NULL);
}

static char *media_type_of(const struct http_response *response)
{
    const char *type = http_response_header(response, "Content-Type");
    return type != NULL ? g_strstrip(g_strndup(type, strcspn(type, ";"))) : g_strdup("");
}

bool skopeo_registry_manifest(struct skopeo_registry *registry, const char *wanted,
                              struct skopeo_document *document, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *path = manifest_path(registry, wanted);
    g_autofree char *name = skopeo_registry_name(registry);
    const struct skopeo_request request = {.method = "GET", .path = path, .wants_manifest = true};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return false;
    if (response.status != 200)
        return skopeo_prefixed(skopeo_fail_with_answer(&response, error), error,
                               "reading manifest %s in %s: ", wanted, name);
    *document = (struct skopeo_document){.bytes = g_bytes_ref(response.body),
                                         .media_type = media_type_of(&response)};
    return true;
}

bool skopeo_registry_put_manifest(struct skopeo_registry *registry, const char *wanted,
                                  GBytes *bytes, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *path = manifest_path(registry, wanted);
    g_autofree char *name = skopeo_registry_name(registry);
    const struct skopeo_request request = {
        .method = "PUT", .path = path, .type = skopeo_manifest_type(bytes), .body = bytes};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return false;
    return (response.status >= 200 && response.status <= 399) ||
           skopeo_prefixed(skopeo_fail_with_answer(&response, error), error,
                           "uploading manifest %s to %s: ", wanted, name);
}

/* ---- tags ---- */

/* The path of the next page, absolute or not; g_free, NULL: this was the last. */
static char *next_page(const struct http_response *response)
{
    const char *link = http_response_header(response, "Link");
    if (link == NULL)
        return NULL;
    g_autofree char *part = g_strndup(link, strcspn(link, ";"));
    const char *start = part + strspn(part, "<");
    const char *scheme = strstr(start, "://");
    const char *path = scheme != NULL ? strchr(scheme + 3, '/') : start;
    return path != NULL ? g_strndup(path, strcspn(path, ">")) : NULL;
}

static void add_tags(GBytes *body, GPtrArray *tags)
{
    g_autoptr(json_t) answer = json_parse_gbytes(body, NULL);
    size_t index;
    const json_t *tag;
    json_array_foreach (json_get_array(answer, "tags"), index, tag)
        if (json_is_string(tag))
            g_ptr_array_add(tags, g_strdup(json_string_value(tag)));
}

bool skopeo_registry_tags(struct skopeo_registry *registry, GPtrArray *tags, GError **error)
{
    g_autofree char *path = g_strconcat("/v2/", registry->reference->path, "/tags/list", NULL);
    for (int page = 0; path != NULL && page < PAGES_MAX; page++) {
        HTTP_RESPONSE(response);
        const struct skopeo_request request = {.method = "GET", .path = path};
        if (!skopeo_registry_ask(registry, &request, &response, error))
            return false;
        if (response.status != 200)
            return skopeo_prefixed(skopeo_fail_with_answer(&response, error), error,
                                   "fetching tags list: ");
        add_tags(response.body, tags);
        g_free(path);
        path = next_page(&response);
    }
    return true;
}

/* ---- delete ---- */

static bool delete_digest(struct skopeo_registry *registry, GBytes *manifest, const char *shown,
                          GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *digest = digest_of_bytes(manifest);
    g_autofree char *path = manifest_path(registry, digest);
    const struct skopeo_request request = {
        .method = "DELETE", .path = path, .wants_manifest = true};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return false;
    return response.status == 202 || skopeo_prefixed(skopeo_fail_with_answer(&response, error),
                                                     error, "deleting %s: ", shown);
}

/* What the tag names goes, and so every tag of it. */
bool skopeo_registry_delete(struct skopeo_registry *registry, GError **error)
{
    HTTP_RESPONSE(response);
    const char *wanted = skopeo_registry_wanted(registry);
    g_autofree char *path = manifest_path(registry, wanted);
    g_autofree char *name = skopeo_registry_name(registry);
    g_autofree char *shown = g_strconcat(name, digest_is_valid(wanted) ? "@" : ":", wanted, NULL);
    const struct skopeo_request request = {.method = "GET", .path = path, .wants_manifest = true};
    if (!skopeo_registry_ask(registry, &request, &response, error))
        return false;
    if (response.status == 404)
        return skopeo_fail(error,
                           "Unable to delete %s. Image may not exist or is not stored with a v2 "
                           "Schema in a v2 registry",
                           shown);
    if (response.status != 200)
        return skopeo_prefixed(skopeo_fail_with_answer(&response, error), error,
                               "deleting %s: ", shown);
    return delete_digest(registry, response.body, shown, error);
}
