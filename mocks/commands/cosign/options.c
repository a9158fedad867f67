/* Options of cosign's commands: those that many have, and those that lead to where nothing here is
   modelled. */
#include "mocks/commands/cosign/cosign_private.h"

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
    {"registry-cacert", 0, FLAG_TEXT, NULL},
    {"registry-client-cert", 0, FLAG_TEXT, NULL},
    {"registry-client-key", 0, FLAG_TEXT, NULL},
    {"registry-server-name", 0, FLAG_TEXT, NULL},
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
    {"timestamp-client-cacert", 0, FLAG_TEXT, NULL},
    {"timestamp-client-cert", 0, FLAG_TEXT, NULL},
    {"timestamp-client-key", 0, FLAG_TEXT, NULL},
    {"timestamp-server-name", 0, FLAG_TEXT, NULL},
    {"new-bundle-format", 0, FLAG_BOOLEAN, NULL},
    {"use-signing-config", 0, FLAG_BOOLEAN, NULL},
    {"signing-config", 0, FLAG_TEXT, NULL},
    {"trusted-root", 0, FLAG_TEXT, NULL},
    {"bundle", 0, FLAG_TEXT, NULL},
    {"signing-algorithm", 0, FLAG_TEXT, NULL},
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
    {"attachment-tag-prefix", 0, FLAG_TEXT, NULL},
    {"signature-digest-algorithm", 0, FLAG_TEXT, NULL},
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
    "registry-cacert",
    "registry-client-cert",
    "registry-client-key",
    "registry-server-name",
    "attachment-tag-prefix",
    "signature-digest-algorithm",
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
    "timestamp-client-cacert",
    "timestamp-client-cert",
    "timestamp-client-key",
    "timestamp-server-name",
    "bundle",
    "signing-algorithm",
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
    "use-signed-timestamps",
    NULL,
};

/* The same before version 3. */
static const char *const unmodelled_before_three[] = {
    "new-bundle-format", "use-signing-config", "signing-config", "trusted-root", NULL,
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

bool cosign_is_unmodelled(const struct cosign_run *run, const struct cosign_command *command)
{
    for (const char *const *name = unmodelled_variables; *name != NULL; name++) {
        const char *value = command_variable(run->call, *name);
        if (value != NULL && *value != '\0')
            return true;
    }
    if (run->version < COSIGN_VERSION(3, 0, 0) && has_any(run, command, unmodelled_before_three))
        return true;
    return has_any(run, command, unmodelled) || has_any(run, command, command->unmodelled);
}

/* ---- what will go ---- */

/* cmd/cosign/cli/options and triangulate.go of 3.0.3 to 3.0.6. */
static const struct {
    unsigned since;
    const char *option; /* NULL: the command itself */
    const char *command;
    const char *advice;
} deprecated[] = {
    {COSIGN_VERSION(3, 0, 3), "tlog-upload", NULL,
     "prefer using a --signing-config file with no transparency log services"},
    {COSIGN_VERSION(3, 0, 3), "offline", NULL,
     "To verify in an airgapped environment, provide a --bundle with the signature and "
     "verification "
     "material, and a --trusted-root file with the service keys and certificates"},
    {COSIGN_VERSION(3, 0, 5), NULL, "triangulate",
     "instead you can use:\n  - \"oras discover\" will show referring artifacts that exist\n  - "
     "\"cosign tree\" will show referring artifacts and old image references"},
};

void cosign_tell_deprecated(const struct cosign_run *run, const struct cosign_command *command)
{
    for (gsize i = 0; i < G_N_ELEMENTS(deprecated); i++) {
        const char *option = deprecated[i].option;
        if (run->version < deprecated[i].since)
            continue;
        if (option == NULL && g_str_equal(deprecated[i].command, command->name))
            command_complain(run->call, "Command \"%s\" is deprecated, %s\n", command->name,
                             deprecated[i].advice);
        else if (option != NULL && is_in_tables(command->flags, option) &&
                 flags_has(run->flags, option))
            command_complain(run->call, "Flag --%s has been deprecated, %s\n", option,
                             deprecated[i].advice);
    }
}
