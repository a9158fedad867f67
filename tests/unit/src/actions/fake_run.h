/*
 * A run of an action in a test: what it is asked is set, what it does is recorded. It stands for
 * src/runner's functions of runner/action.h.
 */
#pragma once

#include "runner/action.h"

#define FAKE_WORKSPACE "/home/runner/work/app/app"
#define FAKE_TEMP      "/home/runner/work/_temp"
#define FAKE_COMMIT    "860c1904a1ce19322e91ac35af1ab07466440c37" /* github.sha */

/* ref: "v4", "v4.3.0". The run is of acme/app's main branch; the workspace and RUNNER_TEMP are in a
   folder of this machine's that goes with the run. */
struct action_run *fake_run_new(const struct action *action, const char *ref);
void fake_run_free(struct action_run *run);
#define FAKE_RUN(variable, action, ref)                                                            \
    __attribute__((cleanup(fake_run_cleanup))) struct action_run *variable =                       \
        fake_run_new(action, ref)
void fake_run_cleanup(struct action_run **run);

/* ---- what it is asked ---- */

void fake_input(struct action_run *run, const char *name, const char *value);
void fake_variable(struct action_run *run, const char *name, const char *value);
/* The contexts, as JSON: {"github": {…}}. */
void fake_contexts(struct action_run *run, const char *json);
void fake_date(struct action_run *run, const char *iso8601);
/* A file of the action's world. */
void fake_file(struct action_run *run, const char *path, const char *text);
/* One of the workspace: "dist/a". */
void fake_workspace_file(struct action_run *run, const char *name, const char *text);
char *fake_file_text(struct action_run *run, const char *path); /* NULL: not there; g_free */

/* The answer to command lines that the pattern (glob.h) matches; the latest matching one counts,
   after `times` uses the one before. Any other command exits 0 and says nothing. */
struct fake_answer {
    const char *pattern;
    int exit_code;
    const char *output, *errors;
    gsize output_bytes;     /* 0: up to its NUL */
    unsigned times;         /* 0: always */
    const char *file_after; /* writes file_text to the path that stands behind this argument */
    const char *file_text;
    bool has_timed_out; /* it ran until its limit */
    bool is_missing;    /* there is no such program */
};
void fake_answer(struct action_run *run, struct fake_answer answer);
/* The usual answers: some output, or an exit code and what stands on stderr. */
void fake_prints(struct action_run *run, const char *pattern, const char *output);
void fake_fails(struct action_run *run, const char *pattern, int exit_code, const char *errors);
/* The reply to requests "METHOD URL" that the pattern matches; status 0: failure is the words. */
void fake_reply(struct action_run *run, const char *pattern, unsigned status, const char *body);
/* A header line of the latest reply. */
void fake_reply_header(struct action_run *run, const char *line);
/* The same, answered with the body that was uploaded (PUT) last, by this run or another. */
void fake_reply_with_upload(struct action_run *run, const char *pattern);
void fake_copy_upload(struct action_run *run, const char *pattern, const struct action_run *from);
/* What nested actions end with: one '1' (success) or '0' for each attempt. */
void fake_nested(struct action_run *run, const char *successes);

/* An input or the env stands on an output that nobody knows. */
void fake_reads_unknown(struct action_run *run);
/* What a pull request changes: "A path" and so on, one a line. Without it no commit is known. */
void fake_changes(struct action_run *run, const char *lines);
/* So many fetches of git fail. */
void fake_git_failures(struct action_run *run, unsigned count);

/* ---- what it did ---- */

/* Runs a phase and checks that it was not interrupted. Between phases only state stays. */
void fake_main(struct action_run *run);
void fake_post(struct action_run *run);

/* One line each: "docker pull x". */
const char *fake_commands(const struct action_run *run);
const char *fake_log(const struct action_run *run);
const char *fake_requests(const struct action_run *run); /* "POST https://…\nbody\n" */
const char *fake_output(const struct action_run *run, const char *name); /* NULL: not set */
const char *fake_unknown(const struct action_run *run); /* names of outputs, lines */
const char *fake_exported(const struct action_run *run, const char *name);
const char *fake_path(const struct action_run *run);     /* added, ':' between */
const char *fake_failure(const struct action_run *run);  /* the last; NULL: none */
const char *fake_warnings(const struct action_run *run); /* lines */
const char *fake_assumed(const struct action_run *run);  /* lines */
const char *fake_masked(const struct action_run *run);   /* lines */
const char *fake_stdin(const struct action_run *run);    /* of the last command that had some */
const char *fake_nested_inputs(const struct action_run *run); /* of the last nested action, JSON */
int64_t fake_slept_us(const struct action_run *run);

/* Fails the test with both texts unless they are equal. */
void fake_expect_text(const char *actual, const char *expected);
/* The same for a text that must stand somewhere in actual. */
void fake_expect_part(const char *actual, const char *part);
