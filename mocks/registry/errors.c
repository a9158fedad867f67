/* Error replies of a registry, from one table. */
#include "mocks/registry/errors.h"

struct error_facts {
    const char *code;
    unsigned status;
    const char *message;
};

/* registry.md 2, "Error codes and statuses". */
static const struct error_facts error_table[REGISTRY_ERROR_COUNT] = {
    [REGISTRY_UNKNOWN] = {"UNKNOWN", 500, "unknown error"},
    [REGISTRY_UNSUPPORTED] = {"UNSUPPORTED", 405, "The operation is unsupported."},
    [REGISTRY_UNAUTHORIZED] = {"UNAUTHORIZED", 401, "authentication required"},
    [REGISTRY_DENIED] = {"DENIED", 403, "requested access to the resource is denied"},
    [REGISTRY_UNAVAILABLE] = {"UNAVAILABLE", 503, "service unavailable"},
    [REGISTRY_TOO_MANY_REQUESTS] = {"TOOMANYREQUESTS", 429, "too many requests"},
    [REGISTRY_DIGEST_INVALID] = {"DIGEST_INVALID", 400,
                                 "provided digest did not match uploaded content"},
    [REGISTRY_SIZE_INVALID] = {"SIZE_INVALID", 400, "provided length did not match content length"},
    [REGISTRY_SIZE_TOO_LARGE] = {"SIZE_INVALID", 413, "content too big"},
    [REGISTRY_RANGE_INVALID] = {"RANGE_INVALID", 416, "invalid content range"},
    [REGISTRY_NAME_INVALID] = {"NAME_INVALID", 400, "invalid repository name"},
    [REGISTRY_TAG_INVALID] = {"TAG_INVALID", 400, "manifest tag did not match URI"},
    [REGISTRY_NAME_UNKNOWN] = {"NAME_UNKNOWN", 404, "repository name not known to registry"},
    [REGISTRY_MANIFEST_UNKNOWN] = {"MANIFEST_UNKNOWN", 404, "manifest unknown"},
    [REGISTRY_MANIFEST_INVALID] = {"MANIFEST_INVALID", 400, "manifest invalid"},
    [REGISTRY_MANIFEST_BLOB_UNKNOWN] = {"MANIFEST_BLOB_UNKNOWN", 400, "blob unknown to registry"},
    [REGISTRY_BLOB_UNKNOWN] = {"BLOB_UNKNOWN", 404, "blob unknown to registry"},
    [REGISTRY_UPLOAD_UNKNOWN] = {"BLOB_UPLOAD_UNKNOWN", 404, "blob upload unknown to registry"},
    [REGISTRY_UPLOAD_INVALID] = {"BLOB_UPLOAD_INVALID", 404, "blob upload invalid"},
    [REGISTRY_PAGINATION_NUMBER_INVALID] = {"PAGINATION_NUMBER_INVALID", 400,
                                            "invalid number of results requested"},
};

static void reply(struct exchange *exchange, enum registry_error code, const char *content_type,
                  const char *message, json_t *detail)
{
    g_autoptr(json_t) entry = json_object();
    json_object_set_new(entry, "code", json_string(error_table[code].code));
    json_object_set_new(entry, "message", json_string(message));
    if (detail != NULL)
        json_object_set_new(entry, "detail", detail);
    g_autoptr(json_t) body = json_object();
    json_t *errors = json_array();
    json_array_append(errors, entry);
    json_object_set_new(body, "errors", errors);
    g_autofree char *text = json_text(body);
    exchange_reply_text(exchange, error_table[code].status, content_type, text);
}

void registry_reply_error(struct exchange *exchange, enum registry_error code, json_t *detail)
{
    reply(exchange, code, "application/json; charset=utf-8", error_table[code].message,
          detail != NULL ? detail : json_object());
}

void registry_reply_error_about(struct exchange *exchange, enum registry_error code,
                                const char *key, const char *value)
{
    json_t *detail = json_object();
    /* What a client sent may be no UTF-8, which JSON cannot hold; then the detail stays empty. */
    json_object_set_new(detail, key, json_string(value));
    registry_reply_error(exchange, code, detail);
}

void registry_reply_error_bare(struct exchange *exchange, enum registry_error code,
                               const char *message)
{
    reply(exchange, code, "application/json", message, NULL);
}
