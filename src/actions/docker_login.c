/*
 * docker/login-action: `docker login` for one registry or several, `docker logout` at the end
 * (engine-contract.md F). Amazon's registries ask AWS for the password, which is assumed.
 */
#include "actions/actions.h"
#include "actions/core.h"

#include "base/units.h"
#include "doc/doc.h"

#include <string.h>

#define AWS_TOKEN_US (600 * MILLISECOND_US)

struct login {
    char *registry;
    char *username;
    char *password;
    char *scope;
    char *ecr;
};

static void login_free(struct login *login)
{
    g_free(login->registry);
    g_free(login->username);
    g_free(login->password);
    g_free(login->scope);
    g_free(login->ecr);
    g_free(login);
}

static bool matches(const char *pattern, const char *text)
{
    return g_regex_match_simple(pattern, text, G_REGEX_RAW, 0);
}

static bool is_public_ecr(const char *registry)
{
    return matches("public\\.ecr\\.aws|ecr-public\\.aws\\.com", registry);
}

static bool is_ecr(const char *registry)
{
    return is_public_ecr(registry) ||
           matches("^[0-9]{12}\\.(dkr\\.ecr|dkr-ecr)\\..+\\."
                   "(on\\.aws|amazonaws\\.(com(.cn)?|eu))(/([^:]+)(:.+)?)?$",
                   registry);
}

/* A folder of credentials of their own for a scope (since 3.5), or NULL; g_free. */
static char *config_directory(const struct action_run *run, const struct login *login)
{
    if (login->scope == NULL || *login->scope == '\0')
        return NULL;
    const char *home = action_variable(run, "HOME");
    const char *host =
        strcmp(login->registry, "docker.io") == 0 ? "registry-1.docker.io" : login->registry;
    return g_strdup_printf("%s/.docker/buildx/config/%s%s%s", home != NULL ? home : "", host,
                           *login->scope == '@' ? "" : "/", login->scope);
}

static bool exec_login(struct action_run *run, const struct login *login, GError **error)
{
    g_autofree char *directory = config_directory(run, login);
    if (directory != NULL)
        action_log(run, "Logging into %s (scope %s)...", login->registry, login->scope);
    else
        action_log(run, "Logging into %s...",
                   *login->registry != '\0' ? login->registry : "Docker Hub");
    g_autofree char *variable = g_strdup_printf("DOCKER_CONFIG=%s", directory);
    const char *const environment[] = {variable, NULL};
    g_autoptr(GPtrArray) arguments =
        core_arguments("docker", "login", "--password-stdin", "--username", login->username,
                       login->registry, NULL);
    const struct core_command command = {
        .arguments = arguments,
        .judgement = CORE_ALL_LINES,
        .is_silent = true,
        .input = login->password,
        .environment = directory != NULL ? environment : NULL,
    };
    if (!core_exec(run, &command, NULL, error))
        return false;
    action_log(run, "Login Succeeded!");
    return true;
}

/* Until version 2 either one missing gives the first text. */
static bool check_credentials(const struct action_run *run, const struct login *login,
                              GError **error)
{
    bool has_username = login->username != NULL && *login->username != '\0';
    bool has_password = login->password != NULL && *login->password != '\0';
    if (has_username && has_password)
        return true;
    if (action_major(run) < 3 || (!has_username && !has_password))
        return core_throw(error, "Username and password required");
    return core_throw(error, has_username ? "Password required" : "Username required");
}

static const char *ecr_region(const struct action_run *run, const char *registry, char **found)
{
    if (is_public_ecr(registry)) {
        const char *region = action_variable(run, "AWS_REGION");
        return region != NULL && *region != '\0' ? region : "us-east-1";
    }
    g_auto(GStrv) parts = g_strsplit(registry, ".", 5);
    *found = g_strdup(g_strv_length(parts) > 3 ? parts[3] : "");
    return *found;
}

static bool login_ecr(struct action_run *run, const struct login *login, GError **error)
{
    g_autofree char *found = NULL;
    const char *region = ecr_region(run, login->registry, &found);
    action_log(run, "Retrieving registries data through AWS SDK...");
    action_log(run, "AWS%s ECR detected with %s region",
               is_public_ecr(login->registry) ? " Public" : "", region);
    if (!action_assume(run, "an authorization token of Amazon ECR", AWS_TOKEN_US, error))
        return false;
    g_autofree char *password = action_random_hex(run, 32);
    action_mask(run, password);
    struct login granted = *login;
    granted.username = (char *)"AWS";
    granted.password = password;
    return exec_login(run, &granted, error);
}

static bool log_in(struct action_run *run, const struct login *login, GError **error)
{
    bool is_asked = g_ascii_strcasecmp(login->ecr, "true") == 0;
    if (is_asked || (strcmp(login->ecr, "auto") == 0 && is_ecr(login->registry)))
        return login_ecr(run, login, error);
    return check_credentials(run, login, error) && exec_login(run, login, error);
}

/* ---- which registries ---- */

static char *member_text(const struct node *node, const char *key, const char *otherwise)
{
    const struct node *member = node_get(node, key);
    bool has_text = member != NULL && member->text != NULL && *member->text != '\0';
    return g_strdup(has_text ? member->text : otherwise);
}

