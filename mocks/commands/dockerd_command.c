/* dockerd, as far as scripts and docker/setup-docker-action call it: its version, whether it takes
   a file, and a daemon of a version's own folder. */
#include "mocks/commands/commands_private.h"

#include "base/regular_file.h"

#include <string.h>

/* The value of --name=value or of --name value; lent, NULL: not given. */
static const char *option(const struct command_call *call, const char *name)
{
    gsize length = strlen(name);
    for (const char *const *word = call->arguments + 1; *word != NULL; word++) {
        if (strncmp(*word, name, length) != 0)
            continue;
        if ((*word)[length] == '=')
            return *word + length + 1;
        if ((*word)[length] == '\0')
            return word[1];
    }
    return NULL;
}

static bool has_word(const struct command_call *call, const char *word)
{
    return g_strv_contains(call->arguments + 1, word);
}

/* "28.5.2" where PATH leads first to …/docker-archive-stable/28.5.2/x64; g_free. NULL: it leads to
   the machine's own. */
static char *version_in_path(const struct command_call *call)
{
    const char *path = command_variable(call, "PATH");
    g_auto(GStrv) folders = g_strsplit(path != NULL ? path : "", ":", -1);
    for (char **folder = folders; *folder != NULL; folder++) {
        const char *tool = strstr(*folder, "/docker-archive-");
        const char *version = tool != NULL ? strchr(tool + 1, '/') : NULL;
        if (version != NULL)
            return g_strndup(version + 1, strcspn(version + 1, "/"));
    }
    return NULL;
}

/* A second --host=tcp://…, at which nobody listens here: what asks there goes red for nothing. */
static void tell_tcp(struct command_set *set, const struct command_call *call)
{
    static const char prefix[] = "--host=tcp://";
    for (const char *const *word = call->arguments + 1; *word != NULL; word++) {
        const char *const words[] = {"dockerd", *word, NULL};
        if (g_str_has_prefix(*word, prefix))
            assumed_note(set, words, /* touches_images= */ false);
    }
}

static GBytes *read_settings(const struct command_call *call, const char *path)
{
    g_autofree char *host_path = command_host_path(call, path);
    g_autofree char *text = NULL;
    gsize length_bytes = 0;
    if (host_path == NULL || !regular_file_read(host_path, &text, &length_bytes, NULL))
        return NULL;
    return g_bytes_new_take(g_steal_pointer(&text), length_bytes);
}

static bool start_own(struct command_set *set, const struct command_call *call,
                      const struct dockerd_own *own, int *exit_code)
{
    g_autoptr(GError) error = NULL;
    if (own->socket == NULL || own->data_root == NULL || own->settings == NULL ||
        !dockerd_knows_version(own->version))
        return false;
    *exit_code = dockerd_replace(set->options.dockerd, own, &error) ? 0 : 1;
    if (error != NULL)
        command_complain(call, "%s\n", error->message);
    tell_tcp(set, call);
    if (option(call, "--rootless") != NULL) /* a network and rights of its own */
        assumed_note(set, call->arguments, /* touches_images= */ true);
    return true;
}

int row_dockerd(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    int exit_code = 0;
    g_autofree char *version = version_in_path(call);
    const char *host = option(call, "--host");
    const char *path = option(call, "--config-file");
    if (has_word(call, "--version") || has_word(call, "-v")) {
        command_print(call, "Docker version %s, build 6430e49\n",
                      version != NULL ? version : set->options.docker_version);
        return 0;
    }
    g_autoptr(GBytes) settings = path != NULL ? read_settings(call, path) : NULL;
    const struct dockerd_own own = {
        .version = version,
        .socket =
            host != NULL && g_str_has_prefix(host, "unix://") ? host + strlen("unix://") : NULL,
        .data_root = option(call, "--data-root"),
        .settings_path = path,
        .settings = settings,
    };
    if (set->options.dockerd != NULL && version != NULL && command_is_root(call) &&
        start_own(set, call, &own, &exit_code))
        return exit_code;
    assumed_note(set, call->arguments, /* touches_images= */ true);
    return 0;
}
