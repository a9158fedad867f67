/*
 * The outcome of a run, as data: what the legs did, what the world holds afterwards, what fate that
 * is. Verdict and reports read it and nothing else.
 */
#pragma once

#include "engine/engine.h"
#include "harness/attachment.h"
#include "harness/fate.h"
#include "harness/plan.h"
#include "harness/token_refusal.h"
#include "runner/server.h"

/* One promised image, or one that a workflow pushed. Platform lists are sorted, of char*. */
struct effect {
    char *service;       /* of a policy; of a workflow the leg that owes it or pushed it */
    char *image;         /* "ghcr.io/acme/api:main" */
    char *digest;        /* what the tag names now, or NULL */
    GPtrArray *promised; /* NULL: nothing */
    GPtrArray *before;   /* NULL: the tag was not there */
    GPtrArray *after;    /* NULL: the tag is not there */
    char *side_image;    /* a side tag the leg declared and that is there, or NULL */
    GPtrArray *side;
    GPtrArray *files;    /* of the image's layers, when it is from this run; else NULL */
    GPtrArray *attached; /* struct attachment, when it is from this run; else NULL */
    GPtrArray *owed;     /* struct attachment that clear weather attached; NULL: nothing */
    bool is_from_this_run;
    bool is_complete;
    bool is_side_complete;
    enum fate fate;
};

struct leg_outcome {
    char *id;                        /* service; of a workflow "build", "build_api" */
    struct leg_report *report;       /* of a policy's leg; NULL: the run broke before it ended */
    const struct server_leg *server; /* of a workflow's leg, lent by the outcome */
    enum fate fate;
    const char *doubt;                   /* why its end says nothing, or NULL */
    char *lack;                          /* what it owes and is not there (lack.h), or NULL */
    const struct token_refusal *refusal; /* of a push by its job's token, lent; or NULL */
    int64_t disk_free_bytes;             /* afterwards */
    GPtrArray *images;     /* char*, what is local afterwards: only those the policy names */
    GPtrArray *containers; /* char*, "name image state" of what was left */
};

/* How often one fault rule fired. */
struct fault_outcome {
    char *id;
    char *kind;
    int64_t fired_count;
    char *nearest_miss; /* NULL unless it had to fire and did not */
    struct position position;
};

struct outcome {
    const struct plan *plan;      /* lent */
    GPtrArray *legs;              /* struct leg_outcome, in the plan's order */
    GPtrArray *effects;           /* struct effect, in the order of the policy's services */
    GPtrArray *faults;            /* struct fault_outcome */
    struct server_result *server; /* of a workflow's run, or NULL */
    GHashTable *refusals;         /* of legs by their ids: struct token_refusal */
    enum fate fate;               /* worst over the legs */
    int64_t duration_us;
    uint64_t exchange_count;
    GBytes *trace; /* first line: format and plan; then the events */
    char *trace_digest;
    char *broken;      /* why the run proves nothing, or NULL */
    bool is_our_fault; /* of a broken run: seatrial's, not the scenario's */
};

struct outcome *outcome_new(const struct plan *plan);
void outcome_free(struct outcome *outcome);
CLEANUP(outcome, outcome_free)
const struct effect *outcome_effect(const struct outcome *outcome, const char *image);
const struct leg_outcome *outcome_leg(const struct outcome *outcome, const char *id);
/* "success", "failure", …; "broken" when the leg did not come to an end. */
const char *leg_outcome_text(const struct leg_outcome *leg);
/* Of a workflow's leg: false when it was skipped. */
bool leg_outcome_has_run(const struct leg_outcome *leg);
/* After job-level continue-on-error. */
const char *leg_outcome_conclusion(const struct leg_outcome *leg);
/* How much was assumed, and the log as GitHub shows it ("" of a policy's leg; lent). */
int64_t leg_outcome_assumed_count(const struct leg_outcome *leg);
const char *leg_outcome_log(const struct leg_outcome *leg);
int64_t leg_outcome_duration_us(const struct leg_outcome *leg);
/* The diagnosis of the first leg that is not green, else of the first leg that has one; NULL when
   nothing failed in any. */
const struct diagnosis *outcome_diagnosis(const struct outcome *outcome);
