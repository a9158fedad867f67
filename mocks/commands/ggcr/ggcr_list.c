/* What go-containerregistry lists and deletes (pkg/v1/remote/list.go, delete.go). */
#include "mocks/commands/ggcr/ggcr_private.h"

#include "base/json.h"

#include <string.h>

enum {
    PAGES_MAX = 10000
};
/* As many to a page as may be. */
#define FIRST_PAGE "list?n=1000"

bool ggcr_delete(struct ggcr *registry, const char *wanted, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *url = ggcr_url(registry, "manifests", wanted);
    const struct ggcr_request request = {.method = "DELETE", .url = url, .is_write = true};
    return ggcr_demand(registry, &request, &response, error);
}

/* `<URL>; rel="next"`; g_free. *next NULL: the last page. */
static bool next_page(const char *url, const struct http_response *response, char **next,
                      GError **error)
{
    const char *link = http_response_header(response, "Link");
    *next = NULL;
    if (link == NULL)
        return true;
    const char *end = strchr(link, '>');
    if (*link != '<' || end == NULL)
        return ggcr_fail(error, GGCR_ERROR_REFUSED,
                         "failed to parse link header: missing '<' in: %s", link);
    g_autofree char *place = g_strndup(link + 1, (gsize)(end - link - 1));
    *next = http_url_join(url, place, error);
    return *next != NULL;
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

bool ggcr_tags(struct ggcr *registry, GPtrArray *tags, GError **error)
{
    g_autofree char *url = ggcr_url(registry, "tags", FIRST_PAGE);
    for (int page = 0; url != NULL && page < PAGES_MAX; page++) {
        HTTP_RESPONSE(response);
        char *next = NULL;
        const struct ggcr_request request = {.method = "GET", .url = url};
        if (!ggcr_demand(registry, &request, &response, error) ||
            !next_page(url, &response, &next, error))
            return false;
        add_tags(response.body, tags);
        g_free(url);
        url = next;
    }
    return true;
}
