/* Runs the tables of the tests of wire kinds. */
#include "wire_case.h"

static void check_case(const struct wire_case *row)
{
    AUTO(rehearsal) rehearsal = rehearsal_run(row->rules, row->steps);
    cr_assert_str_eq(rehearsal->log->str, row->log, "%s: %s, expected %s", row->what,
                     rehearsal->log->str, row->log);
    cr_assert_eq(rehearsal->handled_count, row->handled_count, "%s: handled %d", row->what,
                 rehearsal->handled_count);
}

void check_cases(const struct wire_case *rows, gsize count)
{
    for (gsize i = 0; i < count; i++)
        check_case(&rows[i]);
}
