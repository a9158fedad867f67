/* The program: binds the process's clock to the runs and hands over to the command line. */
#include "harness/cli.h"
#include "loop/vclock.h"
#include "mocks/registry/registry.h"

/* A run on a virtual clock is only one if the libraries see that clock too. */
static bool is_clock_ours(void)
{
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    vclock_bind(loop, VCLOCK_EPOCH_S);
    bool is_ours = vclock_selftest();
    vclock_bind(NULL, 0);
    return is_ours;
}

int main(int argc, char **argv)
{
    AUTO(image_cache) images = image_cache_new();
    const struct app app = {.context = {.bind_clock = vclock_bind, .images = images}};
    if (!is_clock_ours()) {
        cli_complain("the clock interposer has no effect in this build");
        return EXIT_INTERNAL;
    }
    return cli_main(&app, argc, argv);
}
