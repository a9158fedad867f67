/*
 * One `buildctl build` while it runs, in the fiber of its process: definition, metadata of base
 * images, stages of every platform side by side, export, push. Killing the process cancels it.
 */
#pragma once

#include "mocks/buildkit/command.h"
#include "mocks/buildkit/daemon.h"
#include "mocks/buildkit/progress.h"
#include "mocks/dockerfile/cost.h"
#include "mocks/dockerfile/mount.h"
#include "mocks/dockerfile/plan.h"

/* NOT_FETCHED -> FETCHING -> FETCHED, or back on failure. */
enum base_state {
    BASE_NOT_FETCHED,
    BASE_FETCHING,
    BASE_FETCHED,
};

/* An image that a stage stands on, or that COPY --from names; one for each platform. */
struct base {
    struct build *build;
    char *name; /* as written */
    char *platform;
    struct reference *reference;
    const struct instruction *instruction; /* that wants it first */
    struct pulled_image *image;            /* once resolved */
    json_t *config;                        /* the whole image config */
    enum base_state state;
    bool is_local;                 /* an image of the Engine itself */
    const struct kept_image *kept; /* of another build, lent by the daemon; or NULL */
};

/* One stage for one platform, as far as it has come. */
struct stage_state {
    struct plan_stage *stage;
    struct base *base;         /* or NULL */
    char *key;                 /* digest over all inputs so far */
    GPtrArray *layers;         /* struct stored, bottom first */
    struct build_files *files; /* open where a base image or a RUN may have made any */
    json_t *history;
};

/* One platform of the build. */
struct target {
    struct build *build;
    const char *platform;
    struct plan *plan;
    GPtrArray *states; /* struct stage_state by index of stage, NULL where not needed */
    struct fiber *fiber;
    /* the result */
    GBytes *config;
    char *config_digest;
    GBytes *manifest;
    char *manifest_digest;
    /* what says how it was built; NULL when nobody asked, or the exporter cannot hold it */
    GBytes *statement;
    GBytes *attestation_config;
    GBytes *attestation;
    char *attestation_digest;
};

struct build {
    struct buildkitd *daemon;
    struct process *process;
    const struct build_command *command;
    struct progress *progress;
    struct dockerfile *dockerfile;
    char *dockerfile_name;
    struct build_files *whole_context; /* with what .dockerignore excludes */
    struct build_files *context;
    struct build_files *any_files; /* of images that are not looked into */
    GHashTable *named; /* name to struct build_files; looked up, never walked; NULL: none yet */
    struct ignore *ignore;
    bool is_context_told;
    int64_t transferred_bytes; /* of the disk, while the build lasts */
    GPtrArray *arguments;      /* "NAME=value" */
    GPtrArray *contexts;       /* "NAME=docker-image://…" */
    GPtrArray *labels;
    char **platforms;
    GPtrArray *targets; /* struct target */
    GPtrArray *bases;   /* struct base */
    GHashTable *fresh;  /* keys of steps that this build ran itself: good even without cache */
    json_t *records;    /* key -> stored_json() of every step of this build */
    GPtrArray *imports; /* struct imported, of --import-cache; NULL before */
    GHashTable *lazy;   /* digest -> struct imported that has the layer; looked up, never walked */
    struct fiber_queue base_over;
    struct fiber_group *resolving; /* while metadata is waited for, else NULL */
    struct instruction directive;  /* the place of "# syntax=", as far as its lines */
    GError *error;                 /* the first */
    struct vertex *failed;
    const struct instruction *failed_instruction;
    bool has_checks;    /* its frontend knows build checks */
    char *lint_summary; /* of the warnings, or NULL */
    bool has_used_credentials;
    bool has_given_stand_ins; /* files of an output are not those that a RUN would make */
};

/* Runs it; the exit code of buildctl. */
int build_run(struct buildkitd *daemon, struct process *process,
              const struct build_command *command);
/* A vertex has failed: the first failure counts and is told, others were cancelled by it. cause is
   taken over; instruction may be NULL. Always false. */
bool build_fail(struct build *build, struct vertex *vertex, const struct instruction *instruction,
                GError *cause);
/* An event "build" in the trace. */
void build_note(const struct build *build, const char *platform, const char *step,
                const char *action);

/* A vertex that is one line and over. */
void build_tell(struct build *build, const char *name, const char *what, gsize length_bytes);

