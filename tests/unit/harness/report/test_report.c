/* Reports of hand-made runs, compared with tests/golden. */
#include "golden.h"

#include "harness/report/report.h"

#include <criterion/criterion.h>
#include <string.h>

Test(report, for_people_is_a_table_and_the_details_of_what_went_wrong)
{
    g_autoptr(json_t) run = golden_read("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ false, /* is_quiet= */ false);

    golden_check("run.txt", report);
}

Test(report, that_is_quiet_tells_only_what_went_wrong)
{
    g_autoptr(json_t) run = golden_read("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ false, /* is_quiet= */ true);

    golden_check("run-quiet.txt", report);
}

Test(report, in_colour_marks_fates_and_verdicts_and_nothing_else)
{
    g_autoptr(json_t) run = golden_read("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ true, /* is_quiet= */ false);

    golden_check("run-color.txt", report);
}

Test(report, lets_no_control_character_of_others_reach_the_terminal)
{
    g_autoptr(json_t) run = golden_read("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ false, /* is_quiet= */ false);

    golden_check_harmless(report);
}

Test(report, for_ci_is_one_suite_with_a_case_a_scenario)
{
    g_autoptr(json_t) run = golden_read("run.json");

    g_autofree char *report = report_junit(run);

    golden_check("run.junit.xml", report);
}

Test(report, of_nothing_is_still_a_report)
{
    g_autoptr(json_t) run = golden_read("empty.json");

    g_autofree char *text = report_text(run, /* has_color= */ true, /* is_quiet= */ false);
    g_autofree char *junit = report_junit(run);

    golden_check("empty.txt", text);
    golden_check("empty.junit.xml", junit);
}

Test(report, counts_what_passed_failed_and_broke)
{
    g_autoptr(json_t) run = golden_read("run.json");

    struct report_counts counts = report_count(run);

    cr_assert_eq(counts.passed, 2);
    cr_assert_eq(counts.failed, 1);
    cr_assert_eq(counts.broken, 2);
    cr_assert(counts.has_our_fault);
}

Test(report, does_not_take_a_broken_scenario_for_our_own_fault)
{
    g_autoptr(json_t) run = golden_read("run.json");
    cr_assert_eq(json_array_remove(json_get_array(run, "scenarios"), 4), 0);

    struct report_counts counts = report_count(run);

    cr_assert_eq(counts.broken, 1);
    cr_assert_not(counts.has_our_fault);
}

Test(report, counts_nondeterminism_apart_from_our_other_faults)
{
    g_autoptr(json_t) run = golden_read("run.json");
    json_t *broken = json_array_get(json_get_array(run, "scenarios"), 4);
    json_object_set_new(broken, "is_nondeterministic", json_true());

    struct report_counts counts = report_count(run);

    cr_assert_eq(counts.broken, 2);
    cr_assert_not(counts.has_our_fault);
}

Test(report, counts_a_single_build_as_a_rescue_only_after_one_for_several_platforms)
{
    static const char text[] =
        "{\"scenarios\":["
        "{\"verdict\":\"pass\",\"fate\":\"delivered\",\"faults\":[{\"kind\":\"status\"}],\"steps\":"
        "[{\"id\":\"build-single-a\",\"outcome\":\"success\"}]},"
        "{\"verdict\":\"pass\",\"fate\":\"degraded\",\"faults\":[{\"kind\":\"reset\"}],\"steps\":"
        "[{\"id\":\"build-multi-a\",\"outcome\":\"failure\"},"
        "{\"id\":\"build-single-a\",\"outcome\":\"success\"}]}]}";
    g_autoptr(json_t) run = json_parse_bytes(text, strlen(text), NULL);

    g_autofree char *table = report_rescues(run);

    cr_assert_str_eq(table, "| fault | retry | pre-pull | docker tier | manual tier | single "
                            "platform | side tag |\n"
                            "|---|---|---|---|---|---|---|\n"
                            "| reset | | | | | 1 | |\n"
                            "| status | | | | | | |\n"
                            "| all | | | | | 1 | |\n");
}
