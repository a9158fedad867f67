/* The cosign command of the machine: which one an installer has put on PATH, wired. */
#include "mocks/commands/commands_private.h"

#include "base/regular_file.h"
#include "mocks/commands/cosign/cosign.h"

#include <string.h>

/* What sigstore/cosign-installer leaves beside the program that it would have put there. */
#define RELEASE_FILE ".cosign-release"

/* Of the first folder of PATH that has one; g_free, NULL: none. */
static char *installed_version(const struct command_call *call)
{
    const char *path = command_variable(call, "PATH");
    g_auto(GStrv) folders = g_strsplit(path != NULL ? path : "", ":", -1);
    for (gsize i = 0; folders[i] != NULL; i++) {
        g_autofree char *file = g_build_filename(folders[i], RELEASE_FILE, NULL);
        g_autofree char *place = command_host_path(call, file);
        char *text = NULL;
        if (place != NULL && regular_file_read(place, &text, NULL, NULL))
            return g_strchomp(text);
    }
    return NULL;
}

/* Whether a cosign that was assumed may have left a signature that the world does not show. */
static bool has_assumed(const struct command_set *set)
{
    for (guint i = 0; i < set->uses->len; i++) {
        const struct assumed_use *use = g_ptr_array_index(set->uses, i);
        if (g_str_has_prefix(use->line, "cosign"))
            return true;
    }
    return false;
}

static bool is_own(void *self, const char *repository)
{
    const struct command_set *set = self;
    const struct command_set_options *options = &set->options;
    return !has_assumed(set) && (options->is_own_image == NULL ||
                                 options->is_own_image(options->is_own_self, repository));
}

static bool has_host(void *self, const char *host)
{
    const struct command_set *set = self;
    g_autofree char *name = g_strndup(host, strcspn(host, ":"));
    return world_find_site(set->options.world, host) != NULL ||
           world_find_site(set->options.world, name) != NULL;
}

/* `cosign login` keeps what `docker login` keeps, where that keeps it. */
static int log_in(struct command_set *set, const struct command_call *call)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (void *)"docker");
    for (gsize i = 1; call->arguments[i] != NULL; i++)
        g_ptr_array_add(words, (void *)(uintptr_t)call->arguments[i]);
    g_ptr_array_add(words, NULL);
    struct command_call login = *call;
    login.arguments = (const char *const *)words->pdata;
    return command_set_run(set, &login);
}

/* Commands that bring images to a registry are not modelled, but known to. */
static int assume(struct command_set *set, const struct command_call *call)
{
    static const char *const movers[] = {"copy", "load", "upload", NULL};
    if (call->arguments[1] == NULL || !g_strv_contains(movers, call->arguments[1]))
        return assumed_run(set, call);
    assumed_note(set, call->arguments, /* touches_images= */ true);
    return 0;
}

/* One that came some other way is assumed, and so is what this one does not model. */
int row_cosign(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    const struct command_set_options *options = &set->options;
    g_autofree char *version = installed_version(call);
    if (version == NULL)
        return command_set_lacks(set, call) ? COMMAND_NOT_FOUND : assume(set, call);
    if (g_strcmp0(call->arguments[1], "login") == 0 && set->docker != NULL)
        return log_in(set, call);
    const struct cosign_options cosign = {
        .http = options->http,
        .loop = options->loop,
        .machine = options->machine,
        .version = version,
        .platform = options->platform,
        .seed = options->seed,
        .date_us = command_set_date_us(set),
        .is_own = is_own,
        .has_host = has_host,
        .self = set,
    };
    int code = cosign_run(&cosign, call);
    return code != COSIGN_UNKNOWN ? code : assume(set, call);
}
