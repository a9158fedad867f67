/* docker/metadata-action. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

#define COMMIT "860c1904a1ce19322e91ac35af1ab07466440c37"

#define REPOSITORY_LINE "GET https://api.github.com/repos/*"

static void set_event(struct action_run *run, const char *event, const char *reference)
{
    fake_reply(run, REPOSITORY_LINE, 200, "{\"full_name\": \"octocat/Hello-World\"}");
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

/* One case: tags as lines, then the output with spaces for newlines. */
struct tag_case {
    const char *event, *reference, *tags, *flavor, *expected;
};

static void expect_tags(const struct tag_case *one)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, one->event, one->reference);
    fake_input(run, "tags", one->tags);
    fake_input(run, "flavor", one->flavor);
    fake_main(run);
    cr_expect_null(fake_failure(run), "%s: %s", one->tags, fake_failure(run));
    g_autofree char *tags = g_strdup(fake_output(run, "tags"));
    fake_expect_text(g_strdelimit(tags, "\n", ' '), one->expected);
}

#define EXPECT_ALL(cases)                                                                          \
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)                                                \
    expect_tags(&(cases)[i])

#define MASTER "refs/heads/master"

Test(docker_metadata, by_default_names_branches_tags_and_pull_requests)
{
    static const struct tag_case cases[] = {
        {"pull_request", "refs/pull/2/merge", "", "", "user/app:pr-2"},
        {"push", MASTER, "", "", "user/app:master"},
        {"push", "refs/heads/releases/v1", "", "", "user/app:releases-v1"},
        {"push", "refs/tags/v1.2.3", "", "", "user/app:v1.2.3 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", "", "", "user/app:v2.0.8-beta.67 user/app:latest"},
        {"workflow_dispatch", MASTER, "", "", "user/app:master"},
        {"schedule", MASTER, "", "", "user/app:nightly user/app:master"},
        {"pull_request_target", MASTER, "", "", "user/app:pr-15"},
        {"push", "", "", "", ""},
    };
    EXPECT_ALL(cases);
}

Test(docker_metadata, reads_semantic_versions)
{
#define THREE                                                                                      \
    "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}\n"                   \
    "type=semver,pattern={{major}}"
    static const struct tag_case cases[] = {
        {"push", "refs/tags/v1.2.3", THREE, "",
         "user/app:1.2.3 user/app:1.2 user/app:1 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", THREE, "", "user/app:2.0.8-beta.67"},
        {"push", MASTER, THREE, "", ""},
        {"push", "refs/tags/v1.2.3", "type=semver,pattern={{raw}}", "",
         "user/app:v1.2.3 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", "type=semver,pattern={{raw}}", "",
         "user/app:v2.0.8-beta.67"},
        {"push", "refs/tags/v1.2.3", "type=semver,pattern=v{{major}}", "",
         "user/app:v1 user/app:latest"},
        {"push", "refs/tags/v1.2.3", "type=semver,pattern={{minor}}.{{patch}}", "",
         "user/app:2.3 user/app:latest"},
        {"push", MASTER, "type=semver,pattern={{version}},value=v1.2.3\ntype=edge", "",
         "user/app:1.2.3 user/app:edge user/app:latest"},
        {"push", "refs/tags/p1/v1.2.3", "type=semver,pattern={{version}},\"match=v(\\d.\\d.\\d)$\"",
         "", "user/app:1.2.3 user/app:latest"},
        {"push", "refs/tags/v1.2.3",
         "type=semver,pattern={{version}}\ntype=semver,pattern={{major}}.{{minor}}.{{patch}}", "",
         "user/app:1.2.3 user/app:latest"},
    };
    EXPECT_ALL(cases);
}

