/* actions/attest and its wrappers: what they check, ask, say and set, by their sources. */
#include "actions/actions.h"

#include "fake_attest.h"

#include <criterion/criterion.h>
#include <string.h>

#define GRAY "\033[38;5;244m"

Test(attest, signs_keeps_and_tells_what_it_attests)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    fake_name_image(run, "ghcr.io/acme/app");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_log(run), "Attestation created for ghcr.io/acme/app@" ATTEST_DIGEST "\n");
    fake_expect_part(fake_log(run), "https://search.sigstore.dev?logIndex=77\n");
    fake_expect_part(fake_log(run), "https://github.com/acme/app/attestations/4711\n");
    fake_expect_text(fake_output(run, "attestation-id"), "4711");
    fake_expect_text(fake_output(run, "attestation-url"),
                     "https://github.com/acme/app/attestations/4711");
    g_autofree char *bundle = fake_file_text(run, fake_output(run, "bundle-path"));
    fake_expect_part(bundle, "{\"mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3+json\"");
    fake_expect_text(fake_assumed(run), "");
}

/* The name of a file that is not there is read as checksums, of which it holds none. */
Test(attest, goes_on_without_subjects)
{
    FAKE_RUN(run, &action_attest, "59d89421af93a897026c735860bf21b6eb4f7b26"); /* v4.1.0 */
    fake_let_sign(run);
    fake_input(run, "subject-checksums", "./dist/checksums.txt");
    fake_input(run, "push-to-registry", "true");

    fake_main(run);

    fake_expect_part(fake_log(run), "Attestation created for 0 subjects\n");
    fake_expect_part(fake_assumed(run), "a statement without subjects");
}

Test(attest, says_what_is_wrong_with_its_inputs)
{
    static const struct {
        const struct action *action;
        const char *ref;
        const char *name, *digest, *path;
        const char *failure;
    } cases[] = {
        {&action_attest, "v4", "", "", "",
         "Error: One of subject-path, subject-digest, or subject-checksums must be provided"},
        {&action_attest_build_provenance, "v1", "", "", "",
         "Error: One of subject-path or subject-digest must be provided"},
        {&action_attest, "v4", "a", ATTEST_DIGEST, "x",
         "Error: Only one of subject-path, subject-digest, or subject-checksums may be provided"},
        {&action_attest, "v4", "", ATTEST_DIGEST, "",
         "Error: subject-name must be provided when using subject-digest"},
        {&action_attest_build_provenance, "v3", "a", "main", "",
         "Error: subject-digest must be in the format \"sha256:<hex-digest>\""},
        {&action_attest, "v4", "a", "main", "",
         "Error: subject-digest must be in the format \"algorithm:hex_digest\""},
        {&action_attest, "v4", "a", "md5:aa", "",
         "Error: subject-digest has unsupported algorithm \"md5\""},
        {&action_attest, "v4", "a", "sha256:aa", "",
         "Error: subject-digest has invalid length for algorithm \"sha256\" (expected 64, got 2)"},
        {&action_attest, "59d89421af93a897026c735860bf21b6eb4f7b26", "a", "sha256:aa", "",
         "Error: subject-digest must be in the format \"sha256:<hex-digest>\""},
        {&action_attest, "v4", "", "", "nothing-*",
         "Error: Could not find subject at path nothing-*"},
        {&action_attest_sbom, "v3", "a", ATTEST_DIGEST, "",
         "ENOENT: no such file or directory, open ''"},
        {&action_attest, "v3", "a", ATTEST_DIGEST, "", "Error: predicate-type must be provided"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, cases[i].action, cases[i].ref);
        fake_let_sign(run);
        fake_input(run, "subject-name", cases[i].name);
        fake_input(run, "subject-digest", cases[i].digest);
        fake_input(run, "subject-path", cases[i].path);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].failure);
    }
}

Test(attest, needs_an_identity)
{
    FAKE_RUN(run, &action_attest, "v4");
    FAKE_RUN(wrapper, &action_attest_build_provenance, "v2");
    fake_input(run, "subject-digest", ATTEST_DIGEST);
    fake_input(wrapper, "subject-digest", ATTEST_DIGEST);

    fake_main(run);
    fake_main(wrapper);

    fake_expect_text(fake_failure(run), "Error: missing \"id-token\" permission. Please add "
                                        "\"permissions: id-token: write\" to your workflow.");
    fake_expect_text(fake_failure(wrapper), "Failed to get ID token: Error message: Unable to get "
                                            "ACTIONS_ID_TOKEN_REQUEST_URL env variable");
}

