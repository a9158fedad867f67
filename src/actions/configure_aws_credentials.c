/*
 * aws-actions/configure-aws-credentials: AWS is assumed to grant what is asked for (src/index.ts of
 * v2 to v6); what it exports, sets and refuses is the real one's.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/units.h"

#include <string.h>

#define GRANT_US (800 * MILLISECOND_US)

static bool is_region(const char *region)
{
    return g_regex_match_simple("^[a-zA-Z0-9-]{1,63}$", region, G_REGEX_RAW, 0);
}

static void export_keys(struct action_run *run, const char *key, const char *secret,
                        const char *session)
{
    action_mask(run, key);
    action_mask(run, secret);
    action_export_variable(run, "AWS_ACCESS_KEY_ID", key);
    action_export_variable(run, "AWS_SECRET_ACCESS_KEY", secret);
    if (*session == '\0')
        return;
    action_mask(run, session);
    action_export_variable(run, "AWS_SESSION_TOKEN", session);
}

static bool assume_role(struct action_run *run, GError **error)
{
    const char *role = action_input(run, "role-to-assume");
    g_autofree char *what = g_strdup_printf("that AWS lets the role %s be assumed", role);
    if (!action_assume(run, what, GRANT_US, error))
        return false;
    g_autofree char *key = action_random_hex(run, 16);
    g_autofree char *secret = action_random_hex(run, 40);
    g_autofree char *session = action_random_hex(run, 64);
    g_autofree char *whole_key = g_strconcat("ASIA", key, NULL);
    export_keys(run, whole_key, secret, session);
    action_log(run, "Assuming role with %s",
               action_input_is_given(run, "aws-access-key-id") ? "user credentials" : "OIDC");
    action_log(run, "Authenticated as assumedRoleId AROA%s:GitHubActions", key);
    return true;
}

static bool use_keys(struct action_run *run, GError **error)
{
    const char *key = action_input(run, "aws-access-key-id");
    const char *secret = action_input(run, "aws-secret-access-key");
    if (*key != '\0' && *secret == '\0')
        return core_throw(error, "'aws-secret-access-key' must be provided if "
                                 "'aws-access-key-id' is provided");
    if (*key == '\0')
        return core_throw(error, "Could not determine how to assume credentials. Please check "
                                 "your inputs and try again.");
    export_keys(run, key, secret, action_input(run, "aws-session-token"));
    action_log(run, "Proceeding with IAM user credentials");
    return action_assume(run, "that AWS knows the given keys", GRANT_US, error);
}

/* The account stands in the role's name: arn:aws:iam::123456789012:role/x. */
static void set_account(struct action_run *run)
{
    g_auto(GStrv) parts = g_strsplit(action_input(run, "role-to-assume"), ":", 6);
    const char *account = g_strv_length(parts) > 4 ? parts[4] : "123456789012";
    if (strcmp(action_input(run, "mask-aws-account-id"), "true") == 0)
        action_mask(run, account);
    action_set_output(run, "aws-account-id", account);
}

static bool perform(struct action_run *run, GError **error)
{
    const char *region = action_input(run, "aws-region");
    bool has_role = action_input_is_given(run, "role-to-assume");
    if (*region == '\0')
        return core_throw(error, "Input required and not supplied: aws-region");
    if (!is_region(region))
        return core_throw(error, "Region is not valid: %s", region);
    action_export_variable(run, "AWS_DEFAULT_REGION", region);
    action_export_variable(run, "AWS_REGION", region);
    if (!(has_role ? assume_role(run, error) : use_keys(run, error)))
        return false;
    set_account(run);
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static bool post_phase(struct action_run *run, GError **error)
{
    static const char *const names[] = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
                                        "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"};
    (void)error;
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
        action_export_variable(run, names[i], "");
    return true;
}

static const struct action_input inputs[] = {
    {"aws-region", "", true},
    {"aws-profile", "", false},
    {"overwrite-aws-profile", "", false},
    {"role-to-assume", "", false},
    {"aws-access-key-id", "", false},
    {"aws-secret-access-key", "", false},
    {"aws-session-token", "", false},
    {"web-identity-token-file", "", false},
    {"role-chaining", "", false},
    {"audience", "sts.amazonaws.com", false},
    {"http-proxy", "", false},
    {"no-proxy", "", false},
    {"mask-aws-account-id", "", false},
    {"role-duration-seconds", "", false},
    {"role-external-id", "", false},
    {"role-session-name", "", false},
    {"role-skip-session-tagging", "", false},
    {"transitive-tag-keys", "", false},
    {"inline-session-policy", "", false},
    {"managed-session-policies", "", false},
    {"output-credentials", "", false},
    {"output-env-credentials", "", false},
    {"unset-current-credentials", "", false},
    {"disable-retry", "", false},
    {"retry-max-attempts", "", false},
    {"special-characters-workaround", "", false},
    {"use-existing-credentials", "", false},
    {"allowed-account-ids", "", false},
    {"force-skip-oidc", "", false},
    {"action-timeout-s", "", false},
    {"custom-tags", "", false},
    {"sts-endpoint", "", false},
    {NULL, NULL, false},
};

const struct action action_configure_aws_credentials = {
    .name = "aws-actions/configure-aws-credentials",
    .summary = "Exports AWS credentials; that AWS grants them is assumed.",
    .first_major = 1,
    .last_major = 6,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = false,
};
