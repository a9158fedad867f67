/*
 * What came of a job leg and its steps, as data: outcome and conclusion in GitHub's words
 * (actions-semantics.md 1.2), the log, annotations, and what was assumed on the way.
 */
#pragma once

#include "base/error.h"
#include "base/json.h"

enum result { /* GitHub's words, lower-case */
    RESULT_SUCCESS,
    RESULT_FAILURE,
    RESULT_CANCELLED,
    RESULT_SKIPPED,
};
const char *result_text(enum result result);

enum step_phase {
    PHASE_SETUP, /* "Set up job", "Initialize containers" */
    PHASE_PRE,   /* "Pre Run …" */
    PHASE_MAIN,
    PHASE_POST,     /* "Post Run …" */
    PHASE_COMPLETE, /* "Stop containers", "Complete job" */
};

struct step_result {
    char *id;    /* as given in the file; NULL: GitHub makes one, which no expression sees */
    char *title; /* "Build and push", evaluated */
    enum step_phase phase;
    struct position position; /* of the step in its file; line 0 for the runner's own steps */
    enum result outcome;      /* before continue-on-error */
    enum result conclusion;   /* after it */
    bool has_timed_out;
    int64_t started_us;
    int64_t duration_us;
    char *message; /* its last error annotation, of a composite action's that of the last step that
                      broke it; or NULL */
    json_t *outputs;  /* name to text */
    json_t *unknown;  /* those that nobody knows, a set of unknown.h; or NULL */
    bool is_assumed;  /* nothing models what it does */
    GPtrArray *steps; /* struct step_result of a composite action, or NULL */
};
void step_result_free(struct step_result *step);
CLEANUP(step_result, step_result_free)

enum annotation_level {
    ANNOTATION_NOTICE,
    ANNOTATION_WARNING,
    ANNOTATION_ERROR
};
struct annotation {
    enum annotation_level level;
    char *title; /* or NULL */
    char *message;
    char *step; /* title of the step it belongs to, or NULL: the job's own */
};

/* Something that no model stands behind: an unknown action, an unknown command; or the value of a
   secret that was made up, of a script that uses it and failed. */
struct assumption {
    char *what;               /* "action owner/thing@v1", "command terraform apply" */
    struct position position; /* of the step */
    guint step;               /* of the job: its index in the leg's steps; 0: in none of them */
    bool touches_images;      /* then a promised image that depends on it is unknown */
    bool leaves_gap; /* files or outputs that come of it are not there: what fails after it,
                        in this step or a later one, may fail by our lack */
    char *secret;    /* its name, when it is the value of one; or NULL */
    char *variable;  /* the same of one of vars */
};

struct leg_result {
    enum result result;     /* what needs.X.result is, before job-level continue-on-error */
    enum result conclusion; /* after it */
    json_t *outputs;        /* of the job: name to text */
    json_t *unknown;        /* those that nobody knows, a set of unknown.h; or NULL */
    GPtrArray *steps;       /* struct step_result, in the order in which they ran */
    GPtrArray *annotations; /* struct annotation */
    GPtrArray *assumptions; /* struct assumption */
    GString *log;       /* as GitHub shows it, without timestamps; at most RUNNER_LOG_BYTES_MAX */
    char *summary;      /* of all steps, markdown */
    char *reason;       /* how its runner went before it was done, or NULL */
    int64_t started_us; /* 0 and 0 for a leg that never ran */
    int64_t duration_us;
};
struct leg_result *leg_result_new(void);
void leg_result_free(struct leg_result *result);
CLEANUP(leg_result, leg_result_free)
/* An error of the job itself. */
void leg_result_annotate(struct leg_result *result, const char *message);
/* The index of the step that the result of the leg goes back to: the first that was neither a
   success nor allowed to fail. False: none was. */
bool leg_result_broken_step(const struct leg_result *result, guint *step);
/* The step of this id, first of its kind in the main phase, or NULL. */
const struct step_result *leg_result_step(const struct leg_result *result, const char *id);
