/* Events: defaults, files, forks, inputs of dispatches, permissions. */
#include "events.h"

#include <string.h>

Test(event, push_has_fixed_defaults)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: push");

    AUTO(event) event = event_of(workflow, "push", errors);

    cr_assert_not_null(event);
    expect_github(event, "repository", "acme/my-app");
    expect_github(event, "repository_owner", "acme");
    expect_github(event, "ref", "refs/heads/main");
    expect_github(event, "ref_name", "main");
    expect_github(event, "ref_type", "branch");
    expect_github(event, "actor", "acme");
    expect_github(event, "event_name", "push");
    expect_github(event, "workflow", "CI");
    expect_github(event, "workflow_ref", "acme/my-app/.github/workflows/ci.yml@refs/heads/main");
    expect_github(event, "head_ref", "");
    cr_expect_eq(strlen(json_get_string(event->github, "sha", "")), 40);
    cr_expect_str_eq(json_get_string(event->payload, "after", ""),
                     json_get_string(event->github, "sha", "-"));
    cr_expect_eq(json_object_get(event->github, "event"), event->payload);
}

Test(event, pull_request_is_merged_into_its_base)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: {pull_request: {branches: [main]}}");

    AUTO(event) event = event_of(workflow, NULL, errors);
    struct event_facts facts = event_facts_of(event);

    expect_github(event, "event_name", "pull_request");
    expect_github(event, "ref", "refs/pull/1/merge");
    expect_github(event, "ref_name", "1/merge");
    expect_github(event, "head_ref", "feature");
    expect_github(event, "base_ref", "main");
    cr_expect_str_eq(facts.ref, "main");
    cr_expect_str_eq(facts.action, "opened");
    cr_expect_str_eq(json_get_string(json_object_get(event->payload, "pull_request"), "title", ""),
                     "chore: change a line");
    cr_expect_not_null(triggers_find(workflow->triggers, &facts));
    cr_expect_not(event->is_from_fork);
}

Test(event, pull_request_target_runs_on_the_base)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: pull_request_target");

    AUTO(event)
    event = event_of_file(workflow,
                          "{\"event_name\": \"pull_request_target\", \"secrets\": {\"A\": \"b\"},"
                          " \"pull_request\": {\"head\": {\"repo\": {\"fork\": true}}}}",
                          errors);

    cr_assert_not_null(event);
    expect_github(event, "ref", "refs/heads/main");
    cr_expect_not(event->is_from_fork);
    cr_expect_str_eq(json_get_string(event->secrets, "A", ""), "b");
}

Test(event, release_is_of_a_tag_and_a_schedule_of_the_first_cron)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: {release:, schedule: [{cron: '1 2 * * *'}]}");

    AUTO(event) release = event_of(workflow, "release", errors);
    AUTO(event) schedule = event_of(workflow, "schedule", errors);

    expect_github(release, "ref", "refs/tags/v1.0.0");
    expect_github(release, "ref_type", "tag");
    expect_github(release, "ref_name", "v1.0.0");
    cr_expect_str_eq(json_get_string(schedule->payload, "schedule", ""), "1 2 * * *");
}

Test(event, file_is_told_by_its_members_and_filled_with_defaults)
{
    static const char *const rows[][2] = {
        {"{\"ref\": \"refs/tags/v2\"}", "push"},
        {"{\"pull_request\": {}}", "pull_request"},
        {"{\"release\": {\"tag_name\": \"v3\"}}", "release"},
        {"{\"schedule\": \"0 1 * * *\"}", "schedule"},
        {"{\"inputs\": {}}", "workflow_dispatch"},
        {"{\"event_name\": \"merge_group\"}", "merge_group"},
    };
    AUTO(workflow) workflow = workflow_of("on: [push, workflow_dispatch]");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(event) event = event_of_file(workflow, rows[i][0], errors);
        cr_assert_not_null(event, "%s", rows[i][0]);
        cr_expect_str_eq(event->name, rows[i][1], "%s", rows[i][0]);
        expect_github(event, "actor", "acme");
    }
}

