/* docker login and docker logout (captures 33). Without a terminal: nothing is ever asked for. */
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

#define HUB_SERVER       "https://index.docker.io/v1/"
#define SECRET_BYTES_MAX (1024 * 1024)

static const struct flag_row login_flags[] = {
    {"password", 'p', FLAG_TEXT, NULL},
    {"password-stdin", 0, FLAG_BOOLEAN, NULL},
    {"username", 'u', FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const login_tables[] = {login_flags, NULL};
static const struct flag_row *const no_tables[] = {NULL};

/* "https://ghcr.io/v2" to "ghcr.io"; g_free. */
static char *hostname_of(const char *server)
{
    const char *scheme = strstr(server, "://");
    const char *start = scheme != NULL ? scheme + strlen("://") : server;
    return g_strndup(start, strcspn(start, "/"));
}

static char *server_of(const struct invocation *invocation)
{
    const char *asked = invocation->argument_count > 0 ? invocation->arguments[0] : "";
    if (*asked == '\0' || g_str_equal(asked, "docker.io") || g_str_equal(asked, HUB_SERVER))
        return g_strdup(HUB_SERVER);
    return hostname_of(asked);
}

/* What makes no sense together; NULL: fine. */
static const char *complaint(const struct flags *flags)
{
    if (flags_has(flags, "password-stdin") && flags_has(flags, "password"))
        return "conflicting options: cannot specify both --password and --password-stdin";
    if (flags_has(flags, "password-stdin") && !flags_has(flags, "username"))
        return "the --password-stdin option requires --username to be set";
    if (flags_has(flags, "username") && *flags_text(flags, "username") == '\0')
        return "username is empty";
    if (flags_has(flags, "password") && *flags_text(flags, "password") == '\0')
        return "password is empty";
    return NULL;
}

char *docker_cli_read_secret(const struct command_call *call, GError **error)
{
    gsize length_bytes = 0;

    g_autoptr(GBytes) bytes = command_read_all(call, SECRET_BYTES_MAX, error);
    if (bytes == NULL)
        return NULL;
    const char *data = g_bytes_get_data(bytes, &length_bytes);
    char *secret = g_strndup(data != NULL ? data : "", length_bytes);
    if (g_str_has_suffix(secret, "\n"))
        secret[strlen(secret) - 1] = '\0';
    if (g_str_has_suffix(secret, "\r"))
        secret[strlen(secret) - 1] = '\0';
    return secret;
}

static char *read_secret(struct invocation *invocation, GError **error)
{
    return flags_boolean(invocation->flags, "password-stdin")
               ? docker_cli_read_secret(invocation->call, error)
               : g_strdup(flags_text(invocation->flags, "password"));
}

static bool uses_store(const json_t *config)
{
    return *json_get_string(config, "credsStore", "") != '\0';
}

/* Base64 of "user:secret", or the identity token when the registry gave one. */
static json_t *login_of(const char *user, const char *secret, const char *token)
{
    g_autofree char *pair = g_strconcat(user, ":", *token != '\0' ? "" : secret, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    json_t *auth = json_pack("{s:s}", "auth", encoded);

    if (*token != '\0')
        json_object_set_new(auth, "identitytoken", json_string(token));
    return auth;
}

static bool keep_login(const struct command_call *call, const char *key, json_t *login,
                       GError **error)
{
    g_autoptr(json_t) config = config_read(call);
    g_autofree char *path = config_path(call);

    if (json_get_object(config, "auths") == NULL)
        json_object_set_new(config, "auths", json_object());
    json_object_set_new(json_get_object(config, "auths"), key, login);
    if (!config_write(call, config, error))
        return false;
    if (!uses_store(config))
        command_complain(call,
                         "\nWARNING! Your credentials are stored unencrypted in '%s'.\n"
                         "Configure a credential helper to remove this warning. See\n"
                         "https://docs.docker.com/go/credential-store/\n\n",
                         path);
    return true;
}

bool docker_cli_keep_login(const struct command_call *call, const char *registry, const char *user,
                           const char *secret, GError **error)
{
    return keep_login(call, config_auth_key(registry), login_of(user, secret, ""), error);
}

bool docker_cli_forget_login(const struct command_call *call, const char *registry, GError **error)
{
    g_autoptr(json_t) config = config_read(call);
    json_t *auths = json_get_object(config, "auths");
    return auths == NULL || json_object_del(auths, config_auth_key(registry)) != 0 ||
           config_write(call, config, error);
}

static bool log_in(struct invocation *invocation, const char *server, const char *user,
                   const char *secret, json_t **answer, GError **error)
{
    json_t *body = json_pack("{s:o, s:o, s:s}", "username", json_text_or_null(user), "password",
                             json_text_or_null(secret), "serveraddress", server);
    return invocation_ask(invocation, "POST", "/auth", body, answer, error);
}

/* With neither user nor secret the login that is kept is tried again. */
static int log_in_again(struct invocation *invocation, const char *server)
{
    struct docker_cli_login login = docker_cli_login_of(invocation->call, server);
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;

    if (login.user == NULL)
        return invocation_end(invocation, 1,
                              "Error: Cannot perform an interactive login from a non TTY device");
    command_complain(invocation->call,
                     "Authenticating with existing credentials... [Username: %s]\n\n"
                     " Info -> To login with a different account, run 'docker logout' followed by "
                     "'docker login'\n\n\n",
                     login.user);
    bool is_in = log_in(invocation, server, login.user, login.secret, &answer, &error);
    docker_cli_login_clear(&login);
    if (is_in) {
        command_print(invocation->call, "%s\n", json_get_string(answer, "Status", ""));
        return 0;
    }
    g_autofree char *text = docker_cli_error_text(error);
    if (g_error_matches(error, DOCKER_ERROR, 401))
        command_complain(invocation->call, "Stored credentials invalid or expired\n");
    else
        command_complain(invocation->call, "Login did not succeed, error: %s\n", text);
    return invocation_end(invocation, 1,
                          "Error: Cannot perform an interactive login from a non TTY device");
}

static int run_login(struct invocation *invocation)
{
    const struct flags *flags = invocation->flags;
    const char *user = flags_text(flags, "username");
    const char *nonsense = complaint(flags);
    g_autofree char *server = server_of(invocation);
    g_autoptr(json_t) answer = NULL;
    g_autoptr(GError) error = NULL;

    if (nonsense != NULL)
        return invocation_end(invocation, 1, "%s", nonsense);
    if (flags_has(flags, "password"))
        command_complain(invocation->call, "WARNING! Using --password via the CLI is insecure. Use "
                                           "--password-stdin.\n");
    g_autofree char *secret = read_secret(invocation, &error);
    if (secret == NULL)
        return invocation_fail(invocation, error);
    if (*user == '\0' && *secret == '\0')
        return log_in_again(invocation, server);
    if (*user == '\0' || *secret == '\0')
        return invocation_end(invocation, 1,
                              "Error: Cannot perform an interactive login from a non TTY device");
    if (!log_in(invocation, server, user, secret, &answer, &error))
        return invocation_fail(invocation, error);
    json_t *login = login_of(user, secret, json_get_string(answer, "IdentityToken", ""));
    if (!keep_login(invocation->call, server, login, &error)) {
        g_prefix_error_literal(&error, "Error saving credentials: ");
        return invocation_fail(invocation, error);
    }
    command_print(invocation->call, "%s\n", json_get_string(answer, "Status", ""));
    return 0;
}

static int run_logout(struct invocation *invocation)
{
    bool is_hub = invocation->argument_count == 0;
    const char *asked = is_hub ? HUB_SERVER : invocation->arguments[0];
    g_autofree char *host = is_hub ? g_strdup(HUB_SERVER) : hostname_of(asked);
    g_autofree char *plain = g_strconcat("http://", host, NULL);
    g_autofree char *secure = g_strconcat("https://", host, NULL);
    const char *const keys[] = {asked, host, plain, secure};
    g_autoptr(json_t) config = config_read(invocation->call);
    json_t *auths = json_get_object(config, "auths");
    g_autoptr(GError) error = NULL;
    bool has_changed = false;

    command_print(invocation->call, "Removing login credentials for %s\n", host);
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        has_changed |= auths != NULL && json_object_del(auths, keys[i]) == 0;
    if (has_changed && !config_write(invocation->call, config, &error))
        command_complain(invocation->call, "WARNING: could not erase credentials:\n%s: %s\n", host,
                         error->message);
    return 0;
}

const struct command_row login_commands[] = {
    {"login", "[OPTIONS] [SERVER]", "Authenticate to a registry", ARGUMENTS_AT_MOST, 1,
     login_tables, run_login, true},
    {"logout", "[SERVER]", "Log out from a registry", ARGUMENTS_AT_MOST, 1, no_tables, run_logout,
     true},
    {0},
};