Test(docker_metadata, reads_versions_of_python)
{
#define PYTHON "type=pep440,pattern={{major}}.{{minor}}"
    static const struct tag_case cases[] = {
        {"push", "refs/tags/1.2.3", PYTHON, "", "user/app:1.2 user/app:latest"},
        {"push", "refs/tags/v1.2.3", "type=pep440,pattern={{version}}", "",
         "user/app:1.2.3 user/app:latest"},
        {"push", "refs/tags/1.2.3rc2", PYTHON, "", "user/app:1.2.3rc2"},
        {"push", "refs/tags/1.2.3post1", PYTHON, "", "user/app:1.2.3.post1"},
        {"push", "refs/tags/1.2.3beta2", PYTHON, "", "user/app:1.2.3b2"},
        {"push", "refs/tags/1.0dev4", PYTHON, "", "user/app:1.0.dev4"},
        {"push", "refs/tags/v1.2.3rc2", "type=pep440,pattern={{raw}}\n" PYTHON, "",
         "user/app:v1.2.3rc2 user/app:1.2.3rc2"},
    };
    EXPECT_ALL(cases);
}

Test(docker_metadata, matches_patterns)
{
    static const struct tag_case cases[] = {
        {"push", "refs/tags/v1.2.3", "type=match,pattern=\\d.\\d.\\d", "",
         "user/app:1.2.3 user/app:latest"},
        {"push", "refs/tags/v2.0.8-beta.67", "type=match,pattern=v(.*),group=1", "",
         "user/app:2.0.8-beta.67 user/app:latest"},
        {"push", "refs/tags/20200110-RC2", "type=match,pattern=\\d{8}", "latest=false",
         "user/app:20200110"},
        {"push", "refs/tags/p1/v1.0.0", "type=match,pattern=p1/v(\\d.\\d.\\d),group=1", "",
         "user/app:1.0.0 user/app:latest"},
        {"push", "refs/tags/V1.0.0", "type=match,\"pattern=/^v(\\d.\\d.\\d)$/i\",group=1", "",
         "user/app:1.0.0 user/app:latest"},
        {"push", "refs/tags/sometag", "type=match,\"pattern=\\d.\\d\"", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=3", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=-1", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=4294967297", "", ""},
        {"push", "refs/tags/v1.0", "type=match,pattern=v(\\d.\\d),group=01", "", ""},
        {"push", MASTER, "type=match,pattern=v(.*),group=1,value=v1.2.3\ntype=edge", "",
         "user/app:1.2.3 user/app:edge user/app:latest"},
        {"push", MASTER, "type=match,pattern=v(.*),group=1", "", ""}, /* no tag, nothing to match */
    };
    (void)g_log_set_always_fatal(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
    EXPECT_ALL(cases);
}

Test(docker_metadata, names_references_edges_commits_and_raw_texts)
{
    static const struct tag_case cases[] = {
        {"push", "refs/heads/my/branch", "type=ref,event=branch", "", "user/app:my-branch"},
        {"push", "refs/tags/v1", "type=ref,event=branch", "", ""},
        {"push", MASTER, "type=edge\ntype=sha", "", "user/app:edge user/app:sha-860c190"},
        {"push", "refs/heads/dev", "type=edge\ntype=sha,format=long", "", "user/app:sha-" COMMIT},
        {"push", "refs/heads/dev", "type=edge,branch=dev", "", "user/app:edge"},
        {"push", MASTER, "type=sha,prefix=", "", "user/app:860c190"},
        {"push", MASTER, "type=raw,my\ntype=raw,value=custom", "latest=true",
         "user/app:my user/app:custom user/app:latest"},
        {"push", "refs/tags/v1", "type=raw,priority=2000,foo\ntype=ref,event=tag", "",
         "user/app:foo user/app:v1"},
        {"pull_request", "refs/pull/15/merge",
         "type=ref,event=pr,prefix=", "prefix=glo-\nsuffix=-bal", "user/app:15-bal"},
        {"push", "refs/heads/a", "type=raw,value=x#y", "", "user/app:x-y"},
        {"push", "refs/heads/dev", "# all\ntype=raw,value=one", "", "user/app:one"},
    };
    EXPECT_ALL(cases);
}

Test(docker_metadata, expands_expressions)
{
    static const struct tag_case cases[] = {
        {"push", MASTER, "type=raw,value=t-{{branch}}\ntype=raw,value=t-{{date 'YYYYMMDD'}}", "",
         "user/app:t-master user/app:t-20200110"},
        {"push", MASTER, "type=raw,value={{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}", "",
         "user/app:20200110-093000"},
        {"push", "refs/tags/v1.1.1", "type=raw,{{tag}}-{{sha}}-foo\ntype=raw,{{base_ref}}-foo", "",
         "user/app:v1.1.1-860c190-foo user/app:master-foo"},
        {"push", MASTER, "type=raw,value=d,enable={{is_default_branch}}", "", "user/app:d"},
        {"push", "refs/heads/dev", "type=raw,value=d,enable={{is_default_branch}}", "", ""},
        {"push", "refs/heads/dev", "type=raw,value=n,enable={{is_not_default_branch}}", "",
         "user/app:n"},
        {"schedule", "refs/heads/dev", "type=raw,value=d,enable={{is_default_branch}}", "",
         "user/app:d"},
        {"schedule", MASTER, "type=schedule,pattern={{date 'YYYYMMDD'}}", "", "user/app:20200110"},
        {"pull_request", "refs/pull/15/merge", "type=raw,value={{commit_date YYYY-MM-DD}}", "",
         "user/app:2020-01-10T00-30-00Z"},
        {"pull_request", "refs/pull/15/merge", "type=raw,value=on-{{base_ref}}", "",
         "user/app:on-master"},
    };
    EXPECT_ALL(cases);
}

Test(docker_metadata, adds_prefixes_and_suffixes)
{
    static const struct tag_case cases[] = {
        {"push", "refs/tags/v1.1.1", "type=semver,pattern={{version}}",
         "prefix=foo-,onlatest=true\nsuffix=-dev,onlatest=true",
         "user/app:foo-1.1.1-dev user/app:foo-latest-dev"},
        {"push", "refs/tags/v1.1.1", "type=semver,pattern={{version}}", "suffix=-dev",
         "user/app:1.1.1-dev user/app:latest"},
        {"push", "refs/heads/dev", "type=raw,my,prefix=foo-,suffix=-bar\ntype=raw,custom",
         "latest=false\nprefix=glo-\nsuffix=-bal", "user/app:foo-my-bar user/app:glo-custom-bal"},
        {"push", MASTER, "type=ref,event=branch", "prefix={{sha}}-", "user/app:860c190-master"},
    };
    EXPECT_ALL(cases);
}

static void expect_images(const char *ref, const char *images, const char *expected)
{
    FAKE_RUN(run, &action_docker_metadata, ref);
    set_event(run, "push", "refs/heads/dev");
    fake_input(run, "images", images);
    fake_main(run);
    g_autofree char *tags = g_strdup(fake_output(run, "tags"));
    fake_expect_text(g_strdelimit(tags, "\n", ' '), expected);
}

Test(docker_metadata, names_every_enabled_image_in_lower_case)
{
    expect_images("v5", "org/app\nghcr.io/MyUSER/MyApp", "org/app:dev ghcr.io/myuser/myapp:dev");
    expect_images("v5", "org/app, ghcr.io/o/app", "org/app:dev ghcr.io/o/app:dev");
    expect_images("v5", "org/app\nname=b/c,enable=false", "org/app:dev");
    expect_images("v5", "name=b/c", "b/c:dev");
    expect_images("v5", "", "dev");
    expect_images("v4", "", "");
}

Test(docker_metadata, throws_for_inputs_that_make_no_sense)
{
    static const struct {
        const char *input, *value, *message;
    } cases[] = {
        {"tags", "type=what", "Unknown tag type attribute: what"},
        {"tags", "type=semver", "Missing pattern attribute for type=semver"},
        {"tags", "type=match", "Missing pattern attribute for type=match"},
        {"tags", "type=match,pattern=a,group=b",
         "Invalid match group for type=match,pattern=a,group=b"},
        {"tags", "type=ref", "Missing event attribute for type=ref"},
        {"tags", "type=ref,event=x", "Invalid event for type=ref,event=x"},
        {"tags", "type=raw,enable=true", "Missing value attribute for type=raw,enable=true"},
        {"tags", "type=sha,format=x", "Invalid format for type=sha,format=x"},
        {"tags", "type=raw,a,enable=maybe", "Invalid value for enable attribute: maybe"},
        {"tags", "type=raw,value={{date 'YY' zone='x'}}", "Unknown zone attribute"},
        {"flavor", "latest", "Invalid flavor entry: latest"},
        {"flavor", "latest=x", "Invalid latest flavor entry: latest=x"},
        {"flavor", "x=y", "Unknown flavor entry: x=y"},
        {"flavor", "prefix=a,onlatest=x", "Invalid value for onlatest attribute: x"},
        {"images", "name=a,enable=x", "Invalid enable attribute value: name=a,enable=x"},
        {"images", "foo=a", "Unknown image attribute: foo=a"},
        {"images", "enable=true", "Image name attribute empty: enable=true"},
        {"context", "x", "Invalid context source: x"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_docker_metadata, "v5");
        set_event(run, "push", MASTER);
        fake_input(run, cases[i].input, cases[i].value);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].message);
    }
}

