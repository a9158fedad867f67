/* Images from one repository to another (pkg/v1/remote/pusher.go, write.go, mount.go). */
#include "mocks/commands/ggcr/ggcr_private.h"

#include "base/digest.h"
#include "base/json.h"

#include <string.h>

enum {
    INDEX_DEPTH_MAX = 8
};
#define DECLARED_KEY "dev.seatrial.declared-bytes"
#define DOCKER_HUB   "index.docker.io"

struct copy {
    const struct ggcr_copying *asked;
    GHashTable *done; /* digests of blobs and manifests; looked up, never walked */
    int depth;
};

static void G_GNUC_PRINTF(2, 3) say(const struct copy *copy, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *line = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    copy->asked->say(copy->asked->self, line);
}

static bool mark_done(struct copy *copy, const char *digest)
{
    return g_hash_table_add(copy->done, g_strdup(digest));
}

/* ---- blobs ---- */

struct blob_copy {
    struct copy *copy;
    const json_t *descriptor;
    const char *digest;
};

static bool is_same_registry(const struct ggcr_copying *asked)
{
    return strcmp(asked->from->reference->domain, asked->to->reference->domain) == 0;
}

/* Docker Hub does not like to be told of other registries. g_free; NULL: not to be asked. */
static char *mount_query(const struct ggcr_copying *asked, const char *digest)
{
    g_autofree char *origin = ggcr_repository_name(asked->from->reference);
    g_autofree char *target = ggcr_repository_name(asked->to->reference);
    if (g_str_has_prefix(target, DOCKER_HUB "/") && !is_same_registry(asked))
        return NULL;
    *strchr(origin, '/') = '\0';
    g_autofree char *from = http_escape(asked->from->reference->path);
    g_autofree char *mount = http_escape(digest);
    g_autofree char *escaped_origin = http_escape(origin);
    return g_strdup_printf("uploads/?from=%s&mount=%s&origin=%s", from, mount, escaped_origin);
}

static bool post(const struct ggcr_copying *asked, const char *url, struct http_response *begun,
                 GError **error)
{
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    const struct ggcr_request request = {.method = "POST",
                                         .url = url,
                                         .type = "application/json",
                                         .body = nothing,
                                         .is_write = true};
    return ggcr_demand(asked->to, &request, begun, error);
}

/* *place NULL: mounted, nothing is left to do. */
static bool begin(const struct copy *copy, const char *digest, char **place, GError **error)
{
    const struct ggcr_copying *asked = copy->asked;
    HTTP_RESPONSE(begun);
    g_autoptr(GError) reason = NULL;
    g_autofree char *query = mount_query(asked, digest);
    g_autofree char *mount_url = query != NULL ? ggcr_url(asked->to, "blobs", query) : NULL;
    g_autofree char *plain_url = ggcr_url(asked->to, "blobs", "uploads/");
    const char *url = mount_url != NULL ? mount_url : plain_url;
    bool is_begun = post(asked, url, &begun, &reason);
    if (!is_begun && mount_url != NULL && reason->domain == GGCR_ERROR) {
        say(copy, "retrying without mount: %s", reason->message);
        g_clear_error(&reason);
        url = plain_url;
        is_begun = post(asked, url, &begun, &reason);
    }
    if (!is_begun) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    *place = begun.status == 201 ? NULL : ggcr_upload_place(url, &begun, error);
    return begun.status == 201 || *place != NULL;
}

static int64_t declared_bytes(const json_t *descriptor, GBytes *bytes)
{
    const char *text =
        json_get_string(json_get_object(descriptor, "annotations"), DECLARED_KEY, "0");
    const int64_t declared = g_ascii_strtoll(text, NULL, 10);
    return declared > (int64_t)g_bytes_get_size(bytes) ? declared : 0;
}

static bool send(const struct blob_copy *blob, const char *place, GError **error)
{
    const struct ggcr_copying *asked = blob->copy->asked;
    g_autoptr(GBytes) bytes = NULL;
    if (!ggcr_blob(asked->from, blob->digest, &bytes, error))
        return false;
    const struct ggcr_blob sent = {blob->digest, bytes, declared_bytes(blob->descriptor, bytes)};
    if (!ggcr_upload(asked->to, place, &sent, error))
        return false;
    say(blob->copy, "pushed blob: %s", blob->digest);
    return true;
}

static bool may_mount(const struct ggcr_copying *asked)
{
    return is_same_registry(asked) &&
           strcmp(asked->from->reference->path, asked->to->reference->path) != 0;
}

