/* actions/upload-artifact and actions/download-artifact. */
#include "actions/actions.h"
#include "actions/file_search.h"

#include "base/limits.h"

#include "fake_services.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#define WORK FAKE_WORKSPACE "/"

static void set_up(struct action_run *run)
{
    fake_results_service(run);
    fake_contexts(run, "{\"github\": {\"job\": \"build\"}}");
}

static void accept_upload(struct action_run *run)
{
    set_up(run);
    fake_reply(run, FAKE_ARTIFACTS "CreateArtifact", 200,
               "{\"ok\": true, \"signed_upload_url\": \"" FAKE_BLOB "\"}");
    fake_reply(run, "PUT " FAKE_BLOB, 201, "");
    fake_reply(run, FAKE_ARTIFACTS "FinalizeArtifact", 200,
               "{\"ok\": true, \"artifact_id\": \"99\"}");
}

Test(upload_artifact, sends_files_and_tells_where_they_are)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    accept_upload(run);
    fake_input(run, "name", "digests");
    fake_input(run, "path", "out/*");
    fake_workspace_file(run, "out/a", "a");
    fake_workspace_file(run, "out/b", "b");
    fake_workspace_file(run, "out/.hidden", "h");

    fake_main(run);

    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    fake_expect_part(fake_log(run), "With the provided path, there will be 2 files uploaded\n"
                                    "Uploading artifact: digests.zip\nFinalizing artifact upload\n"
                                    "Artifact digests successfully finalized. Artifact ID 99\n");
    fake_expect_text(fake_output(run, "artifact-id"), "99");
    fake_expect_text(fake_output(run, "artifact-url"),
                     "https://github.com/acme/app/actions/runs/42/artifacts/99");
    fake_expect_part(fake_requests(run), FAKE_ARTIFACTS
                     "CreateArtifact {\"workflow_run_backend_id\":\"42\","
                     "\"workflow_job_run_backend_id\":\"build\",\"name\":\"digests\","
                     "\"version\":4}\n");
}

Test(upload_artifact, does_with_no_files_what_it_is_told)
{
#define NOTHING "No files were found with the provided path: out. No artifacts will be uploaded."
    static const struct {
        const char *what, *failure, *warning;
    } cases[] = {{"warn", NULL, NOTHING "\n"}, {"error", NOTHING, ""}, {"ignore", NULL, ""}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_upload_artifact, "v4");
        set_up(run);
        fake_input(run, "path", "out");
        fake_input(run, "if-no-files-found", cases[i].what);
        fake_main(run);
        fake_expect_text(fake_warnings(run), cases[i].warning);
        if (cases[i].failure != NULL)
            fake_expect_text(fake_failure(run), cases[i].failure);
        else
            cr_expect_null(fake_failure(run));
        fake_expect_text(fake_requests(run), "");
    }
}

Test(upload_artifact, without_an_archive_is_one_file_under_its_own_name)
{
    FAKE_RUN(run, &action_upload_artifact, "v7");
    accept_upload(run);
    fake_input(run, "name", "digests");
    fake_input(run, "archive", "false");
    fake_input(run, "path", "out/*");
    fake_workspace_file(run, "out/amd64", "a");

    fake_main(run);

    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    fake_expect_part(fake_requests(run), "\"name\":\"amd64\"");
}

Test(upload_artifact, without_an_archive_takes_no_second_file)
{
    FAKE_RUN(run, &action_upload_artifact, "v7");
    accept_upload(run);
    fake_input(run, "archive", "false");
    fake_input(run, "path", "out/*");
    fake_workspace_file(run, "out/a", "a");
    fake_workspace_file(run, "out/b", "b");

    fake_main(run);

    fake_expect_text(fake_failure(run), "When 'archive' is set to false, only a single file can be "
                                        "uploaded. Found 2 files to upload.");
}

Test(upload_artifact, fails_when_the_service_does)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    set_up(run);
    fake_input(run, "path", "out");
    fake_workspace_file(run, "out", "a");
    fake_reply(run, FAKE_ARTIFACTS "CreateArtifact", 409,
               "{\"msg\": \"an artifact with this name already exists on the workflow run\"}");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Failed to CreateArtifact: Received non-retryable error: Failed request: "
                     "(409) Conflict: an artifact with this name already exists on the workflow "
                     "run");
}

Test(upload_artifact, fails_without_a_service)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    fake_input(run, "path", "out");
    fake_workspace_file(run, "out", "a");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Unable to get the ACTIONS_RESULTS_URL env variable");
}

