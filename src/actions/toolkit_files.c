/* Files, folders, references and texts of docker's actions. */
#include "actions/toolkit.h"

#include "base/regular_file.h"

#include <glib/gstdio.h>
#include <string.h>

/* A character of a random name, by a hex pair. */
static char name_character(const char *digits)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    int number = g_ascii_xdigit_value(digits[0]) * 16 + g_ascii_xdigit_value(digits[1]);
    return characters[number % 62];
}

static char *random_name(struct action_run *run, unsigned length)
{
    g_autofree char *digits = action_random_hex(run, length * 2);
    char *name = g_malloc0(length + 1);
    for (unsigned i = 0; i < length; i++)
        name[i] = name_character(digits + 2 * i);
    return name;
}

const char *toolkit_directory(struct toolkit *toolkit, GError **error)
{
    if (toolkit->directory != NULL)
        return toolkit->directory;
    const char *temporary = action_variable(toolkit->run, "RUNNER_TEMP");
    g_autofree char *name = random_name(toolkit->run, 6);
    g_autofree char *path = g_strdup_printf("%s/docker-actions-toolkit-%s",
                                            temporary != NULL ? temporary : "/tmp", name);
    g_autofree char *place = action_host_path(toolkit->run, path);
    if (place == NULL || g_mkdir_with_parents(place, 0700) != 0) {
        core_throw(error, "ENOENT: no such file or directory, mkdtemp '%s'", path);
        return NULL;
    }
    toolkit->directory = g_steal_pointer(&path);
    return toolkit->directory;
}

char *toolkit_temporary_name(struct toolkit *toolkit, GError **error)
{
    const char *directory = toolkit_directory(toolkit, error);
    if (directory == NULL)
        return NULL;
    g_autofree char *name = random_name(toolkit->run, 12);
    return g_strdup_printf("%s/tmp-1777-%s", directory, name);
}

bool toolkit_write_file(struct toolkit *toolkit, const char *path, const char *text, GError **error)
{
    g_autofree char *place = action_host_path(toolkit->run, path);
    if (place == NULL || !g_file_set_contents(place, text, -1, NULL))
        return core_throw(error, "ENOENT: no such file or directory, open '%s'", path);
    return true;
}

char *toolkit_read_file(struct toolkit *toolkit, const char *path)
{
    char *text = NULL;
    g_autofree char *place = action_host_path(toolkit->run, path);
    if (place != NULL)
        regular_file_read(place, &text, NULL, NULL);
    return text;
}

/* A folder of files only, which is all that docker and the toolkit put there. */
void toolkit_remove_directory(struct action_run *run, const char *path)
{
    if (*path == '\0')
        return;
    g_autofree char *title = g_strdup_printf("Removing temp folder %s", path);
    CORE_GROUP(run, title);
    g_autofree char *place = action_host_path(run, path);
    g_autoptr(GDir) directory = place != NULL ? g_dir_open(place, 0, NULL) : NULL;
    if (directory == NULL)
        return;
    for (const char *name = g_dir_read_name(directory); name != NULL;
         name = g_dir_read_name(directory)) {
        g_autofree char *file = g_build_filename(place, name, NULL);
        g_unlink(file);
    }
    g_rmdir(place);
}

char *toolkit_docker_directory(const struct action_run *run)
{
    const char *configured = action_variable(run, "DOCKER_CONFIG");
    const char *home = action_variable(run, "HOME");
    if (configured != NULL && *configured != '\0')
        return g_strdup(configured);
    return g_strconcat(home != NULL ? home : "", "/.docker", NULL);
}

static const char *server_url(const struct action_run *run)
{
    const char *url = action_variable(run, "GITHUB_SERVER_URL");
    return url != NULL && *url != '\0' ? url : "https://github.com";
}

static char *git_reference(const struct action_run *run, bool is_pinned)
{
    const char *reference = action_context(run, "github.ref");
    const char *commit = action_context(run, "github.sha");
    bool is_pull = g_str_has_prefix(reference, "refs/pull/");
    bool wants_head =
        g_strcmp0(action_variable(run, "DOCKER_DEFAULT_GIT_CONTEXT_PR_HEAD_REF"), "true") == 0;
    if (is_pull && wants_head && g_str_has_suffix(reference, "/merge")) {
        const char *head = action_context(run, "github.event.pull_request.head.sha");
        if (is_pinned && *head != '\0')
            return g_strdup(head);
        return g_strdup_printf("%.*s/head", (int)(strlen(reference) - strlen("/merge")), reference);
    }
    if (*commit != '\0' && (is_pinned || !is_pull))
        return g_strdup(commit);
    return g_str_has_prefix(reference, "refs/") ? g_strdup(reference)
                                                : g_strconcat("refs/heads/", reference, NULL);
}

