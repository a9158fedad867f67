/* What the parts of the server share: the run, its workflows, jobs and legs. Nobody else includes
   this. */
#pragma once

#include "expr/github.h"
#include "runner/server.h"
#include "runner/unknown.h"
#include "workflow/expression_check.h"

struct task;

/* GitHub's runners that the account has left, and the legs that wait for one. */
struct runner_queue {
    unsigned free_count;
    unsigned macos_free_count; /* of these */
    GQueue waiting;            /* struct server_run, in the order in which they came */
};

/* Whose runner a leg asks for. */
enum runner_demand {
    RUNNER_OF_ITS_OWN, /* none of GitHub's standard ones: not counted */
    RUNNER_HOSTED,
    RUNNER_HOSTED_MACOS,
};

struct server {
    const struct server_options *options;
    struct server_result *result;
    struct flow *flow;                  /* of the workflow that was triggered */
    struct allowed_dialect *dialect;    /* for anything but `if` */
    struct allowed_dialect *conditions; /* of jobs */
    GHashTable *groups;                 /* of concurrency: folded name to group */
    struct runner_queue runners;
    struct unknown_log unknown; /* what was read of outputs that nobody knows */
};

/* A leg's place in a concurrency group. */
struct ticket {
    struct server_run *run;
    struct concurrency_group *group; /* NULL: in none */
    char *name;                      /* as written */
};

/* A workflow of the run: the one that was triggered, or one that a job calls. */
struct flow {
    struct server *server;
    const struct workflow *workflow;
    char *id_prefix;   /* "call/", or "" */
    char *name_prefix; /* "call / ", or "" */
    int depth;
    json_t *inputs, *secrets;
    json_t *unknown_inputs; /* those that nobody knows, a set of unknown.h; or NULL */
    bool has_all_secrets;   /* the run's own, not some that were passed on */
    struct secrets *known_secrets;
    GPtrArray *tasks;        /* struct task, in the order of the file */
    struct fiber_queue over; /* tasks that wait for another */
    bool is_cancelled;
    char *cancel_text;
    struct server_run *caller; /* the leg whose job calls it; NULL: the run's own workflow */
    char *group;               /* of its concurrency, held while it runs; or NULL */
};

/* A leg of a job, or the one call of it that stands for a leg. */
struct server_run {
    struct task *task;
    struct server_leg *row;
    const struct leg *leg;
    struct leg_run *run;      /* while it runs */
    struct flow *called;      /* of a call */
    struct ticket own, below; /* of its job's concurrency, of that of the workflow it calls */
    enum runner_demand demand;
    bool has_runner;      /* of GitHub's, to be given back */
    struct fiber *waiter; /* while it waits for one */
    struct timer clock;
    int64_t limit_minutes;
    int64_t cancel_minutes; /* which the runner has to end a leg that is cancelled */
    bool may_fail;          /* continue-on-error of the job */
    bool is_cancelled;
    char *cancel_text;
    bool is_over;
};

/* A job of a workflow. */
struct task {
    struct flow *flow;
    const struct job *job;
    enum result result; /* what needs.X.result is */
    json_t *outputs;
    json_t *unknown;           /* outputs that nobody knows, a set of unknown.h; or NULL */
    bool is_in_question;       /* it was left out, and nobody knows whether rightly */
    json_t *needs;             /* the needs context, as rows of unknown.h */
    GPtrArray *runs;           /* struct server_run, in the order of the matrix */
    GPtrArray *legs;           /* struct leg made at run time, or NULL */
    const GPtrArray *all_legs; /* these, or those of the file; NULL before the strategy is read */
    unsigned max_parallel;     /* 0: not stated */
    struct fiber_slots slots;  /* of max-parallel */
    bool is_failing_fast;
    bool is_over;
};

struct flow *flow_new(struct server *server, const struct workflow *workflow);
void flow_free(struct flow *flow);
CLEANUP(flow, flow_free)
/* Takes the secrets over. has_all: they are the run's own, so that one more may be made up. */
void flow_take_secrets(struct flow *flow, json_t *secrets, bool has_all);
/* Runs all jobs; in a fiber. */
void flow_run(struct flow *flow);
/* Reaches whatever runs, unless its condition still holds, and what is still to come. */
void flow_cancel(struct flow *flow, const char *text);
/* What it comes to as a whole. */
enum result flow_result(const struct flow *flow);

/* ---- server_leg.c ---- */

/* All legs of a job that shall run. */
void task_run_legs(struct task *task);
struct server_run *task_add_run(struct task *task, const struct leg *leg);
void server_run_free(void *run);
void server_run_cancel(struct server_run *run, const char *text);
/* A job that ends without having run. */
void task_settle(struct task *task, enum result result, const char *format, ...)
    G_GNUC_PRINTF(3, 4);
void task_refuse(struct task *task, GError *error);

/* ---- server_name.c ---- */

/* The names of server_leg of server.h; g_free. leg NULL: the job did not come to its matrix. */
char *server_leg_name(const struct task *task, const struct leg *leg);
/* Whether the name can be told: a leg whose name is an error does not begin. */
bool server_leg_check_name(const struct server_run *run, GError **error) MUST_USE;
char *server_leg_id(const struct task *task, const struct leg *leg);