static bool try_blob(void *self, GError **error)
{
    const struct blob_copy *blob = self;
    const struct ggcr_copying *asked = blob->copy->asked;
    g_autofree char *place = NULL;
    bool found = false;
    if (!ggcr_is_there(asked->to, "blobs", blob->digest, &found, error))
        return false;
    if (found) {
        say(blob->copy, "existing blob: %s", blob->digest);
        return true;
    }
    if (may_mount(asked) && !ggcr_open_mount(asked->to, asked->from->reference->path, error))
        return false;
    if (!begin(blob->copy, blob->digest, &place, error))
        return false;
    if (place != NULL)
        return send(blob, place, error);
    say(blob->copy, "mounted blob: %s", blob->digest);
    return true;
}

static bool is_foreign(const json_t *descriptor)
{
    const char *type = json_get_string(descriptor, "mediaType", "");
    return strstr(type, "foreign") != NULL || strstr(type, "nondistributable") != NULL;
}

static bool copy_blob(struct copy *copy, const json_t *descriptor, GError **error)
{
    const char *digest = json_get_string(descriptor, "digest", NULL);
    struct blob_copy blob = {copy, descriptor, digest};
    if (digest == NULL || is_foreign(descriptor) || !mark_done(copy, digest))
        return true;
    return ggcr_write_patiently(copy->asked->to, try_blob, &blob, error);
}

static bool copy_blobs(struct copy *copy, const json_t *manifest, GError **error)
{
    size_t index;
    const json_t *layer;
    json_array_foreach (json_get_array(manifest, "layers"), index, layer)
        if (!copy_blob(copy, layer, error))
            return false;
    const json_t *config = json_get_object(manifest, "config");
    return config == NULL || copy_blob(copy, config, error);
}

/* ---- manifests ---- */

/* Some registries hide what is not there behind a 403. */
static bool is_there(const struct copy *copy, const struct ggcr_document *document,
                     const char *wanted, bool *found, GError **error)
{
    HTTP_RESPONSE(response);
    struct ggcr *to = copy->asked->to;
    g_autofree char *url = ggcr_url(to, "manifests", wanted);
    const struct ggcr_request request = {.method = "HEAD", .url = url};
    if (!ggcr_ask(to, &request, &response, error))
        return false;
    const char *digest = http_response_header(&response, "Docker-Content-Digest");
    *found = response.status == 200 && g_strcmp0(digest, document->digest) == 0;
    return response.status == 200 || response.status == 403 || response.status == 404 ||
           ggcr_fail_with_answer(&request, &response, /* has_lost_body= */ false, error);
}

static bool copy_manifest(struct copy *copy, const struct ggcr_document *document,
                          const char *wanted, GError **error);

static bool copy_child(struct copy *copy, const json_t *child, GError **error)
{
    GGCR_DOCUMENT(document);
    const char *digest = json_get_string(child, "digest", NULL);
    if (digest == NULL || !mark_done(copy, digest))
        return true;
    return ggcr_manifest(copy->asked->from, digest, &document, error) &&
           copy_manifest(copy, &document, digest, error);
}

static bool copy_parts(struct copy *copy, const json_t *manifest, GError **error)
{
    const json_t *children = json_get_array(manifest, "manifests");
    size_t index;
    const json_t *child;
    if (children == NULL)
        return copy_blobs(copy, manifest, error);
    if (copy->depth >= INDEX_DEPTH_MAX)
        return ggcr_fail(error, GGCR_ERROR_REFUSED, "indexes inside indexes, over %d deep",
                         INDEX_DEPTH_MAX);
    copy->depth++;
    json_array_foreach (children, index, child)
        if (!copy_child(copy, child, error))
            return false;
    copy->depth--;
    return true;
}

static bool copy_manifest(struct copy *copy, const struct ggcr_document *document,
                          const char *wanted, GError **error)
{
    struct ggcr *to = copy->asked->to;
    bool is_digest = digest_is_valid(wanted);
    bool found = false;
    if (!is_there(copy, document, wanted, &found, error))
        return false;
    if (found) {
        say(copy, "existing manifest: %s%s%s", is_digest ? "" : wanted, is_digest ? "" : "@",
            document->digest);
        return true;
    }
    g_autoptr(json_t) manifest = json_parse_gbytes(document->bytes, NULL);
    if (!copy_parts(copy, manifest, error) || !ggcr_put_manifest(to, wanted, document, error))
        return false;
    g_autofree char *name = ggcr_repository_name(to->reference);
    say(copy, "%s%s%s: digest: %s size: %" G_GSIZE_FORMAT, name, is_digest ? "@" : ":", wanted,
        document->digest, g_bytes_get_size(document->bytes));
    return true;
}

bool ggcr_copy(const struct ggcr_copying *copying, const struct ggcr_document *document,
               const char *wanted, GError **error)
{
    struct copy copy = {.asked = copying,
                        .done = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    bool is_done = copy_manifest(&copy, document, wanted, error);
    g_hash_table_unref(copy.done);
    return is_done;
}
