/* Reading scenario files. */
#include "harness/scenario.h"

#include "base/limits.h"
#include "harness/view.h"

#include <stddef.h>
#include <string.h>

static const char *const verdict_names[] = {"pass", "fail", NULL};
static const char *const cause_names[] = {
    "network", "registry", "resource", "configuration", "toolchain", "infrastructure", NULL};

/* What stands in the file; the policy is resolved from its node after the rest was read. */
struct scenario_file {
    struct scenario scenario;
    const struct node *policy;
    const struct node *policy_overrides;
};

/* A trace is kept in a file of the scenario's name. */
static bool check_name(const struct field *field, const struct node *node, const void *place,
                       GError **error)
{
    const char *name = *(char *const *)place;
    if (*name != '\0' && *name != '.' && strchr(name, '/') == NULL)
        return true;
    node_error(error, node, "'%s' is '%s', expected what can be the name of a file", field->name,
               name);
    return false;
}

static const struct field scenario_fields[] = {
    {.name = "name",
     .kind = FIELD_STRING,
     .offset = offsetof(struct scenario_file, scenario.name),
     .check = check_name,
     .summary = "name in reports; default the file's"},
    {.name = "purpose",
     .kind = FIELD_STRING,
     .offset = offsetof(struct scenario_file, scenario.purpose),
     .is_required = true,
     .summary = "one sentence saying what this shows"},
    {.name = "cites",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct scenario_file, scenario.cites),
     .summary = "ids of the real failures it stands for"},
    {.name = "policy",
     .kind = FIELD_NODE,
     .offset = offsetof(struct scenario_file, policy),
     .is_required = true,
     .summary = "the pipeline: path of a policy file, or a policy"},
    {.name = "policy_overrides",
     .kind = FIELD_NODE,
     .offset = offsetof(struct scenario_file, policy_overrides),
     .summary = "laid over the policy: mappings merge, everything else replaces"},
    {.name = "seed",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct scenario_file, scenario.seed),
     .minimum = 0,
     .maximum = 9007199254740992.0,
     .otherwise = "1",
     .summary = "seed of all chance"},
    {.name = "world",
     .kind = FIELD_RECORD,
     .offset = offsetof(struct scenario_file, scenario.setting),
     .type = &setting_record,
     .summary = "everything round the pipeline"},
    {.name = "faults",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct scenario_file, scenario.fault_records),
     .type = &fault_rule_record,
     .summary = "the bad weather"},
    {.name = "fate",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct scenario_file, scenario.fate),
     .names = fate_names,
     .is_required = true,
     .summary = "the expected worst fate of the legs"},
    {.name = "cause",
     .kind = FIELD_STRING,
     .offset = offsetof(struct scenario_file, scenario.cause),
     .names = cause_names,
     .summary = "the class that a right diagnosis names"},
    {.name = "expect",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct scenario_file, scenario.expect),
     .summary = "expressions that must be true of the outcome"},
    {.name = "verdict",
     .kind = FIELD_ENUM,
     .offset = offsetof(struct scenario_file, scenario.verdict),
     .names = verdict_names,
     .otherwise = "pass",
     .summary = "fail: a canary, which proves that the harness can fail"},
    {.name = "because",
     .kind = FIELD_STRING,
     .offset = offsetof(struct scenario_file, scenario.because),
     .summary = "what a canary's failure must say"},
    {0},
};

static bool check_scenario(const struct node *node, void *record, GError **error)
{
    const struct scenario_file *file = record;
    if (file->scenario.verdict == EXPECT_FAIL && file->scenario.because == NULL) {
        node_error(error, node_get(node, "verdict"),
                   "a scenario that must fail says why: add `because:`");
        return false;
    }
    return true;
}

const struct record_type *scenario_record(void)
{
    static const struct record_type type = {
        .name = "scenario",
        .summary = "a pipeline, its world, the weather and what is expected",
        .size = sizeof(struct scenario_file),
        .fields = scenario_fields,
        .format = "scenario/1",
        .check = check_scenario,
    };
    return &type;
}

bool scenario_is_one(const char *path)
{
    enum {
        HEAD_BYTES = 64 * 1024
    };
    AUTO(source) source = source_read(path, DOC_BYTES_MAX, NULL);
    return source != NULL && g_strstr_len(source->text, HEAD_BYTES, "scenario/") != NULL &&
           g_regex_match_simple("(^|[\\n{,])\\s*\"?seatrial\"?\\s*:\\s*\"?scenario/", source->text,
                                0, 0);
}

/* Mappings merge key by key, everything else replaces; the result is new. */
static json_t *merge(const json_t *below, const json_t *above)
{
    if (!json_is_object(below) || !json_is_object(above))
        return json_deep_copy(above);
    json_t *merged = json_deep_copy(below);
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)above, key, value) {
        const json_t *old = json_object_get(merged, key);
        json_object_set_new(merged, key, old != NULL ? merge(old, value) : json_deep_copy(value));
    }
    return merged;
}

