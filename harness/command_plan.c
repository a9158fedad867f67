/* `seatrial plan` and `seatrial list`: what would run, without running it. */
#include "harness/cli.h"
#include "harness/plan_workflow.h"
#include "harness/suite.h"

#include <stdio.h>
#include <string.h>

/* The day of a scenario's world when it says none (setting.c). */

static int print_errors(const struct suite *suite)
{
    for (guint i = 0; i < suite->errors->len; i++)
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(suite->errors, i));
    return suite->errors->len > 0 ? EXIT_BAD_INPUT : EXIT_AS_EXPECTED;
}

static struct suite *load(const char *name, char **paths)
{
    g_autoptr(GError) error = NULL;
    if (paths[0] == NULL) {
        cli_complain("%s: no scenario given", name);
        return NULL;
    }
    struct suite *suite = suite_load((const char *const *)paths, &error);
    if (suite == NULL)
        cli_complain("%s: %s", name, error->message);
    return suite;
}

/* The files of one command line, told apart. */
struct plan_work {
    struct pipeline_request request; /* but for its path */
    const char *date;
    gboolean is_json;
    GPtrArray *scenarios; /* char *, NULL at the end; lent */
    json_t *documents;    /* with --json: what is to be printed */
};

static void plan_suite(struct plan_work *work, const struct suite *suite)
{
    for (guint i = 0; i < suite->scenarios->len; i++) {
        AUTO(plan) each = plan_new(g_ptr_array_index(suite->scenarios, i), NULL);
        if (work->is_json) {
            json_array_append_new(work->documents, plan_json(each));
            continue;
        }
        g_autofree char *text = plan_text(each);
        fputs(text, stdout);
    }
}

static int plan_scenarios(struct plan_work *work)
{
    if (work->scenarios->len == 0)
        return EXIT_AS_EXPECTED;
    g_ptr_array_add(work->scenarios, NULL);
    AUTO(suite) suite = load("plan", (char **)work->scenarios->pdata);
    if (suite == NULL)
        return EXIT_BAD_INPUT;
    plan_suite(work, suite);
    return print_errors(suite);
}

static int refuse_workflow(struct plan_work *work, const GPtrArray *errors)
{
    if (work->is_json)
        json_array_append_new(work->documents, workflow_errors_json(errors));
    for (guint i = 0; i < errors->len && !work->is_json; i++) {
        const GError *error = errors->pdata[i];
        if (g_error_matches(error, BASE_ERROR, BASE_ERROR_USAGE))
            cli_complain("plan: %s", error->message);
        else
            fprintf(stderr, "%s\n", error->message);
    }
    return EXIT_BAD_INPUT;
}

static int plan_workflow(struct plan_work *work, const char *path)
{
    g_autoptr(GPtrArray) errors = g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
    struct pipeline_request request = work->request;
    request.path = path;
    AUTO(pipeline) pipeline = pipeline_load(&request, errors);
    if (pipeline == NULL)
        return refuse_workflow(work, errors);
    if (work->is_json) {
        const struct plan_sources sources = plan_workflow_sources(pipeline, work->date);
        json_array_append_new(work->documents,
                              workflow_json(call_tree_root(pipeline->calls), &sources));
        return EXIT_AS_EXPECTED;
    }
    g_autofree char *text = plan_workflow_text(pipeline, work->date);
    fputs(text, stdout);
    return EXIT_AS_EXPECTED;
}

/* A lone workflow is the document itself; all else stands in a list. */
static void print_documents(const struct plan_work *work, bool is_lone_workflow)
{
    g_autoptr(json_t) list =
        json_pack("{s:s, s:O}", "format", "seatrial.plan/1", "plans", work->documents);
    g_autofree char *text =
        json_pretty_text(is_lone_workflow ? json_array_get(work->documents, 0) : list);
    fputs(text, stdout);
}

