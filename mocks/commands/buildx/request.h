/*
 * One build that is asked for, from `build`'s flags or a target of a bake file, and what comes of
 * it. Lists are char*, never NULL.
 */
#pragma once

#include "mocks/commands/buildx/node.h"

struct build_request {
    char *name;       /* "default", or the target of a bake */
    char *kept_as;    /* name under which BuildKit keeps the result for other builds, or NULL */
    char *context;    /* path, URL or "-" */
    char *dockerfile; /* or NULL; "-": stdin */
    char *inline_dockerfile;
    char *target;
    char *network;
    GPtrArray *arguments; /* "K=V", values from the environment put in */
    GPtrArray *labels;    /* "K=V" */
    GPtrArray *annotations;
    GPtrArray *tags;
    GPtrArray *platforms; /* one each */
    GPtrArray *cache_from;
    GPtrArray *cache_to;
    GPtrArray *outputs; /* "type=registry" as written */
    GPtrArray *attests; /* "type=provenance,mode=max" */
    GPtrArray *contexts;
    GPtrArray *no_cache_filters;
    GPtrArray *secrets; /* "id=token,src=file" as written */
    GPtrArray *allowed; /* entitlements: "network.host" */
    GPtrArray *agents;  /* of --ssh: "default", "name=path" */
    bool is_check;      /* nothing is built: the Dockerfile is checked */
    bool ignores_cache;
    bool is_pull;
    bool is_push;
    bool is_load;
};
struct build_request *build_request_new(const char *name);
void build_request_free(struct build_request *request);
CLEANUP(build_request, build_request_free)

/* "type=sbom,disabled=false" of --sbom=true, "type=provenance,mode=max" of --provenance=mode=max
   (buildflags.CanonicalizeAttest); NULL when text is NULL or empty; g_free. */
char *build_attest_text(const char *type, const char *text);

/* An output as it will be asked for. */
struct build_output {
    char *type;        /* "image", "docker", "oci", "local", "tar" */
    GPtrArray *pairs;  /* char*: "push=true" */
    char *destination; /* path of the machine, "-", or NULL */
    bool is_load;      /* docker without a destination: into the Engine */
};
void build_output_free(struct build_output *output);
bool build_output_has(const struct build_output *output, const char *name, const char *value);
/* What the request's outputs, --push and --load come to; struct build_output. The first error in
   buildx's order of checks. */
GPtrArray *build_request_outputs(const struct build_request *request, GError **error) MUST_USE;
/* The forms of contexts, attestations and secrets, which are read before anything else. */
bool build_request_check_words(const struct build_request *request, GError **error) MUST_USE;
/* "-" and directories and so on: checks of options that need no builder. */
bool build_request_check(const struct build_request *request, GError **error) MUST_USE;
/* Everything that toSolveOpt refuses, with the driver known (failures.md H, K13 to K15). */
bool build_request_check_driver(const struct plugin_run *run, const struct build_request *request,
                                const struct builder_node *node, GPtrArray *outputs,
                                GError **error) MUST_USE;

/* ---- arguments.c ---- */
/* Whether a build argument has what Go reads as true. */
bool build_argument_is_on(const struct build_request *request, const char *name);
/* Of a cache as written: one of GitHub's without its token and URL is dropped without a word
   (build/opt.go CreateCaches). */
bool build_cache_is_active(const struct plugin_run *run, const char *text);

/* ---- build.c ---- */
/* What a --call asks for: "build", or "check". */
bool build_call_read(const char *call, bool *is_check, GError **error) MUST_USE;
/* Prints what a check has found; the exit code that it is worth. */
int build_tell_check(const struct plugin_run *run, const json_t *metadata);

/* ---- context.c ---- */
/* Whether a --build-context names a folder: "NAME=PATH". */
bool build_context_is_path(const char *named);
bool build_context_is_url(const char *context);
/* The folder of this machine that stands for a git context; g_free. */
char *build_context_git_folder(const struct plugin_run *run, const char *url,
                               GError **error) MUST_USE;
/*
 * The files that go to BuildKit, as a tar: "context/…", "named/NAME/…", "dockerfile/NAME",
 * "docker/config.json", "cacheN/…" of local caches.
 * *filename: of the Dockerfile, in "dockerfile"; *url: of a git context, or NULL; both g_free.
 */
GBytes *plugin_context_read(struct plugin_run *run, const struct build_request *request,
                            char **filename, char **url, GError **error) MUST_USE;

/* ---- secrets.c ---- */
/* The form of each --secret. */
bool build_request_check_secrets(const struct build_request *request, GError **error) MUST_USE;
/* "id=NAME" of each secret, for BuildKit, its file looked for first (secretsprovider, NewStore);
   char*, NULL: it cannot be had. */
GPtrArray *build_request_secrets(const struct plugin_run *run, const struct build_request *request,
                                 GError **error) MUST_USE;
/* Whether the keys and sockets that --ssh names are there. */
bool build_request_check_agents(const struct plugin_run *run, const struct build_request *request,
                                GError **error) MUST_USE;

/* ---- solve.c ---- */
struct build_result {
    json_t *metadata; /* of --metadata-file; an object */
};
/* Runs one build on a booted node. stdout gets what "-" destinations ask for. */
bool build_solve(struct plugin_run *run, const struct build_request *request,
                 struct builder_node *node, struct voice *voice, struct build_result *result,
                 GError **error) MUST_USE;
/* All requests on the builder, in order; results are beside them (struct build_result, json owned
   by the caller). The first failure ends it. */
bool build_all(struct plugin_run *run, struct builder *builder, GPtrArray *requests,
               struct voice *voice, struct build_result *results, GError **error) MUST_USE;