Test(upload_artifact, refuses_names_that_no_file_can_have)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    set_up(run);
    fake_input(run, "name", "a:b");
    fake_input(run, "path", "out");
    fake_workspace_file(run, "out", "a");

    fake_main(run);

    fake_expect_text(fake_failure(run), "The artifact name is not valid: a:b. Contains the "
                                        "following character:  :");
}

#define ARTIFACT(name, id)                                                                         \
    "{\"workflow_run_backend_id\": \"42\", \"workflow_job_run_backend_id\": \"build\","            \
    " \"database_id\": \"" id "\", \"name\": \"" name "\", \"size\": \"10\"}"

Test(download_artifact, gets_what_was_uploaded)
{
    FAKE_RUN(sender, &action_upload_artifact, "v4");
    accept_upload(sender);
    fake_input(sender, "name", "one");
    fake_input(sender, "path", "out");
    fake_workspace_file(sender, "out/sub/a", "content");
    fake_main(sender);
    FAKE_RUN(run, &action_download_artifact, "v4");
    set_up(run);
    fake_input(run, "name", "one");
    fake_input(run, "path", "got");
    fake_reply(run, FAKE_ARTIFACTS "ListArtifacts", 200,
               "{\"artifacts\": [" ARTIFACT("one", "99") "]}");
    fake_reply(run, FAKE_ARTIFACTS "GetSignedArtifactURL", 200,
               "{\"signed_url\": \"" FAKE_BLOB "\"}");
    fake_copy_upload(run, "GET " FAKE_BLOB, sender);

    fake_main(run);

    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    g_autofree char *text = fake_file_text(run, WORK "got/sub/a");
    fake_expect_text(text, "content");
    fake_expect_text(fake_output(run, "download-path"), WORK "got");
    fake_expect_part(fake_log(run), "Total of 1 artifact(s) downloaded\n");
}

Test(download_artifact, puts_several_into_folders_of_their_names)
{
    FAKE_RUN(sender, &action_upload_artifact, "v4");
    accept_upload(sender);
    fake_input(sender, "path", "a");
    fake_workspace_file(sender, "a", "x");
    fake_main(sender);
    FAKE_RUN(run, &action_download_artifact, "v4");
    set_up(run);
    fake_input(run, "pattern", "d-*");
    fake_reply(run, FAKE_ARTIFACTS "ListArtifacts", 200,
               "{\"artifacts\": [" ARTIFACT("d-1", "1") ", " ARTIFACT("d-2", "2") ", " ARTIFACT(
                   "other", "3") "]}");
    fake_reply(run, FAKE_ARTIFACTS "GetSignedArtifactURL", 200,
               "{\"signed_url\": \"" FAKE_BLOB "\"}");
    fake_copy_upload(run, "GET " FAKE_BLOB, sender);

    fake_main(run);

    g_autofree char *one = fake_file_text(run, WORK "d-1/a");
    g_autofree char *two = fake_file_text(run, WORK "d-2/a");
    g_autofree char *none = fake_file_text(run, WORK "other/a");
    cr_expect(one != NULL && two != NULL && none == NULL);
}

Test(download_artifact, fails_when_there_is_none_of_that_name)
{
    FAKE_RUN(run, &action_download_artifact, "v4");
    set_up(run);
    fake_input(run, "name", "missing");
    fake_reply(run, FAKE_ARTIFACTS "ListArtifacts", 200, "{\"artifacts\": []}");

    fake_main(run);

    fake_expect_part(fake_failure(run),
                     "Unable to download artifact(s): Artifact not found for name: missing\n");
}

Test(download_artifact, gives_up_after_five_retries_of_a_blob)
{
    FAKE_RUN(run, &action_download_artifact, "v4");
    set_up(run);
    fake_input(run, "name", "one");
    fake_reply(run, FAKE_ARTIFACTS "ListArtifacts", 200,
               "{\"artifacts\": [" ARTIFACT("one", "1") "]}");
    fake_reply(run, FAKE_ARTIFACTS "GetSignedArtifactURL", 200,
               "{\"signed_url\": \"" FAKE_BLOB "\"}");
    fake_reply(run, "GET " FAKE_BLOB, 503, "");

    fake_main(run);

    fake_expect_text(fake_failure(run),
                     "Unable to download artifact(s): Unable to download and extract artifact: "
                     "Artifact download failed after 5 retries.");
    cr_expect_eq(fake_slept_us(run), 25 * 1000000);
}

