/* The cosign command: its table of commands, what its options are, and how it says what is wrong.
 */
#include "mocks/commands/cosign/cosign_private.h"

#include "base/limits.h"
#include "base/regular_file.h"

#include <string.h>

GQuark cosign_error_quark(void)
{
    return g_quark_from_static_string("cosign-error");
}

bool cosign_fail(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, COSIGN_ERROR, COSIGN_ERROR_SAID, text);
    return false;
}

bool cosign_fail_unknown(GError **error)
{
    g_set_error_literal(error, COSIGN_ERROR, COSIGN_ERROR_NOT_MODELLED, "not modelled");
    return false;
}

bool cosign_flag(const struct cosign_run *run, const char *name)
{
    return flags_boolean(run->flags, name);
}

bool cosign_flag_of_three(const struct cosign_run *run, const char *name)
{
    return run->version >= COSIGN_VERSION(3, 0, 0) &&
           (!flags_has(run->flags, name) || flags_boolean(run->flags, name));
}

char *cosign_read_file(struct cosign_run *run, const char *path)
{
    g_autofree char *place = command_host_path(run->call, path);
    char *text = NULL;
    gsize length = 0;
    if (place == NULL || !regular_file_read(place, &text, &length, NULL))
        return NULL;
    if (length > SIGNED_FILE_BYTES_MAX) {
        run->has_read_too_much = true;
        g_clear_pointer(&text, g_free);
    }
    return text;
}

bool cosign_write_file(struct cosign_run *run, const char *path, const char *text, int mode)
{
    g_autofree char *place = command_host_path(run->call, path);
    return place != NULL &&
           g_file_set_contents_full(place, text, -1, G_FILE_SET_CONTENTS_NONE, mode, NULL);
}

/* ---- small commands ---- */

static const struct flag_row triangulate_flags[] = {
    {"type", 0, FLAG_TEXT, "signature"},
    {0},
};
static const struct flag_row *const triangulate_tables[] = {triangulate_flags, cosign_common_flags,
                                                            NULL};

static bool run_triangulate(struct cosign_run *run, GError **error)
{
    static const struct {
        const char *type;
        const char *suffix;
    } kinds[] = {{"signature", "sig"}, {"attestation", "att"}, {"sbom", "sbom"}};
    const char *type = flags_text(run->flags, "type");
    const char *suffix = NULL;
    COSIGN_IMAGE(image);
    GGCR(registry);
    GGCR_DOCUMENT(document);
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (g_str_equal(kinds[i].type, type))
            suffix = kinds[i].suffix;
    if (suffix == NULL)
        return cosign_fail_unknown(error);
    if (!cosign_image_parse(run, run->arguments[0], /* warns= */ false, &image, error))
        return false;
    const char *tag = image.reference->tag != NULL ? image.reference->tag : "latest";
    if (image.digest == NULL &&
        (!cosign_registry_open(&registry, run, image.reference, /* is_push= */ false, error) ||
         !ggcr_manifest(&registry, tag, &document, error)))
        return false;
    g_autofree char *name = ggcr_repository_name(image.reference);
    g_autofree char *beside =
        cosign_tag_of(image.digest != NULL ? image.digest : document.digest, suffix);
    command_print(run->call, "%s:%s\n", name, beside);
    return true;
}

static const char *const none[] = {NULL};

const struct cosign_command cosign_triangulate = {
    .name = "triangulate",
    .flags = triangulate_tables,
    .unmodelled = none,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_triangulate,
};

static int print_version(const struct cosign_options *options, const struct command_call *call)
{
    command_print(call,
                  "  ______   ______        _______. __    _______ .__   __.\n"
                  " /      | /  __  \\      /       ||  |  /  _____||  \\ |  |\n"
                  "|  ,----'|  |  |  |    |   (----`|  | |  |  __  |   \\|  |\n"
                  "|  |     |  |  |  |     \\   \\    |  | |  | |_ | |  . `  |\n"
                  "|  `----.|  `--'  | .----)   |   |  | |  |__| | |  |\\   |\n"
                  " \\______| \\______/  |_______/    |__|  \\______| |__| \\__|\n"
                  "cosign: A tool for Container Signing, Verification and Storage in an OCI "
                  "registry.\n\n"
                  "GitVersion:    %s\nGitTreeState:  clean\nCompiler:      gc\n"
                  "Platform:      %s\n\n",
                  options->version, options->platform);
    return 0;
}

