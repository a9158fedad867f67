/* Builds a suite of one scenario a fault, and has it run. */
#include "harness/rehearse.h"

#include "harness/promise.h"
#include "mocks/faults/rule.h"

#include <stddef.h>

/* A file of faults, with or without `faults:` round its list. */
struct fault_file {
    GPtrArray *rules; /* struct fault_rule */
};

static const struct field fault_file_fields[] = {
    {.name = "faults",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct fault_file, rules),
     .type = &fault_rule_record,
     .is_required = true,
     .summary = "the faults, each for a rehearsal of its own"},
    {0},
};
static const struct record_type fault_file_record = {.name = "faults file",
                                                     .summary = "faults to rehearse under",
                                                     .size = sizeof(struct fault_file),
                                                     .fields = fault_file_fields};

struct rehearse {
    const struct rehearse_options *options;
    struct doc *doc;
    struct fault_file file;
    struct suite *suite;
};

static void rehearse_clear(struct rehearse *rehearse)
{
    if (rehearse->suite != NULL)
        suite_free(rehearse->suite);
    record_clear(&fault_file_record, &rehearse->file);
    doc_free(rehearse->doc);
}

/* A bare list is wrapped, so that both forms are read by one table. */
static bool read_list(struct rehearse *rehearse, const struct node *list, GError **error)
{
    rehearse->file.rules = g_ptr_array_new();
    for (gsize i = 0; i < node_length(list); i++) {
        struct fault_rule *rule = g_new0(struct fault_rule, 1);
        if (!record_read(&fault_rule_record, node_item(list, i), rule, error)) {
            g_free(rule);
            return false;
        }
        g_ptr_array_add(rehearse->file.rules, rule);
    }
    return true;
}

static bool read_faults(struct rehearse *rehearse, GError **error)
{
    if (rehearse->options->faults == NULL) {
        rehearse->file.rules = g_ptr_array_new();
        return true;
    }
    rehearse->doc = doc_load_file(rehearse->options->faults, DOC_DEFAULT, error);
    if (rehearse->doc == NULL)
        return false;
    const struct node *root = doc_root(rehearse->doc);
    if (root->kind == NODE_SEQUENCE)
        return read_list(rehearse, root, error);
    return record_read(&fault_file_record, root, &rehearse->file, error);
}

static struct scenario *new_scenario(const struct rehearse *rehearse, const char *name, void *rule,
                                     GError **error)
{
    struct scenario *scenario = scenario_of_fault(rehearse->options->pipeline, name, rule, error);
    if (scenario != NULL)
        scenario->setting.date_s = rehearse->options->date_s;
    return scenario;
}

static bool add_scenario(struct rehearse *rehearse, const char *name, void *rule, GError **error)
{
    struct scenario *scenario = new_scenario(rehearse, name, rule, error);
    if (scenario != NULL)
        g_ptr_array_add(rehearse->suite->scenarios, scenario);
    return scenario != NULL;
}

static bool make_suite(struct rehearse *rehearse, GError **error)
{
    const GPtrArray *rules = rehearse->file.rules;
    rehearse->suite = suite_new();
    for (guint i = 0; i < rules->len; i++) {
        struct fault_rule *rule = g_ptr_array_index(rules, i);
        if (!add_scenario(rehearse, rule->id, rule, error))
            return false;
    }
    return true;
}

/* The run in clear weather, in this process: its entry, and the promises of all the others; NULL
   when it breaks: then there is nothing to hold them against. */
static bool run_clear(const struct rehearse *rehearse, const struct work_options *work,
                      json_t **entry, struct promises **promises, GError **error)
{
    AUTO(scenario) scenario = new_scenario(rehearse, "none", NULL, error);
    if (scenario == NULL)
        return false;
    AUTO(plan) plan = plan_new(scenario, work->seed);
    AUTO(outcome) outcome = run_workflow_plan(plan, &work->context, NULL);
    *entry = work_entry(work, outcome);
    *promises = outcome->broken == NULL ? promises_of(outcome) : NULL;
    return true;
}

static bool run(struct rehearse *rehearse, struct work_result *result, GError **error)
{
    const struct rehearse_options *options = rehearse->options;
    AUTO(promises) promises = NULL;
    json_t *entry = NULL;
    struct work_options work = {
        .context = options->context,
        .seed = options->seed,
        .jobs = options->jobs,
        .repeat = options->repeat,
        .trace_directory = options->trace_directory,
        .log_directory = options->log_directory,
    };
    if (!run_clear(rehearse, &work, &entry, &promises, error))
        return false;
    work.context.promises = promises;
    if (promises == NULL)
        g_ptr_array_set_size(rehearse->suite->scenarios, 0);
    bool is_done = work_do(rehearse->suite, &work, result, error);
    g_ptr_array_insert(result->entries, 0, entry);
    result->is_nondeterministic |= json_get_boolean(entry, "is_nondeterministic", false);
    return is_done;
}

bool rehearse_run(const struct rehearse_options *options, struct work_result *result,
                  GError **error)
{
    struct rehearse rehearse = {.options = options};
    bool is_done = read_faults(&rehearse, error) && make_suite(&rehearse, error) &&
                   run(&rehearse, result, error);
    rehearse_clear(&rehearse);
    return is_done;
}
