/*
 * One run of the plugin, as its commands see it, and how they speak. Nobody outside this folder
 * includes it. A command returns the exit code, or 0 with an error set, which is told as "ERROR: …"
 * with exit code 1 (or, of a bad flag, as the CLI tells it with 125). Errors of the Engine are put
 * into the CLI's words before they leave the file that asked it.
 */
#pragma once

#include "mocks/commands/buildx/buildx.h"
#include "mocks/commands/buildx/flags.h"

#include "base/json.h"
#include "base/rng.h"
#include "docker/call.h"

struct buildx {
    struct buildx_options options; /* with copies of its strings */
    struct rng rng;                /* names and references of builds */
};

struct plugin_run {
    struct buildx *buildx;
    struct docker_cli *cli;
    const struct command_call *call;
    const char *builder; /* --builder or BUILDX_BUILDER; NULL: the current one */
    struct plugin_flags *flags;
    struct docker *docker; /* NULL before run_docker() */
    int64_t load_ends_us;  /* by when the status of builders must be known; 0: not begun */
};

struct plugin_command {
    const char *name;
    const char *usage; /* behind "docker buildx": "build [OPTIONS] PATH | URL | -" */
    const char *summary;
    int argument_count_min;
    int argument_count_max; /* -1: no limit */
    const struct flag_row *flags;
    int (*run)(struct plugin_run *run, GError **error);
};
extern const struct plugin_command plugin_commands[]; /* ends with a NULL name */

/* The Engine's client of this run, lent. */
struct docker *run_docker(struct plugin_run *run, GError **error) MUST_USE;
/* Puts an error of the Engine into the CLI's words. Always false. */
bool run_word_error(GError **error);
struct loop *run_loop(const struct plugin_run *run);
/* 26 of "v0.26.1": what differs between versions asks it. */
int run_minor(const struct plugin_run *run);
/* An event "buildx" {machine, action, builder, detail} in the trace; detail may be NULL. */
void run_note(const struct plugin_run *run, const char *action, const char *builder,
              const char *detail);
/* Seconds since 1970, now. */
int64_t run_unix_now(const struct plugin_run *run);
/* Lower-case letters and digits, as BuildKit's identity package makes them; g_free. */
char *run_identity(struct plugin_run *run);
/* "X-Registry-Auth: …" of what the CLI keeps for an image's registry; g_free. */
char *run_auth_header(const struct plugin_run *run, const char *image);
/* A messages_fn for streams whose progress nobody is told. */
void run_ignore_message(void *context, const struct message *message);
/* Sets BASE_ERROR and returns false. */
bool run_fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The same of what the real one may do and this one does not know: the command's outcome is then
   assumed instead of told as an error. */
bool run_unmodelled(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool run_is_unmodelled(const GError *error);

/* ---- files of the machine ---- */
/* NULL without an error: there is no such file. */
GBytes *run_read_file(const struct plugin_run *run, const char *path, GError **error) MUST_USE;
bool run_write_file(const struct plugin_run *run, const char *path, const void *bytes,
                    gsize length_bytes, GError **error) MUST_USE;
/* With its parents. */
bool run_make_folder(const struct plugin_run *run, const char *path, GError **error) MUST_USE;
void run_remove_file(const struct plugin_run *run, const char *path);

/* ---- table.c: Go's text/tabwriter, padding with blanks ---- */
/* Cells end with tabs; width_min and padding as tabwriter.NewWriter has them; g_free. */
char *table_format(const char *text, gsize width_min, gsize padding);
