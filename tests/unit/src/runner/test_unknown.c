/* Outputs that nobody knows, or that stand on commands that nothing models. */
#include "bench.h"

#include "runner/unknown.h"

#include <criterion/criterion.h>

#define STEPS                                                                                      \
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    outputs: {x: '${{ steps.s.outputs.x "   \
    "}}', "                                                                                        \
    "o: '${{ steps.s.outcome }}'}\n    steps:\n"                                                   \
    "      - {id: s, run: echo x=no >> $GITHUB_OUTPUT}\n"

/* One more each time it is asked, as if the script had run such a command. */
static guint64 count_up(void *self)
{
    return ++*(guint64 *)self;
}

static struct leg_result *result_of(const char *steps, bool has_gaps)
{
    guint64 count = 0;
    g_autofree char *text = g_strconcat(STEPS, steps, NULL);
    AUTO(bench) bench = bench_new_text("case", text);
    bench->host.gap_count = has_gaps ? count_up : NULL;
    bench->host.self = &count;
    return bench_run_leg(bench, NULL);
}

/* How many assumptions could touch images, and how many could not. */
static void expect_assumed(const char *steps, bool has_gaps, guint touching, guint others)
{
    guint counts[2] = {0, 0};
    AUTO(leg_result) result = result_of(steps, has_gaps);
    for (guint i = 0; i < result->assumptions->len; i++)
        counts[((const struct assumption *)result->assumptions->pdata[i])->touches_images]++;
    cr_expect_eq(counts[true], touching, "%s: %u", steps, counts[true]);
    cr_expect_eq(counts[false], others, "%s: %u", steps, counts[false]);
}

Test(unknown, output_of_a_script_with_gaps_counts_where_something_is_left_out)
{
    expect_assumed("      - {if: steps.s.outputs.x == 'yes', run: echo docker}\n", true, 1, 0);
    expect_assumed("      - {if: steps.s.outputs.y, run: echo docker}\n", true, 1, 0);
    expect_assumed("      - {if: steps.s.outputs.x == 'yes', run: echo}\n", true, 0, 1);
    expect_assumed("      - {if: steps.s.outputs.x == 'no', run: echo docker}\n", true, 0, 0);
    expect_assumed("      - {run: 'echo docker ${{ steps.s.outputs.x }}'}\n", true, 0, 0);
    expect_assumed("      - {if: steps.s.outputs.x == 'yes', run: echo docker}\n", false, 0, 0);
}

Test(unknown, output_of_a_job_stands_on_the_steps_that_it_reads)
{
    AUTO(leg_result) doubtful = result_of("", true);
    AUTO(leg_result) sure = result_of("", false);

    cr_assert_not_null(doubtful->unknown);
    cr_expect(json_is_false(json_object_get(doubtful->unknown, "x")));
    cr_expect_null(json_object_get(doubtful->unknown, "o"));
    cr_expect_null(sure->unknown);
}

Test(unknown, name_stays_unknown_when_it_is_doubted_too)
{
    g_autoptr(json_t) names = NULL;

    unknown_add(&names, "a");
    unknown_doubt(&names, "a");
    unknown_doubt(&names, "b");

    cr_expect(json_is_true(json_object_get(names, "a")));
    cr_expect(json_is_false(json_object_get(names, "b")));
}

Test(unknown, variable_that_is_not_given_is_lacking_until_it_has_a_default)
{
    struct unknown_log log = {0};
    VALUE(vars);
    VALUE(read);
    g_autoptr(json_t) given = json_pack("{s:s}", "OWNER", "acme");
    vars = unknown_vars_value(given, &log);

    cr_expect(vars.type->get(vars.self, "owner", &read));
    cr_expect_eq(unknown_log_mark(&log), 0, "it is given");
    (void)vars.type->get(vars.self, "REGISTRY", &read);
    (void)vars.type->get(vars.self, "TAG", &read);
    (void)vars.type->get(vars.self, "TAG", &read);
    cr_assert_eq(unknown_log_mark(&log), 2);
    unknown_log_forgive(&log, 1, "${{ vars.REGISTRY || 'a' }}:${{ vars.tag || 'b' }}");
    cr_assert_eq(unknown_log_mark(&log), 1, "the first was read before");
    cr_expect_str_eq(log.lacking->pdata[0], "vars.REGISTRY");
    unknown_log_clear(&log);
}

static void read_member(struct value *object, const char *name)
{
    VALUE(read);
    (void)object->type->get(object->self, name, &read);
}

Test(unknown, names_that_decided_are_told_once_the_unknown_before_the_lacking)
{
    struct unknown_log log = {0};
    json_t *names = NULL;
    g_autoptr(json_t) none = json_object();
    VALUE(vars);
    VALUE(inputs);
    unknown_add(&names, "tag");
    vars = unknown_vars_value(NULL, &log);
    inputs = unknown_inputs_value(none, names, &log);

    read_member(&vars, "IMAGE");
    g_autofree char *lacking = unknown_log_tell(&log, "runs-on");
    read_member(&vars, "IMAGE");
    read_member(&inputs, "tag");
    g_autofree char *unknown = unknown_log_tell(&log, "runs-on");
    g_autofree char *nothing = unknown_log_tell(&log, "runs-on");

    cr_expect_str_eq(lacking, "runs-on: vars.IMAGE, which is not given");
    cr_expect_str_eq(unknown, "runs-on: inputs.tag, which nobody knows");
    cr_expect_null(nothing);
    unknown_log_clear(&log);
    json_decref(names);
}

Test(unknown, what_comes_of_a_lacking_variable_is_lacking)
{
    struct unknown_log log = {0};
    json_t *unknown = NULL;
    VALUE(vars);
    VALUE(inputs);
    VALUE(read);
    g_autoptr(json_t) texts = json_pack("{s:s}", "role", "");
    vars = unknown_vars_value(NULL, &log);
    (void)vars.type->get(vars.self, "ROLE", &read);

    unknown_pass_on(&log, &unknown, "role");
    inputs = unknown_inputs_value(texts, unknown, &log);
    (void)inputs.type->get(inputs.self, "role", &read);

    cr_expect_null(log.name);
    cr_assert_eq(unknown_log_mark(&log), 1);
    cr_expect_str_eq(log.lacking->pdata[0], "inputs.role");
    unknown_log_clear(&log);
    json_decref(unknown);
}