Test(file_search, matches_as_globs_do)
{
    static const struct {
        const char *pattern, *path;
        bool matches;
    } cases[] = {
        {"/a/*.txt", "/a/b.txt", true},
        {"/a/*.txt", "/a/b/c.txt", false},
        {"/a/**/*.txt", "/a/b/c.txt", true},
        {"/a/**/*.txt", "/a/c.txt", true},
        {"/a/**", "/a/b/c", true},
        {"/a/?", "/a/b", true},
        {"/a/?", "/a/", false},
        {"/a", "/a", true},
        {"/a", "/ab", false},
        {"**/x", "/a/x", true},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        cr_expect_eq(file_search_matches(cases[i].pattern, cases[i].path), cases[i].matches,
                     "%s against %s", cases[i].pattern, cases[i].path);
}

static void expect_found(struct action_run *run, const char *lines, const char *files,
                         const char *expected_root)
{
    g_autofree char *root = NULL;
    g_autoptr(GPtrArray) patterns = g_ptr_array_new();
    g_auto(GStrv) parts = g_strsplit(lines, "\n", -1);
    for (char **part = parts; *part != NULL; part++)
        g_ptr_array_add(patterns, *part);
    g_autoptr(GPtrArray) found = file_search(run, patterns, /* has_hidden= */ false, &root, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++)
        g_string_append_printf(text, "%s ", (char *)g_ptr_array_index(found, i) + strlen(WORK));
    fake_expect_text(text->str, files);
    fake_expect_text(root, expected_root);
}

Test(file_search, finds_files_folders_and_patterns)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    fake_workspace_file(run, "a/one.txt", "");
    fake_workspace_file(run, "a/b/two.txt", "");
    fake_workspace_file(run, "c/three.log", "");

    expect_found(run, "a", "a/b/two.txt a/one.txt ", WORK "a");
    expect_found(run, "a/one.txt", "a/one.txt ", WORK "a");
    expect_found(run, "a\nc/*.log", "a/b/two.txt a/one.txt c/three.log ", FAKE_WORKSPACE);
    expect_found(run, "a\n!a/b", "a/one.txt ", WORK "a");
    expect_found(run, "**/*.txt", "a/b/two.txt a/one.txt ", FAKE_WORKSPACE);
    expect_found(run, "none", "", WORK "none");
}

/* As of @actions/glob's implicitDescendants: a job that keeps a digest of each image in a folder of
   its name uploads "digests" and a wildcard. */
Test(file_search, finds_what_is_below_the_folders_that_a_pattern_fits)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    fake_workspace_file(run, "a/one.txt", "");
    fake_workspace_file(run, "a/b/c/two.txt", "");
    fake_workspace_file(run, "a/.git/config", "");

    expect_found(run, "a/*", "a/b/c/two.txt a/one.txt ", WORK "a");
    expect_found(run, "a/?\n!a/*/c", "", WORK "a");
    expect_found(run, "*/one", "", FAKE_WORKSPACE);
}

/* ---- ceilings ---- */

static void upload(struct action_run *run)
{
    accept_upload(run);
    fake_input(run, "path", "out");
    fake_main(run);
}

Test(upload_artifact, takes_ten_thousand_files_at_most)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    for (int i = 0; i < ACTION_FILES_MAX; i++) {
        g_autofree char *path = g_strdup_printf(WORK "out/%d", i);
        fake_file(run, path, "");
    }
    upload(run);
    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    fake_workspace_file(run, "out/one-more", "");

    fake_main(run);

    fake_expect_text(fake_failure(run), "more than 10000 files are asked for");
}

Test(upload_artifact, goes_sixty_four_folders_down)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    g_autoptr(GString) path = g_string_new(WORK "out");
    for (int i = 0; i < ACTION_FILES_DEPTH_MAX; i++)
        g_string_append(path, "/d");
    g_autofree char *deepest = g_strconcat(path->str, "/file", NULL);
    g_autofree char *deeper = g_strconcat(path->str, "/d/file", NULL);
    fake_file(run, deepest, "");
    upload(run);
    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    fake_file(run, deeper, "");

    fake_main(run);

    fake_expect_part(fake_failure(run), "/d lies in more than 64 folders");
}

Test(upload_artifact, takes_no_more_bytes_than_a_body_may_have)
{
    FAKE_RUN(run, &action_upload_artifact, "v4");
    fake_workspace_file(run, "out", "");
    g_autofree char *place = action_host_path(run, WORK "out");
    cr_assert_eq(truncate(place, ACTION_BLOB_BYTES_MAX), 0);
    upload(run);
    cr_expect_null(fake_failure(run), "%s", fake_failure(run));
    cr_assert_eq(truncate(place, ACTION_BLOB_BYTES_MAX + 1), 0);

    fake_main(run);

    fake_expect_text(fake_failure(run), "what is to be uploaded is larger than 64 MiB");
}
