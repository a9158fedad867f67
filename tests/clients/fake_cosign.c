/* The fake cosign with the real clock and real files, for comparing it with the real one. */
#include "mocks/commands/cosign/cosign.h"
#include "program.h"

static int run(void *self, const struct command_call *call)
{
    return cosign_run(self, call);
}

int main(int argc, char **argv)
{
    const char *version = g_getenv("FAKE_COSIGN_VERSION");
    AUTO(loop) loop = loop_new(CLOCK_REAL, 1);
    AUTO(http) http = http_new(loop, NULL, "cosign");
    struct cosign_options options = {
        .http = http,
        .loop = loop,
        .machine = "here",
        .version = version != NULL ? version : "v2.5.3",
        .platform = "linux/amd64",
        .seed = 1,
    };

    (void)argc;
    return program_run(loop, argv, run, &options);
}
