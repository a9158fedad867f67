/* What the files of the fake machine's commands share. Every row's self is the set. */
#pragma once

#include "base/limits.h"
#include "mocks/commands/commands.h"

struct command_set {
    struct command_set_options options; /* strings lent, as the header says */
    GPtrArray *rows;                    /* struct command_row, lent; the first of a name counts */
    GPtrArray *names;                   /* char*, lent, sorted, ends with NULL */
    struct command_host host;
    struct docker_commands *docker; /* NULL: not modelled */
    GPtrArray *uses;                /* struct assumed_use */
    GHashTable *use_lines;          /* those of this step by line, lent */
    GHashTable *asks;               /* how often each whole line was asked in it, by its text */
    guint step;                     /* of the job that runs */
    guint64 failure_count;          /* commands that ended with another code than 0 */
    guint64 gap_count;              /* those that were assumed and would have left something */
    guint64 removed_folders;        /* of the options' folders, a bit each */
    guint64 word_count;             /* those for which a script got the unknown word */
    guint64 image_command_count;    /* those that are about images */
    bool has_unclear_config;        /* was told */
    bool has_logged_in;             /* in this step, by `docker login` */
    bool may_have_more;             /* something may have brought what the image has not */
    int nested_count;               /* commands that run inside others, without processes */
    GHashTable *allocated;          /* files outside of the home: their bytes, gint64 */
    GHashTable *go_modules;         /* "path@version" in Go's module cache, a set; never iterated */
};

/* Whether a model stands behind a command of this name, or a program of it is known. */
bool command_set_knows(const struct command_set *set, const char *name);
/* Answers a command line in the calling fiber, whoever called it. */
int command_set_run(struct command_set *set, const struct command_call *call);
/* What a shell makes of a program that is not there. */
#define COMMAND_NOT_FOUND 127
/* A program that GitHub's images have not, on one of them where nothing may have brought it: says
   so, as bash does. False: it may be there. */
bool command_set_lacks(struct command_set *set, const struct command_call *call);
/* Microseconds since 1970. */
int64_t command_set_date_us(const struct command_set *set);
/* "x86_64", "aarch64" */
const char *command_set_machine(const struct command_set *set);

/* ---- docker_command.c ---- */

/* The files of the machine, for what the Engine does while a command runs: containers that bind
   them, its own settings. */
struct lending {
    struct command_set *set;
    const struct command_call *call;
    struct dockerd_host host;
};
#define LENDING(name) struct lending name = {0}
void lending_begin(struct lending *lending, struct command_set *set,
                   const struct command_call *call);
void lending_end(struct lending *lending);

/* The docker command with its plugins; NULL when the machine has none. */
struct docker_commands *docker_commands_new(struct command_set *set);
void docker_commands_free(struct docker_commands *docker);

/* ---- assumed.c ---- */

/* The scenario's word on this command line, or NULL. */
const struct assumed_command *assumed_find(const struct command_set *set,
                                           const struct command_call *call);
/* The programs of the runner image that are assumed when they are called. */
void assumed_add_names(GPtrArray *names);
bool assumed_knows(const char *name);
/* Whether a program of this name builds, moves or runs images. */
bool assumed_touches_images(const char *name);
/* Does what the scenario said. */
int assumed_play(struct command_set *set, const struct command_call *call,
                 const struct assumed_command *assumed);
/* A command nobody knows: prints a version when asked, notes that it was assumed, and succeeds. */
int assumed_run(struct command_set *set, const struct command_call *call);
/* Notes a use of the first two of these words, and in the trace the whole. */
void assumed_note(struct command_set *set, const char *const *words, bool touches_images);
/* The same of what would leave nothing on the machine that others need. */
void assumed_note_complete(struct command_set *set, const char *const *words);
/* A dockerd_assume_fn; the context is the set. */
void assumed_note_container(void *set, const char *what, bool touches_images, bool leaves_gap);

/* ---- task_runners.c, makefile.c, recipes.c ---- */

