/* docker/metadata-action: what it checks, asks, tells and writes beside the tags. */
#include "fake_metadata.h"

#include <criterion/criterion.h>
#include <string.h>

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
        fake_metadata_event(run, "push", MASTER);
        fake_input(run, cases[i].input, cases[i].value);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].message);
    }
}

Test(docker_metadata, warns_when_there_is_no_tag)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", "refs/tags/nonsense");
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
        "licenses=MIT\n" OCI "revision=" FAKE_COMMIT "\n" OCI                                      \
        "source=https://github.com/octocat/Hello-World\n" OCI "title=Hello-World\n" OCI            \
        "url=https://github.com/octocat/Hello-World\n" OCI "version=master"

Test(docker_metadata, labels_the_image)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", MASTER);

    fake_main(run);

    fake_expect_text(fake_output(run, "labels"), LABELS);
    fake_expect_text(fake_exported(run, "DOCKER_METADATA_OUTPUT_LABELS"), LABELS);
    fake_expect_text(fake_output(run, "version"), "master");
    fake_expect_text(fake_output(run, "tag-names"), "master");
}

Test(docker_metadata, lets_own_labels_replace_the_standard_ones)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", MASTER);
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
    fake_metadata_event(run, "push", MASTER);
    fake_variable(run, "DOCKER_METADATA_ANNOTATIONS_LEVELS", "manifest,index");
    fake_input(run, "sep-annotations", ",");

    fake_main(run);

    fake_expect_part(fake_output(run, "annotations"), "manifest:" OCI "created=2020");
    fake_expect_part(fake_output(run, "annotations"), ",index:" OCI "version=master");
}

Test(docker_metadata, writes_files_for_bake)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", MASTER);

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
    fake_metadata_event(run, "push", MASTER);

    fake_main(run);

    fake_expect_part(fake_output(run, "json"),
                     "{\"tags\":[\"user/app:master\"],\"labels\":{\"" OCI "created\":");
    cr_expect_null(strstr(fake_output(run, "json"), "annotations"));
}

Test(docker_metadata, logs_what_it_reads_in_groups)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", MASTER);
    fake_input(run, "tags", "type=raw,value=a\ntype=edge");

    fake_main(run);

    fake_expect_part(fake_log(run),
                     "::group::Context info\neventName: push\nsha: " FAKE_COMMIT "\n");
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
    fake_metadata_event(run, "pull_request", "refs/pull/15/merge");
    fake_variable(run, "DOCKER_METADATA_PR_HEAD_SHA", "true");
    fake_variable(run, "DOCKER_METADATA_SHORT_SHA_LENGTH", "4");
    fake_input(run, "tags", "type=sha");

    fake_main(run);

    fake_expect_text(fake_output(run, "tags"), "user/app:sha-a9c8");
}

Test(docker_metadata, exports_nothing_when_told_so)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", MASTER);
    fake_variable(run, "DOCKER_METADATA_SET_OUTPUT_ENV", "false");

    fake_main(run);

    fake_expect_text(fake_output(run, "tags"), "user/app:master");
    cr_expect_null(fake_exported(run, "DOCKER_METADATA_OUTPUT_TAGS"));
}

Test(docker_metadata, takes_the_date_of_the_pushed_commit)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", MASTER);
    fake_contexts(run, "{\"github\": {\"event\": {\"commits\": [{\"id\": \"" FAKE_COMMIT "\","
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
        fake_metadata_event(run, "push", MASTER);
        fake_reply(run, FAKE_METADATA_REPOSITORY, cases[i].status, cases[i].body);

        fake_main(run);

        cr_expect_str_eq(fake_failure(run), cases[i].expected);
        cr_expect_null(strstr(fake_log(run), "eventName"));
    }
}

/* context.ts: core.getInput('context') || 'workflow' */
Test(docker_metadata, takes_an_empty_context_for_that_of_the_workflow)
{
    FAKE_RUN(run, &action_docker_metadata, "v5");
    fake_metadata_event(run, "push", MASTER);
    fake_input(run, "context", "");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_output(run, "tags"), "user/app:master");
}
