/* The skopeo command: its table of commands, what they share, and how it says what is wrong. */
#include "mocks/commands/skopeo/skopeo_private.h"

#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

GQuark skopeo_error_quark(void)
{
    return g_quark_from_static_string("skopeo-error");
}

bool skopeo_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, SKOPEO_ERROR, SKOPEO_ERROR_SAID, text);
    return false;
}

bool skopeo_fail_unknown(GError **error)
{
    g_set_error_literal(error, SKOPEO_ERROR, SKOPEO_ERROR_NOT_MODELLED, "not modelled");
    return false;
}

bool skopeo_is_said(const GError *error)
{
    return error->domain == SKOPEO_ERROR && error->code != SKOPEO_ERROR_NOT_MODELLED;
}

bool skopeo_prefixed(bool is_fine, GError **error, const char *format, ...)
{
    if (is_fine || error == NULL || !skopeo_is_said(*error))
        return is_fine;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *prefix = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_prefix_error_literal(error, prefix);
    return false;
}

bool skopeo_digest_fits(const struct skopeo_run *run, const char *wanted, const char *actual)
{
    const struct skopeo_options *options = run->options;
    return strcmp(wanted, actual) == 0 ||
           (options->stand_in != NULL &&
            g_strcmp0(options->stand_in(options->self, wanted), actual) == 0);
}

bool skopeo_has_path(const struct skopeo_run *run, const char *path)
{
    g_autofree char *host_path = command_host_path(run->call, path);
    return host_path != NULL;
}

/* ---- the log ---- */

/* logrus leaves quotes out where they are not needed (text_formatter.go). */
static bool needs_quotes(const char *text)
{
    for (; *text != '\0'; text++)
        if (!g_ascii_isalnum(*text) && strchr("-._/@^+", *text) == NULL)
            return true;
    return false;
}

/* The machine's time zone is UTC, as on GitHub's. */
void skopeo_log(const struct skopeo_run *run, const char *level, const char *message)
{
    int64_t now_us = run->options->date_us + loop_now_us(run->options->loop) - run->started_us;
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(now_us / SECOND_US);
    g_autofree char *time = g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ");
    g_autofree char *quoted = needs_quotes(message) ? human_quote(message) : g_strdup(message);
    command_complain(run->call, "time=\"%s\" level=%s msg=%s\n", time, level, quoted);
}

/* ---- trying again ---- */

bool skopeo_retry(const struct skopeo_run *run, skopeo_try_fn *attempt, void *self, GError **error)
{
    int64_t retries = flags_integer(run->flags, "retry-times");
    for (int64_t count = 0;; count++) {
        g_autoptr(GError) reason = NULL;
        if (attempt(self, &reason))
            return true;
        bool may_pass = g_error_matches(reason, SKOPEO_ERROR, SKOPEO_ERROR_PASSING);
        if (!may_pass || count >= retries || count >= 30) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
        const int64_t delay_s = INT64_C(1) << count;
        g_autofree char *delay = delay_s < 60
                                     ? g_strdup_printf("%" G_GINT64_FORMAT "s", delay_s)
                                     : g_strdup_printf("%" G_GINT64_FORMAT "m%" G_GINT64_FORMAT "s",
                                                       delay_s / 60, delay_s % 60);
        g_autofree char *line = g_strdup_printf("Failed, retrying in %s ... (%" G_GINT64_FORMAT
                                                "/%" G_GINT64_FORMAT "). Error: %s",
                                                delay, count + 1, retries, reason->message);
        skopeo_log(run, "warning", line);
        if (!fiber_sleep(run->options->loop, delay_s * SECOND_US, error))
            return false;
    }
}

/* ---- one command line ---- */

static const struct skopeo_command *const commands[] = {
    &skopeo_copy,  &skopeo_delete, &skopeo_inspect,         &skopeo_list_tags,
    &skopeo_login, &skopeo_logout, &skopeo_manifest_digest,
};

static const struct flag_row global_flags[] = {
    {"command-timeout", 0, FLAG_TEXT, NULL},
    {"debug", 0, FLAG_BOOLEAN, NULL},
    {"insecure-policy", 0, FLAG_BOOLEAN, NULL},
    {"override-arch", 0, FLAG_TEXT, NULL},
    {"override-os", 0, FLAG_TEXT, NULL},
    {"override-variant", 0, FLAG_TEXT, NULL},
    {"policy", 0, FLAG_TEXT, NULL},
    {"registries-conf", 0, FLAG_TEXT, NULL},
    {"registries.d", 0, FLAG_TEXT, NULL},
    {"tmpdir", 0, FLAG_TEXT, NULL},
    {0},
};

