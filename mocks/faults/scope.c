/* The conditions of `on` and `match`, one row each. */
#include "mocks/faults/scope.h"

#include "base/glob.h"

enum {
    CONNECT = 1 << FAULT_AT_CONNECT,
    REQUEST = 1 << FAULT_AT_REQUEST,
    REPLY = 1 << FAULT_AT_REPLY,
    POINT = 1 << FAULT_AT_POINT,
    EXCHANGE = REQUEST | REPLY,
    ANY = CONNECT | EXCHANGE | POINT,
};

/* Points outside any machine have no place; `on: '*'` means them too. */
static const char *event_place(struct fault_event *event)
{
    return event->place != NULL ? event->place : "";
}

static const char *event_role(struct fault_event *event)
{
    return event->role;
}

static const char *event_method(struct fault_event *event)
{
    return event->method;
}

static const char *event_path(struct fault_event *event)
{
    return event->path;
}

static const char *event_query(struct fault_event *event)
{
    return event->query;
}

static const char *event_subject(struct fault_event *event)
{
    return event->subject;
}

static const char *event_detail(struct fault_event *event)
{
    return event->detail;
}

struct condition {
    const char *name;
    const char *fact; /* how a miss calls it */
    unsigned stages;  /* where it can be asked for */
    gsize pattern;    /* offset in struct fault_scope */
    const char *(*value)(struct fault_event *event);
};

#define AT(member) offsetof(struct fault_scope, member)

/* In this order a miss names what held. */
static const struct condition conditions[] = {
    {"on", "place", ANY, AT(on), event_place},
    {"role", "role", CONNECT | EXCHANGE, AT(role), event_role},
    {"method", "method", EXCHANGE, AT(method), event_method},
    {"path", "path", EXCHANGE, AT(path), event_path},
    {"query", "query", EXCHANGE, AT(query), event_query},
    {"repository", "repository", EXCHANGE | POINT, AT(repository), fault_event_repository},
    {"tag", "tag", EXCHANGE | POINT, AT(tag), fault_event_tag},
    {"platform", "platform", EXCHANGE | POINT, AT(platform), fault_event_platform},
    {"subject", "subject", POINT, AT(subject), event_subject},
    {"detail", "detail", POINT, AT(detail), event_detail},
};

static const char *pattern_of(const struct condition *condition, const struct fault_scope *scope)
{
    return *(char *const *)(const void *)((const char *)scope + condition->pattern);
}

static bool condition_holds(const struct condition *condition, const char *pattern,
                            struct fault_event *event)
{
    const char *value = condition->value(event);
    return value != NULL && glob_match(pattern, value);
}

static const char *header_value(const struct fault_event *event, const struct string_entry *header)
{
    return event->find_header == NULL ? NULL
                                      : event->find_header(event, header->name, header->value);
}

static bool header_holds(const struct fault_event *event, const struct string_entry *header)
{
    const char *value = header_value(event, header);
    return value != NULL && glob_match(header->value, value);
}

bool fault_scope_matches(const struct fault_scope *scope, struct fault_event *event)
{
    for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
        const char *pattern = pattern_of(&conditions[i], scope);
        if (pattern != NULL && !condition_holds(&conditions[i], pattern, event))
            return false;
    }
    for (guint i = 0; scope->headers != NULL && i < scope->headers->len; i++) {
        if (!header_holds(event, scope->headers->pdata[i]))
            return false;
    }
    return scope->status == 0 || event->status == scope->status;
}

bool fault_scope_is_at(const struct fault_scope *scope, const char *place)
{
    return scope->on == NULL || glob_match(scope->on, place);
}

unsigned fault_scope_held_count(const struct fault_scope *scope, struct fault_event *event)
{
    unsigned held_count = scope->status != 0 && event->status == scope->status;
    for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
        const char *pattern = pattern_of(&conditions[i], scope);
        held_count += pattern != NULL && condition_holds(&conditions[i], pattern, event);
    }
    for (guint i = 0; scope->headers != NULL && i < scope->headers->len; i++)
        held_count += header_holds(event, scope->headers->pdata[i]);
    return held_count;
}

static void note_held(struct fault_nearness *nearness, GString *held, const char *name)
{
    nearness->held_count++;
    g_string_append_printf(held, "%s%s", held->len > 0 ? ", " : "", name);
}

static void note_failed(struct fault_nearness *nearness, const char *name, const char *value)
{
    if (nearness->failed != NULL)
        return;
    nearness->failed = value != NULL ? g_strdup_printf("%s is %s", name, value)
                                     : g_strdup_printf("there is no %s", name);
}

static void examine_headers(const struct fault_scope *scope, const struct fault_event *event,
                            struct fault_nearness *nearness, GString *held)
{
    for (guint i = 0; scope->headers != NULL && i < scope->headers->len; i++) {
        const struct string_entry *header = scope->headers->pdata[i];
        g_autofree char *name = g_strdup_printf("header %s", header->name);
        if (header_holds(event, header))
            note_held(nearness, held, name);
        else
            note_failed(nearness, name, header_value(event, header));
    }
}

static void examine_status(const struct fault_scope *scope, const struct fault_event *event,
                           struct fault_nearness *nearness, GString *held)
{
    if (scope->status == 0)
        return;
    g_autofree char *value = g_strdup_printf("%u", event->status);
    if (event->status == scope->status)
        note_held(nearness, held, "status");
    else
        note_failed(nearness, "status", value);
}

bool fault_scope_examine(const struct fault_scope *scope, struct fault_event *event,
                         struct fault_nearness *nearness)
{
    GString *held = g_string_new(NULL);

    *nearness = (struct fault_nearness){0};
    for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
        const struct condition *condition = &conditions[i];
        const char *pattern = pattern_of(condition, scope);
        if (pattern == NULL)
            continue;
        if (condition_holds(condition, pattern, event))
            note_held(nearness, held, condition->fact);
        else
            note_failed(nearness, condition->fact, condition->value(event));
    }
    examine_headers(scope, event, nearness, held);
    examine_status(scope, event, nearness, held);
    nearness->held = g_string_free(held, held->len == 0);
    return nearness->failed == NULL;
}

void fault_nearness_clear(struct fault_nearness *nearness)
{
    g_clear_pointer(&nearness->held, g_free);
    g_clear_pointer(&nearness->failed, g_free);
}

const char *fault_scope_misplaced(const struct fault_scope *scope, enum fault_stage stage)
{
    for (gsize i = 0; i < G_N_ELEMENTS(conditions); i++) {
        if (pattern_of(&conditions[i], scope) != NULL && !(conditions[i].stages & (1U << stage)))
            return conditions[i].name;
    }
    if (scope->headers != NULL && scope->headers->len > 0 && !(EXCHANGE & (1U << stage)))
        return "header";
    if (scope->status != 0 && stage != FAULT_AT_REPLY)
        return "status";
    return NULL;
}

char *fault_scope_conditions(enum fault_stage stage)
{
    GString *text = g_string_new(NULL);
    for (gsize i = 1; i < G_N_ELEMENTS(conditions); i++) {
        if (conditions[i].stages & (1U << stage))
            g_string_append_printf(text, "%s'%s'", text->len > 0 ? ", " : "", conditions[i].name);
    }
    if (EXCHANGE & (1U << stage))
        g_string_append(text, ", 'header'");
    if (stage == FAULT_AT_REPLY)
        g_string_append(text, ", 'status'");
    return g_string_free(text, FALSE);
}
