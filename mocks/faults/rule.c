/* Reading rules: the tables of a rule's keys, and what must hold between them. */
#include "mocks/faults/rule.h"

#include "base/limits.h"

#include <string.h>

#define SCOPE(member) offsetof(struct fault_scope, member)
#define WHEN(member)  offsetof(struct fault_when, member)
#define RULE(member)  offsetof(struct fault_rule, member)

enum {
    COUNT_MAX = 1000000000
};

static const struct field match_fields[] = {
    {.name = "role",
     .kind = FIELD_STRING,
     .offset = SCOPE(role),
     .summary = "glob of who asks: dockerd, buildkit, engine"},
    {.name = "method",
     .kind = FIELD_STRING,
     .offset = SCOPE(method),
     .summary = "glob of the method"},
    {.name = "path",
     .kind = FIELD_STRING,
     .offset = SCOPE(path),
     .summary = "glob of the path as sent, without the query"},
    {.name = "query",
     .kind = FIELD_STRING,
     .offset = SCOPE(query),
     .summary = "glob of the query as sent, without '?'"},
    {.name = "header",
     .kind = FIELD_STRING_MAP,
     .offset = SCOPE(headers),
     .summary = "globs of request headers by their names"},
    {.name = "status",
     .kind = FIELD_INTEGER,
     .offset = SCOPE(status),
     .minimum = 100,
     .maximum = 599,
     .summary = "status of the honest reply, for kinds that disturb replies"},
    {.name = "repository",
     .kind = FIELD_SCALAR,
     .offset = SCOPE(repository),
     .summary = "glob of the repository without the registry's host: library/golang"},
    {.name = "tag",
     .kind = FIELD_SCALAR,
     .offset = SCOPE(tag),
     .summary = "glob of the tag or digest that is asked for"},
    {.name = "platform",
     .kind = FIELD_SCALAR,
     .offset = SCOPE(platform),
     .summary = "glob of the platform: linux/arm64"},
    {.name = "subject",
     .kind = FIELD_SCALAR,
     .offset = SCOPE(subject),
     .summary = "glob of what a point in state is about: path, container, command, instruction"},
    {.name = "detail",
     .kind = FIELD_SCALAR,
     .offset = SCOPE(detail),
     .summary = "glob of what else is known at the point: image, container, platform"},
    {0},
};

static const struct record_type match_record = {
    .name = "fault-match",
    .summary = "which events the rule is about; all conditions must hold, '*' takes any characters",
    .size = sizeof(struct fault_scope),
    .fields = match_fields,
};

#define BURST(member) offsetof(struct fault_burst, member)

static const struct field burst_fields[] = {
    {.name = "enter",
     .kind = FIELD_NUMBER,
     .offset = BURST(enter),
     .is_required = true,
     .minimum = 0.000001,
     .maximum = 1,
     .summary = "chance at each event that a burst begins"},
    {.name = "leave",
     .kind = FIELD_NUMBER,
     .offset = BURST(leave),
     .is_required = true,
     .minimum = 0,
     .maximum = 1,
     .summary = "chance at each event that it ends"},
    {0},
};

static const struct record_type burst_record = {
    .name = "fault-burst",
    .summary = "faults that come in bursts",
    .size = sizeof(struct fault_burst),
    .fields = burst_fields,
};

