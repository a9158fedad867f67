/* The crane command of the machine, wired. Whichever release a workflow has brought counts as the
   one that was measured. */
#include "mocks/commands/commands_private.h"

#include "mocks/commands/crane/crane.h"

#define MEASURED_VERSION "v0.21.6"

static bool has_all_tags(void *self, const char *repository)
{
    const struct command_set_options *options = &((const struct command_set *)self)->options;
    return options->is_own_image == NULL || options->is_own_image(options->is_own_self, repository);
}

int row_crane(void *self, const struct command_call *call)
{
    struct command_set *set = self;
    if (command_set_lacks(set, call))
        return COMMAND_NOT_FOUND;
    const struct crane_options options = {
        .http = set->options.registry_http,
        .loop = set->options.loop,
        .version = MEASURED_VERSION,
        .date_us = command_set_date_us(set),
        .has_all_tags = has_all_tags,
        .self = set,
    };
    int code = crane_run(&options, call);
    if (code != CRANE_UNKNOWN)
        return code;
    if (crane_call_moves_images(call))
        return assumed_run(set, call);
    assumed_note(set, call->arguments, /* touches_images= */ false);
    return 0;
}
