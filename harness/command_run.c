/* `seatrial run`: scenario files in, verdicts out. */
#include "harness/cli.h"
#include "harness/report/report.h"
#include "harness/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct run_arguments {
    char *junit;
    char *json;
    char *rescues;
    char *trace;
    char *log;
    char *seed;
    char *color;
    int jobs;
    int repeat;
    gboolean is_checking;
    gboolean is_quiet;
    gboolean is_unsafe;
    uint64_t seed_value;
};

static void arguments_clear(struct run_arguments *arguments)
{
    g_free(arguments->junit);
    g_free(arguments->json);
    g_free(arguments->rescues);
    g_free(arguments->trace);
    g_free(arguments->log);
    g_free(arguments->seed);
    g_free(arguments->color);
}

static bool parse(struct run_arguments *arguments, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"junit", 0, 0, G_OPTION_ARG_FILENAME, &arguments->junit, "Write JUnit XML", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &arguments->json, "Write seatrial.run/1", "FILE"},
        {"rescues", 0, 0, G_OPTION_ARG_FILENAME, &arguments->rescues,
         "Write the table of fallbacks and the faults they rescued", "FILE"},
        {"trace", 0, 0, G_OPTION_ARG_FILENAME, &arguments->trace, "Keep NAME.jsonl of each", "DIR"},
        {"log", 0, 0, G_OPTION_ARG_FILENAME, &arguments->log,
         "Keep NAME/LEG.log of each leg of a workflow", "DIR"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &arguments->seed, "Seed for all scenarios", "N"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &arguments->jobs, "Worker processes", "N"},
        {"repeat", 0, 0, G_OPTION_ARG_INT, &arguments->repeat,
         "Run each so often; all traces must be equal", "N"},
        {"check-determinism", 0, 0, G_OPTION_ARG_NONE, &arguments->is_checking,
         "Run each twice and compare the traces", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->is_quiet, "Only what went wrong", NULL},
        {"unsafe-scripts", 0, 0, G_OPTION_ARG_NONE, &arguments->is_unsafe,
         "Run scripts of workflows without a sandbox where none can be had", NULL},
        {"color", 0, 0, G_OPTION_ARG_STRING, &arguments->color, "Colours", "auto|always|never"},
        {0},
    };
    return cli_parse(&command_run, entries, argc, argv);
}

static bool check_seed(struct run_arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    if (cli_parse_seed(arguments->seed, &arguments->seed_value, &error))
        return true;
    cli_complain("run: %s", error->message);
    return false;
}

static bool check_arguments(struct run_arguments *arguments, char **paths)
{
    enum {
        JOBS_MAX = 256,
        REPEAT_MAX = 1000000
    };
    if (paths[0] == NULL) {
        cli_complain("run: no scenario given; `seatrial run scenarios` runs the bundled ones");
        return false;
    }
    if (arguments->jobs < 0 || arguments->jobs > JOBS_MAX || arguments->repeat < 0 ||
        arguments->repeat > REPEAT_MAX) {
        cli_complain("run: --jobs is 0 to %d, --repeat 0 to %d", JOBS_MAX, REPEAT_MAX);
        return false;
    }
    if (arguments->jobs == 0)
        arguments->jobs = (int)CLAMP(sysconf(_SC_NPROCESSORS_ONLN), 1, JOBS_MAX);
    if (arguments->repeat == 0)
        arguments->repeat = arguments->is_checking ? 2 : 1;
    if (arguments->trace != NULL && g_mkdir_with_parents(arguments->trace, 0777) != 0) {
        cli_complain("run: the folder %s cannot be made", arguments->trace);
        return false;
    }
    return check_seed(arguments) && cli_check_color("run", arguments->color);
}

static json_t *document_of(const struct work_result *result)
{
    json_t *scenarios = json_array();
    for (guint i = 0; i < result->entries->len; i++)
        json_array_append(scenarios, g_ptr_array_index(result->entries, i));
    return json_pack("{s:s, s:o}", "format", "seatrial.run/1", "scenarios", scenarios);
}

/* Text gives way on stdout when another report is sent there. */
static bool write_reports(const struct run_arguments *arguments, const json_t *document)
{
    g_autofree char *text =
        report_text(document, cli_has_color(arguments->color), arguments->is_quiet);
    bool is_stdout_taken = g_strcmp0(arguments->json, "-") == 0 ||
                           g_strcmp0(arguments->junit, "-") == 0 ||
                           g_strcmp0(arguments->rescues, "-") == 0;
    bool is_fine = true;
    if (!is_stdout_taken)
        is_fine = cli_write("-", text);
    if (arguments->json != NULL) {
        g_autofree char *json = json_pretty_text(document);
        is_fine &= cli_write(arguments->json, json);
    }
    if (arguments->rescues != NULL) {
        g_autofree char *rescues = report_rescues(document);
        is_fine &= cli_write(arguments->rescues, rescues);
    }
    if (arguments->junit != NULL) {
        g_autofree char *junit = report_junit(document);
        is_fine &= cli_write(arguments->junit, junit);
    }
    return is_fine;
}

static int code_of(const struct suite *suite, const struct work_result *result,
                   const json_t *document)
{
    struct report_counts counts = report_count(document);
    if (counts.has_our_fault)
        return EXIT_INTERNAL;
    if (result->is_nondeterministic)
        return EXIT_NONDETERMINISTIC;
    if (suite->errors->len > 0 || counts.broken > 0)
        return EXIT_BAD_INPUT;
    if (counts.failed > 0 || result->is_interrupted)
        return EXIT_NOT_AS_EXPECTED;
    return EXIT_AS_EXPECTED;
}

static int run_suite(const struct app *app, const struct run_arguments *arguments,
                     const struct suite *suite)
{
    struct work_options options = {
        .context = app->context,
        .seed = arguments->seed != NULL ? &arguments->seed_value : NULL,
        .jobs = (guint)arguments->jobs,
        .repeat = (guint)arguments->repeat,
        .trace_directory = arguments->trace,
        .log_directory = arguments->log,
    };
    struct work_result result = {0};
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < suite->errors->len; i++)
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(suite->errors, i));
    if (suite_has_workflow(suite))
        run_context_prepare(&options.context);
    options.context.is_unsafe = arguments->is_unsafe;
    options.context.progress =
        progress_meter_new("run", suite->scenarios->len, arguments->is_quiet);
    bool is_done = work_do(suite, &options, &result, &error);
    progress_meter_free(options.context.progress);
    run_context_clear(&options.context);
    if (!is_done)
        cli_complain("run: %s", error->message);
    g_autoptr(json_t) document = document_of(&result);
    bool is_told = write_reports(arguments, document);
    if (result.is_interrupted)
        cli_say_interrupted("run", result.entries);
    int code = is_done ? code_of(suite, &result, document) : EXIT_INTERNAL;
    if (!is_told)
        code = cli_worse(code, EXIT_BAD_INPUT);
    work_result_clear(&result);
    return code;
}

static int run(const struct app *app, int argc, char **argv)
{
    struct run_arguments arguments = {0};
    g_autoptr(GError) error = NULL;
    int code = EXIT_BAD_INPUT;

    if (parse(&arguments, &argc, &argv) && check_arguments(&arguments, argv + 1)) {
        AUTO(suite) suite = suite_load((const char *const *)argv + 1, &error);
        if (suite != NULL)
            code = run_suite(app, &arguments, suite);
        else
            cli_complain("run: %s", error->message);
    }
    arguments_clear(&arguments);
    return code;
}

const struct command command_run = {
    .name = "run",
    .arguments = "PATH…",
    .summary = "run scenarios and give verdicts",
    .run = run,
};
