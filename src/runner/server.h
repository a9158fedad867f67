/*
 * What GitHub's server does with a workflow run: which jobs begin when, with what `needs`, which
 * are skipped, how legs of a matrix start and stop each other, how a job's clock ends it, how
 * called workflows nest, what waits for a runner, what the whole comes to
 * (actions-semantics.md 1.5, 1.6, 2). The legs themselves are the runner's, each on a machine that
 * the caller provides.
 */
#pragma once

#include "runner/runner.h"

/* One leg that ran, or was decided not to. */
struct server_leg {
    char *id;   /* "build", with a matrix "build_3_8", "build_api": the job, and all values of the
                   leg, up to MATRIX_LEG_ID_BYTES_MAX; a hash behind it when a leg of another job
                   could be called so too; of a called workflow "call/build" */
    char *name; /* as GitHub shows it: "build (api)", "call / build" */
    const struct job *job;
    const struct workflow *workflow;
    const struct server_leg *caller; /* the leg whose job calls the workflow; NULL: the run's own */
    struct leg_result *result;       /* RESULT_SKIPPED and without steps when it did not run */
    int64_t queued_us; /* how long it waited for one of GitHub's runners, its own clock standing */
    char *reason;      /* why it was skipped or cancelled, how its runner went, or NULL */
    bool touches_images; /* as far as texts tell: its own steps, or anything that it calls */
    bool is_left_out;    /* skipped for what it needs, and had run if that had ended well */
};

struct server_result {
    enum result conclusion; /* of the run */
    GPtrArray *legs;        /* struct server_leg, in the order of the file and the matrix */
    GPtrArray *callers;     /* struct server_leg in whose place those of a called workflow stand */
    /* A job that could not be started for what it says: GitHub's words, at its place. */
    GPtrArray *errors; /* GError */
};
void server_result_free(struct server_result *result);
CLEANUP(server_result, server_result_free)
/* Whether the later one stands on what came of the earlier: its job, or the job that calls it,
   needs that one's, directly or through others. */
bool server_leg_needs(const struct server_leg *later, const struct server_leg *earlier);

struct server;

/* How many jobs an account of the plan Free has on GitHub's standard runners at once, five of them
   on macOS; Pro has 40, Team 60, Enterprise 500 and 50 on macOS (docs: Actions limits). */
#define CONCURRENT_JOBS_STANDARD 20

struct server_options {
    struct loop *loop;
    struct trace *trace;
    const struct workflow *workflow;
    const char *only_job;     /* id: that job and its needs count as succeeded; NULL: all */
    unsigned concurrent_jobs; /* at once on GitHub's runners; 0: CONCURRENT_JOBS_STANDARD */
    int64_t date_s;           /* wall clock at the loop's time zero: which labels are GitHub's */
    const json_t *github, *inputs, *vars, *secrets; /* contexts; github that of the event */
    const struct action *const *actions;
    const struct assumed_action *assumed;
    char *(*find_action)(void *self, const char *uses);
    /* Of a workflow that has all secrets: the run's own, and a called one that inherits them. Or
       NULL. */
    make_secret_fn *make_secret;
    made_up_in_fn *made_up_in; /* of leg_options */
    const char *made_up_tag;   /* the same */
    /* A called workflow for the text of `uses`, lent; NULL: not mapped, and then the job is
       assumed. */
    const struct workflow *(*find_workflow)(void *self, const char *uses);
    /* The machine for a leg, by its evaluated `runs-on`, lent until leg_over; NULL with an error:
       no such runner, the leg waits for ever as on GitHub, which is told in its reason. Only with
       BASE_ERROR_UNMODELLED there is such a runner, but none that could be rehearsed: the steps of
       the leg are assumed. In the leg's fiber. */
    const struct runner_machine *(*leg_machine)(void *self, const char *leg_id,
                                                const struct job *job, const json_t *runs_on,
                                                GError **error);
    void (*leg_over)(void *self, const char *leg_id);
    /* For what comes over the run from outside; server is lent until server_run() returns. Or NULL.
     */
    void (*begun)(void *self, struct server *server);
    /* These three of leg_options. */
    void (*action_download)(void *self, const char *machine, const char *uses,
                            struct fetch_attempt *attempt);
    void (*git_fetch)(void *self, const char *machine, const char *url,
                      struct fetch_attempt *attempt);
    void (*step_begins)(void *self, const char *machine, const char *id, const char *title);
    void *self;
    bool is_debug; /* ACTIONS_STEP_DEBUG */
};

/* Runs all of it in the calling fiber. Never fails. */
struct server_result *server_run(const struct server_options *options);

/* Somebody cancels the run (1.5); annotation is the server's text. From any fiber or callback, as
   are the next two; nothing happens to what has ended. */
void server_cancel(struct server *server, const char *annotation);
/* The machine of a leg goes away: leg_run_shut_down(), leg_run_lose(). */
void server_shut_down_runner(struct server *server, const char *leg_id);
void server_lose_runner(struct server *server, const char *leg_id, int64_t noticed_us);
