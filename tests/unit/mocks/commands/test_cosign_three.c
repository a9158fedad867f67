/* cosign 3 against a registry and Sigstore's sites: bundles. Texts, exit codes and requests are
   those of 3.0.2, measured against this registry, and of the sources up to 3.0.6. */
#include "cosign.h"

#define IMAGE  API
#define CONFIG "--signing-config sc.json --trusted-root tr.json"
#define ROOT   "--insecure-ignore-tlog=true --trusted-root tr.json"

/* With the files that its options name. */
static void install(struct bench *bench, const char *version)
{
    cosign_install(bench, version);
    put_file(bench, "work/sc.json",
             "{\"mediaType\":\"application/vnd.dev.sigstore.signingconfig.v0.2+"
             "json\",\"rekorTlogConfig\":{},\"tsaConfig\":{}}");
    put_file(bench, "work/tr.json", "{}");
    put_file(bench, "work/p.json", "{\"x\":1}");
}

/* How often the trace has a request: "PUT /v2/acme/api/manifests/sha256:". */
static guint count_requests(struct bench *bench, const char *method, const char *start)
{
    gsize length = 0;
    const char *bytes = trace_text(bench->trace, &length);
    g_autofree char *trace = g_strndup(bytes, length);
    g_auto(GStrv) lines = g_strsplit(trace, "\n", -1);
    g_autofree char *mark = g_strdup_printf("\"method\":\"%s\",\"target\":\"%s", method, start);
    guint count = 0;
    for (char **line = lines; *line != NULL; line++)
        count += strstr(*line, mark) != NULL;
    return count;
}

static void key_body(struct bench *bench)
{
    install(bench, "v3.0.2");
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub " ROOT " " IMAGE ":1"), 10);
    cr_assert_eq(run(bench, "cosign sign --yes --key cosign.key " CONFIG " " IMAGE ":1"), 0);
    cr_expect(said(bench, "Signing artifact...\n"));
    cr_expect_eq(count_requests(bench, "PUT", "/v2/acme/api/manifests/sha256:"), 1);
    cr_expect_eq(count_requests(bench, "GET", "/v2/acme/api/referrers/sha256:"), 2);
    cr_expect_eq(count_requests(bench, "PUT", "/v2/acme/api/manifests/sha256-"), 0);
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub " ROOT " " IMAGE ":1"), 0);
    cr_expect(said(bench, "  - Existence of the claims in the transparency log was verified "
                          "offline\n"));
    cr_expect(strstr(bench->out->str, "\"type\":\"https://sigstore.dev/cosign/sign/v1\"},"
                                      "\"optional\":null}]"));
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub --trusted-root tr.json " IMAGE ":1"),
                 1);
    cr_expect(said(bench, "Error: no matching attestations: failed to verify log inclusion: not "
                          "enough verified log entries from transparency log: 0 < 1\n"));
}
Test(cosign_three, signs_with_a_bundle_and_finds_it_again)
{
    bench_run(&with_sigstore, key_body);
}

static void other_key_body(struct bench *bench)
{
    install(bench, "v3.0.2");
    run(bench, "cosign generate-key-pair --output-key-prefix other");
    run(bench, "cosign generate-key-pair");
    run(bench, "cosign sign --yes --key cosign.key " CONFIG " " IMAGE ":1");
    cr_assert_eq(run(bench, "cosign verify --key other.pub " ROOT " " IMAGE ":1"), 1);
    cr_expect(said(bench, "Error: no matching attestations: failed to verify signature: could not "
                          "verify envelope: accepted signatures do not match threshold, Found: 0, "
                          "Expected 1\n"));
    cr_assert_eq(run(bench, "cosign verify " ROOT " --certificate-identity a "
                            "--certificate-oidc-issuer b " IMAGE ":1"),
                 0); /* assumed: whom that root trusts */
}
Test(cosign_three, does_not_take_another_key)
{
    bench_run(&with_sigstore, other_key_body);
}

