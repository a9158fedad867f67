/* What plan tells of a workflow, as JSON. */
#include "src/workflow/files.h"
#include "workflow/workflow_json.h"

#include <string.h>

static json_t *planned(const char *text, const char *job,
                       bool (*is_modelled)(const struct uses *uses), GPtrArray *errors)
{
    AUTO(workflow) workflow = workflow_load_text("w.yml", text, strlen(text), errors);
    if (workflow == NULL)
        return workflow_errors_json(errors);
    AUTO(repository_map) map = repository_map_new("/nowhere");
    const struct event_request request = {
        .text = "push", .workflow = workflow, .workflow_path = "w.yml"};
    AUTO(event) event = event_new(&request, errors);
    AUTO(call_tree) tree = call_tree_load(workflow, map, event, errors);
    cr_assert_not_null(tree);
    const struct plan_sources sources = {
        .event = event, .map = map, .date = "2026-11-26", .is_modelled = is_modelled, .job = job};
    return workflow_json(call_tree_root(tree), &sources);
}

static json_t *document_of(const char *text, GPtrArray *errors)
{
    return planned(text, NULL, NULL, errors);
}

static void expect_text(const json_t *document, const char *path, const char *expected)
{
    g_auto(GStrv) keys = g_strsplit(path, "/", -1);
    for (gsize i = 0; keys[i] != NULL; i++)
        document = json_is_array(document)
                       ? json_array_get(document, (size_t)g_ascii_strtoull(keys[i], NULL, 10))
                       : json_object_get(document, keys[i]);
    char *dumped = json_dumps(document, JSON_COMPACT | JSON_ENCODE_ANY);
    cr_expect_str_eq(dumped != NULL ? dumped : "", expected, "%s is %s", path, dumped);
    free(dumped);
}

Test(workflow_json, tells_jobs_with_legs_machines_and_steps)
{
    g_autoptr(GPtrArray) errors = error_list();

    g_autoptr(json_t) document =
        document_of("on: {push: {branches: [main]}}\n"
                    "jobs:\n"
                    "  build:\n"
                    "    strategy: {matrix: {os: [ubuntu-latest, ubuntu-24.04-arm]}}\n"
                    "    runs-on: ${{ matrix.os }}\n"
                    "    steps:\n"
                    "      - uses: o/r@v1\n"
                    "      - {id: x, run: make, timeout-minutes: 5}\n"
                    "  dynamic:\n"
                    "    needs: build\n"
                    "    if: always()\n"
                    "    strategy: {matrix: '${{ fromJSON(needs.build.outputs.m) }}'}\n"
                    "    runs-on: ${{ needs.build.outputs.r }}\n"
                    "    steps: [{run: a}]\n",
                    errors);

    expect_text(document, "format", "\"seatrial.plan/1\"");
    expect_text(document, "workflow/name", "\"w.yml\"");
    expect_text(document, "workflow/triggers/0/event", "\"push\"");
    expect_text(document, "workflow/triggers/0/branches", "[\"main\"]");
    expect_text(document, "event/starts", "true");
    expect_text(document, "jobs/0/legs/0/runner/image", "\"ubuntu-26.04\"");
    expect_text(document, "jobs/0/legs/1/runner/arch", "\"arm64\"");
    expect_text(document, "jobs/0/legs/1/name", "\"build (ubuntu-24.04-arm)\"");
    expect_text(document, "jobs/0/legs/1/matrix", "{\"os\":\"ubuntu-24.04-arm\"}");
    expect_text(document, "jobs/0/runs_on", "\"${{ matrix.os }}\"");
    expect_text(document, "jobs/0/timeout_minutes", "null");
    expect_text(document, "jobs/0/token", "{\"contents\":\"read\",\"packages\":\"read\"}");
    expect_text(document, "jobs/0/steps/0/leads_to", "{\"kind\":\"not-mapped\",\"path\":null}");
    expect_text(document, "jobs/0/steps/1/id", "\"x\"");
    expect_text(document, "jobs/0/steps/1/run", "\"make\"");
    expect_text(document, "jobs/0/steps/1/line", "8");
    expect_text(document, "jobs/0/steps/1/timeout_minutes", "5");
    expect_text(document, "jobs/1/needs", "[\"build\"]");
    expect_text(document, "jobs/1/if", "\"always()\"");
    expect_text(document, "jobs/1/legs", "null");
}