Test(event, file_overrides_contexts_and_keeps_our_members_out_of_the_payload)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: push");

    AUTO(event)
    event = event_of_file(workflow,
                          "{\"ref\": \"refs/tags/v2\", \"repository\": {\"full_name\": \"o/r\"},"
                          " \"github\": {\"actor\": \"mona\"}, \"vars\": {\"A\": \"b\"},"
                          " \"secrets\": {\"S\": \"t\"}, \"changed_files\": [\"src/a.c\"]}",
                          errors);

    cr_assert_not_null(event);
    expect_github(event, "actor", "mona");
    expect_github(event, "ref_type", "tag");
    expect_github(event, "repository", "o/r");
    cr_expect_str_eq(json_get_string(event->vars, "A", ""), "b");
    cr_expect_str_eq(json_get_string(event->secrets, "S", ""), "t");
    cr_expect_str_eq(json_get_string(event->secrets, "GITHUB_TOKEN", ""),
                     json_get_string(event->github, "token", "-"));
    cr_expect_str_eq(event->changed_files[0], "src/a.c");
    cr_expect_null(json_object_get(event->payload, "secrets"));
    cr_expect_null(json_object_get(event->payload, "github"));
}

Test(event, stands_where_its_payload_says)
{
    static const char *const rows[][2] = {
        {"{\"event_name\": \"create\", \"ref\": \"v2\", \"ref_type\": \"tag\"}", "refs/tags/v2"},
        {"{\"event_name\": \"delete\", \"ref\": \"gone\"}", "refs/heads/main"},
        {"{\"event_name\": \"merge_group\", \"merge_group\": {\"head_ref\": \"refs/heads/q\"}}",
         "refs/heads/q"},
        {"{\"pull_request\": {\"number\": 7}}", "refs/pull/7/merge"},
        {"{\"pull_request\": {}, \"number\": 8}", "refs/pull/8/merge"},
        {"{\"inputs\": {}, \"ref\": \"topic\"}", "refs/heads/topic"},
        {"{\"event_name\": \"workflow_run\", \"repository\": {\"default_branch\": \"dev\"}}",
         "refs/heads/dev"},
    };
    AUTO(workflow) workflow = workflow_of("on: [push, workflow_dispatch]");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(event) event = event_of_file(workflow, rows[i][0], errors);
        cr_assert_not_null(event);
        expect_github(event, "ref", rows[i][1]);
    }
}

Test(event, of_a_fork_has_no_secrets_and_a_token_that_reads)
{
    static const char *const files[] = {
        "{\"secrets\": {\"A\": \"b\"}, \"pull_request\": {\"head\": {\"repo\": {\"fork\": true}}}}",
        "{\"secrets\": {\"A\": \"b\"},"
        " \"pull_request\": {\"head\": {\"repo\": {\"full_name\": \"mona/app\"}}}}",
    };
    AUTO(workflow) workflow = workflow_of("on: pull_request\npermissions: write-all");

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(event) event = event_of_file(workflow, files[i], errors);
        struct permissions stated = permissions_of(workflow->permissions);
        struct permissions left = event_limit_permissions(event, &stated);
        cr_expect(event->is_from_fork);
        cr_expect_eq(json_object_size(event->secrets), 1);
        cr_expect_not_null(json_object_get(event->secrets, "GITHUB_TOKEN"));
        cr_expect_eq(permissions_get(&left, "packages"), PERMISSION_READ);
        cr_expect_eq(permissions_get(&left, "id-token"), PERMISSION_NONE);
    }
}

Test(event, of_dependabot_has_no_secrets_and_the_default_token)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: push");

    AUTO(event)
    event =
        event_of_file(workflow,
                      "{\"ref\": \"refs/heads/x\", \"sender\": {\"login\": \"dependabot[bot]\"},"
                      " \"secrets\": {\"A\": \"b\"}, \"default_workflow_permissions\": \"write\"}",
                      errors);
    struct permissions fallback = event_default_permissions(event, true);

    cr_expect(event->is_of_dependabot);
    cr_expect_null(json_object_get(event->secrets, "A"));
    cr_expect_eq(permissions_get(&fallback, "packages"), PERMISSION_READ);
}

