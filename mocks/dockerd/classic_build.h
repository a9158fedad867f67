/*
 * POST /build, the classic builder: one platform, every stage up to the target, one container and
 * one image a step, its errors inside HTTP 200 (captures 30-32; failures.md, "Classic build is
 * silently wrong"). It knows neither TARGET* and BUILD* arguments nor X.dockerignore; the client
 * alone filters the context.
 */
#pragma once

#include "mocks/dockerd/job.h"
#include "mocks/dockerfile/cost.h"
#include "mocks/dockerfile/plan.h"

/* What one stage has made so far. */
struct classic_stage {
    struct plan_stage *stage;
    char *platform;    /* of the image it stands on, whatever was asked */
    char *image_id;    /* "sha256:…" after the last step */
    char *key;         /* digest over all inputs so far */
    GPtrArray *layers; /* struct layer, bottom first */
    json_t *base;      /* the base's whole config, or NULL */
    struct build_files *files;
    bool is_cached; /* every step so far was there already */
    bool has_cached_layer;
};

struct classic_build {
    struct dockerd *dockerd;
    struct outlet *outlet;
    struct build_files *context;
    struct dockerfile *dockerfile;
    struct plan *plan;
    const char *platform; /* asked for, or NULL */
    GPtrArray *arguments; /* "NAME=value" */
    GPtrArray *labels;
    GPtrArray *tags;         /* lent char*, then NULL */
    json_t *registry_config; /* X-Registry-Config: {"host": {"username", "password"}} */
    bool pulls_always;
    bool ignores_cache;
    GPtrArray *stages; /* struct classic_stage, as far as it has come */
    int step_number;
    int step_total;
};

/* {"stream": text} */
void classic_say(struct classic_build *build, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The last object of a failed RUN, with its exit code (capture 30b). Always false, no error set:
   all is told. */
bool classic_tell_failure(struct classic_build *build, int exit_code, const char *message);
/* " ---> 3e2d4de41126" */
void classic_say_image(struct classic_build *build, const char *image_id);

/* ---- classic_step.c ---- */
void classic_stage_free(void *stage);
/* One instruction after its "Step" line. False without an error: the failure is told. */
bool classic_run_step(struct classic_build *build, struct classic_stage *stage,
                      const struct plan_step *step, GError **error) MUST_USE;
/* ---- classic_from.c ---- */
/* An image that FROM or COPY --from names: it is there, or is pulled. */
bool classic_obtain_image(struct classic_build *build, const char *name, const char *platform,
                          GError **error) MUST_USE;
/* FROM: finds or pulls the base. */
bool classic_begin_stage(struct classic_build *build, struct classic_stage *stage,
                         GError **error) MUST_USE;
/* Keeps the stage's image with these tags (NULL: none, dangling). */
bool classic_store_stage(struct classic_build *build, struct classic_stage *stage,
                         const char *const *tags, GError **error) MUST_USE;