static const struct field when_fields[] = {
    {.name = "nth",
     .kind = FIELD_INTEGER,
     .offset = WHEN(nth),
     .minimum = 1,
     .maximum = COUNT_MAX,
     .summary = "only the n-th event in the scope"},
    {.name = "first",
     .kind = FIELD_INTEGER,
     .offset = WHEN(first),
     .minimum = 1,
     .maximum = COUNT_MAX,
     .summary = "only the first so many events"},
    {.name = "every",
     .kind = FIELD_INTEGER,
     .offset = WHEN(every),
     .minimum = 1,
     .maximum = COUNT_MAX,
     .summary = "only each so many-th event"},
    {.name = "after",
     .kind = FIELD_INTEGER,
     .offset = WHEN(after),
     .minimum = 0,
     .maximum = COUNT_MAX,
     .summary = "only events after the first so many"},
    {.name = "after_bytes",
     .kind = FIELD_SIZE,
     .offset = WHEN(after_bytes),
     .summary = "only once more than so many bytes of bodies or disk writes have passed"},
    {.name = "from",
     .kind = FIELD_DURATION,
     .offset = WHEN(from_us),
     .summary = "only from this time on; events before it do not count"},
    {.name = "until",
     .kind = FIELD_DURATION,
     .offset = WHEN(until_us),
     .summary = "only before this time; events after it do not count"},
    {.name = "probability",
     .kind = FIELD_NUMBER,
     .offset = WHEN(probability),
     .otherwise = "1",
     .minimum = 0,
     .maximum = 1,
     .summary = "chance of each event"},
    {.name = "ramp",
     .kind = FIELD_DURATION,
     .offset = WHEN(ramp_us),
     .summary = "the probability grows from zero for so long after 'from'"},
    {.name = "burst",
     .kind = FIELD_RECORD,
     .offset = WHEN(burst),
     .type = &burst_record,
     .summary = "only in bursts"},
    {.name = "run_probability",
     .kind = FIELD_NUMBER,
     .offset = WHEN(run_probability),
     .otherwise = "1",
     .minimum = 0,
     .maximum = 1,
     .summary = "chance that the rule is awake in a rehearsal at all; asleep it need not fire"},
    {.name = "group",
     .kind = FIELD_STRING,
     .offset = WHEN(group),
     .summary = "rules of one group share the draw of run_probability: one cause, many faults"},
    {0},
};

static bool check_when(const struct node *node, void *record, GError **error)
{
    const struct fault_when *when = record;
    if (!record_has(node, "until") || when->until_us > when->from_us)
        return true;
    node_error(error, node_get(node, "until"), "'until' must come after 'from'");
    return false;
}

static const struct record_type when_record = {
    .name = "fault-when",
    .summary = "which of these events the rule strikes; all clauses must hold",
    .size = sizeof(struct fault_when),
    .fields = when_fields,
    .check = check_when,
};

static const struct record_type *kind_choice(gsize index)
{
    gsize count;
    const struct fault_kind *const *kinds = fault_kinds(&count);
    return index < count ? &kinds[index]->record : NULL;
}

static const struct field rule_fields[] = {
    {.kind = FIELD_POSITION, .offset = RULE(position)},
    {.name = "id",
     .kind = FIELD_STRING,
     .offset = RULE(id),
     .is_required = true,
     .summary = "name of the rule in traces and reports"},
    {.name = "on",
     .kind = FIELD_STRING,
     .offset = RULE(on),
     .otherwise = "*",
     .summary = "glob of the site (registry-1.docker.io), or of the machine for faults in state"},
    {.name = "match",
     .kind = FIELD_RECORD,
     .offset = RULE(scope),
     .type = &match_record,
     .summary = "which events the rule is about"},
    {.name = "when",
     .kind = FIELD_RECORD,
     .offset = RULE(when),
     .type = &when_record,
     .summary = "which of these events the rule strikes"},
    {.name = "do",
     .kind = FIELD_CHOICE,
     .offset = RULE(action),
     .is_required = true,
     .tag = "kind",
     .choices = kind_choice,
     .summary = "what happens"},
    {.name = "times",
     .kind = FIELD_INTEGER,
     .offset = RULE(times),
     .minimum = 1,
     .maximum = COUNT_MAX,
     .summary = "fires at most so often"},
    {.name = "max_active",
     .kind = FIELD_INTEGER,
     .offset = RULE(max_active),
     .minimum = 1,
     .maximum = COUNT_MAX,
     .summary = "at most so many of its faults last at a time"},
    {.name = "optional",
     .kind = FIELD_BOOLEAN,
     .offset = RULE(is_optional),
     .summary = "it is no failure when the rule never fires"},
    {0},
};

