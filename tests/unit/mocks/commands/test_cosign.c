/* cosign against a registry and Sigstore's sites. Texts, exit codes, requests and pauses are cosign
   2.5.3's, measured against this registry and servers that answer so. */
#include "cosign.h"

#define IMAGE API

static char *digest_of_image(struct bench *bench)
{
    AUTO(image_facts) facts = registry_find(bench->registry, "acme/api", "1");
    return g_strdup(facts->digest);
}

/* Whether something stands beside the image, at the tag of its digest with this ending. */
static bool is_beside(struct bench *bench, const char *suffix)
{
    g_autofree char *digest = digest_of_image(bench);
    g_autofree char *tag = g_strdup_printf("sha256-%s.%s", digest + strlen("sha256:"), suffix);
    AUTO(image_facts) facts = registry_find(bench->registry, "acme/api", tag);
    if (facts == NULL)
        return false;
    cr_assert(facts->is_complete);
    cr_assert_eq(facts->platforms->len, 0);
    return true;
}

static int run_on_digest(struct bench *bench, const char *format)
{
    g_autofree char *digest = digest_of_image(bench);
    g_auto(GStrv) halves = g_strsplit(format, "DIGEST", 2);
    g_autofree char *line = g_strconcat(halves[0], IMAGE, "@", digest, halves[1], NULL);
    return run(bench, line);
}

/* ---- keys ---- */

static void keys_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    expect(bench, "cosign generate-key-pair", 0, "",
           "Private key written to cosign.key\nPublic key written to cosign.pub\n");
    expect(bench, "cosign generate-key-pair", 1, "",
           "WARNING: File cosign.key already exists. Overwrite?\n"
           "Are you sure you would like to continue? [y/N] "
           "Error: user declined the prompt\n"
           "error during command execution: user declined the prompt\n");
    cr_assert_eq(run_on_digest(bench, "cosign sign --key cosign.key --tlog-upload=false -y DIGEST"),
                 0);
    cr_assert_str_eq(bench->err->str, "Pushing signature to: " IMAGE "\n");
    cr_assert(is_beside(bench, "sig"));
    cr_assert_eq(
        run_on_digest(bench, "cosign verify --key cosign.pub --insecure-ignore-tlog=true DIGEST"),
        0);
    cr_assert(said(bench, "  - The signatures were verified against the specified public key\n"));
    cr_assert(printed(bench, "\"type\":\"cosign container image signature\""));
    cr_assert_eq(assumed_count(bench), 0);
}
Test(cosign, verifies_what_its_own_key_has_signed)
{
    bench_run(&with_sigstore, keys_body);
}

static void other_key_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    run(bench, "cosign generate-key-pair");
    run(bench, "cosign generate-key-pair --output-key-prefix other");
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub --insecure-ignore-tlog " IMAGE ":1"),
                 10);
    cr_assert(said(bench, "Error: no signatures found\n"));
    run(bench, "cosign sign --key other.key --tlog-upload=false -y " IMAGE ":1");
    cr_assert(said(bench, "WARNING: Image reference " IMAGE ":1 uses a tag, not a digest"));
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub --insecure-ignore-tlog " IMAGE ":1"),
                 12);
    cr_assert(said(bench, "Error: no matching signatures: invalid signature when validating ASN.1 "
                          "encoded signature\n"));
    cr_assert_eq(run(bench, "cosign verify --key other.pub " IMAGE ":1"), 12);
    cr_assert(said(bench, "signature not found in transparency log\n"));
    run(bench, "cosign sign --key cosign.key --tlog-upload=false -y -a a=b " IMAGE ":1");
    cr_assert_eq(
        run(bench, "cosign verify --key cosign.pub --insecure-ignore-tlog -a a=b " IMAGE ":1"), 0);
    cr_assert_eq(
        run(bench, "cosign verify --key cosign.pub --insecure-ignore-tlog -a a=c " IMAGE ":1"), 12);
}
Test(cosign, does_not_verify_what_another_key_has_signed)
{
    bench_run(&with_sigstore, other_key_body);
}

static void bad_keys_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    bench->environment[5] = "EMPTY=";
    run(bench, "cosign sign --key nokey -y " IMAGE ":1");
    cr_assert(said(bench,
                   "Error: signing [" IMAGE ":1]: getting signer: reading key: open nokey: no "
                   "such file or directory\n"));
    run(bench, "cosign sign --key env://NOKEY -y " IMAGE ":1");
    cr_assert(said(bench, "reading key: loading URL: env var $NOKEY not found\n"));
    cr_assert_eq(run(bench, "cosign sign --key env://EMPTY -y " IMAGE ":1"), 1);
    cr_assert(said(bench, "getting signer: reading key: invalid pem block\n"));
    run(bench, "cosign generate-key-pair");
    bench->environment[4] = "COSIGN_PASSWORD=wrong";
    cr_assert_eq(run(bench, "cosign sign --key cosign.key -y " IMAGE ":1"), 1);
    cr_assert(said(bench, "reading key: decrypt: encrypted: decryption failed\n"));
}
Test(cosign, refuses_a_key_that_is_none_or_has_another_password)
{
    bench_run(&with_sigstore, bad_keys_body);
}

