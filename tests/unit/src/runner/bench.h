/*
 * A small world for the runner: a machine in a temporary folder with the scripted bash, a scripted
 * docker, a few actions. A case is a workflow file whose first comments say what surrounds it:
 *
 *     # cancel 30s [TEXT]      # shutdown 30s        # debug
 *     # lose 30s (and it is noticed ten minutes later)
 *     # secret NAME=VALUE      # var NAME=VALUE      # input NAME=VALUE
 *     # needs JSON             # event JSON          # no shell
 *     # only JOB               # concurrent jobs N
 *     # assume PATTERN OUTCOME SECONDS [NAME=VALUE]
 */
#pragma once

#include "fake_shell.h"
#include "runner/server.h"

struct bench {
    struct loop *loop;
    struct trace *trace;
    char *directory;
    struct fake_shell *fake;
    struct runner_shell shell;
    struct command_host host;
    struct runner_machine machine;
    struct workflow *workflow;
    json_t *github, *inputs, *needs, *vars, *secrets;
    GArray *assumed; /* struct assumed_action */
    GPtrArray *texts;
    int64_t cancel_us, shutdown_us, lose_us; /* -1: never */
    const char *cancel_text;
    struct serving *serving;                   /* while a whole run goes on */
    unsigned machine_count, machine_count_max; /* lent to legs */
    bool is_debug;
    const char *only_job;
    unsigned concurrent_jobs;            /* 0: the standard */
    const struct action *const *actions; /* bench_actions unless a test has its own */
    made_up_in_fn *made_up_in;           /* or NULL; its self is none */
    GPtrArray *called;                   /* struct workflow */
};

/* path: of a workflow with its comments. */
struct bench *bench_new(const char *path);
struct bench *bench_new_text(const char *name, const char *text);
/* Of one job `a` with these steps, a YAML list. */
struct bench *bench_new_steps(const char *steps);
void bench_free(struct bench *bench);
CLEANUP(bench, bench_free)

/* Keeps a text as long as the bench. */
char *bench_keep(struct bench *bench, char *text);

/* The first leg of a job, or of the first job when id is NULL. */
struct leg_result *bench_run_leg(struct bench *bench, const char *job_id);
struct server_result *bench_run_server(struct bench *bench);

/* All that came of it as text; g_free. */
char *bench_leg_text(const struct leg_result *result);
char *bench_server_text(const struct server_result *result);

extern const struct action *const bench_actions[];
char *bench_find_action(void *self, const char *uses);

/* Every NAME.yaml of a folder against NAME.expected; UPDATE_GOLDEN=1 rewrites. Gives how many. */
int bench_check_cases(const char *folder, char *(*answer)(const char *path));
