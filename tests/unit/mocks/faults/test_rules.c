/* Rules as text: what is accepted, what is refused and in which words; schema and table of kinds.
 */
#include "rehearsal.h"

#include "base/limits.h"

#include <string.h>

#define RESET "do: {kind: reset}"

struct bad_rule {
    const char *rules;
    const char *message; /* the first line */
};

static const struct bad_rule bad_rules[] = {
    {"{}", "rules.yaml:1:1: is a mapping, expected a list of fault rules"},
    {"[{" RESET "}]", "rules.yaml:1:2: key 'id' is missing"},
    {"[{id: '', " RESET "}]", "rules.yaml:1:7: a rule's id is not empty"},
    {"[{id: a}]", "rules.yaml:1:2: key 'do' is missing"},
    {"[{id: a, do: {kind: reste}}]", "rules.yaml:1:21: 'reste'"},
    {"[{id: a, do: {code: 3}}]", "rules.yaml:1:14: key 'kind' is missing"},
    {"- {id: a, " RESET "}\n- {id: a, " RESET "}",
     "rules.yaml:2:3: rule id 'a' is already taken at rules.yaml:1:3"},
    {"[{id: a, onn: x, " RESET "}]", "rules.yaml:1:10: unknown key 'onn'"},
    {"[{id: a, match: {methd: GET}, " RESET "}]", "rules.yaml:1:18: unknown key 'methd'"},
    {"[{id: a, when: {nth: 0}, " RESET "}]", "rules.yaml:1:22: "},
    {"[{id: a, when: {probability: 1.5}, " RESET "}]", "rules.yaml:1:30: "},
    {"[{id: a, when: {from: 5min, until: 5min}, " RESET "}]",
     "rules.yaml:1:36: 'until' must come after 'from'"},
    {"[{id: a, times: 0, " RESET "}]", "rules.yaml:1:17: "},
    {"[{id: a, match: {method: GET}, do: {kind: refuse}}]",
     "rules.yaml:1:26: 'method' means nothing to a fault at the connection such as 'refuse'; its "
     "conditions are 'role'"},
    {"[{id: a, match: {header: {A: b}}, do: {kind: refuse}}]",
     "rules.yaml:1:26: 'header' means nothing to a fault at the connection such as 'refuse'; its "
     "conditions are 'role'"},
    {"[{id: a, match: {path: /x}, do: {kind: disk-full}}]",
     "rules.yaml:1:24: 'path' means nothing to a fault at the disk write such as 'disk-full'; its "
     "conditions are 'repository', 'tag', 'platform', 'subject', 'detail'"},
    {"[{id: a, match: {subject: x}, do: {kind: latency, delay: 1s}}]",
     "rules.yaml:1:27: 'subject' means nothing to a fault at the reply such as 'latency'; its "
     "conditions are 'role', 'method', 'path', 'query', 'repository', 'tag', 'platform', 'header', "
     "'status'"},
    {"[{id: a, match: {status: 200}, do: {kind: status, code: 500}}]",
     "rules.yaml:1:26: 'status' means nothing to a fault at the request such as 'status'"},
    /* parameters */
    {"[{id: a, do: {kind: reset, after_byts: 1B}}]", "rules.yaml:1:28: unknown key 'after_byts'"},
    {"[{id: a, do: {kind: reset, after_bytes: 7}}]", "rules.yaml:1:41: "},
    {"[{id: a, do: {kind: reset, after_bytes: 7B, effect: kept}}]",
     "rules.yaml:1:53: with 'after_bytes' the effect is always kept"},
    {"[{id: a, do: {kind: close, effect: saved}}]", "rules.yaml:1:36: "},
    {"[{id: a, do: {kind: stall, for: 3s, effect: lost}}]",
     "rules.yaml:1:45: a stall with 'after_bytes' or 'for' always keeps the effect"},
    {"[{id: a, do: {kind: latency}}]",
     "rules.yaml:1:14: latency takes 'delay', or 'min' and 'max', "
     "or 'median' with 'sigma' and 'max'"},
    {"[{id: a, do: {kind: latency, delay: 1s, min: 1s, max: 2s}}]",
     "rules.yaml:1:14: latency takes 'delay', or"},
    {"[{id: a, do: {kind: latency, min: 1s}}]", "rules.yaml:1:14: latency takes 'delay', or"},
    {"[{id: a, do: {kind: latency, delay: 1s, sigma: 1}}]",
     "rules.yaml:1:14: latency takes 'delay', or"},
    {"[{id: a, do: {kind: latency, min: 3s, max: 2s}}]",
     "rules.yaml:1:44: 'max' is less than 'min'"},
    {"[{id: a, do: {kind: latency, median: 3s, max: 2s}}]",
     "rules.yaml:1:47: 'max' is less than 'median'"},
    {"[{id: a, do: {kind: slow-body}}]", "rules.yaml:1:14: key 'rate' is missing"},
    {"[{id: a, do: {kind: slow-body, rate: 0B}}]",
     "rules.yaml:1:38: a rate is above zero; a body that never moves is kind 'stall'"},
    {"[{id: a, do: {kind: truncate, after_bytes: 1B, fraction: 0.1}}]",
     "rules.yaml:1:14: truncate takes 'after_bytes' or 'fraction', not both"},
    {"[{id: a, do: {kind: truncate, fraction: 1}}]", "rules.yaml:1:41: "},
    {"[{id: a, do: {kind: wrong-digest, digest: abc}}]",
     "rules.yaml:1:43: 'abc' is no digest: sha256: and 64 hexadecimal digits"},
    {"[{id: a, do: {kind: status}}]", "rules.yaml:1:14: key 'code' is missing"},
    {"[{id: a, do: {kind: status, code: 99}}]", "rules.yaml:1:35: "},
    {"[{id: a, do: {kind: status, code: 500, body: xml}}]", "rules.yaml:1:46: "},
    {"[{id: a, do: {kind: redirect}}]", "rules.yaml:1:14: key 'location' is missing"},
    {"[{id: a, do: {kind: raw}}]", "rules.yaml:1:14: raw takes either 'text' or 'base64'"},
    {"[{id: a, do: {kind: raw, text: a, base64: YQ==}}]",
     "rules.yaml:1:14: raw takes either 'text' or 'base64'"},
    {"[{id: a, do: {kind: raw, text: ''}}]",
     "rules.yaml:1:14: raw sends at least one byte; for none there is kind 'close'"},
    {"[{id: a, do: {kind: headers}}]", "rules.yaml:1:14: headers takes 'set', 'remove' or both"},
    {"[{id: a, do: {kind: headers, set: {content-length: '3'}}}]",
     "rules.yaml:1:52: 'Content-Length' is the server's own; other kinds of fault lie with it"},
    {"[{id: a, do: {kind: rate-limit, limit: -1}}]", "rules.yaml:1:40: "},
    {"[{id: a, do: {kind: rate-limit, window: 0s}}]",
     "rules.yaml:1:41: a window is longer than nothing"},
    {"[{id: a, do: {kind: slow-boot}}]", "rules.yaml:1:14: key 'delay' is missing"},
    {"[{id: a, do: {kind: slow-emulation}}]", "rules.yaml:1:14: key 'factor' is missing"},
    {"[{id: a, do: {kind: slow-emulation, factor: 0}}]", "rules.yaml:1:45: "},
    {"[{id: a, do: {kind: step-failure, exit_code: 0}}]", "rules.yaml:1:46: "},
    {"[{id: a, do: {kind: auth-fails, code: 200}}]", "rules.yaml:1:39: "},
    {"[{id: a, do: {kind: tls-refuse, reason: mood}}]", "rules.yaml:1:41: "},
    {"[{id: a, do: {kind: refuse, delay: soon}}]", "rules.yaml:1:36: "},
    {"[{id: a, do: {kind: blackhole, delay: 1s}}]", "rules.yaml:1:32: unknown key 'delay'"},
};

