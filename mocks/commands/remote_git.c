/* git-remote-https: the conversation with git, and pushes. */
#include "mocks/commands/remote_git.h"

#include <string.h>

enum {
    EXIT_FATAL = 128,
    LINE_BYTES_MAX = 64 * 1024,
};

bool remote_git_await(struct remote_git *remote, gsize count)
{
    const struct command_call *call = remote->call;
    g_autoptr(GError) error = NULL;
    bool is_end = false;
    while (remote->input->len < count && !is_end)
        if (!call->seam->read(call->self, remote->input, &is_end, &error))
            return false;
    return remote->input->len >= count;
}

/* Without its end; NULL at the end of input. */
static char *read_line(struct remote_git *remote)
{
    gsize length = 0;
    for (;; length++) {
        if (length > LINE_BYTES_MAX || !remote_git_await(remote, length + 1))
            return NULL;
        if (remote->input->data[length] == '\n')
            break;
    }
    char *line = g_strndup((const char *)remote->input->data, length);
    g_byte_array_remove_range(remote->input, 0, (guint)length + 1);
    return line;
}

/* A URL may carry a token: it is nobody's business. */
static char *without_user(const char *url)
{
    const char *scheme_end = strstr(url, "://");
    if (scheme_end == NULL)
        return g_strdup(url);
    const char *host = scheme_end + strlen("://");
    const char *at = memchr(host, '@', strcspn(host, "/"));
    return at == NULL ? g_strdup(url) : g_strdup_printf("%.*s%s", (int)(host - url), url, at + 1);
}

/* 0, or the exit code with which git's helper gives up, before it has told git of any branch: git
   follows it with 128. */
static int meet_weather(const struct remote_git *remote, const char *verb)
{
    const struct command_set_options *options = &remote->set->options;
    g_autofree char *what = g_strconcat(verb, " ", remote->url, NULL);
    const struct point_event event = {
        .point = POINT_GIT, .machine = options->machine, .subject = what};
    const struct point_effect effect = world_consult(options->world, &event);
    g_autoptr(GError) error = NULL;
    if (!effect.is_failure)
        return 0;
    bool is_heard = !effect.is_hang || fiber_sleep(options->loop, GIT_SILENCE_US, &error);
    if (is_heard)
        command_complain(remote->call, "fatal: unable to access '%s/': %s\n", remote->url,
                         effect.message);
    return EXIT_FATAL;
}

int remote_git_note(struct remote_git *remote, const char *verb, bool leaves_gap)
{
    const char *const words[] = {"git", verb, remote->url, NULL};
    const struct command_call line = {.arguments = words};
    const struct assumed_command *said = assumed_find(remote->set, &line);
    g_autofree char *what = g_strconcat(verb, " ", remote->url, NULL);
    const char *const noted[] = {"git", what, NULL};
    g_autoptr(GError) error = NULL;

    if (remote->origin != NULL && said == NULL && !leaves_gap)
        return 0;
    if (leaves_gap && said == NULL)
        assumed_note(remote->set, noted, /* touches_images= */ false);
    else
        assumed_note_complete(remote->set, noted);
    if (said == NULL)
        return 0;
    if (said->duration_us > 0 && !fiber_sleep(remote->set->options.loop, said->duration_us, &error))
        return 1;
    if (said->output != NULL)
        command_write(remote->call, 2, said->output, -1);
    return said->exit_code;
}

/* ---- pushing ---- */

static int compare_texts(gconstpointer left, gconstpointer right)
{
    return strcmp(left, right);
}

/* What a push is compared with: tags are left out, for a local one says nothing of the remote. */
static int list_heads(const struct remote_git *remote, const char *verb)
{
    int exit_code = meet_weather(remote, verb);
    if (exit_code != 0)
        return exit_code;
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(remote->heads), compare_texts);
    for (const GList *each = names; each != NULL; each = each->next)
        command_print(remote->call, "%s refs/heads/%s\n",
                      (const char *)g_hash_table_lookup(remote->heads, each->data),
                      (const char *)each->data);
    command_print(remote->call, "\n");
    return 0;
}

static void accept(const struct remote_git *remote, const char *update)
{
    const char *colon = strrchr(update, ':');
    command_print(remote->call, "ok %s\n", colon != NULL ? colon + 1 : update);
}

/* A batch of "push +from:to" ends with an empty line. */
static int push(struct remote_git *remote, const char *first)
{
    int exit_code = remote_git_note(remote, "push", /* leaves_gap= */ false);
    if (exit_code != 0)
        return exit_code;
    accept(remote, first);
    for (;;) {
        g_autofree char *line = read_line(remote);
        if (line == NULL || *line == '\0')
            break;
        accept(remote, line);
    }
    command_print(remote->call, "\n");
    return 0;
}

/* ---- the rehearsed repository ---- */

