/*
 * Actions modelled natively: what a step with `uses:` does, phase by phase. An action is a row and
 * a file of src/actions; it does what the real one does, with the same command lines through the
 * machine's command host, the same log lines, outputs and annotations, and nothing more. The runner
 * calls it in a fiber; whatever waits may fail by time-out or cancellation, and then the action
 * returns at once (the real one's node process is gone).
 */
#pragma once

#include "base/command.h"
#include "base/json.h"
#include "expr/value.h"
#include "loop/fiber.h"
#include "runner/repository_changes.h"
#include "runner/working_copy.h"

struct action_run;

/* An input as action.yml declares it. */
struct action_input {
    const char *name;
    const char *standard; /* its default, "" when it has none; may hold ${{ github.token }} */
    bool is_required;
};

/* false: the action was interrupted, and the error says by what. What fails the step is said with
   action_fail() and returns true. */
typedef bool action_fn(struct action_run *run, GError **error);

struct action {
    const char *name;    /* "docker/build-push-action"; ignoring case, as GitHub does */
    const char *summary; /* one sentence, for the table in the docs */
    /* Versions this row stands for: majors first to last; 0 to 0 for any. A ref that is a branch,
       a commit or another major is taken as the last one and said so. */
    unsigned first_major, last_major;
    const struct action_input *inputs; /* ends with a NULL name */
    action_fn *pre, *main, *post;      /* pre and post may be NULL */
    const char *post_condition;        /* of post; NULL: "always()" */
    bool touches_images;               /* when assumed, the fate of images is unknown */
};

/* The row for "owner/repo[/path]", which may be an old name of it, and a ref such as "v6", or NULL.
 */
const struct action *action_find(const struct action *const *table, const char *name,
                                 const char *ref);

/* ---- what it is asked ---- */

/* The major version asked for, of the row's range. */
unsigned action_major(const struct action_run *run);
/* What stands behind the @ of `uses`: "v4", "v4.3.0", a branch, a commit; lent. */
const char *action_ref(const struct action_run *run);
/* As core.getInput: trimmed; "" when not given and without default. Lent until the phase ends. */
const char *action_input(const struct action_run *run, const char *name);
bool action_input_is_given(const struct action_run *run, const char *name); /* not "" */
/* core.getBooleanInput: false and action_fail() in its words for what is no boolean. */
bool action_input_boolean(struct action_run *run, const char *name, bool *value);
/* Lines of a multi-line input, trimmed, empty ones left out: core.getMultilineInput. char*. */
GPtrArray *action_input_lines(const struct action_run *run, const char *name);
/* Whether an input or the step's env stands on an output that nobody knows (unknown.h). */
bool action_reads_unknown(const struct action_run *run);
/* What an earlier phase of this step saved, or "". */
const char *action_state(const struct action_run *run, const char *name);
/* An environment variable as the action's process would see it, or NULL. */
const char *action_variable(const struct action_run *run, const char *name);
/* A value of a context by its path, "github.event.repository.default_branch": text as in ${{ }}; ""
   when there is none. Lent until the phase ends. */
const char *action_context(const struct action_run *run, const char *path);
/* A whole context as JSON; the caller owns it. NULL: none. */
json_t *action_context_json(const struct action_run *run, const char *path);
/* GITHUB_WORKSPACE, RUNNER_TEMP and so on are variables; this is where such a path is on this
   machine, or NULL when outside; g_free. */
char *action_host_path(const struct action_run *run, const char *path);
struct loop *action_loop(const struct action_run *run);
/* A stream of chance of the step's own, for ids: 16 lower-case hex digits and so on; g_free. */
char *action_random_hex(struct action_run *run, unsigned digits);
/* Milliseconds of the wall clock, as Date.now(). */
int64_t action_date_ms(const struct action_run *run);
/* The user's repository as checkout leaves it at a path, with a .git (working_copy.h). */
struct action_checkout {
    const char *path;
    const char *reference; /* "refs/heads/main"; "": none */
    const char *commit;    /* 40 hex digits */
    const char *url;
    bool brings_files; /* the commit is not the event's: it has files of its own */
    bool is_clean;     /* nothing that an earlier step left in a checkout stays there */
    int depth;         /* of its history; 0: all, of all branches */
    enum checkout_tags tags;
    bool has_submodules;
    const char *sparse; /* as working_copy.h has it */
    bool is_cone;
    const char *configuration; /* added to that of its .git; NULL: nothing */
};
bool action_checkout(struct action_run *run, const struct action_checkout *checkout,
                     GError **error) MUST_USE;
/* What a branch or tag of the user's repository is, as working_copy_resolve() says. */
bool action_resolve(struct action_run *run, const char *name, char **reference, char **commit);
/* What GitHub's servers know of it without a checkout (repository_changes.h): whether there is such
   a commit, and what a pull request changes, struct repository_change or NULL. */
bool action_has_commit(const struct action_run *run, const char *commit);
GPtrArray *action_changes(const struct action_run *run, const char *base, const char *head);
/* How one attempt to fetch from GitHub goes: the archive of an action, or what git asks for. */
struct fetch_attempt {
    const char *error; /* lent, what the client says; NULL: it works */
    bool is_silent;    /* no answer */
};

