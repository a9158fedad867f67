/* Which events start a workflow. */
#include "workflow/trigger.h"

#include <criterion/criterion.h>
#include <string.h>

/* on is the value in flow style. */
static bool is_fired(const char *on, struct event_facts event)
{
    g_autofree char *text = g_strconcat("on: ", on, "\n", NULL);
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text("on.yaml", text, strlen(text), DOC_DEFAULT, &error);
    cr_assert_not_null(doc, "%s", error != NULL ? error->message : "");
    g_autoptr(GPtrArray) triggers = triggers_of(node_get(doc_root(doc), "on"));
    return triggers_find(triggers, &event) != NULL;
}

static bool push_fires(const char *on, const char *ref, const char *path)
{
    const char *paths[] = {path, NULL};
    return is_fired(
        on, (struct event_facts){.name = "push", .ref = ref, .paths = path != NULL ? paths : NULL});
}

Test(trigger, is_found_whatever_the_form_of_on)
{
    cr_expect(push_fires("push", "refs/heads/a", NULL));
    cr_expect(push_fires("[pull_request, push]", "refs/heads/a", NULL));
    cr_expect(push_fires("{push: }", "refs/tags/v1", NULL));
    cr_expect_not(push_fires("{pull_request: }", "refs/heads/a", NULL));
}

Test(trigger, with_filters_for_branches_alone_leaves_tags_out_and_the_other_way_round)
{
    cr_expect(push_fires("{push: {branches: [main]}}", "refs/heads/main", NULL));
    cr_expect_not(push_fires("{push: {branches: [main]}}", "refs/heads/dev", NULL));
    cr_expect_not(push_fires("{push: {branches: ['**']}}", "refs/tags/v1", NULL));
    cr_expect_not(push_fires("{push: {tags: ['**']}}", "refs/heads/main", NULL));
    cr_expect_not(push_fires("{push: {branches-ignore: [dev]}}", "refs/tags/v1", NULL));
    cr_expect(push_fires("{push: {branches: [main], tags: ['v*']}}", "refs/tags/v1", NULL));
}

Test(trigger, ignores_branches_that_it_is_told_to_ignore)
{
    cr_expect_not(push_fires("{push: {branches-ignore: ['dev/**']}}", "refs/heads/dev/x", NULL));
    cr_expect(push_fires("{push: {branches-ignore: ['dev/**']}}", "refs/heads/main", NULL));
}

Test(trigger, with_paths_needs_one_file_that_counts)
{
    static const char *const both[] = {"docs/a.md", "src/a.c", NULL};
    const struct event_facts event = {.name = "push", .ref = "refs/heads/a", .paths = both};

    cr_expect(is_fired("{push: {paths: ['src/**']}}", event));
    cr_expect(is_fired("{push: {paths-ignore: ['docs/**']}}", event));
    cr_expect_not(push_fires("{push: {paths: ['src/**']}}", "refs/heads/a", "docs/a.md"));
    cr_expect_not(push_fires("{push: {paths-ignore: ['docs/**']}}", "refs/heads/a", "docs/a.md"));
}

Test(trigger, does_not_look_at_paths_of_tags_or_at_paths_nobody_knows)
{
    cr_expect(push_fires("{push: {paths: ['src/**']}}", "refs/tags/v1", "docs/a.md"));
    cr_expect(push_fires("{push: {paths: ['src/**']}}", "refs/heads/a", NULL));
}

Test(trigger, of_pull_requests_has_three_types_by_default)
{
    struct event_facts event = {.name = "pull_request", .ref = "refs/heads/main"};

    event.action = "synchronize";
    cr_expect(is_fired("pull_request", event));
    event.action = "labeled";
    cr_expect_not(is_fired("pull_request", event));
    cr_expect(is_fired("{pull_request: {types: labeled}}", event));
    cr_expect_not(is_fired("{pull_request: {types: labeled, branches: [dev]}}", event));
}

Test(trigger, of_other_events_takes_every_type_by_default)
{
    cr_expect(is_fired("release", (struct event_facts){.name = "release", .action = "edited"}));
}
