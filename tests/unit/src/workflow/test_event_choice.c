/* Which event it is when nobody says, of which activity and on which branch. */
#include "base/limits.h"
#include "events.h"

#include <string.h>

Test(event, that_nobody_chose_is_push_before_others_and_a_dispatch_last)
{
    static const char *const rows[][2] = {
        {"on: [workflow_dispatch, release, push]", "push"},
        {"on: [workflow_call, workflow_dispatch, release]", "release"},
        {"on: [workflow_call, workflow_dispatch]", "workflow_dispatch"},
        {"on: workflow_call", "push"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(workflow) workflow = workflow_of(rows[i][0]);
        AUTO(event) event = event_of(workflow, NULL, errors);
        cr_expect_str_eq(event->name, rows[i][1], "%s", rows[i][0]);
    }
}

/* count inputs of a dispatch or a call, as a whole workflow. */
static char *many_inputs(const char *trigger, int count)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "on:\n  %s:\n    inputs:\n", trigger);
    for (int i = 0; i < count; i++)
        g_string_append_printf(text, "      i%d: {type: string}\n", i);
    g_string_append(text, JOBS);
    return g_string_free(text, FALSE);
}

static bool loads(const char *text, GPtrArray *errors)
{
    AUTO(workflow) workflow = workflow_load_text("w.yml", text, strlen(text), errors);
    return workflow != NULL;
}

Test(inputs, are_taken_up_to_the_ceilings)
{
    g_autoptr(GPtrArray) errors = error_list();
    g_autofree char *most = many_inputs("workflow_dispatch", DISPATCH_INPUTS_MAX);
    g_autofree char *more = many_inputs("workflow_dispatch", DISPATCH_INPUTS_MAX + 1);
    g_autofree char *most_of_a_call = many_inputs("workflow_call", WORKFLOW_INPUTS_MAX);
    g_autofree char *more_of_a_call = many_inputs("workflow_call", WORKFLOW_INPUTS_MAX + 1);

    cr_expect(loads(most, errors));
    cr_expect(loads(most_of_a_call, errors));
    cr_expect_not(loads(more, errors));
    cr_expect_not(loads(more_of_a_call, errors));

    cr_expect(errors_tell(errors, "w.yml:2:3: you may only define up to 25 `inputs` for a "
                                  "`workflow_dispatch` event"));
    cr_expect(errors_tell(errors, "there are more than 1000 inputs (WORKFLOW_INPUTS_MAX)"));
}

Test(event, goes_where_it_starts_the_workflow)
{
    static const char *const rows[][3] = {
        {"on: push", "push", "refs/heads/main"},
        {"on: {push: {branches: [master, 'releases/v*']}}", "push", "refs/heads/master"},
        {"on: {push: {branches: ['releases/**', develop]}}", "push", "refs/heads/develop"},
        {"on: {push: {tags: ['v*.*.*']}}", "push", "refs/tags/v1.0.0"},
        {"on: {push: {tags: ['*.*.*', '!v*']}}", "push", "refs/tags/1.0.0"},
        {"on: {push: {branches-ignore: [main]}}", "push", "refs/heads/master"},
        {"on: {push: {branches: ['wip/*']}}", "push", "refs/heads/main"},
        {"on: {pull_request: {branches: [dev]}}", "pull_request", "dev"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(workflow) workflow = workflow_of(rows[i][0]);
        AUTO(event) event = event_of(workflow, rows[i][1], errors);
        struct event_facts facts = event_facts_of(event);
        cr_expect_str_eq(facts.ref, rows[i][2], "%s: %s", rows[i][0], facts.ref);
    }
}

static const char *payload_text(const struct event *event, const char *object, const char *name)
{
    return json_get_string(json_object_get(event->payload, object), name, "");
}

Test(event, workflow_run_is_of_a_run_that_went_well_on_a_branch_that_starts_the_workflow)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow)
    workflow = workflow_of("on: {workflow_run: {workflows: [Build], branches: [release]}}");

    AUTO(event) event = event_of(workflow, NULL, errors);
    struct event_facts facts = event_facts_of(event);

    expect_github(event, "ref", "refs/heads/main");
    cr_expect_str_eq(json_get_string(event->payload, "action", ""), "completed");
    cr_expect_str_eq(payload_text(event, "workflow_run", "conclusion"), "success");
    cr_expect_str_eq(payload_text(event, "workflow_run", "name"), "Build");
    cr_expect_str_eq(payload_text(event, "workflow_run", "head_branch"), "release");
    cr_expect_not_null(triggers_find(workflow->triggers, &facts));
}

Test(event, is_of_an_activity_that_starts_the_workflow)
{
    static const char *const rows[][3] = {
        {"on: pull_request", "pull_request", "opened"},
        {"on: {pull_request: {types: [labeled, opened]}}", "pull_request", "opened"},
        {"on: {pull_request: {types: [closed, labeled]}}", "pull_request", "closed"},
        {"on: {release: {types: [released]}}", "release", "released"},
        {"on: {repository_dispatch: {types: [go]}}", "repository_dispatch", "go"},
        {"on: issue_comment", "issue_comment", "created"},
        {"on: {workflow_run: {workflows: [a], types: [requested]}}", "workflow_run", "requested"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(workflow) workflow = workflow_of(rows[i][0]);
        AUTO(event) event = event_of(workflow, rows[i][1], errors);
        cr_expect_str_eq(json_get_string(event->payload, "action", ""), rows[i][2], "%s",
                         rows[i][0]);
    }
}

Test(event, pull_request_that_is_closed_was_merged_into_its_base)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: {pull_request: {types: [closed]}}");

    AUTO(event) event = event_of(workflow, NULL, errors);
    const json_t *request = json_object_get(event->payload, "pull_request");

    cr_expect(json_is_true(json_object_get(request, "merged")));
    cr_expect_str_eq(json_get_string(request, "state", ""), "closed");
    expect_github(event, "ref", "refs/heads/main");
}

