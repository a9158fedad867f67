/*
 * google-github-actions/auth: Google is assumed to grant what is asked for (src/main.ts of v1 to
 * v3); what it writes, exports and sets is the real one's.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/units.h"

#include <glib/gstdio.h>
#include <string.h>

#define GRANT_US (800 * MILLISECOND_US)

/* The project that is given, or stands in the key or in the account's name; g_free. */
static char *project_of(const struct action_run *run)
{
    const char *given = action_input(run, "project_id");
    const char *key = action_input(run, "credentials_json");
    const char *account = action_input(run, "service_account");
    if (*given != '\0')
        return g_strdup(given);
    g_autoptr(GError) broken = NULL;
    g_autoptr(json_t) parsed = *key != '\0' ? json_parse_bytes(key, strlen(key), &broken) : NULL;
    const char *own = json_get_string(parsed, "project_id", "");
    if (*own != '\0')
        return g_strdup(own);
    const char *at = strchr(account, '@');
    return at != NULL ? g_strndup(at + 1, strcspn(at + 1, ".")) : g_strdup("");
}

static bool write_credentials(struct action_run *run, GError **error)
{
    const char *workspace = action_variable(run, "GITHUB_WORKSPACE");
    g_autofree char *digits = action_random_hex(run, 16);
    g_autofree char *path =
        g_strdup_printf("%s/gha-creds-%s.json", workspace != NULL ? workspace : "", digits);
    g_autofree char *place = action_host_path(run, path);
    g_autofree char *folder = place != NULL ? g_path_get_dirname(place) : NULL;
    const char *key = action_input(run, "credentials_json");
    if (folder != NULL)
        g_mkdir_with_parents(folder, 0755);
    if (place == NULL ||
        !g_file_set_contents(place, *key != '\0' ? key : "{\"type\":\"external_account\"}", -1,
                             NULL))
        return core_throw(error, "ENOENT: no such file or directory, open '%s'", path);
    action_log(run, "Created credentials file at \"%s\"", path);
    action_set_output(run, "credentials_file_path", path);
    action_save_state(run, "credentials", path);
    if (strcmp(action_input(run, "export_environment_variables"), "true") != 0)
        return true;
    action_export_variable(run, "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", path);
    action_export_variable(run, "GOOGLE_APPLICATION_CREDENTIALS", path);
    action_export_variable(run, "GOOGLE_GHA_CREDS_PATH", path);
    return true;
}

static void set_project(struct action_run *run)
{
    static const char *const names[] = {"CLOUDSDK_CORE_PROJECT", "CLOUDSDK_PROJECT",
                                        "GCLOUD_PROJECT", "GCP_PROJECT", "GOOGLE_CLOUD_PROJECT"};
    g_autofree char *project = project_of(run);
    if (*project == '\0')
        return;
    action_set_output(run, "project_id", project);
    if (strcmp(action_input(run, "export_environment_variables"), "true") == 0)
        for (gsize i = 0; i < G_N_ELEMENTS(names); i++)
            action_export_variable(run, names[i], project);
}

static void set_token(struct action_run *run, const char *output)
{
    g_autofree char *digits = action_random_hex(run, 64);
    g_autofree char *token = g_strconcat("ya29.", digits, NULL);
    action_mask(run, token);
    action_set_output(run, output, token);
}

/* One of the two ways. Whether the job may ask for an id token is part of what is assumed. */
static bool check(const struct action_run *run, GError **error)
{
    bool has_provider = action_input_is_given(run, "workload_identity_provider");
    bool has_key = action_input_is_given(run, "credentials_json");
    if (has_provider == has_key)
        return core_throw(error,
                          "The GitHub Action workflow must specify exactly one of "
                          "\"workload_identity_provider\" or \"credentials_json\"! If you are "
                          "specifying input values via GitHub secrets, ensure the secret is being "
                          "injected into the environment. By default, secrets are not passed to "
                          "workflows triggered from forks, including Dependabot.");
    return true;
}

static bool perform(struct action_run *run, GError **error)
{
    const char *format = action_input(run, "token_format");
    if (!check(run, error))
        return false;
    bool is_file = strcmp(action_input(run, "create_credentials_file"), "true") == 0;
    if (is_file && !write_credentials(run, error))
        return false;
    set_project(run);
    if (!action_assume(run, "that Google grants the credentials", GRANT_US, error))
        return false;
    set_token(run, "auth_token");
    if (*format == '\0')
        return true;
    if (strcmp(format, "access_token") == 0 || strcmp(format, "id_token") == 0) {
        set_token(run, format);
        return true;
    }
    return core_throw(error, "Unknown token format \"%s\"", format);
}

static bool main_phase(struct action_run *run, GError **error)
{
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    if (perform(run, &thrown))
        return true;
    if (!core_catch(thrown, &message, error))
        return false;
    action_fail(run, "google-github-actions/auth failed with: %s", message);
    return true;
}

static bool post_phase(struct action_run *run, GError **error)
{
    (void)error;
    const char *path = action_state(run, "credentials");
    g_autofree char *place = *path != '\0' ? action_host_path(run, path) : NULL;
    if (place == NULL || strcmp(action_input(run, "cleanup_credentials"), "true") != 0)
        return true;
    g_unlink(place);
    action_log(run, "Removed exported credentials at \"%s\".", path);
    return true;
}

static const struct action_input inputs[] = {
    {"project_id", "", false},
    {"workload_identity_provider", "", false},
    {"service_account", "", false},
    {"audience", "", false},
    {"credentials_json", "", false},
    {"create_credentials_file", "true", false},
    {"export_environment_variables", "true", false},
    {"token_format", "", false},
    {"delegates", "", false},
    {"universe", "googleapis.com", false},
    {"request_reason", "", false},
    {"cleanup_credentials", "true", false},
    {"access_token_lifetime", "3600s", false},
    {"access_token_scopes", "https://www.googleapis.com/auth/cloud-platform", false},
    {"access_token_subject", "", false},
    {"id_token_audience", "", false},
    {"id_token_include_email", "false", false},
    {NULL, NULL, false},
};

const struct action action_google_auth = {
    .name = "google-github-actions/auth",
    .summary = "Exports Google credentials; that Google grants them is assumed.",
    .first_major = 1,
    .last_major = 3,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = false,
};
