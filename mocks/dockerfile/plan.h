/*
 * What a Dockerfile means for one platform and target: the stages in order, which are needed, and,
 * once the config of a stage's base image is known, its steps with all variables replaced and the
 * config that comes out. Pure: nothing is fetched or run here.
 *
 * Order of calls: build_plan_new(), then for each stage in order that counts plan_stage_evaluate(),
 * which needs the base's config first. Errors carry BuildKit's words.
 */
#pragma once

#include "base/json.h"
#include "mocks/dockerfile/dockerfile.h"

struct plan_request {
    const char *platform;        /* wanted: "linux/arm64" */
    const char *build_platform;  /* of the machine */
    const char *target;          /* name or number of a stage; NULL: the last */
    const GPtrArray *arguments;  /* build arguments, "NAME=value" */
    const GPtrArray *labels;     /* "name=value", of the result */
    const GPtrArray *contexts;   /* "NAME=…" that stand in the place of stages; NULL: none */
    bool has_platform_arguments; /* TARGETARCH and friends; empty in the classic builder
                                    (failures.md, "Classic build is silently wrong") */
    bool needs_all_stages;       /* unused stages too, as the classic builder does */
    bool is_multi_platform;      /* the platform stands in the names of steps */
};

enum {
    STAGE_NONE = -1
};

/* One instruction of a stage after FROM. */
struct plan_step {
    const struct instruction *instruction;
    char *text;    /* variables replaced, for display: "RUN uname -m" */
    char *name;    /* "[linux/arm64 builder 2/3] RUN uname -m"; NULL: changes the config only */
    char *history; /* what the image's history says of it: "RUN /bin/sh -c uname -m # buildkit" */
    char *command; /* RUN: "/bin/sh -c uname -m", as written */
    GPtrArray *variables; /* RUN: environment and arguments it sees, "NAME=value" */
    char *folder;         /* working directory, from now on for WORKDIR */
    char **sources;       /* COPY, ADD: as asked, heredocs left out */
    char *destination;    /* absolute; ends with a slash if it was so written */
    int from_stage;       /* COPY --from: index of the stage, or STAGE_NONE */
    char *from_image;     /* COPY --from of an image, or NULL */
    char *file_mode;      /* COPY, ADD: what --chmod says, or NULL */
    GPtrArray *mounts;    /* RUN: struct run_mount; else NULL */
};

struct plan_stage {
    int index;
    char *name;           /* lower case; NULL: unnamed */
    char *platform;       /* of the image it builds on */
    char *platform_error; /* why --platform is none; only without has_platform_arguments, where it
                             is told when the stage begins */
    char *base_name; /* image reference as written, variables replaced; NULL: scratch or a stage */
    int base_stage;  /* or STAGE_NONE */
    bool is_scratch;
    bool is_needed;
    const struct instruction *from;
    GPtrArray *instructions; /* struct instruction after FROM, lent */
    char *from_name;         /* "[linux/arm64 1/3] FROM "; the reference follows; NULL: no image */
    int name_index;          /* of the next step's name */
    int name_total;
    GPtrArray *steps;     /* struct plan_step; NULL before plan_stage_evaluate() */
    json_t *config;       /* "config" of the image: Env, Cmd, Labels, … */
    GPtrArray *variables; /* arguments and environment at its end */
};

struct plan {
    const struct dockerfile *dockerfile; /* lent */
    struct plan_request request;         /* strings lent */
    GPtrArray *globals;                  /* ARG before FROM and automatic ones, "NAME=value" */
    GPtrArray *stages;                   /* struct plan_stage, all of the file */
    struct plan_stage *target;
    GPtrArray *triggers; /* struct instruction that ONBUILD of bases brought */
    bool is_of_one_stage;
    gsize kept_bytes; /* of words and variables */
};
struct plan *build_plan_new(const struct dockerfile *dockerfile, const struct plan_request *request,
                            GError **error) MUST_USE;
void build_plan_free(struct plan *plan);
CLEANUP(plan, build_plan_free)

/* Whether COPY --from of this name takes from a stage, wherever that stands. */
bool plan_has_stage(const struct plan *plan, const char *name);

/* base_config: "config" of the base image's config, or NULL. A stage on a stage takes that one's.
 */
bool plan_stage_evaluate(struct plan *plan, struct plan_stage *stage, const json_t *base_config,
                         GError **error) MUST_USE;

/* Go's %q, as in: process "/bin/sh -c echo \"a\"" did not complete; g_free. */
char *build_go_quote(const char *text);
/* "linux", "arm", "v7" of "linux/arm/v7"; g_strfreev. NULL with the words of containerd/platforms
   if it is none. */
char **platform_split(const char *platform, GError **error) MUST_USE;
/* How images and builders write a platform that was split: "linux/arm64" of "arm64" and of
   "linux/arm64/v8"; g_free. */
char *platform_normal(char *const *parts);
