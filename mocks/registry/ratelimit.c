/* Docker Hub's pull limit: a fixed window in which manifest GETs count (registry.md 2). */
#include "mocks/registry/registry_private.h"

#include "base/units.h"

/* The text of 2025 and later, without detail (failures.md C1, C2). */
#define LIMIT_MESSAGE                                                                              \
    "You have reached your unauthenticated pull rate limit. "                                      \
    "https://www.docker.com/increase-rate-limit"

/* One runner, one address: what docker-ratelimit-source shows of it (TEST-NET-1). */
#define LIMIT_SOURCE "192.0.2.1"

static void begin_window(struct registry *registry)
{
    const struct registry_rate_limit *limit = &registry->rate_limit;
    int64_t age_us = loop_now_us(world_loop(registry->world)) - registry->window_at_us;
    if (limit->window_us <= 0 || age_us < limit->window_us)
        return;
    registry->window_at_us += age_us / limit->window_us * limit->window_us;
    registry->rate_limit.used = 0;
}

static void set_limit_header(const struct request *request, const char *name, int64_t count)
{
    g_autofree char *value = g_strdup_printf("%" G_GINT64_FORMAT ";w=%" G_GINT64_FORMAT, count,
                                             request->registry->rate_limit.window_us / SECOND_US);
    exchange_set_header(request->exchange, name, value);
}

static void set_headers(const struct request *request)
{
    const struct registry_rate_limit *limit = &request->registry->rate_limit;
    set_limit_header(request, "ratelimit-limit", limit->limit);
    set_limit_header(request, "ratelimit-remaining", MAX(limit->limit - limit->used, 0));
    exchange_set_header(request->exchange, "docker-ratelimit-source",
                        request->user != NULL ? request->user : LIMIT_SOURCE);
}

bool ratelimit_check(const struct request *request)
{
    struct registry *registry = request->registry;
    if (registry->rate_limit.limit == 0)
        return true;
    begin_window(registry);
    if (registry->rate_limit.used < registry->rate_limit.limit || request_is(request, "HEAD"))
        return true;
    set_headers(request);
    registry_reply_error_bare(request->exchange, REGISTRY_TOO_MANY_REQUESTS, LIMIT_MESSAGE);
    return false;
}

void ratelimit_count(const struct request *request)
{
    struct registry *registry = request->registry;
    if (registry->rate_limit.limit == 0)
        return;
    if (!request_is(request, "HEAD"))
        registry->rate_limit.used++;
    set_headers(request);
}
