/* The default texts of error answers. */
#include "mocks/faults/answer.h"

#include "base/json.h"
#include "http/status.h"
#include "mocks/faults/event.h"
#include "mocks/world.h"

#include <string.h>

/* Codes and messages of the OCI distribution specification and of docker/distribution's errcode; a
   row with a path is for requests whose path holds it. The first row that fits counts. */
static const struct {
    unsigned status;
    const char *path;
    const char *code;
    const char *message;
} error_texts[] = {
    {400, "/manifests/", "MANIFEST_INVALID", "manifest invalid"},
    {400, "/blobs/uploads/", "BLOB_UPLOAD_INVALID", "blob upload invalid"},
    {400, "", "UNSUPPORTED", "The operation is unsupported."},
    {401, "", "UNAUTHORIZED", "authentication required"},
    {403, "", "DENIED", "requested access to the resource is denied"},
    {404, "/manifests/", "MANIFEST_UNKNOWN", "manifest unknown"},
    {404, "/blobs/uploads/", "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry"},
    {404, "/blobs/", "BLOB_UNKNOWN", "blob unknown to registry"},
    {404, "", "NAME_UNKNOWN", "repository name not known to registry"},
    {405, "", "UNSUPPORTED", "The operation is unsupported."},
    {413, "", "SIZE_INVALID", "provided length did not match content length"},
    {416, "", "BLOB_UPLOAD_INVALID", "blob upload invalid"},
    {429, "", "TOOMANYREQUESTS", "too many requests"},
    {503, "", "UNAVAILABLE", "service unavailable"},
    {0, "", "UNKNOWN", "unknown error"},
};

static const char *reason_of(unsigned status)
{
    const char *text = http_status_text(status);
    return *text != '\0' ? text : "Unknown";
}

static gsize find_text(unsigned status, const char *path)
{
    gsize row = 0;
    while (error_texts[row].status != 0 &&
           (error_texts[row].status != status || strstr(path, error_texts[row].path) == NULL))
        row++;
    return row;
}

/* A code that a rule asks for brings its own text, whatever the status; NULL: none is known. */
static const char *text_of_code(const char *code)
{
    for (gsize row = 0; error_texts[row].status != 0; row++)
        if (strcmp(error_texts[row].code, code) == 0)
            return error_texts[row].message;
    return NULL;
}

/* The shapes that registry:2 sends (registry.md 2). */
static json_t *error_detail(struct exchange *exchange, unsigned status)
{
    struct fault_event event = {.stage = FAULT_AT_REQUEST,
                                .path = exchange_path(exchange),
                                .query = exchange_query(exchange)};
    const char *repository = fault_event_repository(&event);
    const char *tag = fault_event_tag(&event);
    json_t *detail;

    if (status == 401 || status == 403)
        detail = json_pack("[{s:s, s:s, s:s, s:s}]", "Type", "repository", "Class", "", "Name",
                           repository != NULL ? repository : "", "Action", "pull");
    else if (tag != NULL)
        detail = json_pack("{s:s}", "Tag", tag);
    else
        detail = json_pack("{s:s}", "name", repository != NULL ? repository : "");
    fault_event_clear(&event);
    return detail;
}

/* The Docker Engine's sites are named "machine:/path/of/its.sock" (world.h). */
static bool site_is_engine(const struct exchange *exchange)
{
    return strstr(site_name(exchange_site(exchange)), ":/") != NULL;
}

static char *json_error(struct exchange *exchange, const struct answer *answer)
{
    gsize row = find_text(answer->status, exchange_path(exchange));
    const char *message = answer->message;
    if (message == NULL && answer->code != NULL && !site_is_engine(exchange))
        message = text_of_code(answer->code);
    if (message == NULL)
        message = site_is_engine(exchange) ? reason_of(answer->status) : error_texts[row].message;
    g_autoptr(json_t) reply = NULL;

    if (site_is_engine(exchange)) {
        reply = json_pack("{s:s}", "message", message);
    } else {
        json_t *entry = json_pack("{s:s, s:s}", "code",
                                  answer->code != NULL ? answer->code : error_texts[row].code,
                                  "message", message);
        if (answer->body == ANSWER_JSON_DETAIL)
            json_object_set_new(entry, "detail", error_detail(exchange, answer->status));
        reply = json_pack("{s:[o]}", "errors", entry);
    }
    return json_text(reply);
}

/* nginx's own page, which is what most gateways in front of registries send. */
static char *html_page(unsigned status)
{
    const char *reason = reason_of(status);
    return g_strdup_printf("<html>\r\n<head><title>%u %s</title></head>\r\n<body>\r\n"
                           "<center><h1>%u %s</h1></center>\r\n<hr><center>nginx</center>\r\n"
                           "</body>\r\n</html>\r\n",
                           status, reason, status, reason);
}

static char *body_text(struct exchange *exchange, const struct answer *answer)
{
    if (answer->content != NULL)
        return g_strdup(answer->content);
    switch (answer->body) {
    case ANSWER_JSON_DETAIL:
    case ANSWER_JSON:
        return json_error(exchange, answer);
    case ANSWER_HTML:
        return html_page(answer->status);
    case ANSWER_EMPTY:
        return g_strdup("");
    case ANSWER_BROKEN_JSON:
        return g_strdup("{\"errors\":[{\"code\":\"UNK");
    case ANSWER_TEXT:
        return g_strconcat(reason_of(answer->status), "\n", NULL);
    }
    g_assert_not_reached();
}

static const char *const content_types[] = {
    [ANSWER_JSON_DETAIL] = "application/json",
    [ANSWER_JSON] = "application/json",
    [ANSWER_HTML] = "text/html",
    [ANSWER_EMPTY] = NULL,
    [ANSWER_BROKEN_JSON] = "application/json",
    [ANSWER_TEXT] = "text/plain; charset=utf-8",
};

void answer_error(struct exchange *exchange, const struct answer *answer)
{
    g_autofree char *text = body_text(exchange, answer);
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));

    exchange_clear_headers(exchange);
    exchange_set_declared_bytes(exchange, -1);
    if (content_types[answer->body] != NULL)
        exchange_set_header(exchange, "Content-Type", content_types[answer->body]);
    exchange_reply(exchange, answer->status, body);
}
