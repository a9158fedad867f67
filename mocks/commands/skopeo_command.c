/* The skopeo command of the machine, wired: that of GitHub's ubuntu-24.04 image. */
#include "mocks/commands/commands_private.h"

#include "mocks/commands/skopeo/skopeo.h"

#include <string.h>

#define IMAGE_VERSION "1.13.3"

static bool has_all_tags(void *self, const char *repository)
{
    const struct command_set_options *options = &((const struct command_set *)self)->options;
    return options->is_own_image == NULL || options->is_own_image(options->is_own_self, repository);
}

static void note_doubt(void *self, const char *command)
{
    const char *const words[] = {"skopeo", command, NULL};
    assumed_note(self, words, /* touches_images= */ true);
}

static const char *stand_in(void *self, const char *digest)
{
    return world_stand_in(((const struct command_set *)self)->options.world, digest);
}

int row_skopeo(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    const struct http_opener *opener =
        world_registry_opener(set->options.world, set->options.machine, "engine");
    /* Connections are kept by the process, and end with it. */
    AUTO(http) http = http_new(set->options.loop, opener, "engine");
    const struct skopeo_options options = {
        .http = http,
        .loop = set->options.loop,
        .version = IMAGE_VERSION,
        .architecture = strcmp(command_set_machine(set), "aarch64") == 0 ? "arm64" : "amd64",
        .date_us = command_set_date_us(set),
        .has_all_tags = has_all_tags,
        .note_doubt = note_doubt,
        .stand_in = stand_in,
        .self = set,
    };
    int code = skopeo_run(&options, call);
    if (code != SKOPEO_UNKNOWN)
        return code;
    if (skopeo_call_moves_images(call))
        return assumed_run(set, call);
    assumed_note(set, call->arguments, /* touches_images= */ false);
    return 0;
}
