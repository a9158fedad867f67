/*
 * docker-bake files: HCL, JSON and compose files to build targets, as `docker buildx bake` 0.26
 * resolves them. Pure: bytes, an environment and what it hands out of other files in, data out; no
 * clock, no file, no network.
 *
 *     AUTO(bakefile) file = bakefile_read(sources, count, &error);
 *     AUTO(bake_result) result = bakefile_resolve(file, &request, &error);
 *     for each struct bake_target of result->targets …
 *
 * What is modelled: HCL's native and JSON syntax whole, templates and heredocs too; variables with
 * types, validation and overriding by the environment; functions of users and nearly all that
 * buildx has; matrix, inherits, groups, links (`target:x` contexts), `--set`; compose files with
 * `include`, `extends`, `env_file`, `.env` and several over each other. What is known to
 * exist but is not modelled gives BAKEFILE_ERROR_UNKNOWN and names itself and its place: it is
 * never green.
 *
 * Errors read as buildx prints them after "ERROR: ": `docker-bake.hcl:3,10-15: Unsupported
 * argument; An argument named "x" is not expected here.`; the excerpt above that line comes from
 * bakefile_error_excerpt(). Only the first problem is reported.
 *
 * buildx walks Go maps where order cannot be seen in most files. Where it can (a matrix of two keys
 * gives the targets of its group in a random order) the order here is that of the sorted keys.
 *
 * Source of facts: docker/buildx v0.26.1 (bake/, util/buildflags/), hashicorp/hcl v2,
 * zclconf/go-cty v1.16; tests/cases/bakefile holds what the real program says.
 */
#pragma once

#include "base/error.h"
#include "base/json.h"

#define BAKEFILE_ERROR (bakefile_error_quark())
GQuark bakefile_error_quark(void);

enum bakefile_error {
    BAKEFILE_ERROR_INVALID, /* buildx refuses it, too */
    BAKEFILE_ERROR_LIMIT,   /* over a ceiling of base/limits.h */
    BAKEFILE_ERROR_UNKNOWN, /* buildx may take it; it is not modelled here */
};

/* One file: *.hcl, *.json, *.yml, *.yaml; of any other name the content decides. */
struct bakefile_source {
    const char *name; /* as given on the command line: errors show it */
    GBytes *bytes;
};

struct bakefile;

/* Reads the syntax of all files, later ones win. The bytes are copied. */
struct bakefile *bakefile_read(const struct bakefile_source *sources, gsize count,
                               GError **error) MUST_USE;
void bakefile_free(struct bakefile *file);
CLEANUP(bakefile, bakefile_free)

/* What compose files name beside them: env files, and files that they include and extend. Paths are
   seen from the command's folder. */
struct bake_files {
    GBytes *(*read)(const char *path, const void *context); /* NULL: no such file */
    bool (*is_folder)(const char *path, const void *context);
    const void *context;
    const char *directory; /* the command's folder, for messages; may be NULL */
};

struct bake_request {
    /* The environment: NULL for what is not set. Answers are copied. */
    const char *(*environment)(const char *name, const void *context);
    const void *context;
    const char *const *targets;     /* NULL-terminated; NULL or empty means "default" */
    const char *const *overrides;   /* NULL-terminated `--set` texts; may be NULL */
    const char *local_platform;     /* BAKE_LOCAL_PLATFORM; NULL for linux/amd64 */
    const char *command_context;    /* BAKE_CMD_CONTEXT; NULL for "cwd://" */
    const struct bake_files *files; /* NULL: there are none */
    int64_t now_s;                  /* what timestamp() says, seconds since 1970 */
};

/*
 * A resolved target. attributes is the object that `bake --print` shows, keys in its order, but not
 * escaped: context, contexts, dockerfile, dockerfile-inline, args, labels, tags, cache-from,
 * cache-to, target, secret, ssh, platforms, output, pull, no-cache, network, no-cache-filter,
 * shm-size, ulimits, call, entitlements, extra-hosts, annotations, attest, description. What is not
 * set is missing. Entries of cache-from, cache-to, output and attest are objects of strings with a
 * "type" (bake_entry_text() gives the command line's form); push and load have become outputs.
 */
struct bake_target {
    char *name;
    json_t *attributes;
    bool is_linked; /* built only because a context of another target names it */
};

/* Targets are in the order of the groups that name them, linked ones last; each is there once. */
struct bake_result {
    GPtrArray *targets; /* struct bake_target * */
    char *print;        /* what `bake --print` writes, with its newline */
};

/* An entry as the command line has it, `type=gha,scope=x`; a ref alone for a registry cache that
   has nothing else; `id=x,src=y` for secrets; `id=path,path` for ssh; g_free. */
char *bake_entry_text(const json_t *entry);

/* Evaluates everything, as buildx does, also what the wanted targets do not need. */
struct bake_result *bakefile_resolve(const struct bakefile *file,
                                     const struct bake_request *request, GError **error) MUST_USE;
void bake_result_free(struct bake_result *result);
CLEANUP(bake_result, bake_result_free)

/* The lines around the place that the error names, as buildx shows them before "ERROR:", or NULL
   when it names none; g_free. */
char *bakefile_error_excerpt(const struct bakefile_source *sources, gsize count,
                             const GError *error);
