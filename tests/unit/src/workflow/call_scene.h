/* A repository of workflow files in a test, and the calls of its ci.yml. */
#pragma once

#include "src/workflow/files.h"
#include "workflow/call.h"

#define CALLER ".github/workflows/ci.yml"
/* The beginning of a caller, and a job that calls nothing. */
#define HEAD  "on: push\njobs:\n"
#define STEPS "{runs-on: x, steps: [{run: a}]}"

struct scene {
    struct folder *folder;
    struct repository_map *map;
    struct workflow *workflow; /* these three by scene_load() */
    struct event *event;
    struct call_tree *tree;
    GPtrArray *errors; /* GError */
};

struct scene *scene_new(void);
void scene_free(struct scene *scene);
CLEANUP(scene, scene_free)
/* Writes .github/workflows/NAME. */
void scene_put(struct scene *scene, const char *name, const char *text);

/* Writes the caller and loads it with all that it calls, for a push to main. False: there are
   errors. */
bool scene_load(struct scene *scene, const char *caller);
/* The same for an event, as JSON. */
bool scene_load_with(struct scene *scene, const char *caller, const char *event);

const struct call *scene_root(const struct scene *scene);
/* What a job of the called workflow calls; NULL: nothing. The job must be there. */
const struct call *call_of_job(const struct call *call, const char *job);
