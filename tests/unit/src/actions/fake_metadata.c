/* The common run of the tests of docker/metadata-action. */
#include "fake_metadata.h"

void fake_metadata_event(struct action_run *run, const char *event, const char *reference)
{
    fake_reply(run, FAKE_METADATA_REPOSITORY, 200, "{\"full_name\": \"octocat/Hello-World\"}");
    fake_date(run, "2020-01-10T00:30:00Z");
    fake_input(run, "images", "user/app");
    g_autofree char *contexts = g_strdup_printf(
        "{\"github\": {\"event_name\": \"%s\", \"ref\": \"%s\", \"event\": {\"number\": 15,"
        " \"repository\": {\"name\": \"Hello-World\", \"default_branch\": \"master\","
        " \"description\": \"This your first repo!\", \"license\": {\"spdx_id\": \"MIT\"},"
        " \"html_url\": \"https://github.com/octocat/Hello-World\"},"
        " \"pull_request\": {\"base\": {\"ref\": \"master\"}, \"head\": {\"sha\": \"a9c8c5828\"}},"
        " \"base_ref\": \"refs/heads/master\"}}}",
        event, reference);
    fake_contexts(run, contexts);
}

void fake_expect_tags(const struct action_run *run, const char *expected)
{
    g_autofree char *tags = g_strdup(fake_output(run, "tags"));
    fake_expect_text(g_strdelimit(tags, "\n", ' '), expected);
}
