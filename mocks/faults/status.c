/* status: an error answer, with any of the bodies that registries and gateways send. */
#include "mocks/faults/answer.h"
#include "mocks/faults/kinds.h"

struct status {
    int64_t code;
    enum answer_body body;
    char *error;
    char *message;
    char *text;
    GPtrArray *headers; /* struct string_entry */
    enum fault_effect effect;
};

/* In the order of enum answer_body. */
static const char *const body_names[] = {"json-detail", "json", "html", "empty",
                                         "broken-json", "text", NULL};

static const struct field fields[] = {
    {.name = "code",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct status, code),
     .is_required = true,
     .minimum = 200,
     .maximum = 599,
     .summary = "HTTP status"},
    {.name = "body",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct status, body),
     .names = body_names,
     .otherwise = "json-detail",
     .summary = "shape of the body; without detail dockerd makes a bare code of the error"},
    {.name = "error",
     .kind = FIELD_STRING,
     .offset = offsetof(struct status, error),
     .summary = "error code instead of the status's usual one: DENIED"},
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct status, message),
     .summary = "message instead of the usual one"},
    {.name = "text",
     .kind = FIELD_STRING,
     .offset = offsetof(struct status, text),
     .summary = "the whole body, to the letter"},
    {.name = "headers",
     .kind = FIELD_STRING_MAP,
     .offset = offsetof(struct status, headers),
     .summary = "further headers: Retry-After"},
    {.name = "effect",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct status, effect),
     .names = fault_effect_names,
     .otherwise = "lost",
     .summary = "whether the server did what was asked"},
    {0},
};

static enum fault_stage status_stage(const void *parameters)
{
    const struct status *status = parameters;
    return status->effect == FAULT_EFFECT_LOST ? FAULT_AT_REQUEST : FAULT_AT_REPLY;
}

static void status_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct status *status = strike->parameters;
    struct answer answer = {.status = (unsigned)status->code,
                            .body = status->body,
                            .code = status->error,
                            .message = status->message,
                            .content = status->text};
    answer_error(exchange, &answer);
    for (guint i = 0; i < status->headers->len; i++) {
        const struct string_entry *header = status->headers->pdata[i];
        exchange_remove_header(exchange, header->name);
        exchange_set_header(exchange, header->name, header->value);
    }
}

static bool status_request(const struct fault_strike *strike, struct exchange *exchange)
{
    status_reply(strike, exchange);
    return true;
}

const struct fault_kind fault_kind_status = {
    .record = {.name = "status",
               .summary = "another HTTP status, with the body that comes with it",
               .size = sizeof(struct status),
               .fields = fields},
    .evidence = "failures.md B2, C3-C8, K1-K19",
    .stage = FAULT_AT_REQUEST,
    .replaces_reply = true,
    .stage_of = status_stage,
    .request = status_request,
    .reply = status_reply,
};
