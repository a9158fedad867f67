/* The small world of runner tests. */
#include "bench.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const command_names[] = {"docker", NULL};
static const char *const machine_environment[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                                  "LANG=C.UTF-8", NULL};

/* pull fails for images called "missing", push takes 60 s and speaks at its end. */
static int run_docker(void *self, const struct command_call *call)
{
    struct bench *bench = self;
    const char *verb = call->arguments[1];
    const char *last = verb;
    for (const char *const *each = call->arguments; *each != NULL; each++)
        last = *each;
    if (strcmp(verb, "pull") == 0 && strstr(last, "missing") != NULL) {
        command_complain(call, "manifest unknown\n");
        return 1;
    }
    if (strcmp(verb, "push") == 0) {
        if (!fiber_sleep(bench->loop, INT64_C(60) * 1000000, NULL))
            return 130;
        return command_print(call, "pushed %s\n", last) ? 0 : 1;
    }
    if (strcmp(verb, "version") == 0)
        return command_print(call, "1.48\n") ? 0 : 1;
    if (strcmp(verb, "create") == 0)
        return command_print(call, "%s\n",
                             strcmp(last, "unhealthy") == 0 ? "unhealthy-id" : "0123456789ab")
                   ? 0
                   : 1;
    if (strcmp(verb, "port") == 0)
        return command_print(call, "6379/tcp -> 0.0.0.0:49153\n") ? 0 : 1;
    if (strcmp(verb, "inspect") == 0 && strcmp(last, "unhealthy-id") == 0)
        return command_print(call, "unhealthy\n") ? 0 : 1;
    if (strcmp(verb, "logs") == 0)
        return command_print(call, "log of %s\n", last) ? 0 : 1;
    if (strcmp(verb, "inspect") == 0)
        return command_print(call, loop_now_us(bench->loop) < 5000000 ? "starting\n" : "healthy\n")
                   ? 0
                   : 1;
    return 0;
}

char *bench_keep(struct bench *bench, char *text)
{
    g_ptr_array_add(bench->texts, text);
    return text;
}

static void set_pair(json_t *object, const char *text)
{
    g_auto(GStrv) halves = g_strsplit(text, "=", 2);
    cr_assert_not_null(halves[1]);
    g_autofree char *value = g_strcompress(halves[1]);
    json_object_set_new(object, halves[0], json_string(value));
}

static int64_t seconds_of(const char *text)
{
    return (int64_t)(g_ascii_strtod(text, NULL) * 1000000);
}

static enum result outcome_of(const char *text)
{
    for (enum result each = RESULT_SUCCESS; each < RESULT_SKIPPED; each++)
        if (strcmp(result_text(each), text) == 0)
            return each;
    return RESULT_SKIPPED;
}

static void take_assumption(struct bench *bench, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    struct assumed_action row = {.pattern = bench_keep(bench, g_strdup(words[0])),
                                 .outcome = outcome_of(words[1]),
                                 .duration_us = seconds_of(words[2])};
    if (words[3] != NULL) {
        json_t *outputs = json_object();
        set_pair(outputs, words[3]);
        row.outputs = outputs;
    }
    g_array_append_val(bench->assumed, row);
}

static void replace_json(json_t **place, const char *text)
{
    json_decref(*place);
    *place = json_parse_bytes(text, strlen(text), NULL);
    cr_assert_not_null(*place, "%s", text);
}

