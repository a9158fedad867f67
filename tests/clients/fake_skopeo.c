/* The fake skopeo with the real clock and real files, for comparing it with the real one. */
#include "mocks/commands/skopeo/skopeo.h"
#include "program.h"

#include "base/units.h"

#include <time.h>

static int run(void *self, const struct command_call *call)
{
    return skopeo_run(self, call);
}

int main(int argc, char **argv)
{
    AUTO(loop) loop = loop_new(CLOCK_REAL, 1);
    AUTO(http) http = http_new(loop, NULL, "skopeo");
    struct skopeo_options options = {.http = http,
                                     .loop = loop,
                                     .version = "1.13.3",
                                     .architecture = "amd64",
                                     .date_us = time(NULL) * SECOND_US};

    (void)argc;
    return program_run(loop, argv, run, &options);
}
