/* What a reference names: platforms, digests, answers that make no sense. */
#include "oci_site.h"

#include "base/limits.h"

Test(resolve, an_index_has_the_platforms_of_its_images_sorted_without_attestations)
{
    static const struct scripted_answer answers[] = {
        ANSWER("200 OK", TYPE(INDEX_TYPE "; charset=utf-8"), INDEX), {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert_str_eq(log, "same " INDEX_TYPE ": linux/amd64@sha256:a linux/arm/v7@sha256:c "
                          "linux/arm64@sha256:b\nGET /v2/o/app/manifests/main\n");
}

Test(resolve, what_is_not_there_is_no_error)
{
    static const struct scripted_answer answers[] = {NOT_FOUND, {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert_str_eq(log, "not there\nGET /v2/o/app/manifests/main\n");
}

Test(resolve, a_bare_manifest_has_the_platform_of_its_config)
{
    static const char config[] = "{\"os\":\"linux\",\"architecture\":\"arm64\",\"variant\":\"v8\"}";
    g_autofree char *manifest = manifest_of(config);
    g_autofree char *first = answer_of("200 OK", TYPE(MANIFEST_TYPE), manifest);
    g_autofree char *second = answer_of("200 OK", "", config);
    const struct scripted_answer answers[] = {{.text = first}, {.text = second}, {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    g_autofree char *digest = digest_of(manifest, strlen(manifest));
    g_autofree char *config_digest = digest_of(config, strlen(config));
    g_autofree char *expected = g_strdup_printf(
        "same " MANIFEST_TYPE ": linux/arm64/v8@%.8s\nGET /v2/o/app/manifests/main\n"
        "GET /v2/o/app/blobs/%s\n",
        digest, config_digest);
    cr_assert_str_eq(log, expected);
}

Test(resolve, a_config_with_the_wrong_bytes_is_refused)
{
    g_autofree char *manifest = manifest_of("{\"os\":\"linux\"}");
    g_autofree char *first = answer_of("200 OK", TYPE(MANIFEST_TYPE), manifest);
    const struct scripted_answer answers[] = {
        {.text = first}, ANSWER("200 OK", "", "{\"os\":\"other\"}"), {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 0: the answer for a config blob has the "
                                    "bytes of sha256:"),
              "%s", log);
}

Test(resolve, a_header_with_another_digest_is_refused)
{
    static const struct scripted_answer answers[] = {
        ANSWER("200 OK", TYPE(INDEX_TYPE) "Docker-Content-Digest: " A64 "\r\n", INDEX), {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 0: https://ghcr.io/v2/o/app/manifests/main "
                                    "has the bytes of sha256:"),
              "%s", log);
    cr_assert_not_null(strstr(log, ", not of " A64 "\n"));
}

static void resolve_by_digest(struct scripted_site *site)
{
    resolve(site, "ghcr.io/o/app@" A64);
}

Test(resolve, a_digest_that_was_asked_for_must_be_that_of_the_bytes)
{
    static const struct scripted_answer answers[] = {ANSWER("200 OK", TYPE(INDEX_TYPE), INDEX),
                                                     {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_by_digest);

    cr_assert_not_null(strstr(log, ", not of " A64 "\n"), "%s", log);
}

Test(resolve, answers_that_are_no_manifest_are_refused)
{
    static const struct {
        const char *body;
        const char *reason;
    } rows[] = {
        {"<html>", "seatrial-oci-error 0: https://ghcr.io/v2/o/app/manifests/main is no manifest"},
        {"[]", "seatrial-oci-error 0: https://ghcr.io/v2/o/app/manifests/main is no manifest: no "
               "JSON object"},
        {"{}", "seatrial-oci-error 0: the manifest sha256:"},
        {"{\"manifests\":[{}]}", "seatrial-oci-error 0: the index of o/app has an entry without a"},
        {"{\"manifests\":[7]}", "seatrial-oci-error 0: the index of o/app has an entry without a"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *answer = answer_of("200 OK", "", rows[i].body);
        const struct scripted_answer answers[] = {{.text = answer}, {0}};

        g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

        cr_expect(g_str_has_prefix(log, rows[i].reason), "%s", log);
    }
}

Test(resolve, a_manifest_above_the_ceiling_is_refused)
{
    g_autofree char *fill = g_strnfill(MANIFEST_BYTES_MAX + 1, ' ');
    g_autofree char *answer = answer_of("200 OK", TYPE(INDEX_TYPE), fill);
    const struct scripted_answer answers[] = {{.text = answer}, {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 0: https://ghcr.io/v2/o/app/manifests/main "
                                    "is a manifest of more than 4194304 bytes\n"));
}

Test(resolve, a_refusal_shows_status_and_the_registrys_words)
{
    static const struct scripted_answer answers[] = {
        ANSWER("429 Too Many Requests", "",
               "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow\\ndown\"}]}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 429: unexpected status from GET request to "
                                    "https://ghcr.io/v2/o/app/manifests/main: 429 Too Many "
                                    "Requests: toomanyrequests: slow down\n"),
              "%s", log);
}

static void resolve_bad_reference(struct scripted_site *site)
{
    resolve(site, "ghcr.io/Owner/app");
    cr_assert_eq(site->requests->len, 0);
}

Test(resolve, a_reference_that_is_none_is_refused_before_anything_is_sent)
{
    static const struct scripted_answer answers[] = {{0}};

    g_autofree char *log = scripted_site_run(answers, resolve_bad_reference);

    cr_assert_str_eq(log, "seatrial-base-error 0: invalid reference format: 'ghcr.io/Owner/app': "
                          "repository name must be lowercase\n");
}
