/* headers: the reply's headers lie or are missing, its body is honest. */
#include "mocks/faults/kinds.h"

struct headers {
    GPtrArray *set; /* struct string_entry */
    char **remove;
};

static const struct field fields[] = {
    {.name = "set",
     .kind = FIELD_STRING_MAP,
     .offset = offsetof(struct headers, set),
     .summary = "these in place of the honest ones"},
    {.name = "remove",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct headers, remove),
     .may_be_single = true,
     .summary = "these are not sent"},
    {0},
};

/* The server computes these itself, whatever is set (exchange.h). */
static const char *const own_headers[] = {"Content-Length", "Transfer-Encoding", "Connection"};

static bool check_name(const struct node *node, const char *name, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(own_headers); i++) {
        if (g_ascii_strcasecmp(own_headers[i], name) == 0) {
            node_error(error, node, "'%s' is the server's own; other kinds of fault lie with it",
                       own_headers[i]);
            return false;
        }
    }
    return true;
}

static bool check(const struct node *node, void *record, GError **error)
{
    const struct headers *headers = record;
    for (guint i = 0; i < headers->set->len; i++) {
        const struct string_entry *header = headers->set->pdata[i];
        if (!check_name(header->node, header->name, error))
            return false;
    }
    for (gsize i = 0; headers->remove[i] != NULL; i++) {
        if (!check_name(node, headers->remove[i], error))
            return false;
    }
    if (headers->set->len > 0 || headers->remove[0] != NULL)
        return true;
    node_error(error, node, "headers takes 'set', 'remove' or both");
    return false;
}

static void headers_reply(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct headers *headers = strike->parameters;
    for (gsize i = 0; headers->remove[i] != NULL; i++)
        exchange_remove_header(exchange, headers->remove[i]);
    for (guint i = 0; i < headers->set->len; i++) {
        const struct string_entry *header = headers->set->pdata[i];
        exchange_remove_header(exchange, header->name);
        exchange_set_header(exchange, header->name, header->value);
    }
}

const struct fault_kind fault_kind_headers = {
    .record = {.name = "headers",
               .summary = "headers of the reply are wrong or missing",
               .size = sizeof(struct headers),
               .fields = fields,
               .check = check},
    .evidence = "peers.md 1.7 HTTP framing",
    .stage = FAULT_AT_REPLY,
    .reply = headers_reply,
};
