/* Which step of a leg decided, and where the reader is sent. */
#include "engine/leg.h"

#include <criterion/criterion.h>

#define STEPS_MAX 3

struct diagnosis_case {
    const char *what;
    struct {
        const char *id; /* NULL: no more */
        enum step_outcome outcome;
        enum failure_cause cause;
    } steps[STEPS_MAX];
    const char *decider; /* NULL: none */
    enum failure_cause cause;
};

static const struct diagnosis_case cases[] = {
    {"all is well", {{"a", STEP_SUCCESS, CAUSE_UNKNOWN}}, NULL, CAUSE_UNKNOWN},
    {"a skipped step says nothing", {{"a", STEP_SKIPPED, CAUSE_UNKNOWN}}, NULL, CAUSE_UNKNOWN},
    {"a failure that nobody can explain",
     {{"a", STEP_SUCCESS, CAUSE_UNKNOWN}, {"b", STEP_FAILURE, CAUSE_UNKNOWN}},
     "b",
     CAUSE_UNKNOWN},
    {"a known cause before an unknown one that came first",
     {{"a", STEP_FAILURE, CAUSE_UNKNOWN}, {"b", STEP_FAILURE, CAUSE_REGISTRY}},
     "b",
     CAUSE_REGISTRY},
    {"of two known causes the first: what comes later mostly follows from it",
     {{"a", STEP_FAILURE, CAUSE_NETWORK}, {"b", STEP_FAILURE, CAUSE_RESOURCE}},
     "a",
     CAUSE_NETWORK},
    {"what was overcome by trying again counts where nothing has failed",
     {{"a", STEP_SUCCESS, CAUSE_REGISTRY}, {"b", STEP_SUCCESS, CAUSE_UNKNOWN}},
     "a",
     CAUSE_REGISTRY},
    {"it counts before a failure that nobody can explain",
     {{"a", STEP_FAILURE, CAUSE_UNKNOWN}, {"b", STEP_SUCCESS, CAUSE_NETWORK}},
     "b",
     CAUSE_NETWORK},
    {"and behind a failure of known cause",
     {{"a", STEP_SUCCESS, CAUSE_NETWORK}, {"b", STEP_CANCELLED, CAUSE_RESOURCE}},
     "b",
     CAUSE_RESOURCE},
};

/* The report of a case's steps, which it lends. */
static struct leg_report report_of(const struct diagnosis_case *each, struct step_report *steps)
{
    struct leg_report report = {.steps = g_ptr_array_new()};
    for (gsize i = 0; i < STEPS_MAX && each->steps[i].id != NULL; i++) {
        steps[i] = (struct step_report){.id = (char *)(uintptr_t)each->steps[i].id,
                                        .outcome = each->steps[i].outcome,
                                        .message = (char *)"words",
                                        .failure = {.cause = each->steps[i].cause, .rule = "rule"}};
        g_ptr_array_add(report.steps, &steps[i]);
    }
    return report;
}

static void diagnosis_clear(struct leg_report *report)
{
    g_ptr_array_unref(report->steps);
    g_free(report->diagnosis.rule);
    g_free(report->diagnosis.step);
    g_free(report->diagnosis.evidence);
    g_free(report->diagnosis.escalation);
}

Test(diagnosis, names_the_step_that_says_most)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct step_report steps[STEPS_MAX];
        struct leg_report report = report_of(&cases[i], steps);

        diagnosis_make(&report);

        const struct diagnosis *diagnosis = &report.diagnosis;
        cr_expect_eq(g_strcmp0(diagnosis->step, cases[i].decider), 0, "%s: %s", cases[i].what,
                     diagnosis->step);
        cr_expect_eq(diagnosis->cause, cases[i].cause, "%s", cases[i].what);
        cr_expect_eq(g_strcmp0(diagnosis->evidence, cases[i].decider != NULL ? "words" : NULL), 0,
                     "%s", cases[i].what);
        diagnosis_clear(&report);
    }
}

Test(diagnosis, sends_every_cause_somewhere_else)
{
    g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (int cause = CAUSE_UNKNOWN; cause <= CAUSE_INFRASTRUCTURE; cause++) {
        const struct diagnosis_case one = {
            .steps = {{"a", STEP_FAILURE, (enum failure_cause)cause}}};
        struct step_report steps[STEPS_MAX];
        struct leg_report report = report_of(&one, steps);

        diagnosis_make(&report);

        cr_expect(g_hash_table_add(places, g_strdup(report.diagnosis.escalation)), "%s",
                  report.diagnosis.escalation);
        diagnosis_clear(&report);
    }
}
