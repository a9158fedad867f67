/*
 * Reports of a run, pure functions from `seatrial.run/1` to text. `run` is the whole document:
 * {"format": "seatrial.run/1", "scenarios": [entry…]}.
 */
#pragma once

#include "base/json.h"

/* For people: a table, then the details of what did not go as expected, then one line of counts. */
char *report_text(const json_t *run, bool has_color, bool is_quiet);
/* For CI: one suite, a case a scenario, its folder as the class name; tests/golden/junit.xsd. */
char *report_junit(const json_t *run);

struct report_counts {
    unsigned passed;
    unsigned failed;
    unsigned broken;
    bool has_our_fault; /* a broken one that is seatrial's own; nondeterminism is not meant */
};
struct report_counts report_count(const json_t *run);

/* How the engine's diagnoses compare with what the scenarios know (their `cause:`). */
struct diagnosis_counts {
    unsigned right;
    unsigned unknown; /* it said that it cannot tell */
    unsigned wrong;
};
struct diagnosis_counts report_diagnoses(const json_t *run);

/*
 * Which fallback rescued what: a Markdown table, a row for each kind of fault, a column for each
 * fallback, in the cells how many scenarios it rescued. A fallback that rescues nothing is a
 * defect.
 */
char *report_rescues(const json_t *run);
