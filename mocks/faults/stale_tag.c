/* stale-tag: for a while after a push the registry does not know the tag (eventual consistency). */
#include "mocks/faults/answer.h"
#include "mocks/faults/kinds.h"

#include <string.h>

struct stale_tag {
    int64_t count;
};

struct stale_memory {
    GHashTable *fresh; /* "site path" of a pushed manifest: requests that still miss it */
};

static const struct field fields[] = {
    {.name = "count",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct stale_tag, count),
     .otherwise = "1",
     .minimum = 1,
     .maximum = 1000000,
     .summary = "so many requests for a pushed tag get 404"},
    {0},
};

static char *manifest_key(const struct fault_strike *strike, const struct exchange *exchange)
{
    return g_strdup_printf("%s %s", strike->place, exchange_path(exchange));
}

static const char *stale_tag_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    const char *method = exchange_method(exchange);
    (void)rule;
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return "the request reads nothing";
    return strstr(exchange_path(exchange), "/manifests/") != NULL
               ? NULL
               : "the request is for no manifest";
}

static void stale_tag_observe(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct stale_tag *stale = strike->parameters;
    struct stale_memory *memory = strike->memory;
    if (exchange_reply_status(exchange) != 201 || strcmp(exchange_method(exchange), "PUT") != 0)
        return;
    if (strstr(exchange_path(exchange), "/manifests/") == NULL)
        return;
    if (memory->fresh == NULL)
        memory->fresh = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_replace(memory->fresh, manifest_key(strike, exchange),
                         GINT_TO_POINTER((int)stale->count));
}

static bool stale_tag_wants(const struct fault_strike *strike, struct exchange *exchange)
{
    struct stale_memory *memory = strike->memory;
    if (memory->fresh == NULL)
        return false;
    g_autofree char *key = manifest_key(strike, exchange);
    int left = GPOINTER_TO_INT(g_hash_table_lookup(memory->fresh, key));
    if (left == 0)
        return false;
    g_hash_table_replace(memory->fresh, g_steal_pointer(&key), GINT_TO_POINTER(left - 1));
    return true;
}

static bool stale_tag_request(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct answer answer = {.status = 404, .body = ANSWER_JSON_DETAIL};
    (void)strike;
    answer_error(exchange, &answer);
    return true;
}

static void clear_memory(void *context)
{
    struct stale_memory *memory = context;
    g_clear_pointer(&memory->fresh, g_hash_table_unref);
}

const struct fault_kind fault_kind_stale_tag = {
    .record = {.name = "stale-tag",
               .summary = "a manifest just pushed is not found at first",
               .size = sizeof(struct stale_tag),
               .fields = fields},
    .evidence = "failures.md K18, peers.md 1.7 registry semantics",
    .stage = FAULT_AT_REQUEST,
    .memory_bytes = sizeof(struct stale_memory),
    .clear_memory = clear_memory,
    .misfit = stale_tag_misfit,
    .wants = stale_tag_wants,
    .observe = stale_tag_observe,
    .request = stale_tag_request,
};
