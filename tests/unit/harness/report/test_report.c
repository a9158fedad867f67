/*
 * Reports of hand-made runs, compared with tests/golden. UPDATE_GOLDEN=1 rewrites them; look at the
 * difference before you keep it.
 */
#include "harness/report/report.h"

#include <criterion/criterion.h>
#include <string.h>

static char *golden_path(const char *name)
{
    const char *folder = g_getenv("SEATRIAL_SOURCE_DIR");
    return g_build_filename(folder != NULL ? folder : ".", "tests/golden", name, NULL);
}

static json_t *read_run(const char *name)
{
    g_autofree char *path = golden_path(name);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    cr_assert(g_file_get_contents(path, &text, &length, NULL), "%s", path);
    json_t *run = json_parse_bytes(text, length, &error);
    cr_assert_not_null(run, "%s: %s", path, error != NULL ? error->message : "");
    return run;
}

static void check_golden(const char *name, const char *report)
{
    g_autofree char *path = golden_path(name);
    g_autofree char *expected = NULL;
    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(path, report, -1, NULL));
    cr_assert(g_file_get_contents(path, &expected, NULL, NULL), "%s", path);
    cr_assert_str_eq(report, expected, "%s is now:\n%s", name, report);
}

Test(report, for_people_is_a_table_and_the_details_of_what_went_wrong)
{
    g_autoptr(json_t) run = read_run("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ false, /* is_quiet= */ false);

    check_golden("run.txt", report);
}

Test(report, that_is_quiet_tells_only_what_went_wrong)
{
    g_autoptr(json_t) run = read_run("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ false, /* is_quiet= */ true);

    check_golden("run-quiet.txt", report);
}

Test(report, in_colour_marks_fates_and_verdicts_and_nothing_else)
{
    g_autoptr(json_t) run = read_run("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ true, /* is_quiet= */ false);

    check_golden("run-color.txt", report);
}

Test(report, lets_no_control_character_of_others_reach_the_terminal)
{
    g_autoptr(json_t) run = read_run("run.json");

    g_autofree char *report = report_text(run, /* has_color= */ false, /* is_quiet= */ false);

    for (const char *each = report; *each != '\0'; each++)
        cr_assert((unsigned char)*each >= 0x20 || *each == '\n', "%s", each);
}

Test(report, for_ci_is_one_suite_with_a_case_a_scenario)
{
    g_autoptr(json_t) run = read_run("run.json");

    g_autofree char *report = report_junit(run);

    check_golden("run.junit.xml", report);
}

Test(report, of_nothing_is_still_a_report)
{
    g_autoptr(json_t) run = read_run("empty.json");

    g_autofree char *text = report_text(run, /* has_color= */ true, /* is_quiet= */ false);
    g_autofree char *junit = report_junit(run);

    check_golden("empty.txt", text);
    check_golden("empty.junit.xml", junit);
}

Test(report, counts_what_passed_failed_and_broke)
{
    g_autoptr(json_t) run = read_run("run.json");

    struct report_counts counts = report_count(run);

    cr_assert_eq(counts.passed, 2);
    cr_assert_eq(counts.failed, 1);
    cr_assert_eq(counts.broken, 2);
    cr_assert(counts.has_our_fault);
}

Test(report, does_not_take_a_broken_scenario_for_our_own_fault)
{
    g_autoptr(json_t) run = read_run("run.json");
    cr_assert_eq(json_array_remove(json_get_array(run, "scenarios"), 4), 0);

    struct report_counts counts = report_count(run);

    cr_assert_eq(counts.broken, 1);
    cr_assert_not(counts.has_our_fault);
}

Test(report, counts_nondeterminism_apart_from_our_other_faults)
{
    g_autoptr(json_t) run = read_run("run.json");
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
