/* `crane auth login` and `logout`: what they keep is docker login's, and no registry is asked
   (cmd/crane/cmd/auth.go). */
#include "mocks/commands/crane/crane_private.h"
#include "mocks/commands/docker/docker_cli.h"

#include <string.h>

static const struct flag_row no_flags[] = {{0}};
static const struct flag_row login_flags[] = {
    {"username", 'u', FLAG_TEXT, NULL},
    {"password", 'p', FLAG_TEXT, NULL},
    {"password-stdin", 0, FLAG_BOOLEAN, NULL},
    {0},
};

static void log_path(struct crane_run *run, const char *what)
{
    g_autofree char *folder = docker_cli_config_folder(run->call);
    g_autofree char *line = g_strdup_printf("%s via %s/config.json", what, folder);
    crane_log(run, line);
}

/* g_free. */
static char *read_password(const struct crane_run *run, GError **error)
{
    return flags_boolean(run->flags, "password-stdin")
               ? docker_cli_read_secret(run->call, error)
               : g_strdup(flags_text(run->flags, "password"));
}

static bool run_login(struct crane_run *run, GError **error)
{
    g_autofree char *password = read_password(run, error);
    const char *user = flags_text(run->flags, "username");
    const char *server = run->arguments[0];
    if (password == NULL)
        return false;
    if (*user == '\0' && *password == '\0')
        return crane_fail(error, "username and password required");
    if (strchr(server, '/') != NULL || !docker_cli_config_is_clear(run->call))
        return crane_fail_unknown(error);
    if (!docker_cli_keep_login(run->call, server, user, password, error))
        return false;
    log_path(run, "logged in");
    return true;
}

const struct crane_command crane_login = {
    .name = "auth login",
    .flags = login_flags,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_login,
};

static bool run_logout(struct crane_run *run, GError **error)
{
    if (!docker_cli_config_is_clear(run->call))
        return crane_fail_unknown(error);
    if (!docker_cli_forget_login(run->call, run->arguments[0], error))
        return false;
    log_path(run, "logged out");
    return true;
}

const struct crane_command crane_logout = {
    .name = "auth logout",
    .flags = no_flags,
    .arguments_min = 1,
    .arguments_max = 1,
    .run = run_logout,
};