Test(docker_metadata, warns_when_there_is_no_tag)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", "refs/tags/nonsense");
    fake_input(run, "tags", "type=semver,pattern={{version}}");

    fake_main(run);

    fake_expect_text(fake_warnings(run),
                     "nonsense is not a valid semver. More info: https://semver.org/\n"
                     "No Docker image version has been generated. Check tags input.\n"
                     "No Docker tag has been generated. Check tags input.\n");
    fake_expect_text(fake_output(run, "tags"), "");
    fake_expect_text(fake_output(run, "version"), "");
}

#define OCI "org.opencontainers.image."
#define LABELS                                                                                     \
    OCI "created=2020-01-10T00:30:00.000Z\n" OCI "description=This your first repo!\n" OCI         \
        "licenses=MIT\n" OCI "revision=" COMMIT "\n" OCI                                           \
        "source=https://github.com/octocat/Hello-World\n" OCI "title=Hello-World\n" OCI            \
        "url=https://github.com/octocat/Hello-World\n" OCI "version=master"

Test(docker_metadata, labels_the_image)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);

    fake_main(run);

    fake_expect_text(fake_output(run, "labels"), LABELS);
    fake_expect_text(fake_exported(run, "DOCKER_METADATA_OUTPUT_LABELS"), LABELS);
    fake_expect_text(fake_output(run, "version"), "master");
    fake_expect_text(fake_output(run, "tag-names"), "master");
}

