/* Which program runs in a container, and the generic one for images nobody wrote a program for. */
#include "mocks/dockerd/container.h"

#include <string.h>

static const struct container_program *const own_programs[] = {
    &binfmt_program, &generic_program, /* last: it matches everything */
};

const struct container_program *program_choose(struct dockerd *dockerd, const char *image_name)
{
    const struct container_program *const *programs = dockerd->options.programs;
    for (gsize i = 0; programs != NULL && programs[i] != NULL; i++)
        if (programs[i]->matches(image_name))
            return programs[i];
    for (gsize i = 0; i < G_N_ELEMENTS(own_programs); i++)
        if (own_programs[i]->matches(image_name))
            return own_programs[i];
    g_assert_not_reached();
}

static bool generic_matches(const char *image_name)
{
    (void)image_name;
    return true;
}

static int generic_run(struct process *process)
{
    int exit_code = common_program_run(process);
    if (exit_code >= 0)
        return exit_code;
    if (strstr(container_image(process->container), "hello-world") != NULL &&
        !process_write(process, 1, "\nHello from Docker!\n", NULL))
        return 1;
    return 0;
}

const struct container_program generic_program = {
    .name = "generic",
    .matches = generic_matches,
    .run = generic_run,
};
