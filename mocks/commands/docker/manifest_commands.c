#include "mocks/commands/docker/cli_private.h"
const struct command_row manifest_commands[] = {{0}};
