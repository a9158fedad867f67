/* raw: these bytes instead of a reply, then the end: another protocol's banner, broken framing. */
#include "mocks/faults/kinds.h"

#include <string.h>

struct raw {
    char *text;
    char *base64;
    enum fault_effect effect;
};

static const struct field fields[] = {
    {.name = "text",
     .kind = FIELD_STRING,
     .offset = offsetof(struct raw, text),
     .summary = "the bytes as text"},
    {.name = "base64",
     .kind = FIELD_STRING,
     .offset = offsetof(struct raw, base64),
     .summary = "the bytes in base64"},
    {.name = "effect",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct raw, effect),
     .names = fault_effect_names,
     .otherwise = "lost",
     .summary = "whether the server did what was asked"},
    {0},
};

static GBytes *raw_bytes(const struct raw *raw)
{
    gsize length_bytes;
    if (raw->text != NULL)
        return g_bytes_new(raw->text, strlen(raw->text));
    guchar *bytes = g_base64_decode(raw->base64, &length_bytes);
    return g_bytes_new_take(bytes, length_bytes);
}

static bool check(const struct node *node, void *record, GError **error)
{
    const struct raw *raw = record;
    if ((raw->text != NULL) == (raw->base64 != NULL)) {
        node_error(error, node, "raw takes either 'text' or 'base64'");
        return false;
    }
    g_autoptr(GBytes) bytes = raw_bytes(raw);
    if (g_bytes_get_size(bytes) > 0)
        return true;
    node_error(error, node, "raw sends at least one byte; for none there is kind 'close'");
    return false;
}

static enum fault_stage raw_stage(const void *parameters)
{
    const struct raw *raw = parameters;
    return raw->effect == FAULT_EFFECT_LOST ? FAULT_AT_REQUEST : FAULT_AT_REPLY;
}

static void raw_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    struct disturbance *disturbance = exchange_disturbance(exchange);
    if (disturbance->raw == NULL)
        disturbance->raw = raw_bytes(strike->parameters);
}

static bool raw_request(const struct fault_strike *strike, struct exchange *exchange)
{
    raw_reply(strike, exchange);
    return true;
}

const struct fault_kind fault_kind_raw = {
    .record = {.name = "raw",
               .summary = "these bytes instead of an HTTP reply, then the connection closes",
               .size = sizeof(struct raw),
               .fields = fields,
               .check = check},
    .evidence = "virtual-time.md 3, failures.md A12",
    .stage = FAULT_AT_REQUEST,
    .replaces_reply = true,
    .stage_of = raw_stage,
    .request = raw_request,
    .reply = raw_reply,
};