Test(rules, what_is_wrong_is_said_where_it_is)
{
    for (gsize i = 0; i < G_N_ELEMENTS(bad_rules); i++) {
        g_autofree char *message = rules_error(bad_rules[i].rules);
        cr_expect(g_str_has_prefix(message, bad_rules[i].message),
                  "%s\n  gave     %s\n  expected %s", bad_rules[i].rules, message,
                  bad_rules[i].message);
    }
}

static char *many_rules(int count)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < count; i++)
        g_string_append_printf(text, "- {id: r%d, " RESET "}\n", i);
    return g_string_free(text, FALSE);
}

Test(rules, there_is_a_ceiling_for_their_number)
{
    g_autofree char *most = many_rules(FAULT_RULES_MAX);
    g_autofree char *too_many = many_rules(FAULT_RULES_MAX + 1);

    g_autofree char *fine = rules_error(most);
    g_autofree char *message = rules_error(too_many);

    cr_assert_str_eq(fine, "no error");
    cr_assert(g_str_has_prefix(message, "rules.yaml:1001:3: more than FAULT_RULES_MAX (1000) fault "
                                        "rules"));
}

Test(rules, an_empty_list_is_clear_weather)
{
    g_autofree char *message = rules_error("[]");

    cr_assert_str_eq(message, "no error");
}

