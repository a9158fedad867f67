/* `seatrial rehearse`: a user's own workflow under faults, leg by leg. */
#include "base/limits.h"
#include "harness/cli.h"
#include "harness/rehearse.h"
#include "harness/report/survival.h"
#include "loop/vclock.h"
#include "runner/server.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    JOBS_MAX = 256,
};

struct rehearse_arguments {
    char *job;
    char *date;
    char *repository;
    char *workflow_permissions;
    char *event;
    char *faults;
    char *assume;
    char *json;
    char *trace;
    char *log;
    char *seed;
    char *color;
    char **inputs;
    char **secrets;
    char **vars;
    char **maps;
    char **map_files;
    int jobs;
    int concurrent_jobs;
    gboolean is_checking;
    gboolean is_unsafe;
    gboolean is_quiet;
    uint64_t seed_value;
    int64_t date_s;
};

static void arguments_clear(struct rehearse_arguments *arguments)
{
    g_free(arguments->job);
    g_free(arguments->date);
    g_free(arguments->repository);
    g_free(arguments->workflow_permissions);
    g_free(arguments->event);
    g_free(arguments->faults);
    g_free(arguments->assume);
    g_free(arguments->json);
    g_free(arguments->trace);
    g_free(arguments->log);
    g_free(arguments->seed);
    g_free(arguments->color);
    g_strfreev(arguments->inputs);
    g_strfreev(arguments->secrets);
    g_strfreev(arguments->vars);
    g_strfreev(arguments->maps);
    g_strfreev(arguments->map_files);
}

static bool parse(struct rehearse_arguments *arguments, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"job", 0, 0, G_OPTION_ARG_STRING, &arguments->job,
         "Only this job; those it needs count as succeeded", "ID"},
        {"event", 0, 0, G_OPTION_ARG_STRING, &arguments->event,
         "What starts the run: push, pull_request, … or an event file", "EVENT"},
        {"input", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->inputs,
         "An input of a dispatch or of a called workflow", "NAME=VALUE"},
        {"secret", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->secrets,
         "A secret, instead of one that is made up; without =VALUE one that is not set",
         "NAME=VALUE"},
        {"var", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->vars,
         "A configuration variable of the repository", "NAME=VALUE"},
        {"repository", 0, 0, G_OPTION_ARG_STRING, &arguments->repository,
         "What GitHub calls the repository; acme and the folder's name", "OWNER/NAME"},
        {"workflow-permissions", 0, 0, G_OPTION_ARG_STRING, &arguments->workflow_permissions,
         "The repository's setting: what its token may when the workflow says nothing; read",
         "read|write"},
        {"concurrent-jobs", 0, 0, G_OPTION_ARG_INT, &arguments->concurrent_jobs,
         "How many jobs the account has at once on GitHub's runners; 20, as on the plan Free", "N"},
        {"date", 0, 0, G_OPTION_ARG_STRING, &arguments->date,
         "The day on which it runs: what is published and on the runners by then", "YYYY-MM-DD"},
        {"faults", 0, 0, G_OPTION_ARG_STRING, &arguments->faults,
         "Fault rules, each for a rehearsal of its own; or none", "FILE"},
        {"assume", 0, 0, G_OPTION_ARG_STRING, &arguments->assume,
         "What actions and commands do that nothing models: a scenario's `assume:`", "FILE"},
        {"map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->maps, "Where another repository is",
         "owner/repo@ref=PATH"},
        {"map-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &arguments->map_files,
         "A file of such maps, one a line", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &arguments->json, "Write seatrial.rehearse/1",
         "FILE"},
        {"trace", 0, 0, G_OPTION_ARG_FILENAME, &arguments->trace, "Keep FAULT.jsonl of each",
         "DIR"},
        {"log", 0, 0, G_OPTION_ARG_FILENAME, &arguments->log,
         "Keep FAULT/LEG.log, as GitHub would show it", "DIR"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &arguments->seed, "Seed of all chance", "N"},
        {"jobs", 'j', 0, G_OPTION_ARG_INT, &arguments->jobs, "Worker processes", "N"},
        {"check-determinism", 0, 0, G_OPTION_ARG_NONE, &arguments->is_checking,
         "Run each twice and compare the traces", NULL},
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &arguments->is_quiet, "No progress", NULL},
        {"unsafe-scripts", 0, 0, G_OPTION_ARG_NONE, &arguments->is_unsafe,
         "Run scripts without a sandbox where none can be had", NULL},
        {"color", 0, 0, G_OPTION_ARG_STRING, &arguments->color, "Colours", "auto|always|never"},
        {0},
    };
    return cli_parse(&command_rehearse, entries, argc, argv);
}

