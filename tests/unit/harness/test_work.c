/* Suites at work: order, workers that die, repetitions that differ, traces that are kept. */
#include "hand_made.h"

#include "base/units.h"
#include "harness/work.h"
#include "loop/vclock.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Scenarios of this date kill the process that binds the clock for them: a crash at a seam. */
#define DEADLY_DATE_S 7

static struct suite *load_suite(void)
{
    g_autofree char *folder = source_path("tests/cases/suite");
    const char *const paths[] = {folder, NULL};
    g_autoptr(GError) error = NULL;
    struct suite *suite = suite_load(paths, &error);
    cr_assert_not_null(suite, "%s", error != NULL ? error->message : "");
    cr_assert_eq(suite->errors->len, 0, "%s", (const char *)suite->errors->pdata[0]);
    return suite;
}

static void bind_or_die(const struct loop *loop, int64_t date_s)
{
    if (loop != NULL && date_s == DEADLY_DATE_S)
        _exit(3);
    vclock_bind(loop, date_s);
}

static const json_t *entry_at(const struct work_result *result, guint index)
{
    return g_ptr_array_index(result->entries, index);
}

static void do_work(const struct suite *suite, const struct work_options *options,
                    struct work_result *result)
{
    g_autoptr(GError) error = NULL;
    bool is_fine = work_do(suite, options, result, &error);
    cr_assert(is_fine, "%s", error != NULL ? error->message : "");
}

Test(work, in_parallel_gives_the_entries_of_work_alone_in_the_suites_order)
{
    AUTO(suite) suite = load_suite();
    const struct work_options alone = {.context = {.bind_clock = vclock_bind}, .jobs = 1};
    const struct work_options together = {.context = {.bind_clock = vclock_bind}, .jobs = 3};
    struct work_result left = {0};
    struct work_result right = {0};

    do_work(suite, &alone, &left);
    do_work(suite, &together, &right);

    cr_assert_eq(left.entries->len, suite->scenarios->len);
    cr_assert_eq(right.entries->len, left.entries->len);
    for (guint i = 0; i < left.entries->len; i++) {
        g_autofree char *left_text = json_text(entry_at(&left, i));
        g_autofree char *right_text = json_text(entry_at(&right, i));
        cr_expect_str_eq(left_text, right_text);
    }
    work_result_clear(&left);
    work_result_clear(&right);
}

Test(work, reports_a_scenario_whose_worker_died_as_broken_by_us_and_does_the_others)
{
    AUTO(suite) suite = load_suite();
    const struct work_options options = {.context = {.bind_clock = bind_or_die}, .jobs = 1};
    struct scenario *second = g_ptr_array_index(suite->scenarios, 1);
    struct work_result result = {0};
    second->setting.date_s = DEADLY_DATE_S;

    do_work(suite, &options, &result);

    const json_t *entry = entry_at(&result, 1);
    cr_assert_eq(result.entries->len, suite->scenarios->len);
    cr_assert_gt(suite->scenarios->len, 2u);
    cr_assert_str_eq(json_get_string(entry, "verdict", ""), "broken");
    cr_assert_str_eq(json_get_string(entry, "reason", ""),
                     "the process that ran it died without a result");
    cr_assert(json_get_boolean(entry, "is_our_fault", false));
    cr_assert_str_eq(json_get_string(entry, "name", ""), second->name);
    for (guint i = 0; i < result.entries->len; i++)
        if (i != 1)
            cr_expect_str_eq(json_get_string(entry_at(&result, i), "verdict", ""), "pass");
    work_result_clear(&result);
}

static int64_t processor_time_us(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * SECOND_US + used.ru_utime.tv_usec +
           used.ru_stime.tv_usec;
}

/* 0.7 s of processor time for each scenario, beside its own: the third would be past two seconds,
   and the second is far from them also on a machine that is loaded. */
static void bind_and_burn(const struct loop *loop, int64_t date_s)
{
    const int64_t start_us = processor_time_us();
    vclock_bind(loop, date_s);
    while (loop != NULL && processor_time_us() - start_us < 700 * MILLISECOND_US)
        continue;
}

Test(work, a_worker_hands_over_before_the_limit_of_processor_time_ends_it)
{
    AUTO(suite) suite = load_suite();
    const struct work_options options = {.context = {.bind_clock = bind_and_burn}, .jobs = 1};
    struct work_result result = {0};
    struct rlimit limit;
    cr_assert_gt(suite->scenarios->len, 2u);
    getrlimit(RLIMIT_CPU, &limit);
    limit.rlim_cur = 2;
    cr_assert_eq(setrlimit(RLIMIT_CPU, &limit), 0);

    do_work(suite, &options, &result);

    for (guint i = 0; i < result.entries->len; i++)
        cr_expect_str_eq(json_get_string(entry_at(&result, i), "verdict", ""), "pass");
    work_result_clear(&result);
}