/* ---- platforms.c ---- */
/* --opt platform=, each once and in containerd's form; the builder's own without it. */
bool build_read_platforms(struct build *build, GError **error) MUST_USE;

/* ---- names.c ---- */
/* Whether all stages name images, contexts or stages; false: build_fail() was called. */
bool build_check_names(struct build *build, const struct plan *plan) MUST_USE;

/* ---- contexts.c ---- */
/* What the container holds below a folder. */
struct build_files *build_read_folder(const struct build *build, const char *folder);
/* The image that --opt context:NAME=docker-image://IMAGE puts in a name's place, or NULL. */
const char *build_named_image(const struct build *build, const char *name);
/* Whether --opt context:NAME=local:X puts a folder of the client's in a name's place. */
bool build_names_folder(const struct build *build, const char *name);
/* Its files: true with NULL when there is none, false when they find no room; lent. */
bool build_named_files(struct build *build, const char *name, const struct build_files **files,
                       GError **error) MUST_USE;
/* The disk for the Dockerfile. */
bool build_take_dockerfile(struct build *build, GBytes *bytes, GError **error) MUST_USE;
void build_give_transferred(struct build *build);

/* What --opt context:NAME=input://REF names for a platform: the result of a build that was kept, or
   NULL. */
const struct kept_image *build_named_result(const struct build *build, const char *name,
                                            const char *platform);

/* ---- step.c ---- */
/* A layer of files that came from the client, made unless it is there already; the caller's, NULL
   when the disk has no room. */
struct stored *build_layer_of(struct build *build, const struct build_files *files, const char *key,
                              GError **error) MUST_USE;

/* ---- result.c ---- */
/* The base on a result that was kept. */
void base_take_kept(struct base *base, const struct kept_image *kept);
/* Keeps what --opt keep-result=REF asks for; false: build_fail() was called. */
bool build_keep(struct build *build) MUST_USE;

/* ---- base.c ---- */
/* The base of this name and platform, made if there is none yet; NULL with an error for a bad
   reference. */
struct base *base_obtain(struct build *build, const char *name, const char *platform,
                         const struct instruction *instruction, GError **error) MUST_USE;
void base_free(void *base);
/* Asks what it is, unless that is known. */
bool base_read(struct base *base, GError **error) MUST_USE;
/* base_read() that tells the vertex "load metadata"; false: build_fail() was called. */
bool base_resolve(struct base *base) MUST_USE;
/* Fetches its layers unless they are here; from_name is the vertex. */
bool base_fetch(struct base *base, const char *from_name) MUST_USE;
/* Fetches one layer of an image that was read, told in a vertex. */
bool base_fetch_layer(struct base *base, const char *digest, struct vertex *vertex,
                      GError **error) MUST_USE;
/* What it has, as far as anybody knows; lent. */
const struct build_files *base_files(const struct base *base);
/* Its layers as struct stored, added to layers. */
void base_add_layers(const struct base *base, GPtrArray *layers);
/* From $DOCKER_CONFIG/config.json in the container, for the host of this registry. */
struct credentials *credentials_of(struct build *build, const char *domain);
void credentials_free(struct credentials *credentials);
CLEANUP(credentials, credentials_free)

/* ---- stage.c, step.c ---- */
void stage_state_free(void *state);
/* All needed stages of a target, in its fiber; false: build_fail() was called. */
bool target_run(struct target *target) MUST_USE;
bool build_step_run(struct target *target, struct stage_state *state,
                    const struct plan_step *step) MUST_USE;
/* COPY's files at their places; NULL with the solver's error. */
struct build_files *step_copy_files(struct target *target, const struct stage_state *state,
                                    const struct plan_step *step, GError **error) MUST_USE;
/* Spends its time, tells RUN's output; false with its failure. files: COPY's. */
bool step_execute(struct target *target, const struct stage_state *state,
                  const struct plan_step *step, const struct build_files *files,
                  struct vertex *vertex, GError **error) MUST_USE;
/* A failure to read or write of COPY, ADD or WORKDIR: what they say before it. */
void step_word_io_error(const struct plan_step *step, GError **error);
/* The context, told when it is first used; false when it finds no room. */
bool build_context_of(struct build *build, const struct build_files **files,
                      GError **error) MUST_USE;

