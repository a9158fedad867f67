/* `seatrial serve`: the fakes for real clients. */
#include "harness/cli.h"
#include "harness/serve.h"
#include "harness/session.h"
#include "harness/world_default.h"

#include <stdio.h>
#include <string.h>

struct serve_arguments {
    char *registry;
    char *engine;
    char *clock;
    char *faults;
    char *profile;
    char **images;
    char *seed;
    char *trace;
    gboolean is_remote_allowed;
};

static void arguments_clear(struct serve_arguments *arguments)
{
    g_free(arguments->registry);
    g_free(arguments->engine);
    g_free(arguments->clock);
    g_free(arguments->faults);
    g_free(arguments->profile);
    g_strfreev(arguments->images);
    g_free(arguments->seed);
    g_free(arguments->trace);
}

static bool parse(struct serve_arguments *arguments, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        {"registry", 0, 0, G_OPTION_ARG_STRING, &arguments->registry,
         "Serve a registry here; port 0 takes a free one", "127.0.0.1:5000"},
        {"engine", 0, 0, G_OPTION_ARG_STRING, &arguments->engine, "Serve a Docker Engine here",
         "unix:PATH"},
        {"clock", 0, 0, G_OPTION_ARG_STRING, &arguments->clock,
         "How fast the fakes' time goes (real)", "real|scaled:N"},
        {"faults", 0, 0, G_OPTION_ARG_FILENAME, &arguments->faults,
         "Fault rules: a list, or a mapping with `faults:`", "FILE"},
        {"profile", 0, 0, G_OPTION_ARG_STRING, &arguments->profile,
         "The Engine's machine (ubuntu-24.04)", "NAME"},
        {"image", 0, 0, G_OPTION_ARG_STRING_ARRAY, &arguments->images,
         "One more image; may be given again", "NAME[=PLATFORM,…]"},
        {"seed", 0, 0, G_OPTION_ARG_STRING, &arguments->seed, "Seed of all chance (1)", "N"},
        {"trace", 0, 0, G_OPTION_ARG_FILENAME, &arguments->trace, "Write what happened, at the end",
         "FILE"},
        {"allow-remote", 0, 0, G_OPTION_ARG_NONE, &arguments->is_remote_allowed,
         "Listen on addresses beyond the loopback", NULL},
        {0},
    };
    return cli_parse(&command_serve, entries, argc, argv);
}

static bool check(const struct serve_arguments *arguments, int argc, char **argv)
{
    if (argc > 1)
        cli_complain("serve: what is '%s'? serve takes options only", argv[1]);
    else if (arguments->registry == NULL && arguments->engine == NULL)
        cli_complain("serve: serve what? --registry 127.0.0.1:5000, --engine unix:PATH, or both");
    else
        return true;
    return false;
}

static bool read_profile(const char *name, const struct machine_profile **profile, GError **error)
{
    *profile = machine_profile_find(name != NULL ? name : "ubuntu-24.04");
    if (*profile != NULL)
        return true;
    g_autofree char *names = machine_profile_names();
    g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "unknown profile '%s'; there are %s", name,
                names);
    return false;
}

/* Without a file: no rules. *doc holds what the rules point into. */
static struct fault_rules *read_faults(const char *path, struct doc **doc, GError **error)
{
    static const char none[] = "[]";
    *doc = path != NULL ? doc_load_file(path, DOC_DEFAULT, error)
                        : doc_load_text("no faults", none, strlen(none), DOC_DEFAULT, error);
    if (*doc == NULL)
        return NULL;
    const struct node *root = doc_root(*doc);
    const struct node *list = node_get(root, "faults");
    return fault_rules_read(list != NULL ? list : root, error);
}

static void announce(const struct serve *serve, const struct serve_arguments *arguments)
{
    if (serve_registry_url(serve) != NULL)
        printf("registry %s\n", serve_registry_url(serve));
    if (arguments->engine != NULL)
        printf("engine %s\n", arguments->engine);
    fflush(stdout);
}

static void print_counts(const struct serve *serve)
{
    struct faults *faults = serve_faults(serve);
    for (gsize i = 0; i < faults_count(faults); i++) {
        struct fault_report report = faults_report(faults, i);
        printf("fault %s (%s) fired %" G_GINT64_FORMAT "\n", report.id, report.kind,
               report.fired_count);
    }
    printf("exchanges %" G_GUINT64_FORMAT "\n", serve_exchange_count(serve));
}

static int serve_until_asked(struct session *session, struct serve *serve,
                             const struct serve_arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    announce(serve, arguments);
    bool is_fine = session_run(session, &error);
    if (!is_fine)
        cli_complain("serve: %s", error->message);
    serve_stop(serve);
    print_counts(serve);
    return is_fine ? EXIT_AS_EXPECTED : EXIT_INTERNAL;
}

static int serve_on(struct session *session, struct serve_options *options,
                    const struct serve_arguments *arguments)
{
    g_autoptr(GError) error = NULL;
    AUTO(trace) trace = arguments->trace != NULL ? trace_new(loop_now_of, session->loop) : NULL;
    options->trace = trace;
    struct serve *serve = serve_new(session->loop, options, &error);
    if (serve == NULL) {
        cli_complain("serve: %s", error->message);
        return EXIT_BAD_INPUT;
    }
    int code = serve_until_asked(session, serve, arguments);
    serve_free(serve);
    return cli_write_trace(arguments->trace, trace) ? code : cli_worse(code, EXIT_BAD_INPUT);
}

static int serve_with(const struct app *app, const struct serve_arguments *arguments)
{
    struct session session = {0};
    struct clock_choice clock;
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = NULL;
    AUTO(fault_rules) faults = read_faults(arguments->faults, &doc, &error);
    struct serve_options options = {
        .registry = arguments->registry,
        .engine = arguments->engine,
        .is_remote_allowed = arguments->is_remote_allowed,
        .faults = faults,
        .images = (const char *const *)arguments->images,
        .seed = 1,
    };

    if (faults == NULL || !cli_parse_seed(arguments->seed, &options.seed, &error) ||
        !read_profile(arguments->profile, &options.profile, &error) ||
        !clock_choice_parse(arguments->clock, &clock, &error) ||
        !session_begin(&session, &clock, app->context.bind_clock, &error)) {
        cli_complain("serve: %s", error->message);
        return EXIT_BAD_INPUT;
    }
    int code = serve_on(&session, &options, arguments);
    session_end(&session);
    return code;
}

static int serve(const struct app *app, int argc, char **argv)
{
    struct serve_arguments arguments = {0};
    int code = EXIT_BAD_INPUT;
    if (parse(&arguments, &argc, &argv) && check(&arguments, argc, argv))
        code = serve_with(app, &arguments);
    arguments_clear(&arguments);
    return code;
}

const struct command command_serve = {
    .name = "serve",
    .arguments = "[OPTION…]",
    .summary = "the fakes for real clients: a registry, a Docker Engine",
    .run = serve,
};
