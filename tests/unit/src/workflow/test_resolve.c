/* Keys of jobs with their expressions evaluated. */
#include "expr/value.h"
#include "src/workflow/files.h"
#include "workflow/resolve.h"

#include <string.h>

/* A workflow whose job a has a matrix, and the event of a push. */
struct setting {
    GPtrArray *errors;
    struct workflow *workflow;
    struct event *event;
    const struct job *job;
};

static void setting_clear(struct setting *setting)
{
    event_free(setting->event);
    workflow_free(setting->workflow);
    g_ptr_array_unref(setting->errors);
}

static struct setting setting_of(const char *runs_on)
{
    struct setting setting = {.errors = error_list()};
    g_autofree char *text =
        g_strdup_printf("on: push\njobs:\n  first: {runs-on: x, steps: [{run: a}]}\n"
                        "  a:\n    needs: first\n    strategy: {fail-fast: false, matrix: {os: [x, "
                        "y], n: [1, 2]}}\n"
                        "    runs-on: %s\n    steps: [{run: a}]\n",
                        runs_on);
    setting.workflow = workflow_load_text("w.yml", text, strlen(text), setting.errors);
    cr_assert_not_null(setting.workflow);
    const struct event_request request = {
        .text = "push", .workflow = setting.workflow, .workflow_path = "w.yml"};
    setting.event = event_new(&request, setting.errors);
    setting.job = workflow_find_job(setting.workflow, "a");
    return setting;
}

/* What runs-on of the job's leg comes to, as JSON; or the error. needs: what first gave, or NULL.
 */
static char *resolved(const char *runs_on, guint leg, const char *needs)
{
    __attribute__((cleanup(setting_clear))) struct setting setting = setting_of(runs_on);
    VALUE(scope);
    g_autoptr(GError) error = NULL;
    resolve_scope(setting.event, setting.event->inputs, setting.job,
                  setting.job->strategy.legs->pdata[leg], &scope);
    if (needs != NULL) {
        g_autoptr(json_t) json = json_loads(needs, 0, NULL);
        value_set(&scope, "needs", value_from_json(json));
    }
    g_autoptr(json_t) value = resolve_node(setting.job->runs_on, &scope, &error);
    return value != NULL ? json_text(value) : g_strdup(error->message);
}

Test(resolve, fills_in_texts_lists_and_mappings)
{
    static const char *const rows[][2] = {
        {"plain", "\"plain\""},
        {"'${{ matrix.os }}-${{ matrix.n }}'", "\"y-1\""},
        {"'${{ fromJSON(''[\"a\", \"b\"]'') }}'", "[\"a\",\"b\"]"},
        {"'${{ MATRIX.Os }} ${{ GitHub.Event.Sender.LOGIN }} ${{ "
         "join(github.event.commits.*.message) }}'",
         "\"y acme Change\""},
        {"'${{ toJSON(matrix) == ''x'' }}-${{ github == github }}-${{ github.event.nothing.more "
         "}}'",
         "\"false-true-\""},
        {"['${{ matrix.os }}', b]", "[\"y\",\"b\"]"},
        {"{group: '${{ github.ref_name }}', labels: ['${{ vars.none }}x']}",
         "{\"group\":\"main\",\"labels\":[\"x\"]}"},
        {"'${{ strategy.job-index }}/${{ strategy.job-total }}/${{ strategy.max-parallel }}/"
         "${{ strategy.fail-fast }}'",
         "\"2/4/4/false\""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = resolved(rows[i][0], 2, NULL);
        cr_expect_str_eq(text, rows[i][1], "%s: %s", rows[i][0], text);
    }
}

Test(resolve, of_inputs_that_are_not_known_is_an_error)
{
    __attribute__((cleanup(setting_clear))) struct setting setting =
        setting_of("'${{ inputs.machine }}'");
    VALUE(scope);
    g_autoptr(GError) error = NULL;
    resolve_scope(setting.event, /* inputs= */ NULL, setting.job, /* leg= */ NULL, &scope);

    json_t *value = resolve_node(setting.job->runs_on, &scope, &error);

    cr_assert_null(value);
    cr_expect_not_null(strstr(error->message, "w.yml:7:18: Unrecognized named-value: 'inputs'"),
                       "%s", error->message);
}

Test(resolve, knows_needs_only_when_they_are_added)
{
    g_autofree char *before = resolved("'${{ needs.first.outputs.r }}'", 0, NULL);
    g_autofree char *after = resolved("'${{ needs.first.outputs.r }}'", 0,
                                      "{\"first\": {\"outputs\": {\"r\": \"ubuntu-24.04\"}}}");

    cr_expect_not_null(strstr(before, "w.yml:7:18: Unrecognized named-value: 'needs'"), "%s",
                       before);
    cr_expect_str_eq(after, "\"ubuntu-24.04\"");
}
