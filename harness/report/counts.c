/* How many scenarios ended how. */
#include "harness/report/report.h"

#include <string.h>

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
        counts.has_our_fault |=
            strcmp(verdict, "broken") == 0 && json_get_boolean(entry, "is_our_fault", false);
    }
    return counts;
}