/* Whether any string of the tree is this one. */
static bool json_mentions(const json_t *value, const char *text)
{
    const char *key;
    json_t *member;
    size_t index;
    if (json_is_string(value))
        return strcmp(json_string_value(value), text) == 0;
    json_object_foreach ((json_t *)value, key, member) {
        if (json_mentions(member, text))
            return true;
    }
    json_array_foreach (value, index, member) {
        if (json_mentions(member, text))
            return true;
    }
    return false;
}

struct storm {
    GPtrArray *faults;
};

static const struct field storm_fields[] = {
    {.name = "faults",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct storm, faults),
     .type = &fault_rule_record,
     .summary = "what happens"},
    {0},
};

static const struct record_type storm_record = {
    .name = "storm", .summary = "faults", .size = sizeof(struct storm), .fields = storm_fields};

Test(rules, they_may_be_a_list_inside_another_record)
{
    const char *text = "faults: [{id: a, " RESET "}, {id: b, on: hub, " RESET "}]";
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text("storm.yaml", text, strlen(text), DOC_DEFAULT, &error);
    struct storm storm;
    cr_assert(record_read(&storm_record, doc_root(doc), &storm, &error));

    AUTO(fault_rules) rules = fault_rules_of(storm.faults, &error);
    AUTO(faults) faults = faults_new(rules, 1);

    cr_assert_eq(faults_count(faults), 2);
    cr_assert_str_eq(faults_report(faults, 1).id, "b");
    g_clear_pointer(&faults, faults_free);
    g_clear_pointer(&rules, fault_rules_free);
    record_clear(&storm_record, &storm);
}

Test(rules, the_schema_knows_every_kind)
{
    g_autoptr(json_t) schema = record_json_schema(&fault_rule_record);

    for (gsize i = 0; i < faults_kind_count(); i++)
        cr_expect(json_mentions(schema, faults_kind_row(i).name), "%s", faults_kind_row(i).name);
}

Test(rules, every_kind_has_a_row_for_the_tables)
{
    for (gsize i = 0; i < faults_kind_count(); i++) {
        struct fault_kind_row row = faults_kind_row(i);
        g_autofree char *help = record_help(row.parameters);

        cr_expect_not_null(help);
        cr_expect_not_null(row.name);
        cr_expect(*row.summary != '\0' && !g_str_has_suffix(row.summary, "."), "%s", row.name);
        cr_expect(*row.acts_at != '\0', "%s", row.name);
        cr_expect(strstr(row.evidence, ".md ") != NULL, "%s", row.name);
        for (gsize j = 0; j < i; j++)
            cr_expect_str_neq(row.name, faults_kind_row(j).name);
    }
    cr_assert_eq(faults_kind_count(), 48);
}