Test(event, of_dependabot_may_be_given_more_by_the_workflow)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: push\npermissions: {packages: write}");

    AUTO(event)
    event = event_of_file(
        workflow, "{\"ref\": \"refs/heads/x\", \"sender\": {\"login\": \"dependabot[bot]\"}}",
        errors);
    struct permissions stated = permissions_of(workflow->permissions);
    struct permissions left = event_limit_permissions(event, &stated);

    cr_expect(event->is_of_dependabot);
    cr_expect_eq(permissions_get(&left, "packages"), PERMISSION_WRITE);
}

#define DISPATCH                                                                                   \
    "on:\n  workflow_dispatch:\n    inputs:\n"                                                     \
    "      tag: {type: string, required: true}\n"                                                  \
    "      push: {type: boolean, default: true}\n"                                                 \
    "      jobs: {type: number}\n"                                                                 \
    "      where: {type: choice, options: [test, live]}\n"                                         \
    "      free:"

Test(event, dispatch_has_typed_inputs_with_defaults)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of(DISPATCH);

    AUTO(event)
    event = event_of_file(workflow, "{\"inputs\": {\"Tag\": \"v1\", \"jobs\": \"3\"}}", errors);

    cr_assert_not_null(event);
    g_autofree char *inputs = json_text(event->inputs);
    g_autofree char *texts = json_text(json_object_get(event->payload, "inputs"));
    cr_expect_str_eq(inputs,
                     "{\"tag\":\"v1\",\"push\":true,\"jobs\":3,\"where\":\"test\",\"free\":\"\"}");
    cr_expect_str_eq(
        texts,
        "{\"tag\":\"v1\",\"push\":\"true\",\"jobs\":\"3\",\"where\":\"test\",\"free\":\"\"}");
}

Test(event, dispatch_that_github_would_refuse_tells_all_reasons)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of(DISPATCH);

    AUTO(event)
    event = event_of_file(
        workflow, "{\"inputs\": {\"where\": \"prod\", \"push\": \"yes\", \"more\": 1}}", errors);

    cr_expect_null(event);
    cr_expect_eq(errors->len, 4);
    cr_expect(errors_tell(errors, "ci.yml:5:7: Required input 'tag' not provided"));
    cr_expect(errors_tell(
        errors, "Provided value 'prod' for input 'where' not in the list of allowed values"));
    cr_expect(errors_tell(errors, "Provided value 'yes' for input 'push' is not of its type"));
    cr_expect(errors_tell(errors, "Unexpected inputs provided: [\"more\"]"));
}

#define CALLED                                                                                     \
    "on:\n  workflow_call:\n    inputs:\n"                                                         \
    "      tag: {type: string, default: \"${{ github.ref_name }}-${{ vars.KIND }}\"}\n"            \
    "      push: {type: boolean, default: \"${{ github.ref_name == 'main' }}\"}\n"                 \
    "      jobs: {type: number, default: 2}\n"

Test(event, defaults_of_a_workflow_that_others_call_are_evaluated_where_nothing_was_given)
{
    g_autoptr(GPtrArray) errors = error_list();
    g_autoptr(json_t) vars = json_pack("{s:s}", "KIND", "beta");
    AUTO(workflow) workflow = workflow_of(CALLED);
    AUTO(event) plain = event_of(workflow, "push", errors);
    AUTO(event)
    given = event_of_file(
        workflow,
        "{\"event_name\": \"push\", \"ref\": \"refs/heads/a\", \"inputs\": {\"tag\": \"v1\"}}",
        errors);
    cr_assert(plain != NULL && given != NULL);

    cr_assert(event_resolve_defaults(plain, workflow, vars, errors));
    cr_assert(event_resolve_defaults(given, workflow, vars, errors));

    g_autofree char *of_plain = json_text(plain->inputs);
    g_autofree char *of_given = json_text(given->inputs);
    cr_expect_str_eq(of_plain, "{\"tag\":\"main-beta\",\"push\":true,\"jobs\":2}");
    cr_expect_str_eq(of_given, "{\"tag\":\"v1\",\"push\":false,\"jobs\":2}");
}