Test(attest, names_the_service_that_fails)
{
    static const struct {
        const char *request;
        unsigned status;
        const char *body, *failure, *cause;
        int64_t slept_s;
    } cases[] = {
        {ATTEST_FULCIO, 503, "",
         "InternalError: error creating signing certificate - (503) Service Unavailable",
         GRAY "Error: (503) Service Unavailable", 1 + 2 + 4},
        {ATTEST_FULCIO, 0, "connect ECONNREFUSED",
         "InternalError: error creating signing certificate",
         GRAY "FetchError: request to https://fulcio.sigstore.dev/api/v2/signingCert failed, "
              "reason: connect ECONNREFUSED",
         1 + 2 + 4},
        {ATTEST_REKOR, 400, "", "InternalError: error creating tlog entry - (400) Bad Request",
         GRAY "Error: (400) Bad Request", 0},
        {"GET *&audience=sigstore", 500, "", "InternalError: error retrieving identity token",
         GRAY "CI: no tokens available", 1 + 2},
        {ATTEST_STORE, 403,
         "{\"message\":\"Resource not accessible by integration\","
         "\"documentation_url\":\"https://docs.github.com/rest\"}",
         "Error: Failed to persist attestation: Resource not accessible by integration - "
         "https://docs.github.com/rest",
         "", 0},
        {ATTEST_STORE, 201, "",
         "Error: Failed to persist attestation: Unexpected end of JSON input", "", 0},
        {ATTEST_REKOR, 201, "", "InternalError: error creating tlog entry",
         GRAY "FetchError: invalid json response body at https://rekor.sigstore.dev/api/v1/log/"
              "entries reason: Unexpected end of JSON input",
         0},
        {ATTEST_STORE, 500, "{\"message\":\"Server Error\"}",
         "Error: Failed to persist attestation: Server Error", "", 1 + 4 + 9 + 16 + 25},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_attest, "v4");
        fake_name_image(run, "ghcr.io/acme/app");
        fake_reply(run, cases[i].request, cases[i].status, cases[i].body);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].failure);
        fake_expect_part(fake_log(run), cases[i].cause);
        cr_expect_eq(fake_slept_us(run), cases[i].slept_s * 1000000, "%s", cases[i].request);
    }
}

Test(attest, reads_an_sbom)
{
    FAKE_RUN(run, &action_attest_sbom, "v2");
    fake_name_image(run, "ghcr.io/acme/app");
    fake_input(run, "sbom-path", "sbom.json");
    fake_workspace_file(run, "sbom.json",
                        "{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\"}");
    FAKE_RUN(wrong, &action_attest_sbom, "v4");
    fake_name_image(wrong, "ghcr.io/acme/app");
    fake_input(wrong, "sbom-path", "sbom.json");
    fake_workspace_file(wrong, "sbom.json", "{}");

    fake_main(run);
    fake_main(wrong);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_failure(wrong),
                     "Error: Unsupported SBOM format. Must be valid SPDX or CycloneDX JSON.");
    fake_expect_part(fake_warnings(wrong), "actions/attest-sbom has been deprecated");
}

Test(attest, takes_a_predicate_of_sixteen_mebibytes_at_most)
{
    enum {
        BYTES_MAX = 16 * 1024 * 1024
    };
    for (gsize more = 0; more <= 1; more++) {
        FAKE_RUN(run, &action_attest, "v4");
        g_autofree char *text = g_strnfill(BYTES_MAX + more, ' ');
        memcpy(text, "{}", 2);
        fake_name_image(run, "ghcr.io/acme/app");
        fake_input(run, "predicate-type", "https://example.org/x");
        fake_input(run, "predicate-path", "large.json");
        fake_workspace_file(run, "large.json", text);
        fake_main(run);
        if (more == 0)
            cr_expect_null(fake_failure(run));
        else
            fake_expect_text(fake_failure(run), "Error: predicate file exceeds maximum allowed "
                                                "size: 16777216 bytes");
    }
}

Test(attest, attests_files_by_their_digests)
{
    FAKE_RUN(run, &action_attest, "v4");
    fake_let_sign(run);
    fake_input(run, "subject-path", "dist/*");
    fake_workspace_file(run, "dist/a", "a");
    fake_workspace_file(run, "dist/b", "b");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_log(run), "Attestation type: Build Provenance\n");
    fake_expect_part(fake_log(run), "Attestation created for 2 subjects\n");
}

Test(attest, uses_githubs_own_sigstore_for_what_is_not_public)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    fake_name_image(run, "ghcr.io/acme/app");
    fake_contexts(run, "{\"github\": {\"repository\": \"acme/app\", \"event\": {\"repository\": "
                       "{\"visibility\": \"private\", \"private\": true}}}}");

    fake_main(run);

    fake_expect_part(fake_requests(run), "POST https://fulcio.githubapp.com/api/v2/signingCert");
}

Test(attest, assumes_what_nobody_knows)
{
    FAKE_RUN(run, &action_attest, "v4");
    FAKE_RUN(worded, &action_attest_build_provenance, "v3");
    fake_name_image(run, "ghcr.io/acme/app");
    fake_name_image(worded, "ghcr.io/acme/app");
    fake_reads_unknown(run);
    fake_input(worded, "subject-digest", COMMAND_UNKNOWN_WORD);

    fake_main(run);
    fake_main(worded);

    cr_expect_null(fake_failure(run));
    cr_expect_null(fake_failure(worded));
    fake_expect_part(fake_assumed(run), "the attestation of what nobody knows");
    fake_expect_part(fake_assumed(worded), "the attestation of what nobody knows");
}