Test(docker_metadata, lets_own_labels_replace_the_standard_ones)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);
    fake_input(run, "labels", "maintainer=CrazyMax\n" OCI "title=Mine\nx={{branch}}");

    fake_main(run);

    g_auto(GStrv) lines = g_strsplit(fake_output(run, "labels"), "\n", -1);
    fake_expect_text(lines[0], "maintainer=CrazyMax");
    fake_expect_text(lines[6], OCI "title=Mine");
    fake_expect_text(lines[9], "x=master");
}

Test(docker_metadata, annotates_the_levels_it_is_told)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);
    fake_variable(run, "DOCKER_METADATA_ANNOTATIONS_LEVELS", "manifest,index");
    fake_input(run, "sep-annotations", ",");

    fake_main(run);

    fake_expect_part(fake_output(run, "annotations"), "manifest:" OCI "created=2020");
    fake_expect_part(fake_output(run, "annotations"), ",index:" OCI "version=master");
}

Test(docker_metadata, writes_files_for_bake)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);

    fake_main(run);

    g_autofree char *text = fake_file_text(run, fake_output(run, "bake-file-tags"));
    fake_expect_text(text, "{\n  \"target\": {\n    \"docker-metadata-action\": {\n"
                           "      \"tags\": [\n        \"user/app:master\"\n      ],\n"
                           "      \"args\": {\n"
                           "        \"DOCKER_META_IMAGES\": \"user/app\",\n"
                           "        \"DOCKER_META_VERSION\": \"master\"\n      }\n    }\n  }\n}");
    g_autofree char *whole = fake_file_text(run, fake_output(run, "bake-file"));
    fake_expect_part(whole, "\"labels\": {\n        \"" OCI "created\": \"2020");
}

