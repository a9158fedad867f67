/*
 * The command line: a table of commands, one file each. Reports go to stdout or named files,
 * diagnostics to stderr. Only the files of this table print, and progress (progress_meter.h).
 */
#pragma once

#include "base/trace.h"
#include "harness/run.h"

enum exit_code { /* which of two counts more: cli_worse() */
    EXIT_AS_EXPECTED = 0,
    EXIT_NOT_AS_EXPECTED = 1,
    EXIT_BAD_INPUT = 2,
    EXIT_INTERNAL = 3,
    EXIT_NONDETERMINISTIC = 4,
    EXIT_INCONCLUSIVE = 5,
};

struct app {
    struct run_context context;
};

struct command {
    const char *name;
    const char *arguments; /* "PATH…" */
    const char *summary;
    int (*run)(const struct app *app, int argc, char **argv);
};

/* argv[0] is the program, argv[1] the command. */
int cli_main(const struct app *app, int argc, char **argv);

/* Parses the options of one command into entries' targets; what is left stays in argv, its end
   marked by NULL. On failure the message was printed: end with EXIT_BAD_INPUT. */
bool cli_parse(const struct command *command, const GOptionEntry *entries, int *argc,
               char ***argv) MUST_USE;
/* Prints "seatrial: MESSAGE" to stderr. */
void cli_complain(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* An unsigned number of 64 bits; text NULL leaves *seed as it is. */
bool cli_parse_seed(const char *text, uint64_t *seed, GError **error) MUST_USE;
/* The day of a workflow's run when nobody says another: what the tables of images, labels and
   releases know by. */
#define CLI_DEFAULT_DATE "2026-11-26"
/* `--date`: a day as YYYY-MM-DD, NULL for the default; 9:00 UTC of it in Unix seconds, where date_s
   is not NULL. It complains about others. */
bool cli_parse_date(const char *command, const char *text, int64_t *date_s) MUST_USE;
/* `--color`: whether it is one of auto, always, never (else it complained), and what follows. */
bool cli_check_color(const char *command, const char *choice) MUST_USE;
bool cli_has_color(const char *choice);
/* That SIGINT or SIGTERM ended the command, and what was done before; entries are json_t. */
void cli_say_interrupted(const char *command, const GPtrArray *entries);
/* text to a file, or to stdout for "-"; complains on failure. */
bool cli_write(const char *path, const char *text) MUST_USE;
/* A trace without a plan, which nobody can replay, to a file. path NULL: nothing to do. */
bool cli_write_trace(const char *path, const struct trace *trace) MUST_USE;
/* Of two codes the one that counts more. */
int cli_worse(int left, int right);

extern const struct command command_eval;
extern const struct command command_faults;
extern const struct command command_list;
extern const struct command command_plan;
extern const struct command command_rehearse;
extern const struct command command_replay;
extern const struct command command_run;
extern const struct command command_schema;
extern const struct command command_serve;
extern const struct command command_trace;
extern const struct command command_up;
