/* The common world of the tests of attestations. */
#include "fake_attest.h"

#define TOKENS "https://run-actions-1-azure-eastus.actions.githubusercontent.com/idtoken?v=2"

static const char contexts[] =
    "{\"github\": {\"repository\": \"acme/app\", \"ref\": \"refs/heads/main\","
    " \"sha\": \"" FAKE_COMMIT "\", \"run_id\": \"42\","
    " \"run_attempt\": \"1\", \"event_name\": \"push\", \"token\": \"ghs_token\","
    " \"workflow_ref\": \"acme/app/.github/workflows/ci.yml@refs/heads/main\","
    " \"server_url\": \"https://github.com\","
    " \"event\": {\"repository\": {\"visibility\": \"public\", \"private\": false}}},"
    " \"runner\": {\"environment\": \"github-hosted\"}}";

void fake_let_sign(struct action_run *run)
{
    fake_contexts(run, contexts);
    fake_variable(run, "ACTIONS_ID_TOKEN_REQUEST_URL", TOKENS);
    fake_variable(run, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer");
    fake_reply(run, "GET https://run-actions-1-*", 200, "{\"value\":\"a.b.c\"}");
    fake_reply(run, "GET https://token.actions.githubusercontent.com/*", 200, "{}");
    fake_reply(run, ATTEST_FULCIO, 200,
               "{\"signedCertificateEmbeddedSct\":{\"chain\":{\"certificates\":["
               "\"-----BEGIN CERTIFICATE-----\\nQQ==\\n-----END CERTIFICATE-----\\n\"]}}}");
    fake_reply(run, ATTEST_REKOR, 201, "{\"aa\":{\"logIndex\":77}}");
    fake_reply(run, ATTEST_STORE, 201, "{\"id\":4711}");
}

void fake_name_image(struct action_run *run, const char *name)
{
    fake_let_sign(run);
    fake_input(run, "subject-name", name);
    fake_input(run, "subject-digest", ATTEST_DIGEST);
}

void fake_let_push(struct action_run *run, bool has_referrers)
{
    fake_input(run, "push-to-registry", "true");
    fake_file(run, "/home/runner/.docker/config.json",
              "{\"auths\":{\"ghcr.io\":{\"auth\":\"b2N0bzpzZWNyZXQ=\"}}}");
    fake_reply(run, "HEAD " ATTEST_GHCR "manifests/*", 200, "");
    fake_reply_header(run, "Content-Type: application/vnd.oci.image.index.v1+json");
    fake_reply_header(run, "Docker-Content-Digest: " ATTEST_DIGEST);
    fake_reply_header(run, "Content-Length: 856");
    fake_reply(run, "HEAD " ATTEST_GHCR "blobs/*", 200, "");
    fake_reply(run, "POST " ATTEST_GHCR "blobs/uploads/", 401, "");
    fake_reply_header(run, "WWW-Authenticate: Bearer realm=\"https://ghcr.io/token\","
                           "service=\"ghcr.io\",scope=\"repository:acme/app:pull,push\"");
    fake_reply(run, "GET https://ghcr.io/token*", 200, "{\"token\":\"good\"}");
    fake_reply(run, "PUT " ATTEST_GHCR "manifests/*", 201, "");
    if (has_referrers)
        fake_reply_header(run, "OCI-Subject: " ATTEST_DIGEST);
    fake_reply(run, "GET " ATTEST_GHCR "referrers/*", has_referrers ? 200 : 404, "{}");
    fake_reply(run, "GET " ATTEST_GHCR "manifests/sha256-*", 404, "");
}