static int plan_all(struct plan_work *work, char **paths)
{
    int code = EXIT_AS_EXPECTED;
    guint workflows = 0;
    for (; *paths != NULL; paths++) {
        bool is_workflow = g_file_test(*paths, G_FILE_TEST_IS_REGULAR) && pipeline_is_one(*paths);
        workflows += is_workflow;
        if (is_workflow)
            code = cli_worse(code, plan_workflow(work, *paths));
        else
            g_ptr_array_add(work->scenarios, *paths);
    }
    bool is_lone_workflow = workflows == 1 && work->scenarios->len == 0;
    int code_of_scenarios = plan_scenarios(work);
    if (work->is_json)
        print_documents(work, is_lone_workflow);
    return cli_worse(code, code_of_scenarios);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The files of a folder .github/workflows take its place; every other path stays; sorted within. */
static GPtrArray *spread(char **paths)
{
    GPtrArray *all = g_ptr_array_new_with_free_func(g_free);
    for (; *paths != NULL; paths++) {
        g_autofree char *whole = g_canonicalize_filename(*paths, NULL);
        GDir *folder =
            g_str_has_suffix(whole, "/.github/workflows") ? g_dir_open(whole, 0, NULL) : NULL;
        g_autoptr(GPtrArray) own = g_ptr_array_new();
        const char *name;
        while (folder != NULL && (name = g_dir_read_name(folder)) != NULL)
            if (g_str_has_suffix(name, ".yml") || g_str_has_suffix(name, ".yaml"))
                g_ptr_array_add(own, g_build_filename(*paths, name, NULL));
        g_ptr_array_sort(own, compare_texts);
        if (own->len == 0)
            g_ptr_array_add(own, g_strdup(*paths));
        g_ptr_array_extend_and_steal(all, g_steal_pointer(&own));
        g_clear_pointer(&folder, g_dir_close);
    }
    g_ptr_array_add(all, NULL);
    return all;
}

static int plan(const struct app *app, int argc, char **argv)
{
    g_auto(GStrv) maps = NULL;
    g_auto(GStrv) inputs = NULL;
    g_autofree char *event = NULL;
    g_auto(GStrv) map_files = NULL;
    g_autofree char *date = NULL;
    g_autofree char *repository = NULL;
    g_autofree char *workflow_permissions = NULL;
    g_autofree char *job = NULL;
    gboolean is_json = FALSE;
    const GOptionEntry entries[] = {
        {"job", 'j', 0, G_OPTION_ARG_STRING, &job, "Only this job of a workflow", "ID"},
        {"event", 0, 0, G_OPTION_ARG_FILENAME, &event,
         "What starts a workflow: push, pull_request, …, or a file with the payload", "NAME|FILE"},
        {"input", 0, 0, G_OPTION_ARG_STRING_ARRAY, &inputs,
         "An input of a dispatch or of a called workflow", "NAME=VALUE"},
        {"map", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &maps,
         "Where another repository's files are: owner/repo@ref=PATH", "MAP"},
        {"map-file", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &map_files, "The same, a file of them",
         "FILE"},
        {"repository", 0, 0, G_OPTION_ARG_STRING, &repository,
         "What GitHub calls the repository; acme and the folder's name", "OWNER/NAME"},
        {"workflow-permissions", 0, 0, G_OPTION_ARG_STRING, &workflow_permissions,
         "The repository's setting: what its token may when the workflow says nothing; read",
         "read|write"},
        {"date", 0, 0, G_OPTION_ARG_STRING, &date, "The day that labels such as ubuntu-latest mean",
         "YYYY-MM-DD"},
        {"json", 0, 0, G_OPTION_ARG_NONE, &is_json, "Print seatrial.plan/1", NULL},
        {0}};
    (void)app;
    if (!cli_parse(&command_plan, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    if (argv[1] == NULL) {
        cli_complain("plan: no scenario or workflow given");
        return EXIT_BAD_INPUT;
    }
    if (!cli_parse_date("plan", date, NULL))
        return EXIT_BAD_INPUT;
    g_autoptr(GPtrArray) scenarios = g_ptr_array_new();
    g_autoptr(json_t) documents = json_array();
    struct plan_work work = {
        .request = {.event = event,
                    .job = job,
                    .repository = repository,
                    .workflow_permissions = workflow_permissions,
                    .inputs = (const char *const *)inputs,
                    .maps = (const char *const *)maps,
                    .map_files = (const char *const *)map_files},
        .date = date != NULL ? date : CLI_DEFAULT_DATE,
        .is_json = is_json,
        .scenarios = scenarios,
        .documents = documents,
    };
    g_autoptr(GPtrArray) paths = spread(argv + 1);
    return plan_all(&work, (char **)paths->pdata);
}

static int list(const struct app *app, int argc, char **argv)
{
    const GOptionEntry entries[] = {{0}};
    (void)app;
    if (!cli_parse(&command_list, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    AUTO(suite) suite = load("list", argv + 1);
    if (suite == NULL)
        return EXIT_BAD_INPUT;
    for (guint i = 0; i < suite->scenarios->len; i++) {
        const struct scenario *scenario = g_ptr_array_index(suite->scenarios, i);
        g_autofree char *cites = g_strjoinv(" ", scenario->cites);
        printf("%s  [%s]\n    %s\n", scenario->name, cites, scenario->purpose);
    }
    return print_errors(suite);
}

const struct command command_plan = {
    .name = "plan",
    .arguments = "PATH…",
    .summary = "print what a scenario or a workflow resolves to",
    .run = plan,
};

const struct command command_list = {
    .name = "list",
    .arguments = "PATH…",
    .summary = "list scenarios with their purposes",
    .run = list,
};
