/* The command line of docker/build-push-action. Private to it. */
#pragma once

#include "actions/toolkit_build.h"

struct build_command {
    GPtrArray *arguments; /* docker buildx build … */
    char *image_id_file;  /* NULL: none is asked for */
    char *metadata_file;  /* the same */
};
void build_command_clear(struct build_command *command);
#define BUILD_COMMAND(variable)                                                                    \
    __attribute__((cleanup(build_command_clear))) struct build_command variable = {0}

/* In the exact order of engine-contract.md F; asks docker for versions on the way and warns of
   inputs that buildx is too old for. */
bool build_command_make(struct toolkit *toolkit, struct build_command *command,
                        GError **error) MUST_USE;

/* ---- between its files ---- */

struct build_maker {
    struct toolkit *toolkit;
    struct action_run *run;
    GPtrArray *arguments;
    GPtrArray *outputs; /* the input, as a list */
    char *default_context;
    char *context;
    struct build_command *command;
};

/* option and the input's text, unless that is "". */
void build_add_text(struct build_maker *maker, const char *input, const char *option);
bool build_is_buildx(struct build_maker *maker, const char *minimum, bool *is,
                     GError **error) MUST_USE;
bool build_add_attestations(struct build_maker *maker, GError **error) MUST_USE;
