/* The command lines of docker/bake-action. Private to it. */
#pragma once

#include "actions/toolkit_build.h"

struct bake {
    struct toolkit *toolkit;
    struct action_run *run;
    GPtrArray *allow, *files, *sets, *variables, *targets;
    char *source;     /* a remote definition, or "" */
    char *directory;  /* where the commands run, or NULL: the workspace */
    char *provenance; /* the input, resolved */
    char *metadata_file;
    json_t *definition;
};

/* Fills the lists and texts of the inputs. */
bool bake_read_inputs(struct bake *bake, GError **error) MUST_USE;
/* `docker buildx bake … --print`, by which the definition is read; NULL: thrown. */
GPtrArray *bake_definition_arguments(struct bake *bake, GError **error) MUST_USE;
/* `docker buildx bake …` of the build, and metadata_file; NULL: thrown. */
GPtrArray *bake_build_arguments(struct bake *bake, GError **error) MUST_USE;