static bool is_of_docker(const struct uses *uses)
{
    return strcmp(uses->owner, "docker") == 0;
}

Test(workflow_json, tells_one_job_alone_and_which_actions_are_modelled)
{
    g_autoptr(GPtrArray) errors = error_list();

    g_autoptr(json_t) document = planned("on: push\njobs:\n"
                                         "  a: {runs-on: x, steps: [{run: a}]}\n"
                                         "  b:\n    runs-on: x\n    steps:\n"
                                         "      - uses: docker/login-action@v3\n"
                                         "      - uses: other/login-action@v3\n",
                                         "b", is_of_docker, errors);

    cr_expect_eq(json_array_size(json_object_get(document, "jobs")), 1);
    expect_text(document, "jobs/0/id", "\"b\"");
    expect_text(document, "jobs/0/steps/0/leads_to/kind", "\"modelled\"");
    expect_text(document, "jobs/0/steps/1/leads_to/kind", "\"not-mapped\"");
}

Test(workflow_json, leaves_a_machine_null_that_only_the_run_can_tell)
{
    g_autoptr(GPtrArray) errors = error_list();

    g_autoptr(json_t) document = document_of("on: push\njobs:\n"
                                             "  a: {runs-on: x, steps: [{run: a}]}\n"
                                             "  b: {needs: a, runs-on: '${{ needs.a.outputs.r }}',"
                                             " steps: [{run: a}]}\n",
                                             errors);

    expect_text(document, "jobs/0/legs/0/runner/self_hosted", "true");
    expect_text(document, "jobs/1/legs/0/runner", "null");
}

Test(workflow_json, names_legs_as_github_will_where_that_is_known)
{
    g_autoptr(GPtrArray) errors = error_list();

    g_autoptr(json_t) document =
        document_of("on: push\n"
                    "jobs:\n"
                    "  a:\n"
                    "    name: Build ${{ matrix.image }} of ${{ github.ref_name }}\n"
                    "    strategy: {matrix: {image: [api, web]}}\n"
                    "    runs-on: ubuntu-24.04\n"
                    "    steps: [{run: a}]\n"
                    "  b:\n"
                    "    name: Of ${{ needs.a.outputs.x }}\n"
                    "    needs: a\n"
                    "    runs-on: ubuntu-24.04\n"
                    "    steps: [{run: a}]\n",
                    errors);

    expect_text(document, "jobs/0/legs/0/name", "\"Build api of main\"");
    expect_text(document, "jobs/0/legs/1/name", "\"Build web of main\"");
    expect_text(document, "jobs/1/legs/0/name", "\"Of ${{ needs.a.outputs.x }}\"");
}

Test(workflow_json, of_a_refused_file_lists_its_errors_with_places)
{
    g_autoptr(GPtrArray) errors = error_list();

    g_autoptr(json_t) document = document_of(
        "on: push\njobs:\n  a: {steps: [{rnu: a}]}\n  b: {runs-on: x, steps: [{}]}\n", errors);

    expect_text(document, "format", "\"seatrial.plan/1\"");
    expect_text(document, "errors/0",
                "{\"file\":\"w.yml\",\"line\":3,\"column\":6,"
                "\"message\":\"Required property is missing: runs-on\"}");
    expect_text(document, "errors/2/message", "\"Unexpected value 'rnu'\"");
    expect_text(document, "errors/2/column", "16");
}

Test(workflow_json, of_an_error_without_a_place_has_only_its_words)
{
    g_autoptr(GPtrArray) errors = error_list();
    g_ptr_array_add(errors, g_error_new(BASE_ERROR, BASE_ERROR_IO, "/w.yml: No such file"));

    g_autoptr(json_t) document = workflow_errors_json(errors);

    expect_text(document, "errors/0",
                "{\"file\":null,\"line\":0,\"column\":0,\"message\":\"/w.yml: No such file\"}");
}
