/* Which manifests refer to another (go-containerregistry v0.20.6, pkg/v1/remote/referrers.go). */
#include "mocks/commands/ggcr/ggcr_private.h"

#include "base/digest.h"

#include <string.h>

char *ggcr_referrers_tag(const char *digest)
{
    return g_strdelimit(g_strdup(digest), ":", '-');
}

static void add_manifests(GBytes *bytes, json_t *list)
{
    g_autoptr(json_t) index = json_parse_gbytes(bytes, NULL);
    json_array_extend(list, json_get_array(index, "manifests"));
}

bool ggcr_tagged_referrers(struct ggcr *registry, const char *digest, json_t *list, GError **error)
{
    g_autofree char *tag = ggcr_referrers_tag(digest);
    GGCR_DOCUMENT(document);
    GError *reason = NULL;
    if (ggcr_manifest(registry, tag, &document, &reason)) {
        add_manifests(document.bytes, list);
        return true;
    }
    if (g_error_matches(reason, GGCR_ERROR, GGCR_ERROR_NOT_FOUND)) {
        g_error_free(reason);
        return true;
    }
    g_propagate_error(error, reason);
    return false;
}

bool ggcr_referrers(struct ggcr *registry, const char *digest, json_t *list, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(registry, "referrers", digest);
    const struct ggcr_request request = {.method = "GET", .url = url};
    if (!ggcr_ask(registry, &request, &response, error))
        return false;
    if (response.status == 200) {
        add_manifests(response.body, list);
        return true;
    }
    bool has_none = response.status == 400 || response.status == 404 || response.status == 406;
    return has_none ? ggcr_tagged_referrers(registry, digest, list, error)
                    : ggcr_fail_with_answer(&request, &response, /* has_lost_body= */ false, error);
}

bool ggcr_descriptor(struct ggcr *registry, const char *wanted, json_t **descriptor, GError **error)
{
    GGCR_DOCUMENT(head);
    if (!ggcr_head(registry, wanted, &head, error))
        return false;
    *descriptor =
        json_pack("{s:o, s:I, s:o}", "mediaType", json_text_or_null(head.media_type), "size",
                  (json_int_t)head.size_bytes, "digest", json_text_or_null(head.digest));
    return true;
}

/* ---- one more ---- */

/* What the manifest is in a list of referrers: the type of its config stands for its own, for the
   library knows no other (issue 1931 there). */
static json_t *row_of(GBytes *manifest)
{
    g_autoptr(json_t) json = json_parse_gbytes(manifest, NULL);
    g_autofree char *digest = digest_of_bytes(manifest);
    json_t *row = json_pack("{s:s, s:I, s:s}", "mediaType", GGCR_MANIFEST_TYPE, "size",
                            (json_int_t)g_bytes_get_size(manifest), "digest", digest);
    const char *type = json_get_string(json_get_object(json, "config"), "mediaType", NULL);
    if (type != NULL)
        json_object_set_new(row, "artifactType", json_string(type));
    return row;
}

struct referrer {
    struct ggcr *registry;
    const char *subject;
    GBytes *manifest;
};

static bool add_to_tag(const struct referrer *referrer, GError **error)
{
    g_autofree char *tag = ggcr_referrers_tag(referrer->subject);
    g_autoptr(json_t) list = json_array();
    g_autoptr(json_t) row = row_of(referrer->manifest);
    if (!ggcr_tagged_referrers(referrer->registry, referrer->subject, list, error))
        return false;
    size_t index;
    const json_t *known;
    json_array_foreach (list, index, known)
        if (g_str_equal(json_get_string(known, "digest", ""), json_get_string(row, "digest", "")))
            return true;
    json_array_append(list, row);
    g_autoptr(json_t) manifest = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
                                           GGCR_INDEX_TYPE, "manifests", list);
    g_autoptr(GBytes) bytes = json_bytes(manifest);
    return ggcr_put(referrer->registry, tag, GGCR_INDEX_TYPE, bytes, error);
}

/* commitSubjectReferrers: the registry lists it by itself, or a tag does. */
static bool list_referrer(const struct referrer *referrer, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(referrer->registry, "referrers", referrer->subject);
    const struct ggcr_request request = {.method = "GET", .url = url};
    if (!ggcr_ask(referrer->registry, &request, &response, error))
        return false;
    if (response.status == 200)
        return true;
    bool has_none = response.status == 404 || response.status == 400 || response.status == 403;
    return has_none ? add_to_tag(referrer, error)
                    : ggcr_fail_with_answer(&request, &response, /* has_lost_body= */ false, error);
}

static bool write_referrer(void *self, GError **error)
{
    const struct referrer *referrer = self;
    g_autofree char *digest = digest_of_bytes(referrer->manifest);
    return ggcr_put(referrer->registry, digest, GGCR_MANIFEST_TYPE, referrer->manifest, error) &&
           list_referrer(referrer, error);
}

bool ggcr_write_referrer(struct ggcr *registry, const char *subject, GBytes *manifest,
                         GError **error)
{
    struct referrer referrer = {registry, subject, manifest};
    return ggcr_write_patiently(registry, write_referrer, &referrer, error);
}
