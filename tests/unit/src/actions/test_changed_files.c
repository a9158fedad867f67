/* tj-actions/changed-files. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

#define BEFORE "1111111111111111111111111111111111111111"
#define HEAD   "2222222222222222222222222222222222222222"
#define PUSH                                                                                       \
    "{\"github\": {\"event_name\": \"push\", \"ref_name\": \"main\", \"event\": {\"before\": "     \
    "\"" BEFORE "\"}}}"
#define REQUEST                                                                                    \
    "{\"github\": {\"event_name\": \"pull_request\", \"event\": {\"action\": \"opened\", "         \
    "\"pull_request\": {\"number\": 7, \"base\": {\"ref\": \"main\", \"sha\": \"" BEFORE "\"}, "   \
    "\"head\": {\"ref\": \"feature\", \"sha\": \"" HEAD "\"}}}}}"

static void answer(struct action_run *run, const char *pattern, const char *output)
{
    fake_prints(run, pattern, output);
}

/* A shallow checkout whose commits differ by these files. */
static void be_in_checkout(struct action_run *run, const char *files)
{
    fake_changes(run, "");
    answer(run, "git rev-parse --is-inside-work-tree", "true\n");
    answer(run, "git rev-parse --is-shallow-repository", "true\n");
    answer(run, "git rev-parse HEAD", HEAD "\n");
    answer(run, "git diff --name-status *", files);
}

Test(changed_files, a_push_is_compared_with_what_was_before)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, PUSH);
    be_in_checkout(run, "M\tapi/x\nR100\told\tapi/new\nD\tgone\n");

    fake_main(run);

    fake_expect_part(fake_commands(run),
                     "git fetch -q --no-tags --prune -u --progress --deepen=25 origin "
                     "+refs/heads/main:refs/remotes/origin/main\n");
    fake_expect_part(fake_commands(run),
                     "git diff --name-status --ignore-submodules=all --diff-filter=ACDMRTUX " BEFORE
                     ".." HEAD "\n");
    fake_expect_text(fake_output(run, "all_changed_files"), "api/x api/new");
    fake_expect_text(fake_output(run, "all_changed_files_count"), "2");
    fake_expect_text(fake_output(run, "all_modified_files"), "api/x api/new gone");
    fake_expect_text(fake_output(run, "any_deleted"), "true");
    fake_expect_text(fake_output(run, "any_added"), "false");
    fake_expect_text(fake_output(run, "only_changed"), "false");
    cr_expect_null(fake_failure(run));
}

Test(changed_files, patterns_leave_some_of_them)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, PUSH);
    fake_input(run, "files", "api/\nweb/**");
    fake_input(run, "files_ignore", "**/*.md");
    be_in_checkout(run, "M\tapi/a.c\nM\tapi/README.md\nA\tdocs/x\n");

    fake_main(run);

    fake_expect_text(fake_output(run, "all_changed_files"), "api/a.c");
    fake_expect_text(fake_output(run, "any_changed"), "true");
    fake_expect_text(fake_output(run, "only_changed"), "false");
    fake_expect_text(fake_output(run, "other_changed_files"), "docs/x api/README.md");
}

Test(changed_files, patterns_that_only_leave_out_take_all_others)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, PUSH);
    fake_input(run, "files_ignore", "docs/**");
    be_in_checkout(run, "M\tdocs/a\n");

    fake_main(run);

    fake_expect_text(fake_output(run, "any_changed"), "false");
}

Test(changed_files, names_of_patterns_become_outputs)
{
    FAKE_RUN(run, &action_changed_files, "v47");
    fake_contexts(run, PUSH);
    fake_input(run, "files_yaml", "api: api/**\nweb:\n  - web/**\n  - '!web/*.md'\n");
    fake_input(run, "matrix", "true");
    fake_input(run, "dir_names", "true");
    fake_input(run, "dir_names_max_depth", "2");
    be_in_checkout(run, "M\tapi/v1/a/b.c\nM\tapi/v1/c.c\nM\tweb/x.md\n");

    fake_main(run);

    fake_expect_text(fake_output(run, "api_all_changed_files"), "[\"api/v1\"]");
    fake_expect_text(fake_output(run, "web_any_changed"), "false");
    fake_expect_text(fake_output(run, "changed_keys"), "[\"api\"]");
}

Test(changed_files, lists_are_made_safe_for_shells)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, PUSH);
    fake_input(run, "json", "true");
    be_in_checkout(run, "M\ta$(b)\n");

    fake_main(run);

    fake_expect_text(fake_output(run, "modified_files"), "[\\\"a\\$\\(b\\)\\\"]");
}

Test(changed_files, a_pull_request_is_compared_with_where_it_left)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, REQUEST);
    be_in_checkout(run, "A\tx\n");

    fake_main(run);

    fake_expect_part(fake_commands(run), "git fetch -q --no-tags --prune -u --progress origin "
                                         "pull/7/head:feature\n");
    fake_expect_part(fake_commands(run), BEFORE "..." HEAD "\n");
    fake_expect_text(fake_output(run, "added_files"), "x");
}

