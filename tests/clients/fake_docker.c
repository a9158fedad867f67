/* The fake docker command with the real clock, real files and the Engine that DOCKER_HOST names:
   for comparing it with the real CLI. FAKE_DOCKER_VERSION and FAKE_DOCKER_API say whose it is. */
#include "mocks/commands/docker/docker_cli.h"
#include "program.h"

static int run(void *self, const struct command_call *call)
{
    return docker_cli_run(self, call);
}

int main(int argc, char **argv)
{
    AUTO(loop) loop = loop_new(CLOCK_REAL, 1);
    AUTO(http) http = http_new(loop, NULL, "docker");
    const struct docker_cli_options options = {
        .loop = loop,
        .http = http,
        .machine = "here",
        .version = program_variable("FAKE_DOCKER_VERSION", "28.2.2"),
        .api_version = program_variable("FAKE_DOCKER_API", "1.50"),
    };
    AUTO(docker_cli) cli = docker_cli_new(&options);

    (void)argc;
    return program_run(loop, argv, run, cli);
}
