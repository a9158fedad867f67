/* What docker version and docker info share. */
#pragma once

#include "mocks/commands/docker/cli_private.h"

#define EXIT_TEMPLATE 64

extern const struct flag_row *const system_format_tables[];

/* The CLI as it shows itself; the caller owns it. */
json_t *system_client_shape(struct invocation *invocation);
/* Prints a value through a template, in columns if width_min > 0, then what went wrong before
   (reason, or NULL); the exit code. */
int system_print_value(struct invocation *invocation, const char *name, const char *type_name,
                       const char *format, json_t *value, int width_min, const GError *reason);
/* A template that cannot be read ends the command before anything is asked; it is said. */
bool system_check_template(struct invocation *invocation, const char *name, const char *format);