/* ---- origin.c ---- */
/* What COPY --from or a mount's from names: a stage, an image or a named context; the context when
   it names nothing. */
struct origin_wanted {
    int stage; /* or STAGE_NONE */
    const char *image;
    const struct instruction *instruction;
};
struct origin {
    const struct build_files *files; /* lent */
    const char *key;
};
/* Fetches an image. */
bool origin_find(struct target *target, const struct stage_state *state,
                 const struct origin_wanted *wanted, struct origin *origin,
                 GError **error) MUST_USE;
/* The solver's error for a path that is not there. */
void origin_set_missing(const struct origin *origin, const char *path, GError **error);
/* Whether what RUN binds is there. */
bool step_bind_files(struct target *target, const struct stage_state *state,
                     const struct plan_step *step, GError **error) MUST_USE;
/* Whether the client has the secrets and agents that RUN requires; asked when it runs, so that a
   cached step needs none. */
bool step_ask_session(const struct build *build, const struct plan_step *step,
                      GError **error) MUST_USE;

/* ---- image.c, export.c ---- */
bool target_make_image(struct target *target, GError **error) MUST_USE;
void target_forget_image(struct target *target);
/* Whether its result has this layer. */
bool target_has_layer(const struct target *target, const char *digest);
/* The config alone, its layers here; NULL with an error. */
GBytes *target_make_config(const struct target *target, GError **error) MUST_USE;
GBytes *build_make_index(const struct build *build);
/* "exporting to image", push, metadata file. */
bool build_export(struct build *build) MUST_USE;

/* ---- attest.c ---- */
/* Whether the command line asks for attestations; without is_forced those by default make no index
   of one image (exporter/containerimage/writer.go). */
bool build_has_attestations(const struct build *build, bool is_forced);
/* Makes the attestation manifest of a target whose image is made. */
void target_make_attestation(struct target *target);
/* Its entry in the index. */
json_t *attestation_entry(const struct target *target);

/* ---- engine.c: the Engine's own BuildKit ---- */
/* A base that the Engine has itself; false: it has not. */
bool base_find_local(struct base *base);
/* Its layers, which are on this machine. */
bool base_fetch_local(struct base *base, GError **error) MUST_USE;
/* Keeps the targets as images of the Engine under names; *image_id: g_free. index NULL: one. */
bool engine_keep_images(struct build *build, char *const *names, GBytes *index, char **image_id,
                        GError **error) MUST_USE;

/* ---- frontend.c ---- */
/* Whether all that the needed stages' RUNs ask for is allowed by the client; false: build_fail()
   was called. */
bool build_check_entitlements(struct build *build) MUST_USE;
/* Pulls the image of "# syntax=…" or of the build argument BUILDKIT_SYNTAX, when there is one, and
   asks whether that frontend knows what the Dockerfile says. */
bool build_load_frontend(struct build *build) MUST_USE;

/* ---- lint.c ---- */
/* Whether the client asks for the checks alone, by --opt requestid=frontend.lint. */
bool build_is_check(const struct build *build);
/* Checks the Dockerfile; false: build_fail() was called. */
bool build_check_rules(struct build *build) MUST_USE;

/* ---- git.c ---- */
/* Whether the context is a git URL, whose content came with the command in its stead. */
bool build_is_git(const struct build *build);
/* "[internal] load git source …": asks the site if this world has it. */
bool build_load_git(struct build *build) MUST_USE;

/* ---- cache.c ---- */
/* Checks of the command line that buildctl makes before it asks the daemon. */
bool cache_check(const struct build *build, GError **error) MUST_USE;
/* Loads records; what cannot be had is told and passed over (failures.md L10). false: the build was
   interrupted. */
bool cache_import(struct build *build) MUST_USE;
struct stored *cache_find_imported(struct build *build, const char *key);
/* The bytes of a layer that is here or in an imported cache, lent. */
GBytes *cache_layer_bytes(struct build *build, const struct stored *stored,
                          GError **error) MUST_USE;
/* Fetches those of the layers that are in an imported cache and not here: a step is to run on them.
 */
bool cache_fetch_lazy(struct build *build, const GPtrArray *layers, GError **error) MUST_USE;
bool cache_export(struct build *build) MUST_USE;
/* What an inline cache puts into the config of a target; NULL: nobody asks for one. */
json_t *cache_inline_records(const struct target *target);