Test(event, merge_group_runs_on_its_own_branch)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: merge_group");

    AUTO(event) event = event_of(workflow, NULL, errors);

    cr_expect_str_eq(json_get_string(event->payload, "action", ""), "checks_requested");
    cr_expect(g_str_has_prefix(json_get_string(event->github, "ref", ""),
                               "refs/heads/gh-readonly-queue/main/pr-1-"));
}

static void expect_default_branch(const struct event *event, const char *expected)
{
    const json_t *repository = json_object_get(event->payload, "repository");
    const char *branch = json_string_value(json_object_get(repository, "default_branch"));
    cr_expect_str_eq(branch, expected, "the default branch is %s", branch);
}

Test(event, goes_to_the_default_branch_that_the_repository_tells)
{
    static const char *const rows[][3] = {
        {"on: push", "push", "refs/heads/trunk"},
        {"on: {push: {branches: [main]}}", "push", "refs/heads/main"},
        {"on: workflow_dispatch", "workflow_dispatch", "refs/heads/trunk"},
        {"on: {schedule: [{cron: '0 0 * * *'}]}", "schedule", "refs/heads/trunk"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(workflow) workflow = workflow_of(rows[i][0]);
        const struct event_request request = {.text = rows[i][1],
                                              .workflow = workflow,
                                              .workflow_path = ".github/workflows/ci.yml",
                                              .default_branch = "trunk"};
        AUTO(event) event = event_new(&request, errors);
        cr_assert_not_null(event);
        expect_github(event, "ref", rows[i][2]);
        expect_default_branch(event, "trunk");
    }
}

#define EIGHT(digit) digit digit digit digit digit digit digit digit
#define HASH(digit)  EIGHT(digit) EIGHT(digit) EIGHT(digit) EIGHT(digit) EIGHT(digit)

static const struct event_commits commits = {.head = HASH("1"),
                                             .before = HASH("2"),
                                             .request_head = HASH("3"),
                                             .base = HASH("4"),
                                             .merge = HASH("5")};

Test(event, speaks_of_the_repository_and_the_commits_that_it_is_told)
{
    g_autoptr(GPtrArray) errors = error_list();
    AUTO(workflow) workflow = workflow_of("on: [push, pull_request]");
    struct event_request request = {.text = "push",
                                    .workflow = workflow,
                                    .workflow_path = ".github/workflows/ci.yml",
                                    .folder_name = "folder",
                                    .repository = "octo/hello",
                                    .commits = &commits};

    AUTO(event) push = event_new(&request, errors);
    request.text = "pull_request";
    AUTO(event) asked = event_new(&request, errors);

    cr_assert(push != NULL && asked != NULL);
    expect_github(push, "repository", "octo/hello");
    expect_github(push, "repository_owner", "octo");
    expect_github(push, "sha", commits.head);
    cr_expect_str_eq(json_get_string(push->payload, "before", ""), commits.before);
    expect_github(asked, "sha", commits.merge);
    const json_t *pull_request = json_object_get(asked->payload, "pull_request");
    cr_expect_str_eq(json_get_string(json_object_get(pull_request, "head"), "sha", ""),
                     commits.request_head);
    cr_expect_str_eq(json_get_string(json_object_get(pull_request, "base"), "sha", ""),
                     commits.base);
}

Test(event, knows_the_tag_that_nobody_told)
{
    static const struct {
        const char *on, *file, *tag;
    } rows[] = {
        {"on: {push: {tags: ['v*']}}", NULL, "v1.0.0"},
        {"on: release", NULL, "v1.0.0"},
        {"on: push", NULL, NULL},
        {"on: {push: {tags: ['v*']}}", "{\"ref\": \"refs/tags/v7\"}", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(workflow) workflow = workflow_of(rows[i].on);
        AUTO(event)
        event = rows[i].file != NULL ? event_of_file(workflow, rows[i].file, errors)
                                     : event_of(workflow, NULL, errors);
        cr_assert_not_null(event);
        cr_expect_eq(g_strcmp0(event->made_up_tag, rows[i].tag), 0, "%s: %s", rows[i].on,
                     event->made_up_tag);
    }
}

Test(event, of_a_repository_that_tells_no_default_branch_has_the_one_that_filters_want)
{
    static const char *const rows[][2] = {
        {"on: push", "main"},
        {"on: {push: {branches: [master]}}", "master"},
        {"on: {push: {branches: [master, main]}}", "main"},
        {"on: {push: {tags: ['v*']}, pull_request: {branches: [master]}}", "master"},
        {"on: {push: {branches: [develop]}}", "main"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GPtrArray) errors = error_list();
        AUTO(workflow) workflow = workflow_of(rows[i][0]);
        AUTO(event) event = event_of(workflow, "push", errors);
        cr_assert_not_null(event);
        expect_default_branch(event, rows[i][1]);
    }
}
