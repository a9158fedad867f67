/* `skopeo login` and `logout` (containers/common pkg/auth): the registry is asked whom it knows
   before anything is kept. */
#include "mocks/commands/skopeo/auth_file.h"
#include "mocks/commands/skopeo/registry.h"

#include "base/limits.h"

#include <string.h>

static const struct flag_row login_flags[] = {
    {"authfile", 0, FLAG_TEXT, NULL},         {"cert-dir", 0, FLAG_TEXT, NULL},
    {"compat-auth-file", 0, FLAG_TEXT, NULL}, {"get-login", 0, FLAG_BOOLEAN, NULL},
    {"password", 'p', FLAG_TEXT, NULL},       {"password-stdin", 0, FLAG_BOOLEAN, NULL},
    {"tls-verify", 0, FLAG_BOOLEAN, "true"},  {"username", 'u', FLAG_TEXT, NULL},
    {"verbose", 'v', FLAG_BOOLEAN, NULL},     {0},
};
static const struct flag_row logout_flags[] = {
    {"all", 'a', FLAG_BOOLEAN, NULL},
    {"authfile", 0, FLAG_TEXT, NULL},
    {"compat-auth-file", 0, FLAG_TEXT, NULL},
    {"tls-verify", 0, FLAG_BOOLEAN, "true"},
    {0},
};

/* The option's, the environment's, docker login's where a folder is named for it, the run folder's.
 */
struct target_file {
    struct skopeo_auth_place place;
    char *docker; /* g_free */
};

static void target_file_clear(struct target_file *file)
{
    g_free(file->docker);
}
#define TARGET_FILE(variable)                                                                      \
    __attribute__((cleanup(target_file_clear))) struct target_file variable = target_file_of(run)

static struct target_file target_file_of(const struct skopeo_run *run)
{
    const char *option = flags_text(run->flags, "authfile");
    const char *variable = command_variable(run->call, "REGISTRY_AUTH_FILE");
    const char *docker = command_variable(run->call, "DOCKER_CONFIG");
    struct target_file file = {0};
    if (*option != '\0') {
        file.place.path = option;
    } else if (variable != NULL && *variable != '\0') {
        file.place.path = variable;
    } else if (docker != NULL && *docker != '\0') {
        file.docker = g_build_filename(docker, "config.json", NULL);
        file.place = (struct skopeo_auth_place){.path = file.docker, .is_dockers = true};
    }
    return file;
}

/* "https://ghcr.io/v2" is "ghcr.io"; a repository stays one. g_free; NULL with an error. */
static char *key_of(const struct skopeo_run *run, const char *what, const char *preposition,
                    GError **error)
{
    if (run->argument_count == 0) {
        (void)skopeo_fail(error, "please provide a registry to %s %s", what, preposition);
        return NULL;
    }
    if (run->argument_count > 1) {
        (void)skopeo_fail(error, "log%s accepts only one registry to %s %s",
                          strcmp(what, "log in") == 0 ? "in" : "out", what, preposition);
        return NULL;
    }
    const char *name = run->arguments[0];
    bool is_url = g_str_has_prefix(name, "https://") || g_str_has_prefix(name, "http://");
    const char *start = is_url ? strstr(name, "://") + 3 : name;
    return is_url ? g_strndup(start, strcspn(start, "/")) : g_strdup(name);
}

/* All lines of stdin, joined. g_free. */
static char *read_stdin(const struct skopeo_run *run, GError **error)
{
    g_autoptr(GBytes) bytes = command_read_all(run->call, DOC_BYTES_MAX, error);
    if (bytes == NULL)
        return NULL;
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    g_autofree char *text = g_strndup(data != NULL ? data : "", length);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (g_str_has_suffix(*line, "\r"))
            (*line)[strlen(*line) - 1] = '\0';
    return g_strjoinv("", lines);
}

/* A prompt is nobody's to answer here. */
static char *read_password(const struct skopeo_run *run, GError **error)
{
    const char *password = flags_text(run->flags, "password");
    bool is_by_stdin = flags_boolean(run->flags, "password-stdin");
    bool has_user = *flags_text(run->flags, "username") != '\0';
    if (is_by_stdin && *password != '\0')
        (void)skopeo_fail(error, "Can't specify both --password-stdin and --password");
    else if (is_by_stdin && !has_user)
        (void)skopeo_fail(error, "Must provide --username with --password-stdin");
    else if (is_by_stdin)
        return read_stdin(run, error);
    else if (*password == '\0' || !has_user)
        (void)skopeo_fail_unknown(error);
    else
        return g_strdup(password);
    return NULL;
}