Test(docker_metadata, prints_json)
{
    FAKE_RUN(run, &action_docker_metadata, "v4");
    set_event(run, "push", MASTER);

    fake_main(run);

    fake_expect_part(fake_output(run, "json"),
                     "{\"tags\":[\"user/app:master\"],\"labels\":{\"" OCI "created\":");
    cr_expect_null(strstr(fake_output(run, "json"), "annotations"));
}

Test(docker_metadata, logs_what_it_reads_in_groups)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);
    fake_input(run, "tags", "type=raw,value=a\ntype=edge");

    fake_main(run);

    fake_expect_part(fake_log(run), "::group::Context info\neventName: push\nsha: " COMMIT "\n");
    fake_expect_part(fake_log(run), "commitDate: Fri Jan 10 2020 00:30:00 GMT+0000 (Coordinated "
                                    "Universal Time)\n::endgroup::\n");
    fake_expect_part(fake_log(run),
                     "::group::Processing images input\nname=user/app,enable=true\n::endgroup::\n"
                     "::group::Processing tags input\n"
                     "type=edge,branch=,enable=true,priority=700\n"
                     "type=raw,value=a,enable=true,priority=200\n::endgroup::\n"
                     "::group::Processing flavor input\nlatest=auto\nprefix=\n"
                     "prefixLatest=false\nsuffix=\nsuffixLatest=false\n::endgroup::\n"
                     "::group::Docker image version\nedge\n::endgroup::\n"
                     "::group::Docker tags\nuser/app:edge\nuser/app:a\n::endgroup::\n"
                     "::group::Docker labels\n");
}

Test(docker_metadata, takes_the_head_of_a_pull_request_when_told_so)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "pull_request", "refs/pull/15/merge");
    fake_variable(run, "DOCKER_METADATA_PR_HEAD_SHA", "true");
    fake_variable(run, "DOCKER_METADATA_SHORT_SHA_LENGTH", "4");
    fake_input(run, "tags", "type=sha");

    fake_main(run);

    fake_expect_text(fake_output(run, "tags"), "user/app:sha-a9c8");
}

Test(docker_metadata, exports_nothing_when_told_so)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);
    fake_variable(run, "DOCKER_METADATA_SET_OUTPUT_ENV", "false");

    fake_main(run);

    cr_expect_null(fake_exported(run, "DOCKER_METADATA_OUTPUT_TAGS"));
}

Test(docker_metadata, takes_the_date_of_the_pushed_commit)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);
    fake_contexts(run, "{\"github\": {\"event\": {\"commits\": [{\"id\": \"" COMMIT "\","
                       " \"timestamp\": \"2019-12-31T23:00:00-02:00\"}]}}}");
    fake_input(run, "tags", "type=raw,value={{commit_date 'YYYYMMDDHH'}}");

    fake_main(run);

    fake_expect_text(fake_output(run, "tags"), "user/app:2020010101");
}

/* main.ts asks for the repository before anything else, and octokit there tries nothing again. */
Test(docker_metadata, fails_with_the_api_that_it_asks_for_the_repository)
{
    static const struct {
        unsigned status;
        const char *body, *expected;
    } cases[] = {
        {503, "{\"message\": \"No server is currently available to service your request.\"}",
         "No server is currently available to service your request."},
        {403, "{\"message\": \"API rate limit exceeded\", \"documentation_url\": \"https://d\"}",
         "API rate limit exceeded - https://d"},
        {0, "read ECONNRESET", "read ECONNRESET"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_docker_metadata, "v5");
        set_event(run, "push", MASTER);
        fake_reply(run, REPOSITORY_LINE, cases[i].status, cases[i].body);

        fake_main(run);

        cr_expect_str_eq(fake_failure(run), cases[i].expected);
        cr_expect_null(strstr(fake_log(run), "eventName"));
    }
}

/* context.ts: core.getInput('context') || 'workflow' */
Test(docker_metadata, takes_an_empty_context_for_that_of_the_workflow)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    set_event(run, "push", MASTER);
    fake_input(run, "context", "");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_output(run, "tags"), "user/app:master");
}
