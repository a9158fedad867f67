/*
 * aws-actions/amazon-ecr-login: a token of Amazon ECR, which is assumed, then `docker login`
 * (index.js of v1 and v2).
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/units.h"

#include <string.h>

#define TOKEN_US (600 * MILLISECOND_US)

/* "123456789012.dkr.ecr.eu-west-1.amazonaws.com"; g_free. */
static char *registry_of(const struct action_run *run, const char *account)
{
    const char *region = action_variable(run, "AWS_REGION");
    return g_strdup_printf("%s.dkr.ecr.%s.amazonaws.com", account,
                           region != NULL && *region != '\0' ? region : "us-east-1");
}

/* Runs of what a name may not hold become one '_'; g_free. */
static char *name_part(const char *registry)
{
    g_autoptr(GRegex) bad = g_regex_new("[^a-zA-Z0-9_]+", G_REGEX_RAW, 0, NULL);
    return g_regex_replace(bad, registry, -1, 0, "_", 0, NULL);
}

static bool exec_login(struct action_run *run, const char *registry, const char *password,
                       bool is_public, GError **error)
{
    g_autofree char *endpoint =
        is_public ? g_strdup(registry) : g_strconcat("https://", registry, NULL);
    g_autoptr(GPtrArray) arguments =
        core_arguments("docker", "login", "-u", "AWS", "-p", password, endpoint, NULL);
    const struct core_command command = {.arguments = arguments, .is_silent = true};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    return result.exit_code == 0 ||
           core_throw(error, "Could not login to registry %s: %s", registry, result.errors);
}

static bool log_in(struct action_run *run, const char *registry, bool is_public, GError **error)
{
    g_autofree char *password = action_random_hex(run, 40);
    g_autofree char *part = name_part(registry);
    g_autofree char *username_output = g_strconcat("docker_username_", part, NULL);
    g_autofree char *password_output = g_strconcat("docker_password_", part, NULL);
    action_log(run, "Logging into registry %s", registry);
    if (!exec_login(run, registry, password, is_public, error))
        return false;
    if (strcmp(action_input(run, "mask-password"), "false") != 0)
        action_mask(run, password);
    action_set_output(run, username_output, "AWS");
    action_set_output(run, password_output, password);
    return true;
}

static GPtrArray *registries_of(const struct action_run *run, bool is_public)
{
    GPtrArray *registries = g_ptr_array_new_with_free_func(g_free);
    const char *asked = action_input(run, "registries");
    const char *account = action_variable(run, "AWS_ACCOUNT_ID");
    if (is_public) {
        g_ptr_array_add(registries, g_strdup("public.ecr.aws"));
        return registries;
    }
    g_auto(GStrv) accounts =
        g_strsplit(*asked != '\0' ? asked : (account != NULL ? account : "123456789012"), ",", -1);
    for (char **one = accounts; *one != NULL; one++)
        g_ptr_array_add(registries, registry_of(run, g_strstrip(*one)));
    return registries;
}

static bool log_in_all(struct action_run *run, const GPtrArray *registries, bool is_public,
                       GError **error)
{
    g_autoptr(GString) state = g_string_new(NULL);
    bool is_done = true;
    for (guint i = 0; is_done && i < registries->len; i++) {
        const char *registry = g_ptr_array_index(registries, i);
        if (registries->len == 1)
            action_set_output(run, "registry", registry);
        is_done = log_in(run, registry, is_public, error);
        if (is_done)
            g_string_append_printf(state, "%s%s", state->len > 0 ? "," : "", registry);
    }
    if (strcmp(action_input(run, "skip-logout"), "true") != 0)
        action_save_state(run, "registries", state->str);
    return is_done;
}

static bool perform(struct action_run *run, GError **error)
{
    const char *type = action_input(run, "registry-type");
    bool is_public = g_ascii_strcasecmp(type, "public") == 0;
    if (!is_public && g_ascii_strcasecmp(type, "private") != 0)
        return core_throw(error, "Invalid input for 'registry-type', possible options are "
                                 "[private, public]");
    if (!action_assume(run, "an authorization token of Amazon ECR", TOKEN_US, error))
        return false;
    g_autoptr(GPtrArray) registries = registries_of(run, is_public);
    return log_in_all(run, registries, is_public, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static bool log_out_all(struct action_run *run, GError **error)
{
    g_auto(GStrv) registries = g_strsplit(action_state(run, "registries"), ",", -1);
    g_autoptr(GString) failed = g_string_new(NULL);
    for (char **registry = registries; *registry != NULL; registry++) {
        if (**registry == '\0')
            continue;
        action_log(run, "Logging out of registry %s", *registry);
        g_autoptr(GPtrArray) arguments = core_arguments("docker", "logout", *registry, NULL);
        const struct core_command command = {.arguments = arguments, .is_silent = true};
        ACTION_EXEC_RESULT(result);
        if (!core_exec(run, &command, &result, error))
            return false;
        if (result.exit_code == 0)
            continue;
        action_error(run, "Could not logout of registry %s: %s", *registry, result.errors);
        g_string_append_printf(failed, "%s%s", failed->len > 0 ? "," : "", *registry);
    }
    return failed->len == 0 || core_throw(error, "Failed to logout: %s", failed->str);
}

static bool post_phase(struct action_run *run, GError **error)
{
    return core_run(run, log_out_all, error);
}

static const struct action_input inputs[] = {
    {"http-proxy", "", false},       {"mask-password", "true", false},
    {"registries", "", false},       {"registry-type", "private", false},
    {"skip-logout", "false", false}, {NULL, NULL, false},
};

const struct action action_amazon_ecr_login = {
    .name = "aws-actions/amazon-ecr-login",
    .summary = "Logs in to Amazon ECR; that AWS grants the token is assumed.",
    .first_major = 1,
    .last_major = 2,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = false,
};