static void attest_body(struct bench *bench)
{
    install(bench, "v3.0.6");
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, "cosign attest --yes --key cosign.key " CONFIG
                            " --predicate p.json --type spdxjson " IMAGE ":1"),
                 0);
    cr_expect(said(bench, "Using payload from: p.json\nSigning artifact...\n"));
    cr_assert_eq(run(bench, "cosign verify-attestation --key cosign.pub " ROOT
                            " --type spdxjson " IMAGE ":1"),
                 0);
    cr_expect(strstr(bench->out->str, "\"payloadType\":\"application/vnd.in-toto+json\""));
    cr_assert_eq(
        run(bench, "cosign verify-attestation --key cosign.pub " ROOT " --type vuln " IMAGE ":1"),
        1);
    cr_expect(said(bench, "Error: none of the attestations matched the predicate type: vuln, "
                          "found: https://spdx.dev/Document\n"));
}
Test(cosign_three, attests_and_finds_it_again)
{
    bench_run(&with_sigstore, attest_body);
}

static void keyless_body(struct bench *bench)
{
    install(bench, "v3.0.6");
    cosign_identify(bench);
    cr_assert_eq(run(bench, "cosign sign --yes " IMAGE ":1"), 0);
    cr_expect(said(bench, "Generating ephemeral keys...\nSigning artifact...\n"));
    cr_expect_eq(count_requests(bench, "POST", "/api/v2/signingCert"), 1);
    cr_expect_eq(count_requests(bench, "POST", "/api/v1/timestamp"), 1);
    cr_expect_eq(count_requests(bench, "POST", "/api/v1/log/entries"), 1);
    cr_assert_eq(run(bench, "cosign verify --certificate-identity-regexp https://github.com/acme/ "
                            "--certificate-oidc-issuer " SIGSTORE_GITHUB_ISSUER " " IMAGE ":1"),
                 0);
    cr_assert_eq(run(bench, "cosign verify --certificate-identity me "
                            "--certificate-oidc-issuer " SIGSTORE_GITHUB_ISSUER " " IMAGE ":1"),
                 1);
    cr_expect(said(bench, "no matching CertificateIdentity found, last error: expected SAN value "
                          "\"me\", got \"https://github.com/acme/app/.github/workflows/"
                          "a.yml@refs/heads/b\"\n"));
    cr_expect_eq(assumed_count(bench), 0);
}
Test(cosign_three, signs_with_the_identity_of_its_job)
{
    bench_run(&with_sigstore, keyless_body);
}