Test(changed_files, a_pull_request_without_a_checkout_is_asked_of_the_api)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, REQUEST);
    fake_changes(run, "M x\nA y\n");

    fake_main(run);

    fake_expect_text(fake_output(run, "all_changed_files"), "y x");
    fake_expect_part(fake_log(run), "Found 2 changed files from GitHub API\n");
}

/* What went and what came may be one file with another name. */
Test(changed_files, what_the_api_would_call_renamed_is_not_known)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, REQUEST);
    fake_changes(run, "D x\nA y\n");

    fake_main(run);

    fake_expect_text(fake_unknown(run), "*\n");
    cr_expect_null(fake_output(run, "any_changed"));
}

Test(changed_files, a_push_needs_a_checkout)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, PUSH);
    fake_changes(run, "");

    fake_main(run);

    fake_expect_part(fake_failure(run), "Unable to locate the git repository in the given path: "
                                        "/home/runner/work/app/app.\n");
}

Test(changed_files, a_first_commit_puts_nothing_out)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, PUSH);
    fake_contexts(run, "{\"github\": {\"event\": {\"before\": "
                       "\"0000000000000000000000000000000000000000\"}}}");
    be_in_checkout(run, "");
    fake_fails(run, "git rev-list *", 128, "");

    fake_main(run);

    fake_expect_text(fake_warnings(run), "Initial commit detected no previous commit found.\n");
    cr_expect_null(fake_output(run, "any_changed"));
    cr_expect_null(fake_failure(run));
}

Test(changed_files, what_is_not_modelled_is_not_known)
{
    static const struct {
        const char *input, *value;
        const char *contexts;
    } rows[] = {
        {"since_last_remote_commit", "true", PUSH},
        {"base_sha", "main", PUSH},
        {"files", "+(a|b)", PUSH},
        {"files_yaml", "- a", PUSH},
        {"files", "a", "{\"github\": {\"ref\": \"refs/tags/v1\", \"event_name\": \"push\"}}"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FAKE_RUN(run, &action_changed_files, "v45");
        fake_contexts(run, rows[i].contexts);
        fake_input(run, rows[i].input, rows[i].value);
        be_in_checkout(run, "M\ta\n");

        fake_main(run);

        fake_expect_text(fake_unknown(run), "*\n");
        cr_expect_null(fake_output(run, "any_changed"), "%s", rows[i].value);
        cr_expect_str_neq(fake_assumed(run), "");
    }
}

Test(changed_files, of_commits_that_nobody_has_nothing_is_known)
{
    FAKE_RUN(run, &action_changed_files, "v45");
    fake_contexts(run, PUSH);
    be_in_checkout(run, "M\ta\n");
    fake_changes(run, NULL);

    fake_main(run);

    fake_expect_text(fake_unknown(run), "*\n");
}

Test(changed_files, equal_commits_are_a_failure_unless_they_are_skipped)
{
    static const struct {
        const char *skip, *failure, *any_changed;
    } rows[] = {
        {"false", "Similar commit hashes detected.", NULL},
        {"true", NULL, "false"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FAKE_RUN(run, &action_changed_files, "v47");
        fake_contexts(run, PUSH);
        fake_input(run, "skip_same_sha", rows[i].skip);
        be_in_checkout(run, "");
        answer(run, "git rev-parse HEAD", BEFORE "\n");
        answer(run, "git rev-list *", BEFORE "\n");

        fake_main(run);

        cr_expect_eq(g_strcmp0(fake_failure(run), rows[i].failure), 0);
        cr_expect_eq(g_strcmp0(fake_output(run, "any_changed"), rows[i].any_changed), 0);
    }
}

Test(changed_files, a_diff_that_fails_has_no_files_unless_that_is_a_failure)
{
    static const char *const values[] = {"false", "true"};
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        FAKE_RUN(run, &action_changed_files, "v47");
        fake_contexts(run, PUSH);
        fake_input(run, "fail_on_initial_diff_error", values[i]);
        be_in_checkout(run, "");
        fake_fails(run, "git diff --name-status *", 128, "");

        fake_main(run);

        cr_expect_eq(fake_failure(run) != NULL, i == 1);
    }
}

Test(changed_files, submodules_are_not_known_unless_they_are_left_out)
{
    static const char *const values[] = {"false", "true"};
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        FAKE_RUN(run, &action_changed_files, "v47");
        fake_contexts(run, PUSH);
        fake_input(run, "exclude_submodules", values[i]);
        be_in_checkout(run, "M\tx\n");
        answer(run, "git submodule status", " 1 library\n");

        fake_main(run);

        cr_expect_eq(fake_output(run, "any_changed") != NULL, i == 1);
    }
}
