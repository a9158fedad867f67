/* The executable that commands of the private PATH are symlinks to. */
#include "process/stub/stub.h"

#include "process/wire.h"

#include <string.h>

extern char **environ;

int main(int argument_count, char **arguments)
{
    if (argument_count > 0 && strcmp(arguments[0], WIRE_KEEPER_NAME) == 0)
        return keeper_main(argument_count, arguments);
    return command_main(arguments, environ);
}
