/* actions/attest and its wrappers: what they check, ask, push, say and set, by their sources. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

#define DIGEST "sha256:1308113f945e420fd9a4fba2efe266315ffdb29fcdf0e214893d164cc15c86d0"
#define HEX    "1308113f945e420fd9a4fba2efe266315ffdb29fcdf0e214893d164cc15c86d0"
#define TOKENS "https://run-actions-1-azure-eastus.actions.githubusercontent.com/idtoken?v=2"
#define FULCIO "POST https://fulcio.sigstore.dev/api/v2/signingCert"
#define REKOR  "POST https://rekor.sigstore.dev/api/v1/log/entries"
#define STORE  "POST https://api.github.com/repos/acme/app/attestations"
#define GHCR   "https://ghcr.io/v2/acme/app/"
#define GRAY   "\033[38;5;244m"

static const char contexts[] =
    "{\"github\": {\"repository\": \"acme/app\", \"ref\": \"refs/heads/main\","
    " \"sha\": \"860c1904a1ce19322e91ac35af1ab07466440c37\", \"run_id\": \"42\","
    " \"run_attempt\": \"1\", \"event_name\": \"push\", \"token\": \"ghs_token\","
    " \"workflow_ref\": \"acme/app/.github/workflows/ci.yml@refs/heads/main\","
    " \"server_url\": \"https://github.com\","
    " \"event\": {\"repository\": {\"visibility\": \"public\", \"private\": false}}},"
    " \"runner\": {\"environment\": \"github-hosted\"}}";

static void let_sign(struct action_run *run)
{
    fake_contexts(run, contexts);
    fake_variable(run, "ACTIONS_ID_TOKEN_REQUEST_URL", TOKENS);
    fake_variable(run, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer");
    fake_reply(run, "GET https://run-actions-1-*", 200, "{\"value\":\"a.b.c\"}");
    fake_reply(run, "GET https://token.actions.githubusercontent.com/*", 200, "{}");
    fake_reply(run, FULCIO, 200,
               "{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":["
               "\"-----BEGIN CERTIFICATE-----\\nQQ==\\n-----END CERTIFICATE-----\\n\"]}}}");
    fake_reply(run, REKOR, 201, "{\"aa\":{\"logIndex\":77}}");
    fake_reply(run, STORE, 201, "{\"id\":4711}");
}

static void name_image(struct action_run *run, const char *name)
{
    let_sign(run);
    fake_input(run, "subject-name", name);
    fake_input(run, "subject-digest", DIGEST);
}

/* A registry with referrers, or none. */
static void let_push(struct action_run *run, bool has_referrers)
{
    fake_input(run, "push-to-registry", "true");
    fake_file(run, "/home/runner/.docker/config.json",
              "{\"auths\":{\"ghcr.io\":{\"auth\":\"b2N0bzpzZWNyZXQ=\"}}}");
    fake_reply(run, "HEAD " GHCR "manifests/*", 200, "");
    fake_reply_header(run, "Content-Type: application/vnd.oci.image.index.v1+json");
    fake_reply_header(run, "Docker-Content-Digest: " DIGEST);
    fake_reply_header(run, "Content-Length: 856");
    fake_reply(run, "HEAD " GHCR "blobs/*", 200, "");
    fake_reply(run, "POST " GHCR "blobs/uploads/", 401, "");
    fake_reply_header(run, "WWW-Authenticate: Bearer realm=\"https://ghcr.io/token\","
                           "service=\"ghcr.io\",scope=\"repository:acme/app:pull,push\"");
    fake_reply(run, "GET https://ghcr.io/token*", 200, "{\"token\":\"good\"}");
    fake_reply(run, "PUT " GHCR "manifests/*", 201, "");
    if (has_referrers)
        fake_reply_header(run, "OCI-Subject: " DIGEST);
    fake_reply(run, "GET " GHCR "referrers/*", has_referrers ? 200 : 404, "{}");
    fake_reply(run, "GET " GHCR "manifests/sha256-*", 404, "");
}

