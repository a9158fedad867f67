/* placeholder */
#include "mocks/commands/commands_private.h"
int run_go(void *self, const struct command_call *call)
{
    return assumed_run(self, call);
}