/* Every second binding belongs to a repetition: it changes what the plan of the first run says, as
   state that leaks from run to run would. */
static struct scenario *perturbed;

static void bind_and_perturb(const struct loop *loop, int64_t date_s)
{
    vclock_bind(loop, date_s);
    if (loop == NULL)
        ((struct policy_service *)g_ptr_array_index(perturbed->policy->services, 0))->image[0] ^= 2;
}

Test(work, tells_when_two_runs_of_one_plan_differ)
{
    AUTO(suite) suite = load_suite();
    const struct work_options options = {
        .context = {.bind_clock = bind_and_perturb}, .jobs = 1, .repeat = 2};
    struct work_result result = {0};
    g_ptr_array_remove_range(suite->scenarios, 0, suite->scenarios->len - 1);
    perturbed = g_ptr_array_index(suite->scenarios, 0);

    do_work(suite, &options, &result);

    const char *reason = json_get_string(entry_at(&result, 0), "reason", "");
    cr_assert(result.is_nondeterministic);
    cr_assert(g_str_has_prefix(reason, "two runs of one plan gave two traces, at line "), "%s",
              reason);
    work_result_clear(&result);
}

Test(work, finds_equal_traces_when_nothing_differs)
{
    AUTO(suite) suite = load_suite();
    const struct work_options options = {
        .context = {.bind_clock = vclock_bind}, .jobs = 2, .repeat = 3};
    struct work_result result = {0};

    do_work(suite, &options, &result);

    cr_assert_not(result.is_nondeterministic);
    cr_assert_eq(result.entries->len, suite->scenarios->len);
    for (guint i = 0; i < result.entries->len; i++)
        cr_expect_str_eq(json_get_string(entry_at(&result, i), "verdict", ""), "pass");
    work_result_clear(&result);
}

Test(work, takes_another_seed_for_all)
{
    AUTO(suite) suite = load_suite();
    const uint64_t seed = 42;
    const struct work_options options = {
        .context = {.bind_clock = vclock_bind}, .jobs = 1, .seed = &seed};
    struct work_result result = {0};

    do_work(suite, &options, &result);

    cr_assert_eq(result.entries->len, suite->scenarios->len);
    for (guint i = 0; i < result.entries->len; i++)
        cr_expect_eq(json_get_integer(entry_at(&result, i), "seed", 0), 42);
    work_result_clear(&result);
}

/* The trace without its first line: that holds the plan, and so the file's name. */
static char *events_of(const char *folder, const char *name)
{
    g_autofree char *file = g_strconcat(name, ".jsonl", NULL);
    g_autofree char *path = g_build_filename(folder, file, NULL);
    g_autofree char *text = NULL;
    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    const char *events = strchr(text, '\n');
    cr_assert_not_null(events);
    remove(path);
    return g_strdup(events);
}

Test(work, keeps_traces_and_a_json_scenario_has_that_of_its_yaml_twin)
{
    AUTO(suite) suite = load_suite();
    g_autofree char *folder = g_dir_make_tmp("traces-XXXXXX", NULL);
    const struct work_options options = {
        .context = {.bind_clock = vclock_bind}, .jobs = 2, .trace_directory = folder};
    struct work_result result = {0};

    do_work(suite, &options, &result);

    g_autofree char *from_yaml = events_of(folder, "twin-yaml");
    g_autofree char *from_json = events_of(folder, "twin-json");
    cr_assert_gt(strlen(from_yaml), 1000);
    cr_assert_str_eq(from_yaml, from_json);
    G_GNUC_UNUSED g_autofree char *rest = events_of(folder, "short");
    cr_assert_eq(rmdir(folder), 0);
    work_result_clear(&result);
}

Test(work, says_so_when_a_trace_cannot_be_kept)
{
    AUTO(suite) suite = load_suite();
    const struct work_options options = {
        .context = {.bind_clock = vclock_bind}, .jobs = 1, .trace_directory = "/nowhere/at/all"};
    struct work_result result = {0};

    do_work(suite, &options, &result);

    cr_assert_str_eq(json_get_string(entry_at(&result, 0), "verdict", ""), "broken");
    cr_assert_not_null(strstr(json_get_string(entry_at(&result, 0), "reason", ""), "/nowhere"));
    work_result_clear(&result);
}
