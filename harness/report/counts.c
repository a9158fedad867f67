/* How many scenarios ended how. */
#include "harness/report/report.h"

#include <string.h>

struct diagnosis_counts report_diagnoses(const json_t *run)
{
    struct diagnosis_counts counts = {0};
    gsize index;
    json_t *entry;
    json_array_foreach (json_get_array(run, "scenarios"), index, entry) {
        const char *cause = json_get_string(entry, "cause", NULL);
        const char *diagnosed = json_get_string(entry, "diagnosed", "unknown");
        if (cause == NULL)
            continue;
        if (strcmp(cause, diagnosed) == 0)
            counts.right++;
        else if (strcmp(diagnosed, "unknown") == 0)
            counts.unknown++;
        else
            counts.wrong++;
    }
    return counts;
}

struct report_counts report_count(const json_t *run)
{
    struct report_counts counts = {0};
    gsize index;
    json_t *entry;
    json_array_foreach (json_get_array(run, "scenarios"), index, entry) {
        const char *verdict = json_get_string(entry, "verdict", "broken");
        counts.passed += strcmp(verdict, "pass") == 0;
        counts.failed += strcmp(verdict, "fail") == 0;
        counts.broken += strcmp(verdict, "broken") == 0;
        counts.has_our_fault |= strcmp(verdict, "broken") == 0 &&
                                json_get_boolean(entry, "is_our_fault", false) &&
                                !json_get_boolean(entry, "is_nondeterministic", false);
    }
    return counts;
}