/* ---- one command line ---- */

static const struct cosign_command *const commands[] = {
    &cosign_sign,
    &cosign_attest,
    &cosign_verify,
    &cosign_verify_attestation,
    &cosign_generate_key_pair,
    &cosign_public_key,
    &cosign_triangulate,
};

static const struct cosign_command *find(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (g_str_equal(commands[i]->name, name))
            return commands[i];
    return NULL;
}

static bool check_arguments(const struct cosign_run *run, const struct cosign_command *command,
                            GError **error)
{
    gsize count = flags_argument_count(run->flags);
    if (count < command->arguments_min)
        return cosign_fail(
            error, "requires at least %" G_GSIZE_FORMAT " arg(s), only received %" G_GSIZE_FORMAT,
            command->arguments_min, count);
    return count <= command->arguments_max ||
           cosign_fail(error, "accepts %" G_GSIZE_FORMAT " arg(s), received %" G_GSIZE_FORMAT,
                       command->arguments_max, count);
}

static int end(struct cosign_run *run, const GError *error)
{
    g_clear_pointer(&run->trust_error, g_free);
    if (error == NULL)
        return 0;
    if (run->has_read_too_much)
        return COSIGN_UNKNOWN;
    if (g_error_matches(error, COSIGN_ERROR, COSIGN_ERROR_NOT_MODELLED))
        return COSIGN_UNKNOWN;
    if (error->domain != FIBER_ERROR)
        command_complain(run->call, "Error: %s\nerror during command execution: %s\n",
                         error->message, error->message);
    return run->exit_code;
}

/* "v3.0.2"; 0 for versions of which nothing here was measured. */
static unsigned version_of(const char *text)
{
    unsigned numbers[3] = {0};
    g_auto(GStrv) parts = g_strsplit(*text == 'v' ? text + 1 : text, ".", 3);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers) && parts[i] != NULL; i++)
        numbers[i] = (unsigned)MIN(g_ascii_strtoull(parts[i], NULL, 10), 99);
    bool is_known = numbers[0] == 2 || (numbers[0] == 3 && numbers[1] == 0);
    return is_known ? COSIGN_VERSION(numbers[0], numbers[1], numbers[2]) : 0;
}

static bool refuses(struct cosign_run *run, const struct cosign_command *command, GError **error)
{
    return !check_arguments(run, command, error) ||
           (run->version >= COSIGN_VERSION(3, 0, 0) && command->check != NULL &&
            !command->check(run, error));
}

int cosign_run(const struct cosign_options *options, const struct command_call *call)
{
    const char *name = call->arguments[1];
    const struct cosign_command *command = name != NULL ? find(name) : NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *agent =
        g_strdup_printf("cosign/%s (linux; amd64) go-containerregistry/v0.20.6", options->version);
    struct cosign_run run = {
        .options = options,
        .registries = {.http = options->http, .loop = options->loop, .call = call, .agent = agent},
        .call = call,
        .exit_code = 1,
        .version = version_of(options->version),
    };
    if (name != NULL && call->arguments[2] == NULL && g_str_equal(name, "version"))
        return print_version(options, call);
    if (command == NULL || run.version == 0)
        return COSIGN_UNKNOWN;
    AUTO(flags) flags = flags_parse(command->flags, call->arguments + 2, true, &error);
    if (flags == NULL)
        return end(&run, error);
    run.flags = flags;
    run.arguments = flags_arguments(flags);
    if (flags_wants_help(flags))
        return COSIGN_UNKNOWN;
    g_autoptr(GError) refusal = NULL;
    bool is_refused = refuses(&run, command, &refusal);
    if (!is_refused && cosign_is_unmodelled(&run, command))
        return COSIGN_UNKNOWN;
    cosign_tell_deprecated(&run, command);
    if (is_refused)
        return end(&run, refusal);
    if (!command->run(&run, &error))
        g_assert(error != NULL);
    return end(&run, error);
}
