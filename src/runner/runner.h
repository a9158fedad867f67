/*
 * The runner: executes one leg of a job as GitHub's runner does (actions-semantics.md 1, 3, 4, 5,
 * to the letter): set-up, the step loop with its conditions, time-outs and cancellation ladder,
 * files and commands by which steps speak, post steps in reverse order, job outputs. What GitHub's
 * server does, which legs run when and what stops them, is server.h.
 *
 * Runs in the calling fiber. Nothing here knows mocks: processes live in the machine's sandbox,
 * commands are answered by its command host, actions come from a table.
 */
#pragma once

#include "base/trace.h"
#include "process/sandbox.h"
#include "runner/action.h"
#include "runner/result.h"
#include "runner/secrets.h"
#include "workflow/workflow.h"

/* What a scenario says of a step whose action nothing models, or shall not do what it does. */
struct assumed_action {
    const char *pattern; /* glob over "owner/repo/path@ref" or the step's id */
    enum result outcome;
    int64_t duration_us;
    const json_t *outputs;      /* name to text, or NULL */
    const char *const *creates; /* empty files made below the workspace; NULL-terminated, or NULL */
};

struct fetch_attempt; /* action.h */
struct runner_shell;
struct checkout_store;

/* The machine a leg runs on. */
struct runner_machine {
    const char *name;  /* "leg-build-0", traced */
    const char *os;    /* runner.os: "Linux" */
    const char *arch;  /* runner.arch: "X64", "ARM64" */
    const char *image; /* "ubuntu-24.04" */
    bool is_self_hosted;
    bool is_furnished;          /* its owner put things on it that nobody told of */
    struct sandbox *sandbox;    /* its directory is the home; may be NULL: no process can start */
    const char *why_no_sandbox; /* then */
    const struct runner_shell *shell; /* starts processes instead of the sandbox; or NULL */
    const char *directory;            /* the home on this machine's file system */
    const char *home;                 /* as processes see it */
    const struct command_host *host;
    struct http *http;                /* for action_request(); or NULL */
    const char *token;                /* GITHUB_TOKEN of the job it runs; NULL: one of the run's */
    const char *runtime_token;        /* ACTIONS_RUNTIME_TOKEN; NULL: one that nothing takes */
    const char *id_token_url;         /* ACTIONS_ID_TOKEN_REQUEST_URL, for jobs that may write */
    const char *id_token_request;     /* id-token, and ACTIONS_ID_TOKEN_REQUEST_TOKEN; or NULL */
    const char *repository;           /* the user's work tree: what checkout copies; or NULL */
    struct checkout_store *checkouts; /* of the process; NULL: none are kept */
    uint64_t seed;
    int64_t date_s; /* wall clock at the loop's time zero */
    /* Environment of the runner's own process: "NAME=value", NULL-terminated. */
    const char *const *environment;
};

struct leg_options {
    struct loop *loop;
    struct trace *trace;             /* or NULL */
    const struct workflow *workflow; /* that holds the job; a called one's own */
    const struct job *job;
    const struct leg *leg;  /* of the matrix */
    int64_t cancel_minutes; /* cancel-timeout-minutes of the job, at least 1; 0: 5 */
    const char *name;       /* display name: "build (api)" */
    const struct runner_machine *machine;
    /* Contexts as JSON, lent; NULL is an empty one. github is that of the event. */
    const json_t *github, *inputs, *needs, *vars, *secrets, *strategy;
    const json_t *unknown_inputs;         /* those that nobody knows, a set of unknown.h; or NULL */
    const struct action *const *actions;  /* ends with NULL */
    const struct assumed_action *assumed; /* ends with a NULL pattern; or NULL */
    /* Where actions of the same repository and mapped ones are: the folder of action.yml for a
       `uses`, g_free; NULL: not there. */
    char *(*find_action)(void *self, const char *uses);
    /* An action is about to be fetched in the set-up; each of three attempts asks. In the leg's
       fiber. Or NULL. */
    void (*action_download)(void *self, const char *machine, const char *uses,
                            struct fetch_attempt *attempt);
    /* git is about to "fetch URL". In the leg's fiber. Or NULL. */
    void (*git_fetch)(void *self, const char *machine, const char *url,
                      struct fetch_attempt *attempt);
    /* A step begins its work; id may be NULL. In the leg's fiber. Or NULL. */
    void (*step_begins)(void *self, const char *machine, const char *id, const char *title);
    make_secret_fn *make_secret; /* or NULL */
    made_up_in_fn *made_up_in;   /* NULL: no secret is */
    const char *made_up_tag;     /* the event's, when nobody told it; or NULL */
    void *self;
    bool is_debug; /* ACTIONS_STEP_DEBUG */
};

struct leg_run;

/* Begins nothing yet: so that a leg can be cancelled from the moment it is known. */
struct leg_run *leg_run_new(const struct leg_options *options);
void leg_run_free(struct leg_run *run);
CLEANUP(leg_run, leg_run_free)
/* Runs the leg to its end. Never fails: what goes wrong is in the result, which the caller owns. */
struct leg_result *leg_run_perform(struct leg_run *run);
/*
 * The server's cancel request (actions-semantics.md 1.5): the current step's condition is looked at
 * again, else it gets the ladder; later steps see cancelled(). annotation is the server's text:
 * "The operation was canceled." and so on. After 4 min 45 s the leg is ended as it is. From any
 * fiber or callback; does not wait; nothing happens once the leg has ended or was cancelled.
 */
void leg_run_cancel(struct leg_run *run, const char *annotation);
/* The machine goes away: remaining steps are skipped, even always() ones (1.7, last row). */
void leg_run_shut_down(struct leg_run *run);
/* The machine is gone without a word: nothing runs any more, its processes neither, and the log of
   the step that ran is lost. The server ends the job noticed_us later: a runner that lives renews
   its job every minute for ten more (JobDispatcher.cs; actions/runner#3539). What else is asked of
   the leg meanwhile reaches nobody. */
void leg_run_lose(struct leg_run *run, int64_t noticed_us);