/* ---- server_strategy.c ---- */

/* What the strategy of the job says, and its legs; NULL: an error. Lent by the task. */
const GPtrArray *task_read_strategy(struct task *task, GError **error) MUST_USE;
/* The strategy context of one of them; the caller owns it. */
json_t *task_strategy(const struct task *task, const struct leg *leg);

/* ---- server_settings.c ---- */

/* The leg's clocks and its continue-on-error. */
bool server_run_read_limits(struct server_run *run, GError **error) MUST_USE;
/* False with an error when `runs-on` came to an empty label; with a doubt (not NULL) it may well be
   one that nobody knows. */
bool server_run_check_labels(const struct server_run *run, const json_t *runs_on, const char *doubt,
                             GError **error) MUST_USE;

/* ---- server_call.c ---- */

void server_run_call(struct server_run *run);

/* ---- server_concurrency.c ---- */

GHashTable *concurrency_groups_new(void);
/* Waits for the leg's turn in the group of its job, if there is one. False without an error: it was
   cancelled meanwhile. */
bool concurrency_enter(struct server_run *run, GError **error) MUST_USE;
/* The same for the workflow that the leg's job calls. */
bool concurrency_enter_called(struct server_run *run, struct flow *called, GError **error) MUST_USE;
/* The group that the run itself holds: its jobs cannot have it too. */
bool concurrency_of_run(struct flow *flow, GError **error) MUST_USE;
/* The leg was cancelled: it looks up from its waiting. */
void concurrency_wake(struct server_run *run);
/* Gives back what it holds. */
void concurrency_leave(struct server_run *run);

/* ---- server_queue.c ---- */

/* concurrent_jobs 0: CONCURRENT_JOBS_STANDARD. */
void runner_queue_init(struct runner_queue *queue, unsigned concurrent_jobs);
/* Waits until the account may have one more of the runners that runs_on asks for, if they are
   GitHub's. False: the leg was cancelled meanwhile. */
bool runner_queue_enter(struct server_run *run, const json_t *runs_on) MUST_USE;
/* Gives it back, if it has one. */
void runner_queue_leave(struct server_run *run);
/* The leg was cancelled: it looks up from its waiting. */
void runner_queue_wake(const struct server_run *run);

/* ---- server_assume.c ---- */

/* A leg whose runner nothing models: what its steps would do is assumed, and their outputs are what
   a scenario says of them, else empty. */
void server_run_assume(struct server_run *run, const char *why);

/* What a leg says of itself was an error: where it read what nobody knows or gave since the last
   look, its red is no proof. */
void server_run_doubt(const struct server_run *run);
/* The same of a workflow, all of whose jobs have ended by it. */
void flow_doubt(const struct flow *flow);

/* The job was left out, as a condition says that read this of an output that nobody knows (NULL: it
   read none), or because a job that it needs was: the same job might have run. */
void task_question(struct task *task, const char *unknown);
/* Whether a step of it may, told from texts, or anything in a workflow that it calls. */
bool task_touches_images(const struct task *task);
/* Notes of a task that was left out whether it had run if those that it needs had ended well. */
void task_note_left_out(struct task *task);

/* ---- server_evaluate.c ---- */

/* An expression of a job: against github, inputs, vars, needs, and with a leg matrix, strategy.
   key: the job's, "runs-on", which errors name as GitHub does; NULL: they name none. */
bool task_evaluate(const struct task *task, const struct leg *leg, const char *key,
                   const struct node *node, struct value *out, GError **error) MUST_USE;
/* An error about the value of a key. */
void task_blame(const struct task *task, const char *key, const struct node *node,
                const char *message, GError **error);
/* What a value came to, as errors show it; NULL and null: ""; g_free. */
char *server_value_text(const json_t *value);
/* Whether the value is nothing because an event that is made up lacks what the real one has. */
bool evaluate_may_lack(const struct node *node, const struct value *value);
/* Whether the value is of this kind or may lack; an error when not. */
bool task_expect(const struct task *task, const char *key, const struct node *node,
                 const struct value *value, enum value_kind kind, GError **error) MUST_USE;
/* A value of the file with all that is below; NULL: an error. The caller owns it. */
json_t *task_evaluate_json(const struct task *task, const struct leg *leg, const char *key,
                           const struct node *node, GError **error) MUST_USE;
/* An output of a job, with the results of its steps besides; NULL: an error, g_free. */
char *task_output(const struct task *task, const struct leg *leg, const json_t *steps,
                  const struct node *node, GError **error) MUST_USE;
/* Of a workflow itself: against github, inputs, vars. key: as above. */
json_t *flow_evaluate_json(const struct flow *flow, const char *key, const struct node *node,
                           GError **error) MUST_USE;
void flow_blame(const struct flow *flow, const char *key, const struct node *node,
                const char *message, GError **error);
/* Whether the job shall run. *why says what decided when not; g_free. */
bool task_condition(const struct task *task, bool *is_true, char **why, GError **error) MUST_USE;
/* Whether it had, if all that it needs had ended well. */
bool task_had_run(const struct task *task);
/* An output of a called workflow: against github, inputs, vars, jobs. */
char *flow_output(const struct flow *flow, const struct node *node, GError **error) MUST_USE;