static void refusals_body(struct bench *bench)
{
    static const struct {
        const char *version, *line, *text;
    } cases[] = {
        {"v3.0.2", "cosign sign --yes --key cosign.key --new-bundle-format=false ",
         "Error: must provide --new-bundle-format with --signing-config or --use-signing-config\n"},
        {"v3.0.6", "cosign sign --yes --key cosign.key --new-bundle-format=false ",
         "Error: must provide --new-bundle-format or --bundle where applicable with "
         "--signing-config or --use-signing-config\n"},
        {"v3.0.2", "cosign sign --yes --key cosign.key --rekor-url=https://x ",
         "Error: cannot specify service URLs and use signing config\n"},
        {"v3.0.6", "cosign sign --yes --key cosign.key --tlog-upload=false ",
         "Error: --tlog-upload=false is not supported with --signing-config or "
         "--use-signing-config. "},
        {"v3.0.2", "cosign sign --yes --key nokey " CONFIG " ",
         "recursively signing: signing digest: getting signer: reading key: open nokey: no such "
         "file or directory\n"},
        {"v3.0.6", "cosign sign --yes --key nokey " CONFIG " ",
         "signing digest: getting keypair and token: getting signer: reading key: open nokey: no "
         "such file or directory\n"},
        {"v3.0.2", "cosign attest --yes --key cosign.key " CONFIG " --predicate none.json ",
         "getting predicate reader: open none.json: no such file or directory\n"},
        {"v3.0.2", "cosign verify --key cosign.pub --trusted-root none.json ",
         "Error: loading trusted root: failed to read trusted root open none.json: no such file or "
         "directory\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        install(bench, cases[i].version);
        run(bench, "cosign generate-key-pair");
        g_autofree char *line = g_strconcat(cases[i].line, IMAGE ":1", NULL);
        cr_expect_eq(run(bench, line), 1, "%s", line);
        cr_expect(said(bench, cases[i].text), "%s: %s", line, bench->err->str);
    }
}
Test(cosign_three, says_what_does_not_go_together)
{
    bench_run(&with_sigstore, refusals_body);
}

static void beside_body(struct bench *bench)
{
    install(bench, "v3.0.2");
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, "cosign sign --yes --key cosign.key --use-signing-config=false "
                            "--tlog-upload=false --new-bundle-format=false " IMAGE ":1"),
                 0);
    cr_expect(said(bench, "Pushing signature to: " IMAGE "\n"));
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub " ROOT " " IMAGE ":1"), 0);
    cr_expect(printed(bench, "\"type\":\"cosign container image signature\""));
    cr_expect_eq(assumed_count(bench), 0);
}
Test(cosign_three, signs_beside_the_image_when_told_to)
{
    bench_run(&with_sigstore, beside_body);
}

static void no_sites_body(struct bench *bench)
{
    install(bench, "v3.0.2");
    cr_assert_eq(run(bench, "cosign sign --yes " IMAGE ":1"), 1);
    cr_expect(said(bench, "WARNING: Could not fetch trusted_root.json from the TUF repository. "));
    cr_expect(said(bench, "Error: error getting signing config from TUF: error getting signing "
                          "config from TUF: failed to load metadata: tuf refresh failed: Get "
                          "\"https://tuf-repo-cdn.sigstore.dev/13.root.json\": dial tcp: lookup "));
    cr_expect_eq(count_requests(bench, "GET", "/v2/"), 0);
}
Test(cosign_three, signs_nothing_without_the_trust_root)
{
    bench_run(&without_sigstore, no_sites_body);
}

static void missing_body(struct bench *bench)
{
    const char *digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    g_autofree char *line =
        g_strconcat("cosign sign --yes --key cosign.key " CONFIG " " IMAGE "@", digest, NULL);
    install(bench, "v3.0.2");
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, line), 1);
    cr_expect(said(bench, "signing digest: HEAD https://reg.example/v2/acme/api/manifests/sha256:"
                          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: "
                          "unexpected status code 404 Not Found (HEAD responses have no body, use "
                          "GET for details)\n"));
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub " ROOT " " IMAGE ":none"), 11);
}
Test(cosign_three, signs_no_image_that_is_not_there)
{
    bench_run(&with_sigstore, missing_body);
}

/* What many do to stay with signatures beside the image. */
static void keyless_beside_body(struct bench *bench)
{
    install(bench, "v3.0.6");
    cosign_identify(bench);
    cr_assert_eq(run(bench, "cosign sign --yes --use-signing-config=false "
                            "--new-bundle-format=false " IMAGE ":1"),
                 0);
    cr_expect(said(bench, "Generating ephemeral keys...\nRetrieving signed certificate...\n"
                          "Successfully verified SCT...\n"));
    cr_expect(said(bench, "Pushing signature to: " IMAGE "\n"));
    cr_assert_eq(run(bench, "cosign verify --certificate-identity-regexp https://github.com/acme/ "
                            "--certificate-oidc-issuer " SIGSTORE_GITHUB_ISSUER " " IMAGE ":1"),
                 0);
    cr_expect_eq(assumed_count(bench), 0);
}
Test(cosign_three, signs_beside_the_image_with_the_identity_of_its_job)
{
    bench_run(&with_sigstore, keyless_beside_body);
}
