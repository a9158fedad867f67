/*
 * Error replies of a registry: code, status and words are the distribution project's own
 * (registry.md 2). detail is never null unless asked for: dockerd reads an error without it as a
 * bare code and then says and does other things (failures.md 0.1).
 */
#pragma once

#include "base/json.h"
#include "mocks/exchange.h"

enum registry_error {
    REGISTRY_UNKNOWN,
    REGISTRY_UNSUPPORTED,
    REGISTRY_UNAUTHORIZED,
    REGISTRY_DENIED,
    REGISTRY_UNAVAILABLE,
    REGISTRY_TOO_MANY_REQUESTS,
    REGISTRY_DIGEST_INVALID,
    REGISTRY_SIZE_INVALID,
    REGISTRY_SIZE_TOO_LARGE, /* SIZE_INVALID with 413 */
    REGISTRY_RANGE_INVALID,
    REGISTRY_NAME_INVALID,
    REGISTRY_TAG_INVALID,
    REGISTRY_NAME_UNKNOWN,
    REGISTRY_MANIFEST_UNKNOWN,
    REGISTRY_MANIFEST_INVALID,
    REGISTRY_MANIFEST_BLOB_UNKNOWN,
    REGISTRY_BLOB_UNKNOWN,
    REGISTRY_UPLOAD_UNKNOWN,
    REGISTRY_UPLOAD_INVALID,
    REGISTRY_PAGINATION_NUMBER_INVALID,
    REGISTRY_ERROR_COUNT
};

/* The code's own message and status; takes detail over, NULL gives {}. */
void registry_reply_error(struct exchange *exchange, enum registry_error code, json_t *detail);
/* {"KEY": "VALUE"} as detail, the commonest kind. */
void registry_reply_error_about(struct exchange *exchange, enum registry_error code,
                                const char *key, const char *value);
/* Another message and no detail at all, as Docker Hub sends its rate limit (failures.md C1). */
void registry_reply_error_bare(struct exchange *exchange, enum registry_error code,
                               const char *message);