static void take_comment(struct bench *bench, const char *line)
{
    const char *rest = strchr(line, ' ');
    rest = rest != NULL ? rest + 1 : "";
    if (g_str_has_prefix(line, "cancel ")) {
        const char *text = strchr(rest, ' ');
        bench->cancel_us = seconds_of(rest);
        bench->cancel_text =
            text != NULL ? bench_keep(bench, g_strdup(text + 1)) : "The operation was canceled.";
    } else if (g_str_has_prefix(line, "shutdown ")) {
        bench->shutdown_us = seconds_of(rest);
    } else if (g_str_has_prefix(line, "lose ")) {
        bench->lose_us = seconds_of(rest);
    } else if (strcmp(line, "debug") == 0) {
        bench->is_debug = true;
    } else if (g_str_has_prefix(line, "only ")) {
        bench->only_job = bench_keep(bench, g_strdup(rest));
    } else if (g_str_has_prefix(line, "concurrent jobs ")) {
        bench->concurrent_jobs = (unsigned)atoi(strrchr(line, ' '));
    } else if (strcmp(line, "no shell") == 0) {
        bench->machine.shell = NULL;
        bench->machine.why_no_sandbox = "scripts need a sandbox, and there is none";
    } else if (g_str_has_prefix(line, "secret ")) {
        set_pair(bench->secrets, rest);
    } else if (g_str_has_prefix(line, "var ")) {
        set_pair(bench->vars, rest);
    } else if (g_str_has_prefix(line, "input ")) {
        set_pair(bench->inputs, rest);
    } else if (g_str_has_prefix(line, "needs ")) {
        replace_json(&bench->needs, rest);
    } else if (g_str_has_prefix(line, "event ")) {
        g_autoptr(json_t) event = json_parse_bytes(rest, strlen(rest), NULL);
        json_object_set(bench->github, "event", event);
    } else if (g_str_has_prefix(line, "assume ")) {
        take_assumption(bench, rest);
    }
}

static void read_comments(struct bench *bench, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL && g_str_has_prefix(*line, "# "); line++)
        take_comment(bench, *line + 2);
}

static void make_machine(struct bench *bench)
{
    bench->directory = g_dir_make_tmp("runner-XXXXXX", NULL);
    bench->fake = fake_shell_new(bench->loop, bench->directory, "/home/runner");
    bench->shell = fake_shell_of(bench->fake);
    bench->host = (struct command_host){.names = command_names, .run = run_docker, .self = bench};
    bench->machine = (struct runner_machine){.name = "leg-test",
                                             .os = "Linux",
                                             .arch = "X64",
                                             .image = "ubuntu-24.04",
                                             .shell = &bench->shell,
                                             .directory = bench->directory,
                                             .home = "/home/runner",
                                             .host = &bench->host,
                                             .repository = "tests/cases/runner/repository",
                                             .seed = 1,
                                             .date_s = 1700000000,
                                             .environment = machine_environment};
}

struct bench *bench_new(const char *path)
{
    g_autofree char *text = NULL;
    g_autofree char *name = g_path_get_basename(path);
    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    return bench_new_text(name, text);
}

struct bench *bench_new_text(const char *name, const char *text)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    struct bench *bench = g_new0(struct bench, 1);
    const char *source = g_getenv("SEATRIAL_SOURCE_DIR");
    cr_assert_eq(chdir(source != NULL ? source : "."), 0);
    bench->loop = loop_new(CLOCK_VIRTUAL, 1);
    bench->trace = trace_new(loop_now_of, bench->loop);
    bench->texts = g_ptr_array_new_with_free_func(g_free);
    bench->called = g_ptr_array_new_with_free_func((GDestroyNotify)workflow_free);
    bench->assumed = g_array_new(TRUE, TRUE, sizeof(struct assumed_action));
    bench->actions = bench_actions;
    bench->cancel_us = bench->shutdown_us = bench->lose_us = -1;
    bench->github = json_pack("{s:s, s:s, s:s, s:s, s:s, s:{}}", "repository", "octo/ship", "ref",
                              "refs/heads/main", "sha", "f00dfeed", "event_name", "push", "actor",
                              "octo", "event");
    bench->inputs = json_object();
    bench->needs = json_object();
    bench->vars = json_object();
    bench->secrets = json_pack("{s:s}", "GITHUB_TOKEN", "ghs_test");
    make_machine(bench);
    read_comments(bench, text);
    bench->workflow = workflow_load_text(name, text, strlen(text), errors);
    cr_assert_not_null(bench->workflow, "%s: %s", name,
                       errors->len > 0 ? ((GError *)errors->pdata[0])->message : "");
    return bench;
}

