/*
 * Compose files as compose-go 2.7 loads them for buildx bake, in steps: a text to a model with its
 * variables put in (compose_read.c), `include` and `extends` (compose_include.c,
 * compose_extends.c), files over each other (compose_load.c, compose_merge.c), long forms and paths
 * (compose_form.c), `env_file` (compose_service.c, compose_env.c); compose.c and compose_target.c
 * make targets of the result.
 *
 * A model is JSON: {"services": {NAME: {…}}, "secrets": …, "include": …, "name": …}. A service has
 * only what bake looks at: image, build, environment, env_file, extends.
 *
 * All functions that can fail leave their error in bake->error. Sources: compose-go v2.7.1
 * loader/, override/, transform/, paths/, dotenv/, template/; buildx v0.26.1 bake/compose.go.
 */
#pragma once

#include "mocks/bakefile/bakefile_private.h"

/* The value of a variable, or NULL; lent. */
typedef const char *compose_lookup(const char *name, const void *context);

/* What variables are in one file: the command's environment, then what env files add to it. */
struct compose_variables {
    const struct bake_request *request;
    const json_t *more; /* name: text */
};
/* A compose_lookup; context is the struct. */
const char *compose_variable(const char *name, const void *variables);

/* One load: what it may still make, and the files that it read. */
struct composing {
    struct bake *bake;
    const char *place; /* "services.a.image": where variables are put in; NULL: in an env file */
    gsize text_bytes;  /* that variables put in */
    gsize file_count;
};

/* $A, ${A}, ${A:-b}, ${A-b}, ${A:?text}, ${A?text}, ${A:+b}, ${A+b}, $$; others of that form are
   refused in compose's words; NULL with an error; g_free. */
char *compose_substitute(struct composing *composing, const char *text, compose_lookup *lookup,
                         const void *context);

/* Reads lines of an env file into variables, an object of texts; name is what errors say. */
bool compose_env_read(struct composing *composing, const char *name, GBytes *bytes,
                      json_t *variables, compose_lookup *lookup, const void *context);
/* A file of the machine; NULL without an error when there is none. */
GBytes *compose_file(struct composing *composing, const char *path);
bool compose_is_folder(const struct composing *composing, const char *path);

/* Whether the schema has it in a service's build (compose_target.c). */
bool compose_build_has_key(const char *key);
/* A text as a model; NULL with an error. *resets, the caller's: what it makes forget of models
   below it (doc/reset.h). */
json_t *compose_read(struct composing *composing, const struct bake_text *text,
                     const struct compose_variables *variables, json_t **resets);
/* "1.1" of 1.10: what Go's fmt prints of a scalar; NULL for what is none; g_free. */
char *compose_scalar(const json_t *value);
/* [A=1] or {A: 1} as an object of texts and, for names alone, nulls; NULL with an error. */
json_t *compose_mapping(struct bake *bake, const json_t *value);

/* Puts over on top of base; model.services.* by compose's rules. */
bool compose_merge_models(struct bake *bake, json_t *base, const json_t *over);
/* The same for one service; base is changed. */
bool compose_merge_service(struct bake *bake, json_t *base, const json_t *over);
/* Of equal names in lists the last wins, where the first stands. */
void compose_unify(json_t *model);
/* Short forms to long ones. */
bool compose_canonical(struct bake *bake, json_t *model);
/* Paths of a model as they are seen from where folder is. */
void compose_resolve_paths(json_t *model, const char *folder, const char *home);

/* All files, one over the other, with what they include; NULL with an error. */
json_t *compose_load(struct composing *composing, const struct bake_text *const *texts, gsize count,
                     bool is_named, const struct compose_variables *variables);

/* Go's filepath.Join, Dir and Rel; g_free. */
char *compose_path_join(const char *folder, const char *path);
char *compose_path_folder(const char *path);
/* NULL: there is no way. */
char *compose_path_relative(const char *folder, const char *path);
