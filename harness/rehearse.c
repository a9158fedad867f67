/* Builds a suite of one scenario a fault, and has it run. */
#include "harness/rehearse.h"

#include "doc/list_file.h"
#include "harness/promise.h"
#include "harness/stop_signals.h"
#include "mocks/faults/rule.h"

#include <stddef.h>

static const struct field fault_file_fields[] = {
    {.name = "faults",
     .kind = FIELD_RECORDS,
     .offset = offsetof(struct list_file, records),
     .type = &fault_rule_record,
     .is_required = true,
     .summary = "the faults, each for a rehearsal of its own"},
    {0},
};
static const struct record_type fault_file_record = {.name = "faults file",
                                                     .summary = "faults to rehearse under",
                                                     .size = sizeof(struct list_file),
                                                     .fields = fault_file_fields};

struct rehearse {
    const struct rehearse_options *options;
    struct list_file faults;
    struct suite *suite;
};

static void rehearse_clear(struct rehearse *rehearse)
{
    if (rehearse->suite != NULL)
        suite_free(rehearse->suite);
    list_file_clear(&rehearse->faults, &fault_file_record);
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
    const GPtrArray *rules = rehearse->faults.records;
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
    progress_meter_take_up(work->context.progress, 0, "clear weather");
    AUTO(plan) plan = plan_new(scenario, work->seed);
    AUTO(outcome) outcome = run_workflow_plan(plan, &work->context, NULL);
    *entry = work_entry(work, outcome);
    *promises = outcome->broken == NULL ? promises_of(outcome) : NULL;
    progress_meter_put_down(work->context.progress, 0);
    return true;
}

/* Asked to stop in clear weather, it has nothing to tell. */
static bool run_all(struct rehearse *rehearse, const struct work_options *work,
                    const struct stop_signals *stop, struct work_result *result, GError **error)
{
    AUTO(promises) promises = NULL;
    g_autoptr(json_t) clear = NULL;
    struct work_options others = *work;
    if (!run_clear(rehearse, work, &clear, &promises, error))
        return false;
    const bool is_stopped = stop_signals_came(stop);
    if (promises == NULL || is_stopped)
        g_ptr_array_set_size(rehearse->suite->scenarios, 0);
    others.context.promises = promises;
    bool is_done = work_do(rehearse->suite, &others, result, error);
    result->is_interrupted |= is_stopped;
    if (is_stopped || result->entries == NULL)
        return is_done;
    g_ptr_array_insert(result->entries, 0, json_incref(clear));
    result->is_nondeterministic |= json_get_boolean(clear, "is_nondeterministic", false);
    return is_done;
}

static bool run(struct rehearse *rehearse, struct work_result *result, GError **error)
{
    const struct rehearse_options *options = rehearse->options;
    struct stop_signals stop;
    struct work_options work = {
        .context = options->context,
        .seed = options->seed,
        .jobs = options->jobs,
        .repeat = options->repeat,
        .trace_directory = options->trace_directory,
        .log_directory = options->log_directory,
    };
    if (!stop_signals_hold(&stop, error))
        return false;
    AUTO(progress_meter)
    progress =
        progress_meter_new("rehearse", rehearse->suite->scenarios->len + 1, options->is_quiet);
    work.context.progress = progress;
    work.context.stop_fd = stop.fd;
    bool is_done = run_all(rehearse, &work, &stop, result, error);
    stop_signals_release(&stop);
    return is_done;
}

bool rehearse_run(const struct rehearse_options *options, struct work_result *result,
                  GError **error)
{
    struct rehearse rehearse = {.options = options};
    bool is_done = list_file_load(&rehearse.faults, options->faults, &fault_file_record, error) &&
                   make_suite(&rehearse, error) && run(&rehearse, result, error);
    rehearse_clear(&rehearse);
    return is_done;
}