struct bench *bench_new_steps(const char *steps)
{
    g_autofree char *text = g_strconcat(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n", steps, "\n", NULL);
    return bench_new_text("steps.yaml", text);
}

static void remove_tree(const char *path)
{
    GDir *entries = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;
    while (entries != NULL && (name = g_dir_read_name(entries)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    if (entries != NULL)
        g_dir_close(entries);
    g_remove(path);
}

void bench_free(struct bench *bench)
{
    if (bench == NULL)
        return;
    fake_shell_free(bench->fake);
    loop_free(bench->loop);
    trace_free(bench->trace);
    workflow_free(bench->workflow);
    json_t *const contexts[] = {bench->github, bench->inputs, bench->needs, bench->vars,
                                bench->secrets};
    for (gsize i = 0; i < G_N_ELEMENTS(contexts); i++)
        json_decref(contexts[i]);
    for (guint i = 0; i < bench->assumed->len; i++)
        json_decref(
            (json_t *)(uintptr_t)g_array_index(bench->assumed, struct assumed_action, i).outputs);
    g_array_unref(bench->assumed);
    g_ptr_array_unref(bench->texts);
    g_ptr_array_unref(bench->called);
    remove_tree(bench->directory);
    g_free(bench->directory);
    g_free(bench);
}

/* ---- one leg ---- */

struct performing {
    struct bench *bench;
    struct leg_run *run;
    struct leg_result *result;
    struct timer cancel, shutdown, loss;
    bool is_over;
};

static void perform(void *argument)
{
    struct performing *performing = argument;
    performing->result = leg_run_perform(performing->run);
    performing->is_over = true;
}

static void on_cancel(void *argument)
{
    struct performing *performing = argument;
    leg_run_cancel(performing->run, performing->bench->cancel_text);
}

static void on_shutdown(void *argument)
{
    struct performing *performing = argument;
    leg_run_shut_down(performing->run);
}

static void on_loss(void *argument)
{
    struct performing *performing = argument;
    leg_run_lose(performing->run, INT64_C(600) * 1000 * 1000);
}

static void run_to_end(struct performing *performing)
{
    g_autoptr(GError) error = NULL;
    struct bench *bench = performing->bench;
    timer_init(&performing->cancel, on_cancel, performing);
    timer_init(&performing->shutdown, on_shutdown, performing);
    timer_init(&performing->loss, on_loss, performing);
    if (bench->cancel_us >= 0)
        timer_arm(bench->loop, &performing->cancel, bench->cancel_us);
    if (bench->shutdown_us >= 0)
        timer_arm(bench->loop, &performing->shutdown, bench->shutdown_us);
    if (bench->lose_us >= 0)
        timer_arm(bench->loop, &performing->loss, bench->lose_us);
    fiber_spawn(bench->loop, "leg", perform, performing);
    bool is_fine = loop_run(bench->loop, &performing->is_over, &error);
    cr_assert(is_fine, "%s", is_fine ? "" : error->message);
    timer_cancel(bench->loop, &performing->cancel);
    timer_cancel(bench->loop, &performing->shutdown);
    timer_cancel(bench->loop, &performing->loss);
}

struct leg_result *bench_run_leg(struct bench *bench, const char *job_id)
{
    const struct job *job = job_id != NULL ? workflow_find_job(bench->workflow, job_id)
                                           : bench->workflow->jobs->pdata[0];
    const struct leg *leg = job->strategy.legs->pdata[0];
    g_autofree char *name = job_leg_name(job, leg);
    int leg_count = (int)job->strategy.legs->len;
    g_autoptr(json_t) strategy = json_pack("{s:b, s:i, s:i, s:i}", "fail-fast", true, "job-index",
                                           0, "job-total", leg_count, "max-parallel", leg_count);
    const struct leg_options options = {
        .loop = bench->loop,
        .trace = bench->trace,
        .workflow = bench->workflow,
        .job = job,
        .leg = leg,
        .strategy = strategy,
        .name = name,
        .machine = &bench->machine,
        .github = bench->github,
        .inputs = bench->inputs,
        .needs = bench->needs,
        .vars = bench->vars,
        .secrets = bench->secrets,
        .actions = bench->actions,
        .assumed = (const struct assumed_action *)(const void *)bench->assumed->data,
        .find_action = bench_find_action,
        .made_up_in = bench->made_up_in,
        .is_debug = bench->is_debug,
    };
    AUTO(leg_run) run = leg_run_new(&options);
    struct performing performing = {.bench = bench, .run = run};
    run_to_end(&performing);
    return performing.result;
}