Test(attest, signs_keeps_and_tells_what_it_attests)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    name_image(run, "ghcr.io/acme/app");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_log(run), "Attestation created for ghcr.io/acme/app@" DIGEST "\n");
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
    let_sign(run);
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
        {&action_attest, "v4", "a", DIGEST, "x",
         "Error: Only one of subject-path, subject-digest, or subject-checksums may be provided"},
        {&action_attest, "v4", "", DIGEST, "",
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
        {&action_attest_sbom, "v3", "a", DIGEST, "", "ENOENT: no such file or directory, open ''"},
        {&action_attest, "v3", "a", DIGEST, "", "Error: predicate-type must be provided"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, cases[i].action, cases[i].ref);
        let_sign(run);
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
    fake_input(run, "subject-digest", DIGEST);
    fake_input(wrapper, "subject-digest", DIGEST);

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
        {FULCIO, 503, "",
         "InternalError: error creating signing certificate - (503) Service Unavailable",
         GRAY "Error: (503) Service Unavailable", 1 + 2 + 4},
        {FULCIO, 0, "connect ECONNREFUSED", "InternalError: error creating signing certificate",
         GRAY "FetchError: request to https://fulcio.sigstore.dev/api/v2/signingCert failed, "
              "reason: connect ECONNREFUSED",
         1 + 2 + 4},
        {REKOR, 400, "", "InternalError: error creating tlog entry - (400) Bad Request",
         GRAY "Error: (400) Bad Request", 0},
        {"GET *&audience=sigstore", 500, "", "InternalError: error retrieving identity token",
         GRAY "CI: no tokens available", 1 + 2},
        {STORE, 403,
         "{\"message\":\"Resource not accessible by integration\","
         "\"documentation_url\":\"https://docs.github.com/rest\"}",
         "Error: Failed to persist attestation: Resource not accessible by integration - "
         "https://docs.github.com/rest",
         "", 0},
        {STORE, 201, "", "Error: Failed to persist attestation: Unexpected end of JSON input", "",
         0},
        {REKOR, 201, "", "InternalError: error creating tlog entry",
         GRAY "FetchError: invalid json response body at https://rekor.sigstore.dev/api/v1/log/"
              "entries reason: Unexpected end of JSON input",
         0},
        {STORE, 500, "{\"message\":\"Server Error\"}",
         "Error: Failed to persist attestation: Server Error", "", 1 + 4 + 9 + 16 + 25},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_attest, "v4");
        name_image(run, "ghcr.io/acme/app");
        fake_reply(run, cases[i].request, cases[i].status, cases[i].body);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].failure);
        fake_expect_part(fake_log(run), cases[i].cause);
        cr_expect_eq(fake_slept_us(run), cases[i].slept_s * 1000000, "%s", cases[i].request);
    }
}

Test(attest, pushes_a_manifest_whose_subject_is_the_image)
{
    FAKE_RUN(run, &action_attest, "v4.1.0");
    name_image(run, "ghcr.io/Acme/App");
    let_push(run, /* has_referrers= */ true);
    fake_reply(run, "GET https://api.github.com/repos/acme/app", 200,
               "{\"owner\":{\"type\":\"User\"}}");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_requests(run), "\"artifactType\":\"application/vnd.dev.sigstore.bundle."
                                         "v0.3+json\"");
    fake_expect_part(fake_requests(run),
                     "\"subject\":{\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
                     "\"digest\":\"" DIGEST "\",\"size\":856}");
    fake_expect_part(fake_log(run), "Attestation uploaded to registry");
    cr_expect_null(strstr(fake_requests(run), "sha256-"));
}

Test(attest, keeps_a_list_by_tag_where_there_is_no_list_of_referrers)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    name_image(run, "ghcr.io/acme/app");
    let_push(run, /* has_referrers= */ false);

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_requests(run), "PUT " GHCR "manifests/sha256-" HEX " {\"mediaType\":"
                                         "\"application/vnd.oci.image.index.v1+json\"");
}

Test(attest, is_red_when_the_registry_is)
{
    static const struct {
        const char *request;
        unsigned status;
        const char *cause;
    } cases[] = {
        {"HEAD " GHCR "manifests/*", 404,
         "Error: Error fetching " GHCR "manifests/" DIGEST " - expected 200, received 404"},
        {"PUT " GHCR "manifests/*", 403, " - expected 201, received 403"},
        {"POST " GHCR "blobs/uploads/", 202, "Error: Invalid challenge: "},
        {"GET https://ghcr.io/token*", 401,
         "Error: Error fetching https://ghcr.io/token?service=ghcr.io&scope="
         "repository%3Aacme%2Fapp%3Apull%2Cpush - expected 200, received 401"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_attest_build_provenance, "v3");
        name_image(run, "ghcr.io/acme/app");
        let_push(run, /* has_referrers= */ true);
        fake_reply(run, cases[i].request, cases[i].status, "");
        fake_main(run);
        fake_expect_text(fake_failure(run),
                         "OCIError: Error uploading artifact to container registry");
        fake_expect_part(fake_log(run), cases[i].cause);
        cr_expect_null(fake_output(run, "attestation-id"));
    }
}

