/* Builds a suite of one scenario a fault, and has it run. */
#include "harness/rehearse.h"

#include "harness/promise.h"
#include "harness/report/entry.h"
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

static bool add_scenario(struct rehearse *rehearse, const char *name, void *rule, GError **error)
{
    struct scenario *scenario = scenario_of_fault(rehearse->options->pipeline, name, rule, error);
    if (scenario != NULL)
        g_ptr_array_add(rehearse->suite->scenarios, scenario);
    return scenario != NULL;
}

static bool make_suite(struct rehearse *rehearse, GError **error)
{
    const GPtrArray *rules = rehearse->file.rules;
    rehearse->suite = suite_new();
    if (!add_scenario(rehearse, "none", NULL, error))
        return false;
    for (guint i = 0; i < rules->len; i++) {
        struct fault_rule *rule = g_ptr_array_index(rules, i);
        if (!add_scenario(rehearse, rule->id, rule, error))
            return false;
    }
    return true;
}

static void add_broken(const struct rehearse *rehearse, const char *why, bool is_our_fault,
                       struct work_result *result)
{
    const struct scenario *clear = g_ptr_array_index(rehearse->suite->scenarios, 0);
    json_t *entry = entry_broken(clear->name, clear->path, why);
    json_object_set_new(entry, "is_our_fault", json_boolean(is_our_fault));
    result->entries = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_ptr_array_add(result->entries, entry);
}

static bool work_through(const struct rehearse *rehearse, const GPtrArray *promises,
                         struct work_result *result, GError **error)
{
    const struct rehearse_options *options = rehearse->options;
    struct work_options work = {
        .context = options->context,
        .seed = options->seed,
        .jobs = options->jobs,
        .repeat = options->repeat,
        .trace_directory = options->trace_directory,
    };
    work.context.promises = promises;
    return work_do(rehearse->suite, &work, result, error);
}

/* The run in clear weather comes first, in this process, for the promises of all the others. When
   it breaks, weather can tell nothing: a script that runs wild does so once and not for each fault.
 */
static bool run(const struct rehearse *rehearse, struct work_result *result, GError **error)
{
    const struct rehearse_options *options = rehearse->options;
    AUTO(plan) plan = plan_new(g_ptr_array_index(rehearse->suite->scenarios, 0), options->seed);
    AUTO(outcome) clear = run_workflow_plan(plan, &options->context, NULL);
    bool is_broken = clear->broken != NULL;
    if (is_broken && options->trace_directory == NULL) {
        add_broken(rehearse, clear->broken, clear->is_our_fault, result);
        return true;
    }
    if (is_broken) /* once more, for its trace */
        g_ptr_array_set_size(rehearse->suite->scenarios, 1);
    g_autoptr(GPtrArray) promises = is_broken ? NULL : promises_of(clear);
    return work_through(rehearse, promises, result, error);
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
