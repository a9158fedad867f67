/* dorny/paths-filter. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

#define BEFORE  "1111111111111111111111111111111111111111"
#define NOTHING "0000000000000000000000000000000000000000"
#define FILTERS "api:\n  - 'api/**'\nweb:\n  - 'web/**'\ndocs:\n  - added|modified: '**/*.md'\n"
#define PUSH(before)                                                                               \
    "{\"github\": {\"event_name\": \"push\", \"ref\": \"refs/heads/main\", \"event\": {"           \
    "\"before\": \"" before "\", \"repository\": {\"default_branch\": \"main\"}}}}"
#define REQUEST                                                                                    \
    "{\"github\": {\"event_name\": \"pull_request\", \"event\": {\"pull_request\": {"              \
    "\"number\": 7, \"base\": {\"sha\": \"" BEFORE "\"}, \"head\": {\"sha\": \"" NOTHING "\"}}}}}"

/* What `git diff -z` writes. */
#define DIFF_ANSWER(text)                                                                          \
    ((struct fake_answer){                                                                         \
        .pattern = "git diff *", .output = (text), .output_bytes = sizeof(text) - 1})

static void be_on_main(struct action_run *run)
{
    fake_changes(run, "");
    fake_prints(run, "git branch *", "main\n");
    fake_prints(run, "git show-ref main",
                "1 refs/heads/main\n"
                "1 refs/remotes/origin/main\n");
}

Test(paths_filter, a_push_is_compared_with_what_was_before)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, PUSH(BEFORE));
    fake_input(run, "filters", FILTERS);
    fake_input(run, "list-files", "json");
    be_on_main(run);
    fake_answer(run, DIFF_ANSWER("M\0api/a b.c\0D\0README.md\0A\0docs/x.md\0"));

    fake_main(run);

    fake_expect_text(fake_commands(run), "git branch --show-current\n"
                                         "git cat-file -e " BEFORE "^{commit}\n"
                                         "git show-ref main\n"
                                         "git diff --no-renames --name-status -z " BEFORE
                                         "..refs/remotes/origin/main\n");
    fake_expect_text(fake_output(run, "api"), "true");
    fake_expect_text(fake_output(run, "api_count"), "1");
    fake_expect_text(fake_output(run, "api_files"), "[\"api/a b.c\"]");
    fake_expect_text(fake_output(run, "web"), "false");
    fake_expect_text(fake_output(run, "docs_files"), "[\"docs/x.md\"]");
    fake_expect_text(fake_output(run, "changes"), "[\"api\",\"docs\"]");
    fake_expect_part(fake_log(run), "Detected 3 changed files\nResults:\n"
                                    "::group::Filter api = true\nMatching files:\n"
                                    "api/a b.c [modified]\n::endgroup::\n");
    cr_expect_null(fake_failure(run));
}

Test(paths_filter, a_commit_that_is_not_here_is_fetched)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, PUSH(BEFORE));
    fake_input(run, "filters", FILTERS);
    be_on_main(run);
    fake_fails(run, "git cat-file *", 128, "");
    fake_answer(run,
                (struct fake_answer){.pattern = "git cat-file *", .exit_code = 128, .times = 1});

    fake_main(run);

    fake_expect_part(fake_commands(run), "git fetch --depth=1 --no-tags origin " BEFORE "\n");
    fake_expect_part(fake_commands(run), "git fetch --depth=1 --tags origin " BEFORE "\n");
    fake_expect_text(fake_failure(run), "Could not determine what is " BEFORE
                                        " - fetch works but it's not a branch, tag or commit SHA");
}

Test(paths_filter, of_a_commit_that_nobody_has_nothing_is_known)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, PUSH(BEFORE));
    fake_input(run, "filters", FILTERS);
    fake_prints(run, "git branch *", "main\n");

    fake_main(run);

    fake_expect_text(fake_unknown(run), "*\n");
    cr_expect_null(fake_output(run, "api"));
    cr_expect_null(fake_output(run, "changes"));
    cr_expect_null(fake_failure(run));
    cr_expect_str_neq(fake_assumed(run), "");
}

Test(paths_filter, all_files_of_a_first_push_are_added)
{
    FAKE_RUN(run, &action_paths_filter, "v4");
    fake_contexts(run, PUSH(NOTHING));
    fake_input(run, "filters", FILTERS);
    be_on_main(run);
    fake_prints(run, "git rev-parse --abbrev-ref HEAD", "main\n");
    fake_answer(run, (struct fake_answer){
                         .pattern = "git ls-files -z", .output = "a\0web/x\0", .output_bytes = 8});

    fake_main(run);

    fake_expect_text(fake_output(run, "web"), "true");
    fake_expect_part(fake_log(run), "Initial push detected - all files will be listed as added\n");
}

