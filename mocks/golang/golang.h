/*
 * Go's releases, the modules that pipelines ask for, and Go's rules for which toolchain may build
 * what: data and pure functions, shared by the go command, the module proxy and Dockerfile steps,
 * so that all of them tell one story (failures.md J). Dates decide what "latest" means.
 *
 * Rules are those of cmd/go (gover, toolchain/select.go, toolchain/switch.go); texts were measured
 * with Go 1.21.13, 1.22.0, 1.22.12, 1.23.0 and 1.26.8.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

/* ---- versions of Go: "1.21", "1.22rc1", "1.22.5" ---- */

/* As cmd/go orders them: 1.21 < 1.21rc1 < 1.21.0. What is no version comes before all others. */
int go_version_compare(const char *left, const char *right);
bool go_version_is_valid(const char *text);
/* A language version without a patch: "1.22". */
bool go_version_is_language(const char *text);
/* 22 of "1.22.5"; 0 for what is no version. */
int go_version_minor(const char *text);
/* go.mod's go line means something to the toolchain since 1.21: it chooses and refuses. */
#define GO_TOOLCHAIN_MINOR_MIN 21

/* ---- releases (golang/releases.h) ---- */

/* Whether a toolchain of this version could be downloaded at that date. */
bool go_release_exists(const char *version, int64_t date_s);
/* The newest patch of a minor release at that date, "1.22.12"; NULL: none yet. g_free. */
char *go_release_newest(int minor, int64_t date_s);
/* What `go get` and `go install` switch to for a module that needs this version: the newest patch
   of the last release but one, or of the last if only that will do (NewerToolchain); NULL: none is
   new enough. g_free. */
char *go_release_for_switch(const char *need, int64_t date_s);
/* The toolchain that the go line alone asks for: "1.22" is 1.22.0 to a go command that knows
   golang/go#62278, as 1.21.13, 1.22.5 and all from 1.23 do and 1.21.6, 1.22.2 do not. g_free. */
char *go_release_of_line(const char *go_line, const char *running);

/* ---- modules ---- */

struct go_module_version {
    const char *path;
    const char *version; /* "v1.36.6" */
    int64_t date_s;
    const char *go_line; /* "1.22"; "": the go.mod has none */
};
/* The bundled ones, by module and version. */
const struct go_module_version *go_module_versions(gsize *count);
const struct go_module_version *go_module_find(const char *path, const char *version);
/* The newest released by that date, or NULL. */
const struct go_module_version *go_module_latest(const char *path, int64_t date_s);
bool go_module_is_known(const char *path);
/* The module that holds a package, by the bundled names, else by the habits of the hosts:
   "github.com/owner/name[/vN]", "golang.org/x/name", what stands before "/cmd/"; g_free. */
char *go_module_of_package(const char *package);
/* vMAJOR.MINOR.PATCH[-pre]; what is none comes first. */
int go_semver_compare(const char *left, const char *right);
bool go_semver_is_valid(const char *text);

/* ---- go.mod ---- */

struct go_requirement {
    char *path;
    char *version;
    /* What a `replace` puts in its place: a folder ("./apis") when target_version is NULL, else
       another module; NULL: nothing does. */
    char *target;
    char *target_version;
};
struct go_mod {
    char *module;            /* NULL: no such line */
    char *go_line;           /* "1.22"; NULL: none, which means 1.16 */
    char *toolchain;         /* "go1.22.8"; NULL: none */
    GPtrArray *requirements; /* struct go_requirement, in order */
};
/*
 * As the go command of version `running` reads it. On failure the message is cmd/go's, from "go:
 * errors parsing go.mod:" on, with `shown` as the file's name: commands before 1.21 show the whole
 * path, later ones the relative one. At most GO_MOD_REQUIREMENTS_MAX requirements.
 */
struct go_mod *go_mod_parse(const char *text, const char *shown, const char *running,
                            GError **error) MUST_USE;
void go_mod_free(struct go_mod *mod);
CLEANUP(go_mod, go_mod_free)

/* "go.mod requires go >= 1.23 (running go 1.22.12; GOTOOLCHAIN=local)" when running is older than
   the line, else NULL; toolchain: value of GOTOOLCHAIN, or NULL. what: "go.mod", "module@version".
   g_free. */
char *go_too_new_text(const char *what, const char *go_line, const char *running,
                      const char *toolchain);
