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

char *cosign_read_file(struct cosign_run *run, const char *path)
{
    g_autofree char *place = command_host_path(run->call, path);
    char *text = NULL;
    gsize length = 0;
    if (place == NULL || !regular_file_read(place, &text, &length, NULL))
        return NULL;
    if (length > SIGNED_FILE_BYTES_MAX)
        g_clear_pointer(&text, g_free);
    return text;
}

bool cosign_write_file(struct cosign_run *run, const char *path, const char *text, int mode)
{
    g_autofree char *place = command_host_path(run->call, path);
    return place != NULL &&
           g_file_set_contents_full(place, text, -1, G_FILE_SET_CONTENTS_NONE, mode, NULL);
}

/* ---- options ---- */

const struct flag_row cosign_common_flags[] = {
    {"output-file", 0, FLAG_TEXT, NULL},
    {"timeout", 't', FLAG_TEXT, "3m0s"},
    {"verbose", 'd', FLAG_BOOLEAN, NULL},
    {"allow-http-registry", 0, FLAG_BOOLEAN, NULL},
    {"allow-insecure-registry", 0, FLAG_BOOLEAN, NULL},
    {"k8s-keychain", 0, FLAG_BOOLEAN, NULL},
    {"registry-password", 0, FLAG_TEXT, NULL},
    {"registry-referrers-mode", 0, FLAG_TEXT, NULL},
    {"registry-token", 0, FLAG_TEXT, NULL},
    {"registry-username", 0, FLAG_TEXT, NULL},
    {0},
};

const struct flag_row cosign_signing_flags[] = {
    {"key", 0, FLAG_TEXT, NULL},
    {"yes", 'y', FLAG_BOOLEAN, NULL},
    {"tlog-upload", 0, FLAG_BOOLEAN, "true"},
    {"identity-token", 0, FLAG_TEXT, NULL},
    {"insecure-skip-verify", 0, FLAG_BOOLEAN, NULL},
    {"oidc-disable-ambient-providers", 0, FLAG_BOOLEAN, NULL},
    {"record-creation-timestamp", 0, FLAG_BOOLEAN, NULL},
    {"certificate", 0, FLAG_TEXT, NULL},
    {"certificate-chain", 0, FLAG_TEXT, NULL},
    {"fulcio-auth-flow", 0, FLAG_TEXT, NULL},
    {"fulcio-url", 0, FLAG_TEXT, NULL},
    {"issue-certificate", 0, FLAG_BOOLEAN, NULL},
    {"oidc-client-id", 0, FLAG_TEXT, NULL},
    {"oidc-client-secret-file", 0, FLAG_TEXT, NULL},
    {"oidc-issuer", 0, FLAG_TEXT, NULL},
    {"oidc-provider", 0, FLAG_TEXT, NULL},
    {"oidc-redirect-url", 0, FLAG_TEXT, NULL},
    {"rekor-url", 0, FLAG_TEXT, NULL},
    {"sk", 0, FLAG_BOOLEAN, NULL},
    {"slot", 0, FLAG_TEXT, NULL},
    {"timestamp-server-url", 0, FLAG_TEXT, NULL},
    {"new-bundle-format", 0, FLAG_BOOLEAN, NULL},
    {0},
};

const struct flag_row cosign_verifying_flags[] = {
    {"key", 0, FLAG_TEXT, NULL},
    {"certificate-identity", 0, FLAG_TEXT, NULL},
    {"certificate-identity-regexp", 0, FLAG_TEXT, NULL},
    {"certificate-oidc-issuer", 0, FLAG_TEXT, NULL},
    {"certificate-oidc-issuer-regexp", 0, FLAG_TEXT, NULL},
    {"insecure-ignore-tlog", 0, FLAG_BOOLEAN, NULL},
    {"private-infrastructure", 0, FLAG_BOOLEAN, NULL},
    {"insecure-ignore-sct", 0, FLAG_BOOLEAN, NULL},
    {"output", 'o', FLAG_TEXT, "json"},
    {"check-claims", 0, FLAG_BOOLEAN, "true"},
    {"max-workers", 0, FLAG_TEXT, "10"},
    {"offline", 0, FLAG_BOOLEAN, NULL},
    {"ca-intermediates", 0, FLAG_TEXT, NULL},
    {"ca-roots", 0, FLAG_TEXT, NULL},
    {"certificate", 0, FLAG_TEXT, NULL},
    {"certificate-chain", 0, FLAG_TEXT, NULL},
    {"certificate-github-workflow-name", 0, FLAG_TEXT, NULL},
    {"certificate-github-workflow-ref", 0, FLAG_TEXT, NULL},
    {"certificate-github-workflow-repository", 0, FLAG_TEXT, NULL},
    {"certificate-github-workflow-sha", 0, FLAG_TEXT, NULL},
    {"certificate-github-workflow-trigger", 0, FLAG_TEXT, NULL},
    {"experimental-oci11", 0, FLAG_BOOLEAN, NULL},
    {"local-image", 0, FLAG_BOOLEAN, NULL},
    {"new-bundle-format", 0, FLAG_BOOLEAN, NULL},
    {"rekor-url", 0, FLAG_TEXT, NULL},
    {"sct", 0, FLAG_TEXT, NULL},
    {"sk", 0, FLAG_BOOLEAN, NULL},
    {"slot", 0, FLAG_TEXT, NULL},
    {"timestamp-certificate-chain", 0, FLAG_TEXT, NULL},
    {"trusted-root", 0, FLAG_TEXT, NULL},
    {"use-signed-timestamps", 0, FLAG_BOOLEAN, NULL},
    {0},
};