static const struct flag_row root_flags[] = {
    {"tls-verify", 0, FLAG_BOOLEAN, "true"},
    {"version", 'v', FLAG_BOOLEAN, NULL},
    {0},
};

const char *skopeo_global_text(const struct skopeo_run *run, const char *name)
{
    return flags_has(run->flags, name) ? flags_text(run->flags, name) : flags_text(run->root, name);
}

static const struct skopeo_command *find_command(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static struct flags *read_root(const struct command_call *call, GError **error)
{
    const struct flag_row *const tables[] = {global_flags, root_flags, NULL};
    return flags_parse(tables, call->arguments + 1, /* is_interspersed= */ false, error);
}

/* What real skopeo has and this one has not. */
static bool is_other_command(const char *name)
{
    static const char *const others[] = {"completion",
                                         "experimental-image-proxy",
                                         "generate-sigstore-key",
                                         "help",
                                         "layers",
                                         "__complete",
                                         "standalone-sign",
                                         "standalone-verify",
                                         "sync",
                                         "untrusted-signature-dump-without-verification",
                                         NULL};
    return g_strv_contains(others, name);
}

bool skopeo_call_moves_images(const struct command_call *call)
{
    AUTO(flags) root = read_root(call, NULL);
    const char *name = root != NULL ? flags_arguments(root)[0] : NULL;
    const struct skopeo_command *command = name != NULL ? find_command(name) : NULL;
    return command != NULL ? command->moves_images : g_strcmp0(name, "sync") == 0;
}

static int end(const struct skopeo_run *run, const GError *error)
{
    if (error == NULL)
        return 0;
    if (g_error_matches(error, SKOPEO_ERROR, SKOPEO_ERROR_NOT_MODELLED))
        return SKOPEO_UNKNOWN;
    if (error->domain != FIBER_ERROR)
        skopeo_log(run, "fatal", error->message);
    return 1;
}

static bool is_modelled(const struct skopeo_run *run)
{
    static const char *const others[] = {"command-timeout", "policy", "registries-conf",
                                         "registries.d"};
    for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
        if (*skopeo_global_text(run, others[i]) != '\0')
            return false;
    return true;
}

static int perform(struct skopeo_run *run, const struct skopeo_command *command)
{
    const struct flag_row *const tables[] = {command->flags, global_flags, NULL};
    g_autoptr(GError) error = NULL;
    const char *const *words = flags_arguments(run->root) + 1;
    AUTO(flags) flags = flags_parse(tables, words, /* is_interspersed= */ true, &error);
    if (flags == NULL)
        return end(run, error);
    run->flags = flags;
    run->arguments = flags_arguments(flags);
    run->argument_count = flags_argument_count(flags);
    if (flags_wants_help(flags) || !is_modelled(run))
        return SKOPEO_UNKNOWN;
    if (flags_has(run->root, "tls-verify"))
        skopeo_log(run, "warning",
                   "'--tls-verify' is deprecated, please set this on the specific subcommand");
    if (!command->run(run, &error))
        g_assert(error != NULL);
    return end(run, error);
}

static int complain_missing(const struct skopeo_run *run, const char *name)
{
    g_autofree char *unrecognized = name != NULL
                                        ? g_strdup_printf("Unrecognized command `skopeo %s`", name)
                                        : g_strdup("Missing command 'skopeo COMMAND'");
    g_autofree char *line =
        g_strconcat(unrecognized, "\nTry 'skopeo --help' for more information", NULL);
    skopeo_log(run, "fatal", line);
    return 1;
}

int skopeo_run(const struct skopeo_options *options, const struct command_call *call)
{
    struct skopeo_run run = {
        .options = options, .call = call, .started_us = loop_now_us(options->loop)};
    g_autoptr(GError) error = NULL;
    AUTO(flags) root = read_root(call, &error);
    if (root == NULL)
        return end(&run, error);
    run.root = root;
    if (flags_wants_help(root))
        return SKOPEO_UNKNOWN;
    if (flags_boolean(root, "version")) {
        command_print(call, "skopeo version %s\n", options->version);
        return 0;
    }
    const char *name = flags_arguments(root)[0];
    const struct skopeo_command *command = name != NULL ? find_command(name) : NULL;
    if (command != NULL)
        return perform(&run, command);
    return name != NULL && is_other_command(name) ? SKOPEO_UNKNOWN : complain_missing(&run, name);
}
