/* `seatrial up`: the fallback engine against a real Docker Engine. */
#include "harness/cli.h"
#include "harness/report/leg.h"
#include "harness/up.h"

#include <stdio.h>
#include <string.h>

struct up_arguments {
    char *leg;
    char *endpoint;
    char *json;
    char *bundle;
    char *clock;
    char *trace;
};

static void arguments_clear(struct up_arguments *arguments)
{
    g_free(arguments->leg);
    g_free(arguments->endpoint);
    g_free(arguments->json);
    g_free(arguments->bundle);
    g_free(arguments->clock);
    g_free(arguments->trace);
}

static bool parse(struct up_arguments *arguments, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"leg", 0, 0, G_OPTION_ARG_STRING, &arguments->leg, "Only this leg", "ID"},
        {"endpoint", 0, 0, G_OPTION_ARG_STRING, &arguments->endpoint,
         "The Engine; else $DOCKER_HOST, else the policy's", "unix:///PATH"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &arguments->json, "Write seatrial.up/1", "FILE"},
        {"bundle", 0, 0, G_OPTION_ARG_FILENAME, &arguments->bundle,
         "Where diagnostics of legs that are not green go (seatrial-diagnostics)", "DIR"},
        {"trace", 0, 0, G_OPTION_ARG_FILENAME, &arguments->trace, "Write what was done", "FILE"},
        {"clock", 0, 0, G_OPTION_ARG_STRING, &arguments->clock,
         "Time-outs and waits N times as short, for tests (real)", "real|scaled:N"},
        {0},
    };
    if (!cli_parse(&command_up, entries, argc, argv))
        return false;
    if (*argc == 2)
        return true;
    cli_complain("up: give one policy file, such as scenarios/policies/three-tier.yaml");
    return false;
}

/* As for Docker's own programs the environment counts more than a file. */
static const char *choose_endpoint(const struct up_arguments *arguments,
                                   const struct policy *policy)
{
    const char *from_environment = g_getenv("DOCKER_HOST");
    if (arguments->endpoint != NULL)
        return arguments->endpoint;
    return from_environment != NULL && *from_environment != '\0' ? from_environment
                                                                 : policy->endpoint;
}

static void on_step(void *context, const char *leg, const struct step_report *step)
{
    g_autofree char *text = step_text(step);
    (void)context;
    fprintf(stderr, "%s: %s\n", leg, text);
}

/* ---- what is left behind ---- */

static bool write_bundle(const struct up_arguments *arguments, const struct leg_report *leg)
{
    const char *folder = arguments->bundle != NULL ? arguments->bundle : "seatrial-diagnostics";
    g_autofree char *name = g_strconcat(leg->leg, ".json", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    gsize length_bytes;
    if (leg->bundle == NULL)
        return true;
    const char *bytes = g_bytes_get_data(leg->bundle, &length_bytes);
    if (g_mkdir_with_parents(folder, 0777) == 0 &&
        g_file_set_contents(path, bytes, (gssize)length_bytes, &error)) {
        fprintf(stderr, "%s: diagnostics are in %s\n", leg->leg, path);
        return true;
    }
    cli_complain("up: %s", error != NULL ? error->message : path);
    return false;
}

static bool write_json(const struct up_arguments *arguments, const struct up_options *options,
                       const GPtrArray *legs)
{
    if (arguments->json == NULL)
        return true;
    g_autoptr(json_t) json = legs_json(options->policy, options->endpoint, legs);
    g_autofree char *text = json_pretty_text(json);
    return cli_write(arguments->json, text);
}

static int report(const struct up_arguments *arguments, const struct up_options *options,
                  const GPtrArray *legs, bool is_interrupted)
{
    bool is_green = !is_interrupted;
    bool is_written = write_json(arguments, options, legs);
    for (guint i = 0; i < legs->len; i++) {
        const struct leg_report *leg = g_ptr_array_index(legs, i);
        is_green = is_green && leg->outcome == STEP_SUCCESS;
        is_written &= write_bundle(arguments, leg);
    }
    if (g_strcmp0(arguments->json, "-") != 0) {
        g_autofree char *text = legs_text(legs);
        fputs(text, stdout);
    }
    if (is_interrupted)
        cli_complain("up: interrupted; what was done so far is above");
    is_written &= cli_write_trace(arguments->trace, options->trace);
    return !is_written ? EXIT_BAD_INPUT : is_green ? EXIT_AS_EXPECTED : EXIT_NOT_AS_EXPECTED;
}

/* ---- the command ---- */

static int run_legs(struct session *session, const struct up_arguments *arguments,
                    const struct policy *policy)
{
    g_autoptr(GError) error = NULL;
    /* Fresh names for builders: another run may be at work on the same Engine. */
    g_autofree char *unique = g_uuid_string_random();
    g_autofree char *run_id = g_strndup(unique, strcspn(unique, "-"));
    AUTO(trace) trace = arguments->trace != NULL ? trace_new(loop_now_of, session->loop) : NULL;
    const struct up_options options = {
        .policy = policy,
        .endpoint = choose_endpoint(arguments, policy),
        .leg = arguments->leg,
        .run_id = run_id,
        .trace = trace,
        .on_step = on_step,
    };
    g_autoptr(GPtrArray) legs = up_run(session, &options, &error);
    if (legs != NULL)
        return report(arguments, &options, legs, session->is_interrupted);
    cli_complain("up: %s", error->message);
    return EXIT_INTERNAL;
}

static int up_with(const struct app *app, const struct up_arguments *arguments, const char *path)
{
    struct session session = {0};
    struct clock_choice clock;
    g_autoptr(GError) error = NULL;
    AUTO(policy) policy = policy_load(path, &error);
    if (policy == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return EXIT_BAD_INPUT;
    }
    if (!up_check_leg(policy, arguments->leg, &error) ||
        !clock_choice_parse(arguments->clock, &clock, &error) ||
        !session_begin(&session, &clock, app->context.bind_clock, &error)) {
        cli_complain("up: %s", error->message);
        return EXIT_BAD_INPUT;
    }
    int code = run_legs(&session, arguments, policy);
    session_end(&session);
    return code;
}

static int up(const struct app *app, int argc, char **argv)
{
    struct up_arguments arguments = {0};
    int code = EXIT_BAD_INPUT;
    if (parse(&arguments, &argc, &argv))
        code = up_with(app, &arguments, argv[1]);
    arguments_clear(&arguments);
    return code;
}

const struct command command_up = {
    .name = "up",
    .arguments = "POLICY",
    .summary = "run a policy's legs against a real Docker Engine",
    .run = up,
};