/* A condition that no event of the stage can meet would silence the rule for ever. */
static bool check_conditions(const struct node *node, const struct fault_rule *rule, GError **error)
{
    const char *misplaced = fault_scope_misplaced(&rule->scope, rule->stage);
    if (misplaced == NULL)
        return true;
    g_autofree char *allowed = fault_scope_conditions(rule->stage);
    node_error(error, node_get(node_get(node, "match"), misplaced),
               "'%s' means nothing to a fault at the %s such as '%s'; its conditions are %s",
               misplaced, fault_kind_stage_name(rule->kind), rule->kind->record.name, allowed);
    return false;
}

static bool check_rule(const struct node *node, void *record, GError **error)
{
    struct fault_rule *rule = record;
    if (*rule->id == '\0') {
        node_error(error, node_get(node, "id"), "a rule's id is not empty");
        return false;
    }
    rule->scope.on = strcmp(rule->on, "*") == 0 ? NULL : rule->on;
    rule->kind = fault_kind_find(rule->action.type->name);
    rule->parameters = rule->action.record;
    rule->stage = rule->kind->stage;
    if (rule->kind->stage_of != NULL)
        rule->stage = rule->kind->stage_of(rule->parameters);
    return check_conditions(node, rule, error);
}

const struct record_type fault_rule_record = {
    .name = "fault",
    .summary = "a fault: what it is about, when it strikes and what it does",
    .size = sizeof(struct fault_rule),
    .fields = rule_fields,
    .check = check_rule,
};

static void rule_free(void *rule)
{
    record_clear(&fault_rule_record, rule);
    g_free(rule);
}

static bool check_ids(const GPtrArray *rules, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < rules->len; i++) {
        const struct fault_rule *rule = rules->pdata[i];
        const struct fault_rule *first = g_hash_table_lookup(seen, rule->id);
        if (first != NULL) {
            g_autofree char *where = position_text(first->position);
            error_set_at(error, BASE_ERROR_INVALID, rule->position,
                         "rule id '%s' is already taken at %s", rule->id, where);
            return false;
        }
        g_hash_table_insert(seen, rule->id, (void *)rule);
    }
    return true;
}

static bool check_count(const GPtrArray *rules, GError **error)
{
    if (rules->len <= FAULT_RULES_MAX)
        return true;
    const struct fault_rule *beyond = rules->pdata[FAULT_RULES_MAX];
    error_set_at(error, BASE_ERROR_LIMIT, beyond->position,
                 "more than FAULT_RULES_MAX (%d) fault rules", FAULT_RULES_MAX);
    return false;
}

/* Rules that observe replies, or count their bytes, must be shown them as well. */
static unsigned stages_of(const struct fault_rule *rule)
{
    unsigned stages = 1U << rule->stage;
    if (rule->kind->observe != NULL || rule->when.after_bytes > 0)
        stages |= 1U << FAULT_AT_REPLY;
    return stages;
}

struct fault_rules *fault_rules_of(GPtrArray *records, GError **error)
{
    if (!check_count(records, error) || !check_ids(records, error))
        return NULL;
    struct fault_rules *rules = g_new0(struct fault_rules, 1);
    rules->rules = g_ptr_array_ref(records);
    for (guint i = 0; i < records->len; i++)
        rules->stages |= stages_of(records->pdata[i]);
    return rules;
}

static bool read_list(const struct node *list, GPtrArray *rules, GError **error)
{
    if (list->kind != NODE_SEQUENCE) {
        node_error(error, list, "is %s, expected a list of fault rules", node_kind_text(list));
        return false;
    }
    for (gsize i = 0; i < node_length(list); i++) {
        struct fault_rule *rule = g_new0(struct fault_rule, 1);
        g_ptr_array_add(rules, rule);
        if (!record_read(&fault_rule_record, node_item(list, i), rule, error))
            return false;
    }
    return true;
}

struct fault_rules *fault_rules_read(const struct node *list, GError **error)
{
    g_autoptr(GPtrArray) rules = g_ptr_array_new_with_free_func(rule_free);
    return read_list(list, rules, error) ? fault_rules_of(rules, error) : NULL;
}

void fault_rules_free(struct fault_rules *rules)
{
    if (rules == NULL)
        return;
    g_ptr_array_unref(rules->rules);
    g_free(rules);
}

gsize fault_rules_count(const struct fault_rules *rules)
{
    return rules->rules->len;
}
