/*
 * What the parts of the runner share: a leg while it runs, its steps, and how they log, evaluate
 * and end. Nobody outside src/runner includes this.
 */
#pragma once

#include "base/rng.h"
#include "expr/github.h"
#include "runner/mask.h"
#include "runner/runner.h"
#include "runner/shell.h"
#include "runner/unknown.h"
#include "workflow/expression_check.h"

struct step_run;
struct use;

/* Where steps see each other: the job's, or those of one composite action. */
struct scope {
    json_t *steps;      /* the steps context */
    json_t *inputs;     /* the inputs context; NULL: an empty one */
    json_t *unknown;    /* inputs that nobody knows, a set of unknown.h; or NULL */
    bool is_composite;  /* then success() and failure() look at status */
    enum result status; /* github.action_status */
    GHashTable *names;  /* made github.action names to how often */
    const char *path;   /* github.action_path, or NULL */
    const char *name;   /* "owner/repo" of the action, or NULL */
    const char *ref;    /* or NULL */
};

/* What interrupts a step: its time-out, or the job's cancellation. It never comes back. */
struct token {
    struct timer timer;
    bool has_timed_out;
    bool is_cancelled;
};

/* Text of a stream up to its next newline. */
struct line_buffer {
    GString *text;
    bool has_returned; /* a \r ended the line before: a \n is the rest of its end */
};

typedef void step_work_fn(struct step_run *step);

/* One step on its way. */
struct step_run {
    struct leg_run *leg;
    struct step_run *outer; /* the step whose composite action it belongs to; NULL: the job's */
    struct scope *scope;
    const struct step *step; /* of a file; NULL: the runner's own */
    const char *condition;   /* of the runner's own and of pre and post; NULL: that of step */
    enum step_phase phase;
    step_work_fn *work;
    struct use *use;            /* the action, held by a reference; NULL: none */
    const json_t *inputs;       /* while its action runs: INPUT_* of its processes; or NULL */
    struct step_result *result; /* lent by the list it is in */
    char *action_name;          /* github.action */
    json_t *environment;        /* the env context: the job's, then the step's own */
    struct token token;
    enum result outcome;
    bool is_closing;         /* "Complete job", which a shutdown does not skip */
    bool is_last;            /* its condition failed: no step of the composite action follows */
    bool is_final;           /* failed where continue-on-error is not looked at */
    bool is_settled;         /* the work has said itself what an interruption came to */
    bool is_listed;          /* the result belongs to a list */
    bool has_complained;     /* a workflow command or a file said something wrong */
    bool has_gap;            /* commands of its script were assumed */
    char *missing_module;    /* the first that its script did not find, or NULL */
    bool has_read_unknown;   /* its env or its inputs stand on an output that nobody knows */
    bool has_stumbled;       /* its script reckoned with a word that nobody knows */
    bool has_met_other_hash; /* git found that the event's commit is not what its id says */
    unsigned annotation_counts[ANNOTATION_ERROR + 1];
    bool is_echoing;
    char *stop_token; /* workflow commands are stopped until it comes */
    struct line_buffer lines[2];
    char *files_id;        /* of GITHUB_ENV and so on */
    gsize log_start_bytes; /* where its log begins */
    gsize outputs_bytes;
    void (*stop_work)(void *work); /* called at once when the token fires; or NULL */
    void *work_context;
};

struct leg_run {
    struct leg_options options;
    const struct runner_machine *machine;
    struct loop *loop;
    struct fiber *fiber; /* while it performs */
    struct leg_result *result;
    struct allowed_dialect *dialect;
    struct masks *masks;
    struct rng rng;
    struct runner_shell shell; /* type NULL: no process can start */
    char *workspace, *runner_workspace, *temp, *tool_cache, *tracking;

    struct value github, vars, matrix, strategy, needs; /* contexts that stay */
    struct secrets secrets;
    struct unknown_log unknown;              /* what was read of outputs that nobody knows */
    json_t *environment;                     /* workflow, job, GITHUB_ENV */
    char *default_shell, *default_directory; /* defaults.run, or NULL */
    json_t *unknown_environment; /* names in doubt of it, a set of unknown.h; NULL: none */
    gsize written_environment_bytes;
    GPtrArray *path;       /* GITHUB_PATH, the latest last; char * */
    json_t *services;      /* job.services */
    json_t *job_container; /* job.container, or NULL */
    struct scope *scope;
    GString *summary;
    gsize outputs_bytes;

    GPtrArray *queue;            /* struct step_run, to come */
    GPtrArray *posts;            /* struct step_run, the last one first */
    struct step_run *current;    /* the innermost one that runs */
    GArray *containers;          /* struct service of services.h, or NULL */
    GHashTable *fetched_actions; /* char * as in `uses`: a set */
    json_t *images;              /* uses of docker actions to what was built for them */
    char *network;               /* of the services */
    GPtrArray *leftovers;        /* struct command_run: commands whose starter is gone */
    unsigned leftover_count;