char *toolkit_git_context(const struct action_run *run, bool is_pinned)
{
    g_autofree char *reference = git_reference(run, is_pinned);
    return g_strdup_printf("%s/%s.git#%s", server_url(run),
                           action_context(run, "github.repository"), reference);
}

bool toolkit_is_remote(const char *text)
{
    static const char *const prefixes[] = {"http://", "https://", "git://", "github.com/", "git@"};
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(text, prefixes[i]))
            return true;
    return false;
}

char *toolkit_run_url(const struct action_run *run)
{
    const char *attempt = action_context(run, "github.run_attempt");
    return g_strdup_printf("%s/%s/actions/runs/%s/attempts/%s", server_url(run),
                           action_context(run, "github.repository"),
                           action_context(run, "github.run_id"), *attempt != '\0' ? attempt : "1");
}

/* ---- what they print before they begin ---- */

static const char *permission_text(int64_t permission)
{
    static const char *const texts[] = {NULL, "read", "write", "read/write"};
    return permission > 0 && permission < (int64_t)G_N_ELEMENTS(texts) ? texts[permission] : NULL;
}

/* The claim "ac" of a JSON web token, or NULL. */
static json_t *token_claims(const char *token)
{
    g_auto(GStrv) parts = g_strsplit(token, ".", 3);
    if (g_strv_length(parts) < 2)
        return NULL;
    g_autoptr(GString) payload = g_string_new(g_strdelimit(parts[1], "-_", '+'));
    while (payload->len % 4 != 0)
        g_string_append_c(payload, '=');
    gsize length = 0;
    g_autofree guchar *bytes = g_base64_decode(payload->str, &length);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) claims = json_parse_bytes(bytes, length, &error);
    const char *scopes = json_get_string(claims, "ac", NULL);
    return scopes != NULL ? json_parse_bytes(scopes, strlen(scopes), &error) : NULL;
}

void toolkit_print_token(struct toolkit *toolkit)
{
    CORE_GROUP(toolkit->run, "GitHub Actions runtime token ACs");
    const char *token = action_variable(toolkit->run, "ACTIONS_RUNTIME_TOKEN");
    if (token == NULL || *token == '\0') {
        action_warn(toolkit->run, "ACTIONS_RUNTIME_TOKEN not set");
        return;
    }
    g_autoptr(json_t) scopes = token_claims(token);
    gsize i;
    json_t *scope;
    json_array_foreach (scopes, i, scope) {
        const char *text = permission_text(json_get_integer(scope, "Permission", 0));
        if (text != NULL)
            action_log(toolkit->run, "%s: %s", json_get_string(scope, "Scope", ""), text);
    }
}

static void print_proxies(struct action_run *run, const json_t *proxies)
{
    const char *host, *key;
    json_t *settings, *value;
    bool has_many = json_object_size(proxies) > 1;
    json_object_foreach ((json_t *)proxies, host, settings) {
        if (has_many)
            action_log(run, "%s", host);
        json_object_foreach (settings, key, value)
            action_log(run, "%s%s: %s", has_many ? "  " : "", key, json_string_value(value));
    }
}

void toolkit_print_proxies(struct toolkit *toolkit)
{
    CORE_GROUP(toolkit->run, "Proxy configuration");
    g_autofree char *folder = toolkit_docker_directory(toolkit->run);
    g_autofree char *path = g_strconcat(folder, "/config.json", NULL);
    g_autofree char *text = toolkit_read_file(toolkit, path);
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) config = text != NULL ? json_parse_bytes(text, strlen(text), &error) : NULL;
    if (error != NULL)
        action_warn(toolkit->run, "Unable to parse config file %s: SyntaxError: %s", path,
                    error->message);
    else if (json_get_object(config, "proxies") != NULL)
        print_proxies(toolkit->run, json_get_object(config, "proxies"));
    else
        action_log(toolkit->run, "No proxy configuration found");
}
