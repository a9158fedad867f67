/* Which runs in clear weather count as one. */
#include "hand_made.h"

#include "harness/promise_book.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>

static struct scenario *scenario_of(const char *name, const char *text)
{
    g_autofree char *folder = g_dir_make_tmp("seatrial-book-XXXXXX", NULL);
    g_autofree char *workflow = g_build_filename(folder, "w.yml", NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autoptr(GError) error = NULL;
    (void)g_file_set_contents(workflow,
                              "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n"
                              "    steps: [{run: 'true'}]\n",
                              -1, NULL);
    (void)g_file_set_contents(path, text, -1, NULL);
    struct scenario *scenario = scenario_load(path, &error);
    cr_assert_not_null(scenario, "%s", error != NULL ? error->message : "");
    g_remove(workflow);
    g_remove(path);
    g_rmdir(folder);
    g_free(scenario->path);
    scenario->path = g_strdup(name);
    return scenario;
}

/* Whether the second scenario finds what the first has promised. */
static bool is_shared(const char *first_text, uint64_t first_seed, const char *second_text,
                      uint64_t second_seed)
{
    static const char head[] = "seatrial: scenario/1\nworkflow: w.yml\nevent: push\n";
    g_autofree char *first_file = g_strconcat(head, first_text, NULL);
    g_autofree char *second_file = g_strconcat(head, second_text, NULL);
    AUTO(scenario) first = scenario_of("first.yaml", first_file);
    AUTO(scenario) second = scenario_of("second.yaml", second_file);
    AUTO(plan) first_plan = plan_new(first, &first_seed);
    AUTO(plan) second_plan = plan_new(second, &second_seed);
    AUTO(hand_made) made = hand_made_new();
    AUTO(promise_book) book = promise_book_new();

    cr_assert_null(promise_book_find(book, first_plan));
    const struct promises *kept = promise_book_add(book, first_plan, promises_of(made->outcome));
    cr_assert_eq(promise_book_find(book, first_plan), kept);
    return promise_book_find(book, second_plan) == kept;
}

Test(promise_book, shares_between_scenarios_that_differ_in_weather_and_expectations)
{
    cr_assert(is_shared("purpose: one\nfate: failed\nexpect: ['1 == 1']\n"
                        "faults: [{id: x, on: docker.io, do: {kind: reset}}]\n",
                        1, "purpose: other\nname: another\nfate: delivered\n", 1));
}

Test(promise_book, shares_nothing_between_worlds)
{
    cr_assert_not(is_shared("purpose: one\nfate: failed\n", 1,
                            "purpose: one\nfate: failed\nworld: {machine: {disk: 20GiB}}\n", 1));
}

Test(promise_book, shares_nothing_between_seeds)
{
    cr_assert_not(is_shared("purpose: one\nfate: failed\n", 1, "purpose: one\nfate: failed\n", 2));
}
