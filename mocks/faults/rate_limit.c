/* rate-limit: a budget of manifest GETs in a fixed window, as Docker Hub counts them: blobs and
   HEAD are free (registry.md 2). */
#include "base/units.h"
#include "mocks/faults/answer.h"
#include "mocks/faults/kinds.h"

#include <inttypes.h>
#include <string.h>

enum rate_text {
    RATE_TEXT_CLASSIC,
    RATE_TEXT_2025,
    RATE_TEXT_ABUSE,
};

struct rate_limit {
    int64_t limit;
    int64_t window_us;
    int64_t used;
    enum rate_text text;
};

/* The window that runs, and what was spent in it. */
struct rate_memory {
    bool is_begun;
    int64_t began_us;
    int64_t used;
};

static const char *const text_names[] = {"classic", "2025", "abuse", NULL};

/* failures.md C1, C2; without detail, as the bodies quoted there. */
static const char *const messages[] = {
    [RATE_TEXT_CLASSIC] = "You have reached your pull rate limit. You may increase the limit by "
                          "authenticating and upgrading: "
                          "https://www.docker.com/increase-rate-limit",
    [RATE_TEXT_2025] = "You have reached your unauthenticated pull rate limit. "
                       "https://www.docker.com/increase-rate-limit",
};

static bool check_window(const struct field *field, const struct node *node, const void *place,
                         GError **error)
{
    (void)field;
    if (*(const int64_t *)place > 0)
        return true;
    node_error(error, node, "a window is longer than nothing");
    return false;
}

static const struct field fields[] = {
    {.name = "limit",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct rate_limit, limit),
     .otherwise = "100",
     .minimum = 0,
     .maximum = 1000000,
     .summary = "manifest GETs in a window"},
    {.name = "window",
     .kind = FIELD_DURATION,
     .offset = offsetof(struct rate_limit, window_us),
     .otherwise = "6h",
     .check = check_window,
     .summary = "length of the window, which begins with the first request"},
    {.name = "used",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct rate_limit, used),
     .otherwise = "0",
     .minimum = 0,
     .maximum = 1000000,
     .summary = "spent by others in the first window"},
    {.name = "text",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct rate_limit, text),
     .names = text_names,
     .otherwise = "2025",
     .summary = "words of the pull limit, or the plain text of the abuse limit"},
    {0},
};

static const char *rate_limit_misfit(const struct fault_rule *rule, struct exchange *exchange)
{
    (void)rule;
    bool counts = strcmp(exchange_method(exchange), "GET") == 0 &&
                  strstr(exchange_path(exchange), "/manifests/") != NULL;
    return counts ? NULL : "the request is no GET of a manifest";
}

static bool rate_limit_wants(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct rate_limit *limit = strike->parameters;
    struct rate_memory *memory = strike->memory;
    (void)exchange;
    if (!memory->is_begun || strike->now_us >= memory->began_us + limit->window_us) {
        memory->used = memory->is_begun ? 0 : limit->used;
        memory->began_us = strike->now_us;
        memory->is_begun = true;
    }
    memory->used++;
    return memory->used > limit->limit;
}

static void answer_abuse(struct exchange *exchange)
{
    const struct answer answer = {.status = 429, .body = ANSWER_TEXT};
    answer_error(exchange, &answer);
    exchange_set_header(exchange, "Retry-After", "60");
}

static void answer_limit(struct exchange *exchange, const struct rate_limit *limit)
{
    const struct answer answer = {
        .status = 429, .body = ANSWER_JSON, .message = messages[limit->text]};
    int64_t window_s = limit->window_us / SECOND_US;
    g_autofree char *whole = g_strdup_printf("%" PRId64 ";w=%" PRId64, limit->limit, window_s);
    g_autofree char *rest = g_strdup_printf("0;w=%" PRId64, window_s);

    answer_error(exchange, &answer);
    exchange_set_header(exchange, "ratelimit-limit", whole);
    exchange_set_header(exchange, "ratelimit-remaining", rest);
    exchange_set_header(exchange, "docker-ratelimit-source", "203.0.113.1");
}

static bool rate_limit_request(const struct fault_strike *strike, struct exchange *exchange)
{
    const struct rate_limit *limit = strike->parameters;
    if (limit->text == RATE_TEXT_ABUSE)
        answer_abuse(exchange);
    else
        answer_limit(exchange, limit);
    return true;
}

const struct fault_kind fault_kind_rate_limit = {
    .record = {.name = "rate-limit",
               .summary = "manifest GETs above a budget in a window get 429",
               .size = sizeof(struct rate_limit),
               .fields = fields},
    .evidence = "failures.md C1-C3",
    .stage = FAULT_AT_REQUEST,
    .memory_bytes = sizeof(struct rate_memory),
    .misfit = rate_limit_misfit,
    .wants = rate_limit_wants,
    .request = rate_limit_request,
};
