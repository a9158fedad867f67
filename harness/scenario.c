/* Reading scenario files. */
#include "harness/left_behind.h"
#include "harness/scenario_private.h"

#include "base/limits.h"
#include "harness/view.h"

#include <stddef.h>
#include <string.h>

static const char *const verdict_names[] = {"pass", "fail", NULL};
static const char *const cause_names[] = {
    "network", "registry", "resource", "configuration", "toolchain", "infrastructure", NULL};

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

static const struct field promise_fields[] = {
    {.name = "image",
     .kind = FIELD_STRING,
     .offset = offsetof(struct promise_rule, image),
     .is_required = true,
     .summary = "its reference, such as ghcr.io/acme/api:main"},
    {.name = "platforms",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct promise_rule, platforms),
     .is_required = true,
     .check = policy_check_platforms,
     .summary = "what it must be there for"},
    {.name = "leg",
     .kind = FIELD_STRING,
     .offset = offsetof(struct promise_rule, leg),
     .is_required = true,
     .summary = "the leg that owes it, such as build or build_api"},
    {0},
};
static const struct record_type promise_record = {.name = "promise",
                                                  .summary = "an image that a workflow owes",
                                                  .size = sizeof(struct promise_rule),
                                                  .fields = promise_fields};

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
     .summary = "the pipeline: path of a policy file, or a policy"},
    {.name = "workflow",
     .kind = FIELD_STRING,
     .offset = offsetof(struct scenario_file, workflow.path),
     .summary = "the pipeline instead: path of a GitHub workflow"},
    {.name = "event",
     .kind = FIELD_STRING,
     .offset = offsetof(struct scenario_file, workflow.event),
     .summary = "what starts the workflow: an event's name, or the path of an event file"},
    {.name = "job",
     .kind = FIELD_STRING,
     .offset = offsetof(struct scenario_file, workflow.job),
     .summary = "the only job of the workflow to run; those it needs count as succeeded"},
    {.name = "concurrent_jobs",
     .kind = FIELD_INTEGER,
     .offset = offsetof(struct scenario_file, workflow.concurrent_jobs),
     .minimum = 1,
     .maximum = CONCURRENT_JOBS_MAX,
     .otherwise = "20",
     .summary = "how many jobs the account has at once on GitHub's runners; the others are queued"},
    {.name = "maps",
     .kind = FIELD_STRINGS,
     .offset = offsetof(struct scenario_file, workflow.maps),
     .summary = "where other repositories are: owner/repo@ref=PATH"},
    {.name = "secrets",
     .kind = FIELD_NODE,
     .offset = offsetof(struct scenario_file, workflow.secrets),
     .summary = "secrets of the workflow: name to text; null for one that is not set"},
    {.name = "vars",
     .kind = FIELD_NODE,
     .offset = offsetof(struct scenario_file, workflow.vars),
     .summary = "variables of the workflow: name to text"},
    {.name = "assume",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct scenario_file, scenario.assume_records),
     .type = &assume_record,
     .summary = "what is assumed of actions and commands"},
    {.name = "promises",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct scenario_file, scenario.promise_records),
     .type = &promise_record,
     .summary = "images that the workflow owes, beside those of a run in clear weather"},
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
    if ((file->policy != NULL) == (file->workflow.path != NULL)) {
        node_error(error, node, "a scenario has one pipeline: `policy:` or `workflow:`");
        return false;
    }
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

/* What the machine's labels decide, in a workflow, only the run can tell. */
static bool check_machine(const struct scenario *scenario, GError **error)
{
    const struct setting *setting = &scenario->setting;
    const struct setting_machine *machine = &setting->machine;
    bool is_known = scenario->policy != NULL || machine->profile != NULL ||
                    (machine->disk_bytes > 0 && machine->disk_used_bytes > 0);
    const char *profile = machine->profile != NULL ? machine->profile : setting->profile;
    return !is_known || left_behind_check(machine, machine_profile_find(profile), error);
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
    if (!scenario_read_pipeline(file, directory, &own))
        g_ptr_array_add(errors, g_steal_pointer(&own));
    if (errors->len == 0 && !check_machine(scenario, &own))
        g_ptr_array_add(errors, g_steal_pointer(&own));
    if (errors->len > 0)
        error_set_joined(error, errors);
    return errors->len == 0;
}

static struct scenario *load(const char *path, GError **error)
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

/* All the mistakes that a workflow has as a scenario say less than that it is a workflow. */
struct scenario *scenario_load(const char *path, GError **error)
{
    g_autoptr(GError) own = NULL;
    struct scenario *scenario = load(path, &own);
    if (scenario != NULL)
        return scenario;
    if (pipeline_is_one(path))
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "%s: is a GitHub workflow, not a scenario; `seatrial rehearse %s` runs it",
                    path, path);
    else
        g_propagate_error(error, g_steal_pointer(&own));
    return NULL;
}

struct scenario *scenario_of_fault(struct pipeline *pipeline, const char *name, void *rule,
                                   GError **error)
{
    struct scenario_file *file = g_new0(struct scenario_file, 1);
    struct scenario *scenario = &file->scenario;

    record_fill(scenario_record(), file);
    scenario->name = g_strdup(name);
    scenario->path = g_strdup(pipeline->path);
    scenario->pipeline = pipeline;
    scenario->is_pipeline_lent = true;
    scenario->own_records = g_ptr_array_new();
    if (rule != NULL)
        g_ptr_array_add(scenario->own_records, rule);
    scenario->faults = fault_rules_of(scenario->own_records, error);
    if (scenario->faults != NULL)
        return scenario;
    scenario_free(scenario);
    return NULL;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    struct scenario_file *file = (struct scenario_file *)scenario; /* its first member */
    struct doc *doc = scenario->doc;
    policy_free(scenario->policy);
    if (!scenario->is_pipeline_lent)
        pipeline_free(scenario->pipeline);
    g_clear_pointer(&scenario->own_records, g_ptr_array_unref);
    assume_rules_free(scenario->assume);
    fault_rules_free(scenario->faults);
    g_free(scenario->path);
    record_clear(scenario_record(), file);
    doc_free(doc);
    g_free(file);
}
