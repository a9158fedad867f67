/* `seatrial trace` prints the trace of one scenario; `seatrial replay` runs one again and compares.
 */
#include "harness/cli.h"
#include "harness/work.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

static struct outcome *run_one(const struct app *app, const char *path, const uint64_t *seed,
                               struct scenario **scenario, struct plan **plan)
{
    g_autoptr(GError) error = NULL;
    *scenario = scenario_load(path, &error);
    if (*scenario == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return NULL;
    }
    struct run_context context = app->context;
    *plan = plan_new(*scenario, seed);
    if ((*scenario)->pipeline != NULL)
        run_context_prepare(&context);
    struct outcome *outcome = run_plan(*plan, &context);
    run_context_clear(&context);
    return outcome;
}

static int trace(const struct app *app, int argc, char **argv)
{
    const GOptionEntry entries[] = {{0}};
    AUTO(scenario) scenario = NULL;
    AUTO(plan) plan = NULL;
    if (!cli_parse(&command_trace, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    if (argc != 2) {
        cli_complain("trace: one scenario file, please");
        return EXIT_BAD_INPUT;
    }
    AUTO(outcome) outcome = run_one(app, argv[1], NULL, &scenario, &plan);
    if (outcome == NULL)
        return EXIT_BAD_INPUT;
    gsize length = 0;
    const char *text = g_bytes_get_data(outcome->trace, &length);
    fwrite(text, 1, length, stdout);
    return EXIT_AS_EXPECTED;
}

/* 1-based number of the first line in which two texts differ. */
static gsize differing_line(const char *left, const char *right)
{
    gsize line = 1;
    for (; *left != '\0' && *left == *right; left++, right++)
        line += *left == '\n';
    return line;
}

static int compare(const struct source *file, const struct outcome *outcome)
{
    gsize length = 0;
    const char *text = g_bytes_get_data(outcome->trace, &length);
    if (length == file->length_bytes && memcmp(text, file->text, length) == 0) {
        printf("%s: the same again, %s\n", file->name, outcome->trace_digest);
        return EXIT_AS_EXPECTED;
    }
    g_autofree char *again = g_strndup(text, length);
    cli_complain("replay: %s:%zu: the run gives another trace from this line on", file->name,
                 differing_line(file->text, again));
    return EXIT_NONDETERMINISTIC;
}

static json_t *read_plan(const struct source *file, GError **error)
{
    const char *end = strchr(file->text, '\n');
    gsize length = end != NULL ? (gsize)(end - file->text) : file->length_bytes;
    g_autoptr(json_t) head = json_parse_bytes(file->text, length, error);
    if (head == NULL) {
        g_prefix_error(error, "%s: is no trace: ", file->name);
        return NULL;
    }
    json_t *plan = json_get_object(head, "plan");
    if (strcmp(json_get_string(head, "format", ""), "seatrial.trace/1") != 0 || plan == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID,
                    "%s: is no trace: its first line has no \"format\":\"seatrial.trace/1\"",
                    file->name);
        return NULL;
    }
    return json_incref(plan);
}

static int replay(const struct app *app, int argc, char **argv)
{
    const GOptionEntry entries[] = {{0}};
    g_autoptr(GError) error = NULL;
    AUTO(scenario) scenario = NULL;
    AUTO(plan) plan = NULL;
    if (!cli_parse(&command_replay, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    if (argc != 2) {
        cli_complain("replay: one trace file, please");
        return EXIT_BAD_INPUT;
    }
    AUTO(source) file = source_read(argv[1], TRACE_BYTES_MAX, &error);
    g_autoptr(json_t) recorded = file != NULL ? read_plan(file, &error) : NULL;
    if (recorded == NULL) {
        cli_complain("replay: %s", error->message);
        return EXIT_BAD_INPUT;
    }
    uint64_t seed = (uint64_t)json_get_integer(recorded, "seed", 1);
    AUTO(outcome)
    outcome = run_one(app, json_get_string(recorded, "file", ""), &seed, &scenario, &plan);
    return outcome != NULL ? compare(file, outcome) : EXIT_BAD_INPUT;
}

const struct command command_trace = {
    .name = "trace",
    .arguments = "FILE",
    .summary = "run one scenario and print its trace",
    .run = trace,
};

const struct command command_replay = {
    .name = "replay",
    .arguments = "TRACE",
    .summary = "run a kept trace's plan again and compare",
    .run = replay,
};