static bool check(const struct skopeo_run *run, const char *host, const char *user,
                  const char *secret, unsigned *status, GError **error)
{
    SKOPEO_REGISTRY(registry);
    HTTP_RESPONSE(response);
    const struct skopeo_context context = {.is_insecure = flags_has(run->flags, "tls-verify") &&
                                                          !flags_boolean(run->flags, "tls-verify")};
    skopeo_registry_init(&registry, run, &context, "");
    registry.host = host;
    registry.user = g_strdup(user);
    registry.secret = g_strdup(secret);
    const struct skopeo_request request = {.method = "GET", .path = "/v2/"};
    if (!skopeo_registry_ask(&registry, &request, &response, error))
        return false;
    *status = response.status;
    return response.status == 200 || skopeo_fail_with_answer(&response, error);
}

static bool is_wrong_password(unsigned status, const GError *error)
{
    return status == 401 ||
           g_str_has_prefix(error->message, "unable to retrieve auth token: invalid username");
}

static bool log_in(const struct skopeo_run *run, const char *key, const char *user,
                   const char *secret, GError **error)
{
    unsigned status = 0;
    GError *reason = NULL;
    g_autofree char *host = g_strndup(key, strcspn(key, "/"));
    TARGET_FILE(file);
    g_autofree char *quoted = human_quote(key);
    if (check(run, host, user, secret, &status, &reason)) {
        if (!skopeo_auth_keep(run, &file.place, key, user, secret, error))
            return false;
        command_print(run->call, "Login Succeeded!\n");
        return true;
    }
    if (skopeo_is_said(reason) && is_wrong_password(status, reason)) {
        g_error_free(reason);
        return skopeo_fail(error, "logging into %s: invalid username/password", quoted);
    }
    g_propagate_error(error, reason);
    return skopeo_prefixed(false, error, "authenticating creds for %s: ", quoted);
}

static bool show_login(const struct skopeo_run *run, const char *key, GError **error)
{
    TARGET_FILE(file);
    g_autofree char *user = NULL;
    g_autofree char *secret = NULL;
    const struct skopeo_context context = {.authfile = file.place.path};
    if (!skopeo_auth_find(run, &context, key, &user, &secret, error))
        return false;
    if (user == NULL || *user == '\0')
        return skopeo_fail(error, "not logged into %s", key);
    command_print(run->call, "%s\n", user);
    return true;
}

static bool run_login(struct skopeo_run *run, GError **error)
{
    g_autofree char *key = key_of(run, "log in", "to", error);
    if (key == NULL)
        return false;
    if (*flags_text(run->flags, "cert-dir") != '\0' || flags_boolean(run->flags, "verbose") ||
        flags_has(run->flags, "compat-auth-file"))
        return skopeo_fail_unknown(error);
    if (flags_boolean(run->flags, "get-login"))
        return show_login(run, key, error);
    g_autofree char *password = read_password(run, error);
    if (password == NULL)
        return false;
    if (*password == '\0')
        return skopeo_fail_unknown(error);
    g_autofree char *user = g_strstrip(g_strdup(flags_text(run->flags, "username")));
    return log_in(run, key, user, password, error);
}

const struct skopeo_command skopeo_login = {
    .name = "login", .flags = login_flags, .run = run_login};

static bool log_out(const struct skopeo_run *run, const struct skopeo_auth_place *place,
                    const char *key, GError **error)
{
    bool found = false;
    if (!skopeo_auth_forget(run, place, key, &found, error))
        return false;
    if (found) {
        command_print(run->call, "Removed login credentials for %s\n", key);
        return true;
    }
    /* docker login's are looked at, and the registry asked, to say whose they are. */
    g_autofree char *user = NULL;
    g_autofree char *secret = NULL;
    const struct skopeo_context context = {.authfile = place->path};
    if (!skopeo_auth_find(run, &context, key, &user, &secret, error))
        return false;
    return user != NULL ? skopeo_fail_unknown(error)
                        : skopeo_fail(error, "not logged into %s", key);
}

static bool run_logout(struct skopeo_run *run, GError **error)
{
    TARGET_FILE(file);
    if (flags_has(run->flags, "compat-auth-file"))
        return skopeo_fail_unknown(error);
    if (flags_boolean(run->flags, "all")) {
        if (run->argument_count != 0)
            return skopeo_fail(error, "--all takes no arguments");
        if (!skopeo_auth_forget_all(run, &file.place, error))
            return false;
        command_print(run->call, "Removed login credentials for all registries\n");
        return true;
    }
    g_autofree char *key = key_of(run, "log out", "from", error);
    return key != NULL && log_out(run, &file.place, key, error);
}

const struct skopeo_command skopeo_logout = {
    .name = "logout", .flags = logout_flags, .run = run_logout};