static bool check_paths(char **paths)
{
    if (paths[0] == NULL || paths[1] != NULL)
        cli_complain("rehearse: one workflow file, please");
    else if (g_file_test(paths[0], G_FILE_TEST_IS_DIR))
        cli_complain("rehearse: %s is a folder; one workflow file, please", paths[0]);
    else if (scenario_is_one(paths[0]))
        cli_complain("rehearse: %s is a scenario; `seatrial run %s` runs it", paths[0], paths[0]);
    else
        return true;
    return false;
}

static bool check(struct rehearse_arguments *arguments, char **paths)
{
    g_autoptr(GError) error = NULL;
    if (!check_paths(paths))
        return false;
    if (arguments->jobs < 0 || arguments->jobs > JOBS_MAX) {
        cli_complain("rehearse: --jobs is 0 to %d", JOBS_MAX);
        return false;
    }
    if (arguments->concurrent_jobs < 1 || arguments->concurrent_jobs > CONCURRENT_JOBS_MAX) {
        cli_complain("rehearse: --concurrent-jobs is 1 to %d", CONCURRENT_JOBS_MAX);
        return false;
    }
    if (arguments->jobs == 0)
        arguments->jobs = (int)CLAMP(sysconf(_SC_NPROCESSORS_ONLN), 1, JOBS_MAX);
    if (arguments->trace != NULL && g_mkdir_with_parents(arguments->trace, 0777) != 0) {
        cli_complain("rehearse: the folder %s cannot be made", arguments->trace);
        return false;
    }
    if (!cli_parse_date("rehearse", arguments->date, &arguments->date_s))
        return false;
    if (cli_parse_seed(arguments->seed, &arguments->seed_value, &error))
        return cli_check_color("rehearse", arguments->color);
    cli_complain("rehearse: %s", error->message);
    return false;
}

static void warn_of_missing_inputs(const struct event *event)
{
    char *const *each = event->missing_inputs;
    for (; each != NULL && *each != NULL; each++)
        cli_complain("rehearse: the input '%s' is required and empty here; give --input %s=VALUE",
                     *each, *each);
}

/* Secrets or variables: name to text, null for one that is not set; NULL and told when a name is
   none. */
static json_t *texts_of(char *const *given, const char *what)
{
    g_autoptr(json_t) texts = json_object();
    for (; given != NULL && *given != NULL; given++) {
        const char *equals = strchr(*given, '=');
        g_autofree char *name =
            equals != NULL ? g_strndup(*given, (gsize)(equals - *given)) : g_strdup(*given);
        if (!g_regex_match_simple("^[A-Za-z_][A-Za-z0-9_]*$", name, 0, 0)) {
            cli_complain("rehearse: a %s is NAME=VALUE, or NAME for one that is not set; its "
                         "name is of letters, digits and _",
                         what);
            return NULL;
        }
        json_object_set_new(texts, name, json_text_or_null(equals != NULL ? equals + 1 : NULL));
    }
    return g_steal_pointer(&texts);
}

static struct pipeline *load(const struct rehearse_arguments *arguments, const char *path,
                             const struct assume_rules *assume)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    g_autoptr(json_t) secrets = texts_of(arguments->secrets, "secret");
    g_autoptr(json_t) vars = texts_of(arguments->vars, "variable");
    if (secrets == NULL || vars == NULL)
        return NULL;
    const struct pipeline_request request = {
        .path = path,
        .secrets = secrets,
        .vars = vars,
        .assume = assume,
        .event = arguments->event,
        .job = arguments->job,
        .repository = arguments->repository,
        .workflow_permissions = arguments->workflow_permissions,
        .concurrent_jobs = (unsigned)arguments->concurrent_jobs,
        .inputs = (const char *const *)arguments->inputs,
        .maps = (const char *const *)arguments->maps,
        .map_files = (const char *const *)arguments->map_files,
    };
    struct pipeline *pipeline = pipeline_load(&request, errors);
    for (guint i = 0; i < errors->len; i++)
        fprintf(stderr, "%s\n", ((const GError *)g_ptr_array_index(errors, i))->message);
    if (pipeline != NULL)
        warn_of_missing_inputs(pipeline->event);
    return pipeline;
}

static bool write_reports(const struct rehearse_arguments *arguments, const json_t *document)
{
    g_autofree char *text = survival_text(document, cli_has_color(arguments->color));
    bool is_stdout_taken = g_strcmp0(arguments->json, "-") == 0;
    bool is_fine = is_stdout_taken || cli_write("-", text);
    if (arguments->json != NULL) {
        g_autofree char *json = json_pretty_text(document);
        is_fine &= cli_write(arguments->json, json);
    }
    return is_fine;
}