/* ---- images ---- */

static void missing_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, "cosign sign --key cosign.key --tlog-upload=false -y " IMAGE ":none"),
                 1);
    cr_assert(said(bench, "accessing entity: entity not found in registry, error: GET "
                          "https://reg.example/v2/acme/api/manifests/none: MANIFEST_UNKNOWN: "));
    cr_assert_eq(run(bench, "cosign verify --key cosign.pub --insecure-ignore-tlog " IMAGE ":none"),
                 11);
    cr_assert(said(bench, "Error: image tag not found: GET "));
    expect(bench, "cosign sign -y", 1, "",
           "Error: requires at least 1 arg(s), only received 0\n"
           "error during command execution: requires at least 1 arg(s), only received 0\n");
    expect(bench, "cosign sign -y --bogus x", 1, "",
           "Error: unknown flag: --bogus\n"
           "error during command execution: unknown flag: --bogus\n");
}
Test(cosign, says_which_image_is_not_there)
{
    bench_run(&with_sigstore, missing_body);
}

static void recursive_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, "cosign sign --key cosign.key --tlog-upload=false -y -r " IMAGE ":1"),
                 0);
    g_auto(GStrv) pieces = g_strsplit(bench->err->str, "Pushing signature to: ", -1);
    cr_assert_eq(g_strv_length(pieces) - 1, 3u, "%s", bench->err->str);
    AUTO(image_facts) index = registry_find(bench->registry, "acme/api", "1");
    cr_assert_eq(index->manifests->len, 2u);
    cr_assert(is_beside(bench, "sig"));
}
Test(cosign, signs_an_index_and_each_of_its_images)
{
    bench_run(&with_sigstore, recursive_body);
}

static void attest_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    put_file(bench, "work/sbom.json", "{\"x\":1}");
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, "cosign attest --key cosign.key --tlog-upload=false -y --type spdxjson "
                            "--predicate sbom.json " IMAGE ":1"),
                 0);
    cr_assert(said(bench, "Using payload from: sbom.json\n"));
    cr_assert(is_beside(bench, "att"));
    cr_assert_eq(run(bench, "cosign verify-attestation --key cosign.pub --insecure-ignore-tlog "
                            "--type spdxjson " IMAGE ":1"),
                 0);
    cr_assert_eq(run(bench, "cosign verify-attestation --key cosign.pub --insecure-ignore-tlog "
                            "--type vuln " IMAGE ":1"),
                 1);
    cr_assert(said(bench,
                   "Error: none of the attestations matched the predicate type: vuln, found: "
                   "https://spdx.dev/Document\n"));
}
Test(cosign, attests_and_finds_it_again)
{
    bench_run(&with_sigstore, attest_body);
}

/* ---- the job's identity ---- */

static void keyless_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    cosign_identify(bench);
    cr_assert_eq(run_on_digest(bench, "cosign sign --yes DIGEST"), 0);
    cr_assert(said(bench, "Retrieving signed certificate...\nSuccessfully verified SCT...\n"));
    cr_assert(said(bench, "tlog entry created with index: "));
    cr_assert_eq(
        run_on_digest(bench,
                      "cosign verify --certificate-identity-regexp https://github.com/acme/.* "
                      "--certificate-oidc-issuer " SIGSTORE_GITHUB_ISSUER " DIGEST"),
        0);
    cr_assert_eq(run_on_digest(bench,
                               "cosign verify --certificate-identity me "
                               "--certificate-oidc-issuer " SIGSTORE_GITHUB_ISSUER " DIGEST"),
                 12);
    cr_assert(said(bench, "got subjects [https://github.com/acme/app/.github/workflows/"
                          "a.yml@refs/heads/b] with issuer " SIGSTORE_GITHUB_ISSUER));
    cr_assert_eq(run_on_digest(bench, "cosign verify DIGEST"), 1);
    cr_assert(said(bench,
                   "Error: --certificate-identity or --certificate-identity-regexp is required "
                   "for verification in keyless mode\n"));
}
Test(cosign, signs_with_the_identity_of_its_job)
{
    bench_run(&with_sigstore, keyless_body);
}