Test(attest, wants_a_bare_name_and_a_login)
{
    static const struct {
        const char *ref, *name, *configuration, *failure;
    } cases[] = {
        {"v4.1.0", "ghcr.io/acme/app:v1", "{}", "Error: Invalid image name: ghcr.io/acme/app:v1"},
        {"v4", "ghcr.io/acme/app:v1", "{}", "Error: No credentials found for registry ghcr.io"},
        {"v4", "acme/app", "{}", "Error: No credentials found for registry acme"},
        {"v4", "ghcr.io/acme/app", NULL,
         "Error: No credential file found at /home/runner/.docker/config.json"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_attest, cases[i].ref);
        name_image(run, cases[i].name);
        fake_input(run, "push-to-registry", "true");
        if (cases[i].configuration != NULL)
            fake_file(run, "/home/runner/.docker/config.json", cases[i].configuration);
        fake_main(run);
        fake_expect_text(fake_failure(run), cases[i].failure);
    }
}

Test(attest, finds_the_login_of_docker_hub_by_any_of_its_names)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    name_image(run, "docker.io/acme/app");
    fake_input(run, "push-to-registry", "true");
    fake_file(run, "/home/runner/.docker/config.json",
              "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"b2N0bzpzZWNyZXQ=\"}}}");

    fake_main(run);

    fake_expect_part(fake_requests(run),
                     "POST https://registry-1.docker.io/v2/acme/app/blobs/uploads/");
}

Test(attest, warns_when_an_organization_keeps_no_record)
{
    FAKE_RUN(run, &action_attest, "v4");
    name_image(run, "ghcr.io/acme/app");
    let_push(run, /* has_referrers= */ true);
    fake_reply(run, "GET https://api.github.com/repos/acme/app", 200,
               "{\"owner\":{\"type\":\"Organization\"}}");
    fake_reply(run, "POST https://api.github.com/orgs/acme/artifacts/metadata/storage-record", 403,
               "{\"message\":\"Resource not accessible by integration\"}");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_warnings(run),
                     "Failed to create storage record: Error: Failed to persist storage record: "
                     "Resource not accessible by integration");
}

Test(attest, reads_an_sbom)
{
    FAKE_RUN(run, &action_attest_sbom, "v2");
    name_image(run, "ghcr.io/acme/app");
    fake_input(run, "sbom-path", "sbom.json");
    fake_file(run, "/home/runner/work/app/app/sbom.json",
              "{\"spdxVersion\":\"SPDX-2.3\",\"SPDXID\":\"SPDXRef-DOCUMENT\"}");
    FAKE_RUN(wrong, &action_attest_sbom, "v4");
    name_image(wrong, "ghcr.io/acme/app");
    fake_input(wrong, "sbom-path", "sbom.json");
    fake_file(wrong, "/home/runner/work/app/app/sbom.json", "{}");

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
        name_image(run, "ghcr.io/acme/app");
        fake_input(run, "predicate-type", "https://example.org/x");
        fake_input(run, "predicate-path", "large.json");
        fake_file(run, "/home/runner/work/app/app/large.json", text);
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
    let_sign(run);
    fake_input(run, "subject-path", "dist/*");
    fake_file(run, "/home/runner/work/app/app/dist/a", "a");
    fake_file(run, "/home/runner/work/app/app/dist/b", "b");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_part(fake_log(run), "Attestation type: Build Provenance\n");
    fake_expect_part(fake_log(run), "Attestation created for 2 subjects\n");
}

Test(attest, uses_githubs_own_sigstore_for_what_is_not_public)
{
    FAKE_RUN(run, &action_attest_build_provenance, "v3");
    name_image(run, "ghcr.io/acme/app");
    fake_contexts(run, "{\"github\": {\"repository\": \"acme/app\", \"event\": {\"repository\": "
                       "{\"visibility\": \"private\", \"private\": true}}}}");

    fake_main(run);

    fake_expect_part(fake_requests(run), "POST https://fulcio.githubapp.com/api/v2/signingCert");
}

Test(attest, assumes_what_nobody_knows)
{
    FAKE_RUN(run, &action_attest, "v4");
    FAKE_RUN(worded, &action_attest_build_provenance, "v3");
    name_image(run, "ghcr.io/acme/app");
    name_image(worded, "ghcr.io/acme/app");
    fake_reads_unknown(run);
    fake_input(worded, "subject-digest", COMMAND_UNKNOWN_WORD);

    fake_main(run);
    fake_main(worded);

    cr_expect_null(fake_failure(run));
    cr_expect_null(fake_failure(worded));
    fake_expect_part(fake_assumed(run), "the attestation of what nobody knows");
    fake_expect_part(fake_assumed(worded), "the attestation of what nobody knows");
}