/* What git tells its helpers of the repository that asks is not for the other one's. */
static char **environment_of_server(const struct remote_git *remote)
{
    static const char *const local[] = {"GIT_DIR=",
                                        "GIT_WORK_TREE=",
                                        "GIT_INDEX_FILE=",
                                        "GIT_OBJECT_DIRECTORY=",
                                        "GIT_ALTERNATE_OBJECT_DIRECTORIES=",
                                        "GIT_COMMON_DIR=",
                                        "GIT_CONFIG=",
                                        "GIT_CONFIG_PARAMETERS=",
                                        "GIT_CONFIG_COUNT=",
                                        "GIT_SHALLOW_FILE=",
                                        "GIT_PREFIX=",
                                        "GIT_QUARANTINE_PATH=",
                                        "GIT_NAMESPACE=",
                                        "GIT_TRACE",
                                        "GIT_PROTOCOL="};
    g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
    for (const char *const *each = remote->call->environment; *each != NULL; each++) {
        bool is_local = false;
        for (gsize i = 0; i < G_N_ELEMENTS(local); i++)
            is_local = is_local || g_str_has_prefix(*each, local[i]);
        if (!is_local)
            g_strv_builder_add(kept, *each);
    }
    g_strv_builder_add(kept, "GIT_PROTOCOL=version=2");
    return g_strv_builder_end(kept);
}

static int serve(struct remote_git *remote, const char *service)
{
    bool is_push = strcmp(service, "git-receive-pack") == 0;
    const char *verb = is_push ? "push" : "fetch";
    const char *const words[] = {"git", service + strlen("git-"), remote->origin, NULL};
    int exit_code = meet_weather(remote, verb);
    if (exit_code == 0 && is_push && !remote_git_may_push(remote))
        exit_code = EXIT_FATAL;
    if (exit_code == 0)
        exit_code = remote_git_note(remote, verb, !is_push && remote->is_partial);
    if (exit_code != 0)
        return exit_code;
    g_auto(GStrv) environment = environment_of_server(remote);
    const struct nested nested = {words, (const char *const *)environment};
    command_print(remote->call, "\n");
    exit_code = nested_run(remote->set, remote->call, &nested, "");
    remote->was_pushed |= is_push;
    remote->is_over = true;
    return exit_code;
}

static void open_origin(struct remote_git *remote)
{
    const struct git_origin *origin = remote->set->options.origin;
    if (origin != NULL && remote->call->seam->start_child != NULL && remote_git_is_own(remote))
        remote->origin = origin->open(origin->self, &remote->is_partial);
}

static void close_origin(struct remote_git *remote)
{
    const struct git_origin *origin = remote->set->options.origin;
    if (remote->origin != NULL)
        origin->close(origin->self, remote->origin, remote->was_pushed);
    g_free(remote->origin);
}

/* ---- the conversation ---- */

static int fetch(struct remote_git *remote)
{
    int exit_code = meet_weather(remote, "fetch");
    if (exit_code == 0)
        exit_code = remote_git_note(remote, "fetch", /* leaves_gap= */ true);
    if (exit_code != 0)
        return exit_code;
    command_print(remote->call, "\n");
    return remote_git_upload(remote) ? 0 : EXIT_FATAL;
}

/* 0: go on with the next line. */
static int obey(struct remote_git *remote, const char *line)
{
    if (strcmp(line, "capabilities") == 0)
        command_print(remote->call, remote->origin != NULL ? "connect\noption\n\n"
                                                           : "stateless-connect\npush\noption\n\n");
    else if (g_str_has_prefix(line, "connect ") && remote->origin != NULL)
        return serve(remote, line + strlen("connect "));
    else if (g_str_has_prefix(line, "option "))
        command_print(remote->call, "ok\n");
    else if (strcmp(line, "list for-push") == 0)
        return list_heads(remote, "push");
    else if (strcmp(line, "list") == 0)
        return list_heads(remote, "fetch");
    else if (g_str_has_prefix(line, "push "))
        return push(remote, line);
    else if (strcmp(line, "stateless-connect git-upload-pack") == 0)
        return fetch(remote);
    else if (g_str_has_prefix(line, "stateless-connect "))
        command_print(remote->call, "fallback\n");
    else
        return EXIT_FATAL;
    return 0;
}

static int converse(struct remote_git *remote)
{
    int exit_code = 0;
    while (exit_code == 0 && !remote->is_over) {
        g_autofree char *line = read_line(remote);
        if (line == NULL || *line == '\0')
            break;
        exit_code = obey(remote, line);
    }
    return exit_code;
}

int row_remote_git(void *self, const struct command_call *call)
{
    const char *name = call->arguments[1];
    if (name == NULL) {
        command_complain(call, "error: remote-curl: usage: git remote-curl <remote> [<url>]\n");
        return 1;
    }
    struct remote_git remote = {
        .set = self,
        .call = call,
        .name = name,
        .url = without_user(call->arguments[2] != NULL ? call->arguments[2] : name),
        .input = g_byte_array_new(),
        .heads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .tags = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
        .directory = command_variable(call, "GIT_DIR"),
    };
    remote_git_learn(&remote);
    open_origin(&remote);
    int exit_code = converse(&remote);
    close_origin(&remote);
    g_hash_table_unref(remote.heads);
    g_hash_table_unref(remote.tags);
    g_byte_array_unref(remote.input);
    g_free(remote.url);
    g_free(remote.commit);
    return exit_code;
}