/* A rehearsal that proves nothing counts more than one that shows something bad. */
static int code_of(const struct work_result *result, const json_t *document)
{
    gsize index;
    json_t *broken;
    int code = survival_is_bad(document)            ? EXIT_NOT_AS_EXPECTED
               : survival_is_inconclusive(document) ? EXIT_INCONCLUSIVE
                                                    : EXIT_AS_EXPECTED;
    json_array_foreach (json_get_array(document, "broken"), index, broken)
        code = cli_worse(code, json_get_boolean(broken, "is_our_fault", false) ? EXIT_INTERNAL
                                                                               : EXIT_BAD_INPUT);
    if (result->is_interrupted)
        code = cli_worse(code, EXIT_NOT_AS_EXPECTED);
    return result->is_nondeterministic ? cli_worse(code, EXIT_NONDETERMINISTIC) : code;
}

/* Whether the leg broke in clear weather over something that may not have been released yet. */
static bool is_red_by_the_day(const json_t *row)
{
    static const char *const words[] = {"version", "requires go", "toolchain"};
    const json_t *place = json_get_object(row, "broke_at");
    const char *message = place != NULL ? json_get_string(place, "message", "") : "";
    if (strcmp(json_get_string(row, "fault", ""), "none") != 0 ||
        strcmp(json_get_string(row, "fate", ""), "failed") != 0)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(message, words[i]) != NULL)
            return true;
    return false;
}

/* What is released when, and which image a label means, is of a day that stays the same, so that
   runs repeat; a workflow of today may ask for more. */
static void say_day(const struct rehearse_arguments *arguments, const json_t *document)
{
    bool is_by_the_day = false;
    const json_t *row;
    gsize index;
    json_array_foreach (json_get_array(document, "rehearsals"), index, row)
        is_by_the_day = is_by_the_day || is_red_by_the_day(row);
    if (arguments->date != NULL || !is_by_the_day)
        return;
    g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(VCLOCK_EPOCH_S);
    g_autofree char *text = g_date_time_format(day, "%Y-%m-%d");
    g_printerr("red in clear weather as on %s, the day of rehearsals that are not told another: "
               "--date YYYY-MM-DD\n",
               text);
}

static int rehearse_pipeline(const struct app *app, const struct rehearse_arguments *arguments,
                             struct pipeline *pipeline)
{
    g_autoptr(GError) error = NULL;
    struct work_result result = {0};
    bool has_faults = arguments->faults != NULL && strcmp(arguments->faults, "none") != 0;
    struct rehearse_options options = {
        .context = app->context,
        .pipeline = pipeline,
        .faults = has_faults ? arguments->faults : NULL,
        .date_s = arguments->date_s,
        .seed = arguments->seed != NULL ? &arguments->seed_value : NULL,
        .jobs = (guint)arguments->jobs,
        .repeat = arguments->is_checking ? 2 : 1,
        .trace_directory = arguments->trace,
        .log_directory = arguments->log,
        .is_quiet = arguments->is_quiet,
    };
    int code = EXIT_BAD_INPUT;

    options.context.is_unsafe = arguments->is_unsafe;
    run_context_prepare(&options.context);
    if (rehearse_run(&options, &result, &error)) {
        g_autoptr(json_t) document =
            survival_json(pipeline->path, pipeline->event->name, result.entries);
        const bool is_told = result.entries->len == 0 || write_reports(arguments, document);
        code = code_of(&result, document);
        if (!is_told)
            code = cli_worse(code, EXIT_BAD_INPUT);
        if (result.is_interrupted)
            cli_say_interrupted("rehearse", result.entries);
        say_day(arguments, document);
    } else {
        cli_complain("rehearse: %s", error->message);
    }
    work_result_clear(&result);
    run_context_clear(&options.context);
    return code;
}

static int rehearse(const struct app *app, const struct rehearse_arguments *arguments,
                    const char *path)
{
    g_autoptr(GError) error = NULL;
    AUTO(assume_rules) assume = assume_rules_load(arguments->assume, &error);
    if (assume == NULL) {
        cli_complain("rehearse: %s", error->message);
        return EXIT_BAD_INPUT;
    }
    AUTO(pipeline) pipeline = load(arguments, path, assume);
    return pipeline != NULL ? rehearse_pipeline(app, arguments, pipeline) : EXIT_BAD_INPUT;
}

static int run(const struct app *app, int argc, char **argv)
{
    struct rehearse_arguments arguments = {.concurrent_jobs = CONCURRENT_JOBS_STANDARD};
    int code = EXIT_BAD_INPUT;

    if (parse(&arguments, &argc, &argv) && check(&arguments, argv + 1))
        code = rehearse(app, &arguments, argv[1]);
    arguments_clear(&arguments);
    return code;
}

const struct command command_rehearse = {
    .name = "rehearse",
    .arguments = "WORKFLOW",
    .summary = "run a GitHub workflow under faults and say what survives",
    .run = run,
};
