/* The lists: tags, repositories, referrers; with Link to the next page. */
#include "mocks/registry/registry_private.h"

#include "base/digest.h"
#include "mocks/registry/name.h"

#include <string.h>

#define INDEX_TYPE "application/vnd.oci.image.index.v1+json"

/* One page as asked for: `n` entries after `last`. */
struct page {
    gsize count_max; /* G_MAXSIZE: all */
    const char *last;
};

static bool read_page(const struct request *request, struct page *page)
{
    const char *count = exchange_query_value(request->exchange, "n");
    page->last = exchange_query_value(request->exchange, "last");
    page->count_max = G_MAXSIZE;
    if (count == NULL || query_number_parse(count, &page->count_max))
        return true;
    registry_reply_error_about(request->exchange, REGISTRY_PAGINATION_NUMBER_INVALID, "n", count);
    return false;
}

static void set_next_link(struct exchange *exchange, const char *path, const char *last,
                          gsize page_count)
{
    g_autofree char *escaped = g_uri_escape_string(last, NULL, FALSE);
    g_autofree char *link = g_strdup_printf("<%s?last=%s&n=%" G_GSIZE_FORMAT ">; rel=\"next\"",
                                            path, escaped, page_count);
    exchange_set_header(exchange, "Link", link);
}

/* names holds one more than the page when there is a next one. */
static json_t *cut_page(struct exchange *exchange, const char *path, const struct page *page,
                        GPtrArray *names)
{
    if (names->len > page->count_max) {
        g_ptr_array_set_size(names, (gint)page->count_max);
        if (names->len > 0)
            set_next_link(exchange, path, names->pdata[names->len - 1], page->count_max);
    }
    json_t *array = json_array();
    for (guint i = 0; i < names->len; i++)
        json_array_append_new(array, json_string(names->pdata[i]));
    return array;
}

static gsize one_more(gsize count)
{
    return count == G_MAXSIZE ? count : count + 1;
}

static void reply_json(struct exchange *exchange, const char *content_type, json_t *body)
{
    g_autoptr(json_t) owned = body;
    g_autofree char *text = json_text(owned);
    exchange_reply_text(exchange, 200, content_type, text);
}

void handle_tags_get(struct request *request)
{
    struct page page;
    struct repository *repository = lookup_repository(request);
    if (repository == NULL || !read_page(request, &page))
        return;
    g_autoptr(GPtrArray) tags = repository_tags(repository, page.last, one_more(page.count_max));
    g_autofree char *path = g_strdup_printf("/v2/%s/tags/list", request->name);
    json_t *body = json_object();
    json_object_set_new(body, "name", json_string(request->name));
    json_object_set_new(body, "tags", cut_page(request->exchange, path, &page, tags));
    reply_json(request->exchange, "application/json", body);
}

void handle_catalog(struct request *request)
{
    struct page page;
    if (!read_page(request, &page))
        return;
    g_autoptr(GPtrArray) names =
        registry_store_names(request->registry->store, page.last, one_more(page.count_max));
    json_t *body = json_object();
    json_object_set_new(body, "repositories",
                        cut_page(request->exchange, "/v2/_catalog", &page, names));
    reply_json(request->exchange, "application/json", body);
}

/* Referrers of a digest, those of one artifact type if asked for. */
static json_t *list_referrers(struct repository *repository, const char *subject,
                              const char *artifact_type)
{
    json_t *list = json_array();
    const GPtrArray *digests = repository_referrers(repository, subject);
    for (guint i = 0; digests != NULL && i < digests->len; i++) {
        json_t *entry = repository_find_manifest(repository, digests->pdata[i])->referrer;
        const char *type = json_get_string(entry, "artifactType", NULL);
        if (artifact_type == NULL || g_strcmp0(artifact_type, type) == 0)
            json_array_append(list, entry);
    }
    return list;
}

/* 200 also for what is not there: a 404 would mean that there is no such API (registry.md 2). */
void handle_referrers_get(struct request *request)
{
    struct exchange *exchange = request->exchange;
    const char *artifact_type = exchange_query_value(exchange, "artifactType");
    if (!digest_is_valid(request->reference)) {
        registry_reply_error_about(exchange, REGISTRY_DIGEST_INVALID, "digest", request->reference);
        return;
    }
    if (request->registry->service->lacks_referrers) {
        registry_reply_error(exchange, REGISTRY_MANIFEST_UNKNOWN, NULL);
        return;
    }
    struct repository *repository = registry_store_find(request->registry->store, request->name);
    json_t *body = json_object();
    json_object_set_new(body, "schemaVersion", json_integer(2));
    json_object_set_new(body, "mediaType", json_string(INDEX_TYPE));
    json_object_set_new(body, "manifests",
                        repository != NULL
                            ? list_referrers(repository, request->reference, artifact_type)
                            : json_array());
    if (artifact_type != NULL)
        exchange_set_header(exchange, "OCI-Filters-Applied", "artifactType");
    reply_json(exchange, INDEX_TYPE, body);
}
