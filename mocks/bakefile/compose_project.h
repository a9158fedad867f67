/* What the files that make targets of a compose model share (bake/compose.go). */
#pragma once

#include "mocks/bakefile/compose.h"

/* One file set while it becomes targets. */
struct compose_project {
    struct composing *composing;
    const struct compose_variables *variables;
    const json_t *model;
};

struct bake *compose_project_bake(const struct compose_project *project);
/* What Go's fmt prints of a scalar, as a text; "" for what is none. */
json_t *compose_text(const json_t *value);
/* compose_limits.c: the values of extra_hosts, ulimits and shm_size as their attributes have them,
   null for the memory that is none; NULL with an error. */
typedef json_t *compose_convert(struct bake *bake, const char *service, const json_t *value);
compose_convert compose_hosts, compose_ulimits, compose_shm_size;
/* Whether they have the form that loading wants of them. */
bool compose_check_limits(struct bake *bake, const char *service, const json_t *build);
/* What `environment` says over what the files of `env_file` say; nulls are names that have no
   value; NULL with an error. */
json_t *compose_environment(const struct compose_project *project, const json_t *service);
/* The attributes of a service's target, without its image; NULL with an error. */
json_t *compose_target(const struct compose_project *project, const char *name,
                       const json_t *service, const json_t *environment);
/* Fills in nulls that have a value, and takes the others out. */
void compose_resolve_nulls(json_t *map, compose_lookup *lookup, const void *context);
void compose_drop_nulls(json_t *map);
