/* Whole runs in the small world. */
#include "bench.h"

#include <criterion/criterion.h>
#include <string.h>

struct serving {
    struct bench *bench;
    struct server_result *result;
    struct server *server;
    struct timer cancel;
    bool is_over;
};

static void on_cancel(void *argument)
{
    struct serving *serving = argument;
    server_cancel(serving->server, serving->bench->cancel_text);
}

static void begun(void *self, struct server *server)
{
    struct bench *bench = self;
    struct serving *serving = bench->serving;
    serving->server = server;
    timer_init(&serving->cancel, on_cancel, serving);
    if (bench->cancel_us >= 0)
        timer_arm(bench->loop, &serving->cancel, bench->cancel_us);
}

/* The same machine under the leg's name: what it makes at random differs. */
static const struct runner_machine *machine_for(struct bench *bench, const char *leg_id)
{
    struct runner_machine *machine = g_memdup2(&bench->machine, sizeof bench->machine);
    machine->name = bench_keep(bench, g_strdup(leg_id));
    g_ptr_array_add(bench->texts, machine);
    bench->machine_count++;
    bench->machine_count_max = MAX(bench->machine_count_max, bench->machine_count);
    return machine;
}

static const struct runner_machine *leg_machine(void *self, const char *leg_id,
                                                const struct job *job, const json_t *runs_on,
                                                GError **error)
{
    struct bench *bench = self;
    const char *label = json_is_string(runs_on) ? json_string_value(runs_on) : "";
    (void)job;
    if (g_str_has_prefix(label, "ubuntu") || strcmp(label, "own-linux") == 0)
        return machine_for(bench, leg_id);
    if (g_str_has_prefix(label, "windows") || g_str_has_prefix(label, "macos"))
        g_set_error(error, BASE_ERROR, BASE_ERROR_UNMODELLED, "runner %s is not modelled", label);
    else
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, "no machine has these labels");
    return NULL;
}

static void leg_over(void *self, const char *leg_id)
{
    struct bench *bench = self;
    bench->machine_count--;
    trace_note(bench->trace, "machine-over", "leg", leg_id, NULL);
}

static const struct workflow *find_workflow(void *self, const char *uses)
{
    struct bench *bench = self;
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    const char *slash = strrchr(uses, '/');
    g_autofree char *name = g_strndup(slash + 1, strcspn(slash + 1, "@"));
    g_autofree char *path = g_build_filename("tests/cases/server/called", name, NULL);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return NULL;
    struct workflow *workflow = workflow_load(path, errors);
    cr_assert_not_null(workflow, "%s: %s", path,
                       errors->len > 0 ? ((GError *)errors->pdata[0])->message : "");
    g_ptr_array_add(bench->called, workflow);
    return workflow;
}

static void serve(void *argument)
{
    struct serving *serving = argument;
    struct bench *bench = serving->bench;
    const struct server_options options = {
        .loop = bench->loop,
        .trace = bench->trace,
        .workflow = bench->workflow,
        .only_job = bench->only_job,
        .concurrent_jobs = bench->concurrent_jobs,
        .github = bench->github,
        .inputs = bench->inputs,
        .vars = bench->vars,
        .secrets = bench->secrets,
        .actions = bench->actions,
        .assumed = (const struct assumed_action *)(const void *)bench->assumed->data,
        .find_action = bench_find_action,
        .find_workflow = find_workflow,
        .leg_machine = leg_machine,
        .leg_over = leg_over,
        .begun = begun,
        .self = bench,
    };
    serving->result = server_run(&options);
    serving->is_over = true;
}

struct server_result *bench_run_server(struct bench *bench)
{
    g_autoptr(GError) error = NULL;
    struct serving serving = {.bench = bench};
    bench->serving = &serving;
    fiber_spawn(bench->loop, "server", serve, &serving);
    bool is_fine = loop_run(bench->loop, &serving.is_over, &error);
    cr_assert(is_fine, "%s", is_fine ? "" : error->message);
    timer_cancel(bench->loop, &serving.cancel);
    bench->serving = NULL;
    return serving.result;
}
