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

/* One that came some other way is assumed, and so is what this one does not model. */
int row_cosign(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    const struct command_set_options *options = &set->options;
    g_autofree char *version = installed_version(call);
    if (version == NULL)
        return assumed_run(set, call);
    const struct cosign_options cosign = {
        .http = options->http,
        .loop = options->loop,
        .machine = options->machine,
        .version = version,
        .platform = options->platform,
        .seed = options->seed,
        .date_us = command_set_date_us(set),
        .is_own = options->is_own_image,
        .self = options->is_own_self,
    };
    int code = cosign_run(&cosign, call);
    return code != COSIGN_UNKNOWN ? code : assumed_run(set, call);
}