static void device_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    cr_assert_eq(run(bench, "cosign sign --yes " IMAGE ":1"), 1);
    cr_assert(said(bench, "retrieving cert: error obtaining token: expired_token\n"));
    cr_assert_geq(bench->elapsed_us, 300 * SECOND_US);
    cr_assert_lt(bench->elapsed_us, 310 * SECOND_US);
}
Test(cosign, waits_for_a_code_that_nobody_enters)
{
    bench_run(&with_sigstore, device_body);
}

static void no_sites_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    run(bench, "cosign sign --yes " IMAGE ":1");
    cr_assert(said(bench, "WARNING: Could not fetch trusted_root.json from the TUF repository. "));
    cr_assert(said(bench, "retrieving cert: Get \"https://oauth2.sigstore.dev/auth/.well-known/"
                          "openid-configuration\": dial tcp: lookup oauth2.sigstore.dev on "
                          "127.0.0.53:53: no such host\n"));
    run(bench, "cosign generate-key-pair");
    cr_assert_eq(run(bench, "cosign sign --key cosign.key --yes " IMAGE ":1"), 1);
    cr_assert(said(bench, "signing digest: Post \"https://rekor.sigstore.dev/api/v1/log/entries\": "
                          "POST https://rekor.sigstore.dev/api/v1/log/entries giving up after 4 "
                          "attempt(s): Post "));
    cr_assert_not(is_beside(bench, "sig"));
}
Test(cosign, leaves_an_image_unsigned_when_the_log_is_away)
{
    bench_run(&without_sigstore, no_sites_body);
}

/* ---- what is not modelled ---- */

static void login_body(struct bench *bench)
{
    cosign_install(bench, "v2.5.3");
    run(bench, "cosign login reg.example -u me -p secret");
    g_autofree char *config = get_file(bench, ".docker/config.json");
    cr_assert_not_null(config);
    cr_assert(strstr(config, "reg.example") != NULL);
    cr_assert_eq(run(bench, "cosign copy " IMAGE ":1 " IMAGE ":2"), 0);
    const struct assumed_use *use = assumed_at(bench, 0);
    cr_assert(use->touches_images);
    cr_assert_eq(run(bench,
                     "cosign verify --certificate-identity a --certificate-oidc-issuer b " IMAGE
                     ":1"),
                 0);
}
Test(cosign, keeps_a_login_and_says_that_it_copies_images)
{
    static const struct plan plan = {
        .has_registry = true, .has_sigstore = true, .has_docker = true};
    bench_run(&plan, login_body);
}

static void assumed_body(struct bench *bench)
{
    cr_assert_eq(run(bench, "cosign sign --yes " IMAGE ":1"), 0);
    cosign_install(bench, "v3.1.0");
    cr_assert_eq(run(bench, "cosign sign --yes " IMAGE ":1"), 0);
    cosign_install(bench, "v2.5.3");
    cr_assert_eq(run(bench, "cosign sign --yes --key awskms:///alias/a " IMAGE ":1"), 0);
    cr_assert_eq(run(bench, "cosign attach sbom --sbom a " IMAGE ":1"), 0);
    cr_assert_eq(run(bench, "cosign sign --yes --rekor-url https://rekor.example " IMAGE ":1"), 0);
    cr_assert_eq(run(bench, "cosign verify --certificate-identity a --certificate-oidc-issuer b "
                            "nobody.example/b:1"),
                 0);
    cr_assert_eq(assumed_count(bench), 3);
    const struct assumed_use *use = assumed_at(bench, 0);
    cr_assert_str_eq(use->line, "cosign sign");
    cr_assert_eq(use->count, 4);
    cr_assert_not(is_beside(bench, "sig"));
}
Test(cosign, is_assumed_where_it_is_not_modelled)
{
    bench_run(&with_sigstore, assumed_body);
}

static void large_body(struct bench *bench)
{
    g_autofree char *most = g_strnfill(SIGNED_FILE_BYTES_MAX, ' ');
    g_autofree char *too_much = g_strnfill(SIGNED_FILE_BYTES_MAX + 1, ' ');
    memcpy(most, "{}", 2);
    memcpy(too_much, "{}", 2);
    cosign_install(bench, "v2.5.3");
    run(bench, "cosign generate-key-pair");
    put_file(bench, "work/most.json", most);
    put_file(bench, "work/more.json", too_much);
    cr_assert_eq(run(bench, "cosign attest --key cosign.key --tlog-upload=false -y --type spdxjson "
                            "--predicate most.json " IMAGE ":1"),
                 0);
    cr_expect_eq(assumed_count(bench), 0);
    cr_assert_eq(run(bench, "cosign attest --key cosign.key --tlog-upload=false -y --type spdxjson "
                            "--predicate more.json " IMAGE ":1"),
                 0);
    cr_expect_eq(assumed_count(bench), 1);
}
Test(cosign, assumes_what_comes_of_a_file_above_the_ceiling)
{
    bench_run(&with_sigstore, large_body);
}