/* Whether a program that runs tasks of the repository runs one about images. */
bool task_runner_touches_images(const struct command_call *call);
/* Whether it runs what the repository itself says, of which a name may tell nothing. */
bool task_runner_runs_own(const struct command_call *call);
bool makefile_touches_images(const struct command_call *call);
bool taskfile_touches_images(const struct command_call *call);
bool justfile_touches_images(const struct command_call *call);
/* Whether a script calls one of the programs that build, move or run images. */
bool text_calls_image_programs(const char *text);
/* Whether a task's name speaks of images: "docker-build", "bootBuildImage". */
bool word_names_images(const char *word);

/* ---- fetched_program.c ---- */

/* Whether a program of which nobody knows anything is about images, by its name and its words, or
   because its step has logged in to a registry: mostly that is for what comes next. */
bool program_touches_images(const struct command_set *set, const struct command_call *call,
                            const char *name, const char *const *words);

/* ---- unknown_word.c ---- */

/* After a command that was assumed: gives a script that waits for a word of it one that says so. */
void unknown_word_say(struct command_set *set, const struct command_call *call);

/* ---- root_files.c ---- */

/* A program that root runs to write where a step's processes cannot (`tee
   /etc/docker/daemon.json`): true when it is assumed, with its exit code. */
bool root_files_assume(struct command_set *set, const struct command_call *call,
                       const char *const *words, int *exit_code);

/* ---- machine_folders.c ---- */

/* `rm` by root of what a step's processes cannot reach: folders of the runner's image give their
   bytes back, anything else is taken to be gone. True when it was such a call, with its exit code.
 */
bool machine_folders_remove(struct command_set *set, const struct command_call *call,
                            const char *const *words, int *exit_code);

/* ---- words.c ---- */

/* A word between the quotes of the command's locale, as GNU programs write them; g_free. */
char *command_quoted(const struct command_call *call, const char *word);
/* The name the command was called by, without folders; lent. */
const char *command_name(const struct command_call *call);
/* "Try 'NAME --help' for more information." on stderr; returns exit_code. */
int command_try_help(const struct command_call *call, int exit_code);
/* "SIGTERM", "term", "15" to 15; -1: no such signal. */
int command_signal_number(const char *text);
/* Without SIG: "TERM". */
const char *command_signal_name(int number);
/* True when the command runs under sudo. */
bool command_is_root(const struct command_call *call);
/* The environment with NAME=value added or replaced; g_strfreev. */
char **command_environment_with(const struct command_call *call, const char *name,
                                const char *value);

/* ---- nested.c ---- */

/* A program run as the command's child. */
struct nested {
    const char *const *arguments;
    const char *const *environment; /* NULL: the command's own */
};
/* Starts it and waits. A name that the starter does not find is assumed, as it is anywhere else.
   The exit code as a shell has it, or 126 and 127 with "NAME: PREFIX'program':
   No such file or directory" on stderr. A prefix is "failed to run command " or ""; NULL: sudo's
   words and 1. */
int nested_run(struct command_set *set, const struct command_call *call,
               const struct nested *nested, const char *prefix);

/* A child that gets a signal when its time is over. */
struct nested_limit {
    int64_t limit_us; /* 0: none */
    int64_t kill_us;  /* after the first signal; 0: never */
    int signal_number;
    void (*on_signal)(const struct command_call *call, const struct nested *nested, int number);
};
struct nested_end {
    int exit_code;
    bool has_started; /* false: exit_code and the message are nested_run()'s */
    bool has_timed_out;
    bool was_killed; /* by the second signal, or a first one that is SIGKILL */
};
struct nested_end nested_run_limited(struct command_set *set, const struct command_call *call,
                                     const struct nested *nested, const struct nested_limit *limit);

/* ---- the rows' functions, one file each or one for a family ---- */

command_fn row_aws, row_az, row_cosign, row_crane, row_curl, row_df, row_docker, row_dockerd,
    row_fallocate, row_fetched_program, row_free, row_gcloud, row_go, row_go_program, row_hostname,
    row_id, row_ionice, row_journalctl, row_lscpu, row_make, row_nice, row_nohup, row_nproc,
    row_remote_git, row_service, row_skopeo, row_sleep, row_stdbuf, row_sudo, row_swapoff,
    row_systemctl, row_timeout, row_trivy, row_uname, row_wget, row_whoami;
