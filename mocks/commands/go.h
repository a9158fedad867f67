/*
 * What the files of the go command share. One call of it: which toolchain was found, which one runs
 * after go.mod and GOTOOLCHAIN had their say, the main module, the proxy.
 *
 * What is not modelled: compile errors, go.work, replace directives, minimal version selection
 * beyond go.mod's own list; `go get` tells what it changes and leaves go.mod as it is.
 */
#pragma once

#include "mocks/commands/commands_private.h"
#include "mocks/golang/golang.h"

struct go {
    struct command_set *set;
    const struct command_call *call;
    const char *const *words; /* of the subcommand: "build", … */
    char *local;              /* version of the toolchain on PATH: "1.24.5" */
    char *running;            /* of the one that does the work */
    const char *gotoolchain;  /* as set, or "auto"; NULL before Go 1.21 */
    char *mod_path;           /* of go.mod as the command sees it; NULL: none */
    struct go_mod *mod;       /* NULL: none, or not read yet */
    char *proxy;              /* "https://proxy.golang.org" without a slash; NULL: no lookups */
    bool is_proxy_there;      /* it is a site of the world; else downloads are assumed */
};

enum {
    GO_FINE = 0,
    GO_FAILED = 1,
    GO_USAGE = 2,
};

/* "go: …" and a newline on stderr; GO_FAILED. */
int go_fail(const struct go *go, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* "amd64", "arm64" */
const char *go_arch(const struct go *go);
/* Words without the flags and their values. */
GPtrArray *go_operands(const struct go *go);
/* The value of "-o x" or "-o=x", or NULL; lent. */
const char *go_flag_value(const struct go *go, const char *flag);

/* ---- go_env.c ---- */

/* The version of the toolchain that PATH finds first; g_free. */
char *go_find_local(const struct command_set *set, const struct command_call *call);
/* A variable of `go env`; g_free; "" for unknown ones. */
char *go_env_value(const struct go *go, const char *name);
int go_run_env(struct go *go);

/* ---- go_select.c ---- */

/* Finds go.mod, reads it as the local toolchain does and chooses the one that runs. false: failed,
   and it was said. */
bool go_select(struct go *go) MUST_USE;
/* Reads go.mod with the toolchain that runs, and refuses one that is too new. */
bool go_load(struct go *go) MUST_USE;
/* A module needs more than what runs: switches where that is allowed, "go: WHAT requires go >= X;
   switching to goY", else says "go: PREFIX…". what: "module@version". */
bool go_accept(struct go *go, const char *prefix, const char *what, const char *go_line) MUST_USE;

/* ---- go_fetch.c ---- */

struct go_module {
    char *path, *version;
    char *go_line; /* or NULL */
};
void go_module_clear(struct go_module *module);
#define GO_MODULE(variable)                                                                        \
    __attribute__((cleanup(go_module_clear))) struct go_module variable = {0}

/* GET of PROXY/suffix. NULL: *problem is Go's words for it, *is_missing when it was 404 or 410. */
GBytes *go_fetch(struct go *go, const char *suffix, char **problem, bool *is_missing);
/* A module by version or "latest", with its go.mod. */
bool go_query(struct go *go, const char *path, const char *version, struct go_module *module,
              char **problem, bool *is_missing) MUST_USE;
bool go_is_cached(const struct go *go, const char *path, const char *version);
/* Its zip, unless it is in the module cache; says "go: downloading PATH VERSION" unless quiet. */
bool go_download(struct go *go, const struct go_module *module, bool is_quiet,
                 char **problem) MUST_USE;

/* ---- go_program.c ---- */

/* What a program calls that go has made. */
#define GO_PROGRAM_COMMAND "go-program"

/* Makes the executable at the path. name: the command that it is, or NULL: one of the user's own,
   which nothing models. False: it cannot be written. */
bool go_program_make(const struct go *go, const char *path, const char *name) MUST_USE;
/* What `go install` calls the program of a package, with or without its version; g_free. */
char *go_program_name(const char *package);
/* `go run` of the package: what it does is assumed. */
void go_program_note_run(const struct go *go, const char *package);

/* ---- the subcommands ---- */

int go_run_mod(struct go *go);
int go_run_get(struct go *go);
int go_run_list(struct go *go);
int go_run_install(struct go *go); /* of package@version; else go_run_build() */
int go_run_build(struct go *go);   /* build, test, vet, run, install of what is here */
/* The requirements of go.mod, with their go lines looked at. prefix_format: "%s: module " or "". */
bool go_fetch_requirements(struct go *go, bool is_quiet, bool names_twice) MUST_USE;