static bool read_list(struct action_run *run, const char *text, GPtrArray *logins, GError **error)
{
    g_autoptr(GError) failure = NULL;
    AUTO(doc) doc = doc_load_text("registry-auth", text, strlen(text), DOC_DEFAULT, &failure);
    if (doc == NULL)
        return core_throw(error, "%s", failure->message);
    const struct node *list = doc_root(doc);
    if (list->kind != NODE_SEQUENCE)
        return core_throw(error, "yaml.load(...).map is not a function");
    for (gsize i = 0; i < node_length(list); i++) {
        struct login *login = g_new0(struct login, 1);
        login->registry = member_text(node_item(list, i), "registry", "docker.io");
        login->username = member_text(node_item(list, i), "username", "");
        login->password = member_text(node_item(list, i), "password", "");
        login->scope = member_text(node_item(list, i), "scope", "");
        login->ecr = member_text(node_item(list, i), "ecr", "auto");
        action_mask(run, login->password);
        g_ptr_array_add(logins, login);
    }
    return true;
}

static bool read_logins(struct action_run *run, GPtrArray *logins, GError **error)
{
    static const char *const others[] = {"registry", "username", "password", "scope", "ecr"};
    const char *list = action_input(run, "registry-auth");
    if (*list != '\0') {
        for (gsize i = 0; i < G_N_ELEMENTS(others); i++)
            if (action_input_is_given(run, others[i]))
                return core_throw(error, "Cannot use registry-auth with other inputs");
        return read_list(run, list, logins, error) &&
               (logins->len > 0 || core_throw(error, "No registry to login"));
    }
    const char *registry = action_input(run, "registry");
    const char *standard = action_major(run) < 3 ? "" : "docker.io";
    const char *ecr = action_input(run, "ecr");
    struct login *login = g_new0(struct login, 1);
    login->registry = g_strdup(*registry != '\0' ? registry : standard);
    login->username = g_strdup(action_input(run, "username"));
    login->password = g_strdup(action_input(run, "password"));
    login->scope = g_strdup(action_input(run, "scope"));
    login->ecr = g_strdup(*ecr != '\0' ? ecr : "auto");
    g_ptr_array_add(logins, login);
    return true;
}

/* For the post phase: [{"registry": …, "configDir": …}], each once. */
static void save_registries(struct action_run *run, const GPtrArray *logins)
{
    g_autoptr(json_t) registries = json_array();
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < logins->len; i++) {
        const struct login *login = g_ptr_array_index(logins, i);
        g_autofree char *directory = config_directory(run, login);
        const char *place = directory != NULL ? directory : "";
        if (g_hash_table_add(seen, g_strdup_printf("%s|%s", login->registry, place)))
            json_array_append_new(registries, json_pack("{s:s, s:s}", "registry", login->registry,
                                                        "configDir", place));
    }
    g_autofree char *text = json_text(registries);
    action_save_state(run, "registries", text);
}

static bool log_in_all(struct action_run *run, GError **error)
{
    bool is_logout = false;
    if (!core_input_boolean(run, "logout", &is_logout, error))
        return false;
    action_save_state(run, "logout", is_logout ? "true" : "false");
    g_autoptr(GPtrArray) logins = g_ptr_array_new_with_free_func((GDestroyNotify)login_free);
    if (!read_logins(run, logins, error))
        return false;
    save_registries(run, logins);
    if (logins->len == 1)
        return log_in(run, g_ptr_array_index(logins, 0), error);
    for (guint i = 0; i < logins->len; i++) {
        const struct login *login = g_ptr_array_index(logins, i);
        g_autofree char *title = g_strdup_printf("Login to %s", login->registry);
        CORE_GROUP(run, title);
        if (!log_in(run, login, error))
            return false;
    }
    return true;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, log_in_all, error);
}

/* ---- the end of the job ---- */

static bool log_out(struct action_run *run, const char *registry, const char *directory,
                    GError **error)
{
    g_autofree char *variable = g_strdup_printf("DOCKER_CONFIG=%s", directory);
    const char *const environment[] = {variable, NULL};
    if (*directory != '\0')
        action_log(run, "Alternative config dir: %s", directory);
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "logout", registry, NULL);
    const struct core_command command = {.arguments = arguments,
                                         .environment = *directory != '\0' ? environment : NULL};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    g_autofree char *errors = core_trimmed(result.errors);
    if (core_exec_failed(&result))
        action_warn(run, "%s", errors);
    return true;
}

static bool log_out_all(struct action_run *run, GError **error)
{
    if (strcmp(action_state(run, "logout"), "true") != 0)
        return true;
    const char *text = action_state(run, "registries");
    g_autoptr(json_t) registries = json_parse_bytes(text, strlen(text), NULL);
    gsize i;
    json_t *registry;
    json_array_foreach (registries, i, registry) {
        const char *name = json_get_string(registry, "registry", "");
        g_autofree char *title = g_strdup_printf("Logout from %s", name);
        CORE_GROUP(run, title);
        if (!log_out(run, name, json_get_string(registry, "configDir", ""), error))
            return false;
    }
    return true;
}

static bool post_phase(struct action_run *run, GError **error)
{
    return core_run(run, log_out_all, error);
}

static const struct action_input inputs[] = {
    {"registry", "", false},      {"username", "", false}, {"password", "", false},
    {"ecr", "", false},           {"scope", "", false},    {"logout", "true", false},
    {"registry-auth", "", false}, {NULL, NULL, false},
};

const struct action action_docker_login = {
    .name = "docker/login-action",
    .summary = "Logs in to one registry or several with `docker login`, and out at the end.",
    .first_major = 1,
    .last_major = 4,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = false,
};