Test(event, a_default_that_is_not_of_its_type_is_an_error_at_its_place)
{
    g_autoptr(GPtrArray) errors = error_list();
    g_autoptr(json_t) vars = json_object();
    AUTO(workflow)
    workflow = workflow_of("on:\n  workflow_call:\n    inputs:\n"
                           "      n: {type: number, default: \"${{ github.ref_name }}\"}\n");
    AUTO(event) event = event_of(workflow, "push", errors);
    cr_assert_not_null(event);

    cr_expect_not(event_resolve_defaults(event, workflow, vars, errors));
    cr_expect(errors_tell(errors, "ci.yml:5:34: Unexpected value 'main'"));
}

Test(event, inputs_of_the_request_win_over_those_of_a_file)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(folder) folder = folder_new();
    g_autofree char *path = folder_file(folder, "event.json");
    g_autoptr(json_t) inputs = json_pack("{s:s}", "tag", "v2");
    AUTO(workflow) workflow = workflow_of(DISPATCH);
    folder_write(folder, "event.json", "{\"inputs\": {\"tag\": \"v1\", \"jobs\": 3}}");
    const struct event_request request = {.text = path,
                                          .workflow = workflow,
                                          .workflow_path = ".github/workflows/ci.yml",
                                          .inputs = inputs};

    AUTO(event) event = event_new(&request, errors);

    cr_assert_not_null(event);
    cr_expect_str_eq(json_get_string(event->inputs, "tag", ""), "v2");
    cr_expect_eq(json_get_integer(event->inputs, "jobs", 0), 3);
}

Test(event, the_setting_of_the_request_wins_over_that_of_a_file)
{
    static const char *const settings[] = {"read", "write"};
    AUTO(workflow) workflow = workflow_of("on: push");
    for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(folder) folder = folder_new();
        g_autofree char *path = folder_file(folder, "event.json");
        g_autofree char *text = g_strdup_printf(
            "{\"ref\": \"refs/heads/main\", \"default_workflow_permissions\": \"%s\"}",
            settings[i]);
        folder_write(folder, "event.json", text);
        const struct event_request request = {.text = path,
                                              .workflow = workflow,
                                              .workflow_path = ".github/workflows/ci.yml",
                                              .workflow_permissions = settings[1 - i]};

        AUTO(event) event = event_new(&request, errors);

        cr_assert_not_null(event);
        cr_expect_eq(event->is_write_default, i == 0, "%s in the file", settings[i]);
    }
}

Test(event, file_that_makes_no_sense_is_refused_with_places)
{
    static const char *const rows[][2] = {
        {"{\"a\": 1}", "event.json:1:1: which event it is cannot be told; add 'event_name'"},
        {"[]", "event.json:1:1: the payload of an event is a list, expected a mapping"},
        {"{\"event_name\": \"nothing\"}", "there is no event 'nothing'"},
        {"{\"event_name\": \"workflow_call\"}", "there is no event 'workflow_call'"},
        {"{\"ref\": \"a\", \"vars\": 1}", "event.json:1:22: 'vars' is an integer"},
        {"{\"ref\": \"a\", \"changed_files\": {}}",
         "'changed_files' is a mapping, expected a list"},
        {"{\"ref\": \"a\", \"default_workflow_permissions\": \"all\"}",
         "'all' is none of 'read', 'write'"},
        {"{", "event.json:"},
    };
    AUTO(workflow) workflow = workflow_of("on: push");

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(event) event = event_of_file(workflow, rows[i][0], errors);
        cr_expect_null(event);
        cr_expect(errors_tell(errors, rows[i][1]), "%s", rows[i][1]);
    }
}

Test(event, that_is_neither_a_name_nor_a_file_is_refused)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: push");

    AUTO(event) event = event_of(workflow, "psuh", errors);

    cr_expect_null(event);
    cr_expect(errors_tell(errors, "'psuh' is neither an event of GitHub nor a file"));
}

Test(event, dispatch_without_any_inputs_leaves_the_required_ones_empty_and_says_so)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of(DISPATCH);

    AUTO(event) event = event_of(workflow, NULL, errors);

    cr_assert_not_null(event);
    cr_expect_str_eq(event->name, "workflow_dispatch");
    cr_expect_str_eq(event->missing_inputs[0], "tag");
    cr_expect_null(event->missing_inputs[1]);
    cr_expect_str_eq(json_get_string(event->inputs, "tag", "-"), "");
}