/* How git fares when it is about to fetch from this URL: the caller says and does what comes of it.
 */
struct fetch_attempt action_git_fetch(struct action_run *run, const char *url);

/* ---- what it does ---- */

/* A line on stdout: workflow commands in it count, as in any output. */
void action_log(struct action_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
void action_group(struct action_run *run, const char *title); /* core.startGroup */
void action_group_end(struct action_run *run);
void action_warn(struct action_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
void action_notice(struct action_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
void action_error(struct action_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* core.setFailed: an error annotation and exit code 1 at the end of the phase. */
void action_fail(struct action_run *run, const char *format, ...) G_GNUC_PRINTF(2, 3);
bool action_has_failed(const struct action_run *run);
void action_set_output(struct action_run *run, const char *name, const char *value);
/* An output that nobody knows (unknown.h); "*": any that is not set. */
void action_set_unknown_output(struct action_run *run, const char *name);
void action_save_state(struct action_run *run, const char *name, const char *value);
void action_export_variable(struct action_run *run, const char *name, const char *value);
void action_add_path(struct action_run *run, const char *path);
/* Puts a program of the machine's that its image has not (command.h, apart) into a folder; false:
   the folder is outside of what there is. */
bool action_put_program(struct action_run *run, const char *folder, const char *name);
void action_mask(struct action_run *run, const char *secret);
void action_summarize(struct action_run *run, const char *markdown);

/* A command line as @actions/exec runs it. */
struct action_exec {
    const char *const *arguments;   /* the first is looked up in PATH */
    const char *const *environment; /* added to the action's; or NULL */
    const char *directory;          /* NULL: the workspace */
    const char *input;              /* on stdin; NULL: none */
    bool is_silent;                 /* neither "[command]…" nor output in the log */
    bool is_plain;    /* as child_process.spawn runs it: output in the log, no "[command]…" */
    int64_t limit_us; /* above 0: when it is over, SIGTERM goes to the whole tree of processes
                         (tree-kill), whose end nobody waits for */
};
struct action_exec_result {
    int exit_code;
    char *output;       /* stdout, at most ACTION_OUTPUT_BYTES_MAX */
    gsize output_bytes; /* of it, where it may hold NUL */
    char *errors;       /* stderr, the same */
    bool has_timed_out; /* its limit_us was over */
};
void action_exec_result_clear(struct action_exec_result *result);
#define ACTION_EXEC_RESULT(variable)                                                               \
    __attribute__((cleanup(action_exec_result_clear))) struct action_exec_result variable = {0}
/* Any exit code is success here. A program that neither the command host nor the sandbox has fails
   the step in the toolkit's words: "Unable to locate executable file: docker. …". */
bool action_exec(struct action_run *run, const struct action_exec *exec,
                 struct action_exec_result *result, GError **error) MUST_USE;

/* What the action does that no request of the world stands for: a download from a site that is not
   modelled, an installation. Takes time and says in the report that it is assumed. */
bool action_assume(struct action_run *run, const char *what, int64_t duration_us,
                   GError **error) MUST_USE;
/* The same of what would have left files or outputs that nothing here makes. */
bool action_assume_gap(struct action_run *run, const char *what, int64_t duration_us,
                       GError **error) MUST_USE;
bool action_sleep(struct action_run *run, int64_t delay_us, GError **error) MUST_USE;

/* An exchange with a site of the world, as a node action makes it ("https://ghcr.io/…"). The
   status, or 0 and a text in Node's words when there was no answer; body may be NULL. */
struct action_reply {
    unsigned status;
    GBytes *body;
    GPtrArray *headers; /* char*, "Name: value", in the order received; NULL: none */
    char *failure;
    bool has_timed_out; /* limit_us was over; then failure is empty */
};
void action_reply_clear(struct action_reply *reply);
/* The value of the first header of this name, case-insensitive, or NULL; lent. */
const char *action_reply_header(const struct action_reply *reply, const char *name);
bool action_request(struct action_run *run, const char *method, const char *url,
                    const char *const *headers, GBytes *body, struct action_reply *reply,
                    GError **error) MUST_USE;
/* The same by a client that waits no longer than this for the whole answer. */
struct action_exchange {
    const char *method, *url;
    const char *const *headers; /* "Name: value", NULL-terminated; or NULL */
    GBytes *body;               /* or NULL */
    int64_t limit_us;           /* 0: none */
};
bool action_exchange(struct action_run *run, const struct action_exchange *exchange,
                     struct action_reply *reply, GError **error) MUST_USE;

/* Another action inside of this one, as Wandalen/wretry.action runs it: with its own inputs, but
   this step's log, annotations, environment and state. Its failure is the answer, not this step's.
 */
struct action_nested {
    const char *uses;     /* "owner/repo@v1" */
    const json_t *inputs; /* name to text */
    bool is_post;         /* its post phase; false: pre and main */
};
struct action_nested_result {
    bool has_succeeded;
    json_t *outputs; /* name to text */
};
void action_nested_result_clear(struct action_nested_result *result);
bool action_nested(struct action_run *run, const struct action_nested *nested,
                   struct action_nested_result *result, GError **error) MUST_USE;