/* The merged policy has no file of its own: errors in it name the overrides' place. */
static struct policy *read_merged(const struct node *below, const struct node *above,
                                  const char *directory, GError **error)
{
    g_autoptr(json_t) below_json = node_json(below);
    g_autoptr(json_t) above_json = node_json(above);
    g_autoptr(json_t) merged = merge(below_json, above_json);
    g_autofree char *place = position_text(above->position);
    g_autofree char *name = g_strdup_printf("%s (policy_overrides, merged)", place);

    json_object_del(merged, "seatrial");
    g_autofree char *text = json_pretty_text(merged);
    AUTO(doc) doc = doc_load_text(name, text, strlen(text), DOC_DEFAULT, error);
    if (doc == NULL)
        return NULL;
    struct policy *policy = policy_read(doc_root(doc), directory, error);
    if (policy != NULL)
        policy->doc = g_steal_pointer(&doc);
    return policy;
}

static struct policy *read_policy_file(const struct scenario_file *file, const char *directory,
                                       GError **error)
{
    g_autofree char *path = g_path_is_absolute(file->policy->text)
                                ? g_strdup(file->policy->text)
                                : g_build_filename(directory, file->policy->text, NULL);
    g_autofree char *policy_directory = g_path_get_dirname(path);
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        node_error(error, file->policy, "there is no policy file %s", path);
        return NULL;
    }
    AUTO(policy) policy = policy_load(path, error); /* a mistake in it has its own place */
    if (policy == NULL || file->policy_overrides == NULL)
        return g_steal_pointer(&policy);
    return read_merged(doc_root(policy->doc), file->policy_overrides, policy_directory, error);
}

static struct policy *read_policy(const struct scenario_file *file, const char *directory,
                                  GError **error)
{
    if (file->policy_overrides != NULL && file->policy_overrides->kind != NODE_MAPPING) {
        node_error(error, file->policy_overrides, "'policy_overrides' is %s, expected a mapping",
                   node_kind_text(file->policy_overrides));
        return NULL;
    }
    if (file->policy->kind == NODE_STRING)
        return read_policy_file(file, directory, error);
    if (file->policy->kind != NODE_MAPPING) {
        node_error(error, file->policy,
                   "'policy' is %s, expected the path of a policy file or a policy",
                   node_kind_text(file->policy));
        return NULL;
    }
    if (file->policy_overrides != NULL)
        return read_merged(file->policy, file->policy_overrides, directory, error);
    return policy_read(file->policy, directory, error);
}

/* "scenarios/disk/full.yaml" is called "full". */
static char *name_of(const char *path)
{
    g_autofree char *base = g_path_get_basename(path);
    char *dot = strrchr(base, '.');
    if (dot != NULL && dot != base)
        *dot = '\0';
    return g_steal_pointer(&base);
}

/* Whether they are expressions at all, all mistakes at once; what they name exists only after a
 * run. */
static bool check_expectations(const struct scenario *scenario, GError **error)
{
    const struct dialect dialect = view_dialect_of_names();
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    for (gsize i = 0; i < g_strv_length(scenario->expect); i++) {
        GError *own = NULL;
        AUTO(expr) expr = expr_parse_node(&dialect, node_item(scenario->expect_node, i), &own);
        if (expr == NULL)
            g_ptr_array_add(errors, own);
    }
    if (errors->len > 0)
        error_set_joined(error, errors);
    return errors->len == 0;
}

static bool complete(struct scenario_file *file, const char *path, GError **error)
{
    struct scenario *scenario = &file->scenario;
    g_autofree char *directory = g_path_get_dirname(path);
    GError *own = NULL;

    scenario->path = g_strdup(path);
    if (scenario->name == NULL)
        scenario->name = name_of(path);
    scenario->expect_node = node_get(doc_root(scenario->doc), "expect");
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    if (!check_expectations(scenario, &own))
        g_ptr_array_add(errors, g_steal_pointer(&own));
    scenario->faults = fault_rules_of(scenario->fault_records, &own);
    if (scenario->faults == NULL)
        g_ptr_array_add(errors, g_steal_pointer(&own));
    scenario->policy = read_policy(file, directory, &own);
    if (scenario->policy == NULL)
        g_ptr_array_add(errors, g_steal_pointer(&own));
    if (errors->len > 0)
        error_set_joined(error, errors);
    return errors->len == 0;
}

struct scenario *scenario_load(const char *path, GError **error)
{
    AUTO(doc) doc = doc_load_file(path, DOC_DEFAULT, error);
    if (doc == NULL)
        return NULL;
    struct scenario_file *file = g_new0(struct scenario_file, 1);
    if (!record_read_file(scenario_record(), doc, file, error)) {
        g_free(file);
        return NULL;
    }
    file->scenario.doc = g_steal_pointer(&doc);
    if (!complete(file, path, error)) {
        scenario_free(&file->scenario);
        return NULL;
    }
    return &file->scenario;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    struct scenario_file *file = (struct scenario_file *)scenario; /* its first member */
    struct doc *doc = scenario->doc;
    policy_free(scenario->policy);
    fault_rules_free(scenario->faults);
    g_free(scenario->path);
    record_clear(scenario_record(), file);
    doc_free(doc);
    g_free(file);
}