    bool has_failed;    /* job.Result of the runner: null, Failed or Canceled */
    bool has_cancelled; /* Canceled, which Failed does not take back */
    bool is_cancelled;  /* the server asked */
    bool is_shut_down;
    bool is_lost;
    int64_t noticed_us; /* loop time, of a lost one */
    bool is_abandoned;  /* 4 min 45 s after the cancellation: the worker is killed */
    bool has_begun, has_ended;
    struct timer abandon_timer;
};

/* ---- log.c: what a step says ---- */

/* A line of the log, masked. */
void step_print(struct step_run *step, const char *format, ...) G_GNUC_PRINTF(2, 3);
void step_print_text(struct step_run *step, const char *line);
/* A line with its annotation: "##[error]…". */
void step_error(struct step_run *step, const char *format, ...) G_GNUC_PRINTF(2, 3);
void step_warning(struct step_run *step, const char *format, ...) G_GNUC_PRINTF(2, 3);
void step_annotate(struct step_run *step, enum annotation_level level, const char *title,
                   const char *message);
/* An annotation of the job itself, which no log shows. */
void leg_annotate(struct leg_run *leg, enum annotation_level level, const char *message);
/* Only with ACTIONS_STEP_DEBUG. */
void step_debug(struct step_run *step, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Bytes that a process wrote on stream 1 or 2: lines, in which workflow commands count. */
void step_output(void *step, int stream, const char *bytes, gsize length_bytes);
/* What came without a last newline. */
void step_output_end(struct step_run *step);
/* Something whose result is known, such as a download: it took its time and worked. */
void leg_assume(struct leg_run *leg, const struct step_run *step, bool touches_images,
                const char *format, ...) G_GNUC_PRINTF(4, 5);
/* An output that nobody knows was read since the last look: it is assumed, and touches images if
   the step could and if it may_touch. with_doubts: so is one in doubt. */
void leg_assume_unknown(struct leg_run *leg, const struct step_run *step, bool may_touch,
                        bool with_doubts);
/* Variables of the repository that nobody gave were read since the last look: a gap for each that
   is new. leg_assume_unknown() does it, too. */
void leg_assume_lacking(struct leg_run *leg, const struct step_run *step);
/* Something that would have left files, outputs or processes, of which nothing is there. */
void leg_assume_gap(struct leg_run *leg, const struct step_run *step, bool touches_images,
                    const char *format, ...) G_GNUC_PRINTF(4, 5);

/* The value of a secret that nobody gave: whoever fails by it fails by our lack. */
void leg_assume_secret(struct leg_run *leg, const struct step_run *step, const char *name);

/* ---- speech.c ---- */

/* Does what a workflow command says; false: the line is none. */
bool step_obey(struct step_run *step, const char *line);
void step_set_output(struct step_run *step, const char *name, const char *value);
void step_set_state(struct step_run *step, const char *name, const char *value);
void step_set_variable(struct step_run *step, const char *name, const char *value);
void leg_add_path(struct leg_run *leg, const char *path);
/* Programs may be on the machine from now on that its image has not. */
void leg_may_bring(const struct leg_run *leg);

/* ---- file_commands.c ---- */

bool files_create(struct step_run *step, GError **error) MUST_USE;
/* Reads what the step left in them; errors are said in the log and fail it. */
void files_take(struct step_run *step);
/* Where GITHUB_ENV and so on are as processes see them, by context name: "env"; g_free. */
char *files_path(const struct step_run *step, const char *context_name);
extern const char *const files_context_names[]; /* ends with NULL */
void step_add_summary(struct step_run *step, const char *markdown);

/* ---- set_up.c ---- */

/* What "Set up job" evaluates of the job, in its order; an error ends the job before any step. */
bool leg_evaluate_settings(struct leg_run *leg, GError **error) MUST_USE;

/* ---- contexts.c ---- */

void leg_make_contexts(struct leg_run *leg);
void leg_free_contexts(struct leg_run *leg);
/* A JSON value whose objects ignore case. */
struct value folded_value(const json_t *json);
/* "success", "failure", "cancelled". */
const char *leg_status(const struct leg_run *leg);
void scope_record(struct scope *scope, const struct step_result *step, bool has_ended);
struct scope *scope_new(void);
void scope_free(struct scope *scope);
CLEANUP(scope, scope_free)
/* github.action for a step without an id: "__run", "__run_2"; g_free. */
char *scope_make_name(struct scope *scope, const struct step *step);

/* ---- step_contexts.c ---- */

/* All contexts as the step sees them now. They look into the step, which must outlive them. */
struct value step_contexts(const struct step_run *step);

/* ---- evaluate.c ---- */

/* A scalar of the file: its value, which an expression may give any kind. Errors read "The template
   is not valid. FILE (Line: 1, Col: 2): …". */
bool step_evaluate(const struct step_run *step, const struct node *node, struct value *out,
                   GError **error) MUST_USE;
bool step_evaluate_text(const struct step_run *step, const struct node *node, char **text,
                        GError **error) MUST_USE;
bool step_evaluate_condition(const struct step_run *step, bool *is_true, GError **error) MUST_USE;
/* "FILE (Line: 1, Col: 2): ", before what is wrong there; "" for what no file says; g_free. */
char *evaluate_place(const struct node *node);
/* "The template is not valid. FILE (Line: 1, Col: 2): MESSAGE". */
void evaluate_place_error(const struct node *node, const char *message, GError **error);
void evaluate_place_error_at(struct position place, const char *message, GError **error);
/* An error about a value of the wrong kind at the node's place. */
void evaluate_unexpected(const struct node *node, const struct value *value, GError **error);
bool hash_files(const char *folder, const char *const *patterns, char **digest,
                GError **error) MUST_USE;

/* ---- evaluate_map.c ---- */

/* A mapping of texts such as env and with; NULL gives an empty one. The caller owns it. */
json_t *step_evaluate_map(const struct step_run *step, const struct node *node,
                          GError **error) MUST_USE;

/* ---- environment.c ---- */

/* Of a process of the step, in the order of actions-semantics.md 5.2: "NAME=value"; g_strfreev.
   inputs and state: of actions, or NULL. */
char **step_environment(const struct step_run *step, const json_t *inputs, const json_t *state);
/* On this machine, or NULL when outside what processes may touch; g_free. */
char *leg_host_path(const struct leg_run *leg, const char *path);
/* xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx; g_free. */
char *leg_uuid(struct leg_run *leg);
char *leg_random_hex(struct leg_run *leg, unsigned digits);

/* ---- goreleaser.c ---- */

/* Whether `uses` is goreleaser's action and what it is asked for makes no images. */
bool goreleaser_is_harmless(const struct step_run *step, const char *uses, const json_t *inputs);

/* ---- step.c ---- */

/* Takes part in nothing yet. result goes to the list where the step runs. */
struct step_run *step_new(struct leg_run *leg, struct step_run *outer, struct scope *scope,
                          const struct step *file_step, enum step_phase phase);
void step_free(struct step_run *step);
CLEANUP(step_run, step_free)
/* From its environment to its result, which is added to results. */
void step_perform(struct step_run *step, GPtrArray *results);
/* Whether its time-out or a cancellation, its own or of a step outside, has come. */
bool step_is_interrupted(const struct step_run *step);
/* Of the job's step that runs, in the result; 0 before the first. */
guint leg_step_index(const struct leg_run *leg);
/* The server's cancellation reaches the steps that run. */
void steps_on_cancel(struct leg_run *leg);
void step_title_set(struct step_run *step);
void step_fail(struct step_run *step, const GError *error);

/* ---- ladder.c ---- */

/* Runs a process to its end, or down the ladder when the step is interrupted. False: it could not
   be started. */
bool process_run(struct step_run *step, const char *const *arguments, char **environment,
                 const char *directory, int *exit_code, GError **error) MUST_USE;
/* Parks the leg's fiber until *is_over, or until the step is interrupted unless patient, or for
   limit_us. False when the leg is given up. */
bool leg_wait(struct leg_run *leg, const bool *is_over, const struct step_run *step,
              int64_t limit_us, const char *what);

/* ---- script.c ---- */

void script_work(struct step_run *step);
void print_environment(struct step_run *step);

/* ---- script_secret.c ---- */

/* A script has failed by itself, not by a command of the machine: if what it was given holds
   secrets that were made up, they are assumptions, for nobody knows what it makes of a real one. */
void script_blame_secrets(struct step_run *step, const char *script);
/* The same of an action and what its inputs hold. */
void action_blame_secrets(struct step_run *step, const json_t *inputs);
/* The same of the event's tag: a script may compare it with what the repository says of itself. */
void script_blame_tag(struct step_run *step);

/* ---- uses.c ---- */

struct use *use_ref(struct use *use);
void use_unref(struct use *use);
/* What `uses` of the step stands for; the step gets its work. */
void use_resolve(struct step_run *step);

/* ---- downloads.c ---- */

/* Fetches what the steps of the job use. False: an action cannot be had, and set-up has failed. */
bool job_download_actions(struct step_run *step) MUST_USE;
/* The same of a composite action of the workspace, which nobody knew in set-up: its own step fails
   (ActionRunner.cs). */
bool composite_download_actions(struct step_run *step) MUST_USE;

/* ---- job.c ---- */

void job_set_up(struct step_run *step);
void job_complete(struct step_run *step);
void job_start_services(struct step_run *step);
/* Whether `container` comes to an image. */
bool job_container_is_wanted(struct leg_run *leg);