/* Of the tables above: with these the run goes to others, or ends otherwise. */
static const char *const unmodelled[] = {
    "output-file",
    "k8s-keychain",
    "registry-password",
    "registry-referrers-mode",
    "registry-token",
    "registry-username",
    "certificate",
    "certificate-chain",
    "fulcio-auth-flow",
    "fulcio-url",
    "issue-certificate",
    "oidc-client-id",
    "oidc-client-secret-file",
    "oidc-issuer",
    "oidc-provider",
    "oidc-redirect-url",
    "rekor-url",
    "sk",
    "slot",
    "timestamp-server-url",
    "new-bundle-format",
    "ca-intermediates",
    "ca-roots",
    "certificate-github-workflow-name",
    "certificate-github-workflow-ref",
    "certificate-github-workflow-repository",
    "certificate-github-workflow-sha",
    "certificate-github-workflow-trigger",
    "experimental-oci11",
    "local-image",
    "sct",
    "timestamp-certificate-chain",
    "trusted-root",
    "use-signed-timestamps",
    NULL,
};

/* Variables that lead it to other services, or have it do otherwise (pkg/cosign/env). */
static const char *const unmodelled_variables[] = {"COSIGN_REPOSITORY",
                                                   "COSIGN_DOCKER_MEDIA_TYPES",
                                                   "SIGSTORE_ROOT_FILE",
                                                   "SIGSTORE_ID_TOKEN",
                                                   "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE",
                                                   "SIGSTORE_REKOR_PUBLIC_KEY",
                                                   "TUF_MIRROR",
                                                   NULL};

static bool is_in_tables(const struct flag_row *const *tables, const char *name)
{
    for (; *tables != NULL; tables++)
        for (const struct flag_row *row = *tables; row->name != NULL; row++)
            if (g_str_equal(row->name, name))
                return true;
    return false;
}

static bool has_any(const struct cosign_run *run, const struct cosign_command *command,
                    const char *const *names)
{
    for (; *names != NULL; names++)
        if (is_in_tables(command->flags, *names) && flags_has(run->flags, *names))
            return true;
    return false;
}

static bool is_unmodelled(const struct cosign_run *run, const struct cosign_command *command)
{
    for (const char *const *name = unmodelled_variables; *name != NULL; name++) {
        const char *value = command_variable(run->call, *name);
        if (value != NULL && *value != '\0')
            return true;
    }
    return has_any(run, command, unmodelled) || has_any(run, command, command->unmodelled);
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

static int end(const struct cosign_run *run, const GError *error)
{
    if (error == NULL)
        return 0;
    if (g_error_matches(error, COSIGN_ERROR, COSIGN_ERROR_NOT_MODELLED))
        return COSIGN_UNKNOWN;
    if (error->domain != FIBER_ERROR)
        command_complain(run->call, "Error: %s\nerror during command execution: %s\n",
                         error->message, error->message);
    return run->exit_code;
}

/* Versions of which nothing here was measured: bundles beside the image are 3's, and 1 has other
   ways. */
static bool is_known_version(const char *version)
{
    return g_str_has_prefix(version, "v2.");
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
    };
    if (name != NULL && call->arguments[2] == NULL && g_str_equal(name, "version"))
        return print_version(options, call);
    if (command == NULL || !is_known_version(options->version))
        return COSIGN_UNKNOWN;
    AUTO(flags) flags = flags_parse(command->flags, call->arguments + 2, true, &error);
    if (flags == NULL)
        return end(&run, error);
    run.flags = flags;
    run.arguments = flags_arguments(flags);
    if (flags_wants_help(flags) || is_unmodelled(&run, command))
        return COSIGN_UNKNOWN;
    if (check_arguments(&run, command, &error) && !command->run(&run, &error))
        g_assert(error != NULL);
    return end(&run, error);
}
