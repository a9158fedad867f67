/* The weather: every event of a world is shown to the rules in the order of their file. */
#include "base/glob.h"
#include "mocks/faults/faults_private.h"

#include <string.h>

/* All lines of one name count, since dockerd sends six Accept lines. */
static const char *find_header(const struct fault_event *event, const char *name,
                               const char *pattern)
{
    g_autoptr(GPtrArray) lines = exchange_headers(event->exchange, name);
    for (guint i = 0; i < lines->len; i++) {
        if (glob_match(pattern, lines->pdata[i]))
            return lines->pdata[i];
    }
    return exchange_header(event->exchange, name);
}

static struct fault_event exchange_event(struct exchange *exchange, enum fault_stage stage)
{
    return (struct fault_event){
        .stage = stage,
        .place = site_name(exchange_site(exchange)),
        .role = exchange_role(exchange),
        .method = exchange_method(exchange),
        .path = exchange_path(exchange),
        .query = exchange_query(exchange),
        .number = exchange_number(exchange),
        .exchange = exchange,
        .find_header = find_header,
    };
}

static bool faults_have_stage(const struct faults *faults, enum fault_stage stage)
{
    return faults->rules->stages & (1U << stage);
}

static void on_connect(void *context, const char *site, const char *role, struct http_route *route)
{
    struct faults *faults = context;
    if (!faults_have_stage(faults, FAULT_AT_CONNECT))
        return;
    struct fault_event event = {.stage = FAULT_AT_CONNECT, .place = site, .role = role};
    struct hearing hearing = hearing_begin(faults, &event);
    struct rule_state *state;
    while ((state = hearing_next(&hearing)) != NULL) {
        bool is_taken = route->way != HTTP_WAY_SOCKET;
        if (!rule_strikes(faults, state, &event, is_taken))
            continue;
        struct fault_strike strike = rule_strike(faults, state, &event);
        state->rule->kind->connect(&strike, route);
        rule_keep_active(state, 0, strike.now_us + route->delay_us);
    }
    fault_event_clear(&event);
}

static bool on_request(void *context, struct exchange *exchange)
{
    struct faults *faults = context;
    if (!faults_have_stage(faults, FAULT_AT_REQUEST))
        return false;
    struct fault_event event = exchange_event(exchange, FAULT_AT_REQUEST);
    struct hearing hearing = hearing_begin(faults, &event);
    struct rule_state *state;
    bool has_replied = false;
    while ((state = hearing_next(&hearing)) != NULL) {
        if (!rule_strikes(faults, state, &event, has_replied))
            continue;
        struct fault_strike strike = rule_strike(faults, state, &event);
        has_replied = state->rule->kind->request(&strike, exchange);
        rule_keep_active(state, event.number, NEVER);
    }
    fault_event_clear(&event);
    return has_replied;
}

/* Bytes that have gone by count for rules of the request stage once the reply is known. */
static void count_bytes(struct faults *faults, struct fault_event *event)
{
    int64_t now_us = loop_now_us(world_loop(faults->world));
    struct hearing hearing = hearing_begin(faults, event);
    struct rule_state *state;
    while ((state = hearing_next(&hearing)) != NULL) {
        const struct fault_rule *rule = state->rule;
        if (rule->stage == FAULT_AT_REQUEST && rule->when.after_bytes > 0 &&
            fault_when_is_open(&rule->when, now_us) && fault_scope_matches(&rule->scope, event))
            state->bytes += event->amount_bytes;
    }
}

static void show_reply(struct faults *faults, struct fault_event *event)
{
    struct hearing hearing = hearing_begin(faults, event);
    struct rule_state *state;
    bool is_replaced = false;
    while ((state = hearing_next(&hearing)) != NULL) {
        const struct fault_kind *kind = state->rule->kind;
        struct fault_strike strike = rule_strike(faults, state, event);
        if (kind->observe != NULL)
            kind->observe(&strike, event->exchange);
        if (!rule_strikes(faults, state, event, kind->replaces_reply && is_replaced))
            continue;
        is_replaced |= kind->replaces_reply;
        kind->reply(&strike, event->exchange);
        rule_keep_active(state, event->number, NEVER);
    }
}

static void on_reply(void *context, struct exchange *exchange)
{
    struct faults *faults = context;
    if (!faults_have_stage(faults, FAULT_AT_REPLY))
        return;
    struct fault_event event = exchange_event(exchange, FAULT_AT_REPLY);
    event.status = exchange_reply_status(exchange);
    if (strcmp(event.method, "HEAD") != 0)
        event.amount_bytes = MAX(0, exchange_reply_declared_bytes(exchange));
    count_bytes(faults, &event);
    show_reply(faults, &event);
    fault_event_clear(&event);
}

static void on_end(void *context, struct exchange *exchange)
{
    struct faults *faults = context;
    for (gsize i = 0; faults->counts_active && i < faults->count; i++)
        rule_end_exchange(&faults->states[i], exchange_number(exchange));
}

static void on_point(void *context, const struct point_event *point, struct point_effect *effect)
{
    struct faults *faults = context;
    if (!faults_have_stage(faults, FAULT_AT_POINT))
        return;
    struct fault_event event = {.stage = FAULT_AT_POINT,
                                .point = point->point,
                                .place = point->machine,
                                .subject = point->subject,
                                .detail = point->detail,
                                .amount_bytes = point->amount};
    struct hearing hearing = hearing_begin(faults, &event);
    struct rule_state *state;
    while ((state = hearing_next(&hearing)) != NULL) {
        if (!rule_strikes(faults, state, &event, /* is_taken= */ false))
            continue;
        struct fault_strike strike = rule_strike(faults, state, &event);
        state->rule->kind->point_strike(&strike, point, effect);
        rule_keep_active(state, 0, effect->is_hang ? NEVER : strike.now_us + effect->delay_us);
    }
    fault_event_clear(&event);
}

const struct weather faults_weather = {
    .on_connect = on_connect,
    .on_request = on_request,
    .on_reply = on_reply,
    .on_end = on_end,
    .on_point = on_point,
};
