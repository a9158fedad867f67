#include "mocks/commands/buildx/commands.h"
int command_bake(struct plugin_run *run, GError **error)
{
    (void)run;
    run_fail(error, "bake");
    return 1;
}
int command_imagetools(struct plugin_run *run, GError **error)
{
    (void)run;
    run_fail(error, "imagetools");
    return 1;
}
