/* auth-fails: the token service gives no token. */
#include "mocks/faults/kinds.h"

#include <string.h>

struct auth_fails {
    int64_t code;
    char *message;
};

static const struct field fields[] = {
    {.name = "code",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct auth_fails, code),
     .otherwise = "401",
     .minimum = 400,
     .maximum = 599,
     .summary = "HTTP status"},
    {.name = "message",
     .kind = FIELD_STRING,
     .offset = offsetof(struct auth_fails, message),
     .otherwise = "incorrect username or password",
     .summary = "the service's reason"},
    {0},
};

/* A token is asked for by service and scope (registry.md 2, token auth), in the query or in a form.
 */
static const char *auth_fails_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    (void)rule;
    bool asks = g_str_has_suffix(exchange_path(exchange), "/token") ||
                exchange_query_value(exchange, "service") != NULL;
    return asks ? NULL : "the request asks for no token";
}

static bool auth_fails_request(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct auth_fails *parameters = strike->parameters;
    g_autoptr(json_t) answer = json_pack("{s:s}", "details", parameters->message);
    g_autofree char *text = json_text(answer);
    exchange_reply_text(exchange, (unsigned)parameters->code, "application/json", text);
    return true;
}

const struct fault_kind fault_kind_auth_fails = {
    .record = {.name = "auth-fails",
               .summary = "the token service gives no token",
               .size = sizeof(struct auth_fails),
               .fields = fields},
    .evidence = "failures.md B2-B4",
    .stage = FAULT_AT_REQUEST,
    .misfit = auth_fails_misfit,
    .request = auth_fails_request,
};