Test(paths_filter, the_files_of_a_pull_request_are_asked_of_the_api)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, REQUEST);
    fake_input(run, "filters", FILTERS);
    fake_input(run, "list-files", "shell");
    fake_changes(run, "M web/it's\nD api/x\n");

    fake_main(run);

    fake_expect_text(fake_commands(run), "");
    fake_expect_text(fake_output(run, "web_files"), "\"web/it's\"");
    fake_expect_text(fake_output(run, "api"), "true");
    fake_expect_part(fake_log(run),
                     "::group::Fetching list of changed files for PR#7 from GitHub API\n"
                     "Invoking listFiles(pull_number: 7, per_page: 100)\n"
                     "Received 2 items\n[modified] web/it's\n[removed] api/x\n::endgroup::\n");
}

Test(paths_filter, the_files_of_a_made_up_pull_request_are_not_known)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, REQUEST);
    fake_input(run, "filters", FILTERS);

    fake_main(run);

    fake_expect_text(fake_unknown(run), "*\n");
    fake_expect_text(fake_assumed(run), "which files the pull request changes\n");
}

Test(paths_filter, a_request_for_another_base_needs_a_token)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, REQUEST);
    fake_contexts(run, "{\"github\": {\"event_name\": \"pull_request_target\"}}");
    fake_input(run, "filters", FILTERS);
    fake_input(run, "token", "");

    fake_main(run);

    fake_expect_text(fake_failure(run), "'token' input parameter is required if action is "
                                        "triggered by 'pull_request_target' event");
}

/* v2 does not know the input. */
Test(paths_filter, every_pattern_must_match_when_that_is_asked_for)
{
    static const struct {
        const char *ref, *matches;
    } rows[] = {{"v2", "true"}, {"v3", "false"}, {"v4", "false"}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FAKE_RUN(run, &action_paths_filter, rows[i].ref);
        fake_contexts(run, REQUEST);
        fake_input(run, "filters", "api: ['api/**', '!**/*.md']");
        fake_input(run, "predicate-quantifier", "every");
        fake_changes(run, "M web/x\nM api/README.md\n");

        fake_main(run);

        fake_expect_text(fake_output(run, "api"), rows[i].matches);
    }
}

Test(paths_filter, one_negated_pattern_matches_all_other_files)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, REQUEST);
    fake_input(run, "filters", "api: ['api/**', '!**/*.md']");
    fake_changes(run, "M web/x\n");

    fake_main(run);

    fake_expect_text(fake_output(run, "api"), "true");
}

Test(paths_filter, a_filter_that_is_not_modelled_is_not_known)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, REQUEST);
    fake_input(run, "filters", "api: '+(api)/**'\nweb: 'web/**'");
    fake_changes(run, "M web/x\n");

    fake_main(run);

    fake_expect_text(fake_unknown(run), "api\napi_count\napi_files\nchanges\n");
    fake_expect_text(fake_output(run, "web"), "true");
    cr_expect_null(fake_output(run, "api"));
}

Test(paths_filter, filters_may_be_in_a_file)
{
    FAKE_RUN(run, &action_paths_filter, "v3");
    fake_contexts(run, REQUEST);
    fake_input(run, "filters", ".github/filters.yml");
    fake_changes(run, "M web/x\n");
    fake_workspace_file(run, ".github/filters.yml",
                        "shared: &shared ['lib/**']\nweb: [*shared, 'web/**']\n");

    fake_main(run);

    fake_expect_text(fake_output(run, "changes"), "[\"web\"]");
}

Test(paths_filter, fails_in_its_own_words)
{
    static const struct {
        const char *filters, *name, *value, *failure;
    } rows[] = {
        {"none.yml", "ref", "", "Configuration file 'none.yml' not found"},
        {"a: [1]", "ref", "", "Invalid filter YAML format: Unexpected element type 'number'."},
        {"a:\n", "ref", "", "Cannot convert undefined or null to object"},
        {"a: ['']", "ref", "", "Expected pattern to be a non-empty string"},
        {"a: b", "list-files", "XML", "Input parameter 'list-files' is set to invalid value 'xml'"},
        {"a: b", "predicate-quantifier", "all",
         "Input parameter 'predicate-quantifier' is set to invalid value 'all'. Valid values: "
         "every, some"},
        {"a: b", "working-directory", "nowhere",
         "ENOENT: no such file or directory, chdir '/home/runner/work/app/app' -> 'nowhere'"},
        {"", "ref", "", "Input required and not supplied: filters"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FAKE_RUN(run, &action_paths_filter, "v3");
        fake_contexts(run, REQUEST);
        fake_input(run, "filters", rows[i].filters);
        fake_input(run, rows[i].name, rows[i].value);
        fake_changes(run, "");

        fake_main(run);

        fake_expect_text(fake_failure(run), rows[i].failure);
    }
}

Test(paths_filter, a_git_that_fails_fails_the_step)
{
    static const struct {
        const char *ref, *failure;
    } rows[] = {
        {"v3", "The process '/usr/bin/git' failed with exit code 128"},
        {"v4", "The process 'git rev-parse --abbrev-ref HEAD' failed with exit code 128"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        FAKE_RUN(run, &action_paths_filter, rows[i].ref);
        fake_contexts(run, PUSH(BEFORE));
        fake_input(run, "filters", FILTERS);
        fake_fails(run, "git *", 128, "");

        fake_main(run);

        fake_expect_text(fake_failure(run), rows[i].failure);
    }
}
