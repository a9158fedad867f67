/* One command of the fakes as a program of its own, with the real clock, real files and streams. */
#pragma once

#include "base/command.h"
#include "loop/fiber.h"

/* Runs it on the loop; the exit code. */
int program_run(struct loop *loop, char **arguments, command_fn *run, void *self);
/* A variable of the environment. */
const char *program_variable(const char *name, const char *otherwise);
