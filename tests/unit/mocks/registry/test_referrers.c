/* The oracle: what stands beside an image, by every way in which clients find it. */
#include "bench.h"

static const char *subject_of(struct bench *bench)
{
    return push_image(bench, "o/app", "main", "layer");
}

/* subject NULL: none. The manifest's digest. */
static const char *put_artifact(struct bench *bench, const char *reference, const char *subject,
                                const char *layers, const char *rest)
{
    const char *config = push_blob(bench, "o/app", "{}");
    const char *refers =
        subject == NULL
            ? ""
            : format("\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":3},", subject);
    const char *body = format(
        "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"c/d\",\"digest\":\"%s\",\"size\":2},%s"
        "\"layers\":[%s],%s}",
        config, refers, layers, rest);
    const char *digest = digest_text(body);
    const char *url =
        format(PLAIN "/v2/o/app/manifests/%s", reference != NULL ? reference : digest);
    cr_assert_eq(ask(bench, "PUT", url, bytes_of(body), MANIFEST_TYPE, NULL), 201);
    return format("%s", digest);
}

/* "sha256-…" and the suffix. */
static const char *tag_of(const char *subject, const char *suffix)
{
    g_autofree char *tag = g_strconcat(subject, suffix, NULL);
    return format("%s", g_strdelimit(tag, ":", '-'));
}

static const char *layer_of(struct bench *bench, const char *content, const char *annotations)
{
    return format("{\"mediaType\":\"e/f\",\"digest\":\"%s\",\"size\":%zu,\"annotations\":{%s}}",
                  push_blob(bench, "o/app", content), strlen(content), annotations);
}

static void check(struct bench *bench, const char *subject, const char *expected)
{
    g_autoptr(GPtrArray) found = registry_referrers(bench->registry, "o/app", subject);
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < found->len; i++)
        g_string_append_printf(text, "%s;", ((const struct referrer_facts *)found->pdata[i])->kind);
    cr_expect_str_eq(text->str, expected);
}

static void attach_by_subject(struct bench *bench)
{
    const char *subject = subject_of(bench);
    check(bench, subject, "");

    put_artifact(bench, NULL, subject, "", "\"artifactType\":\"x/y\"");
    put_artifact(bench, NULL, subject, "",
                 "\"artifactType\":\"b\",\"annotations\":{\"dev.sigstore.bundle.predicateType\":"
                 "\"https://slsa.dev/provenance/v1\"}");
    put_artifact(bench, NULL, subject, "",
                 "\"artifactType\":\"b\",\"annotations\":{\"dev.sigstore.bundle.predicateType\":"
                 "\"https://sigstore.dev/cosign/sign/v1\"}");
    put_artifact(bench, NULL, subject, "",
                 "\"artifactType\":\"x/y\",\"annotations\":{\"n\":\"2\"}");

    check(bench, subject, "https://slsa.dev/provenance/v1;signature;x/y;");
}

Test(referrers, are_told_by_what_they_attest_and_each_kind_once)
{
    bench_run(NULL, attach_by_subject);
}

static void attach_by_cosign(struct bench *bench)
{
    const char *subject = subject_of(bench);
    const char *two = format("%s,%s", layer_of(bench, "1", "\"predicateType\":\"https://t/1\""),
                             layer_of(bench, "2", "\"predicateType\":\"https://t/2\""));
    put_artifact(bench, tag_of(subject, ".sig"), NULL, layer_of(bench, "s", ""), "\"a\":1");
    put_artifact(bench, tag_of(subject, ".att"), NULL, two, "\"a\":2");
    put_artifact(bench, tag_of(subject, ".sbom"), NULL, layer_of(bench, "b", ""), "\"a\":3");

    check(bench, subject, "SBOM;https://t/1;https://t/2;signature;");
}

Test(referrers, are_found_under_the_tags_of_cosign)
{
    bench_run(NULL, attach_by_cosign);
}

/* The index that clients keep themselves, with one entry. */
static void put_list(struct bench *bench, const char *subject, const char *artifact)
{
    const char *body = format("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/"
                              "vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":3}]}",
                              artifact);
    const char *url = format(PLAIN "/v2/o/app/manifests/%s", tag_of(subject, ""));
    cr_assert_eq(ask(bench, "PUT", url, bytes_of(body), INDEX_TYPE, NULL), 201);
}

static void attach_by_list(struct bench *bench)
{
    const char *subject = subject_of(bench);
    const char *artifact = put_artifact(bench, NULL, subject, "", "\"artifactType\":\"x/y\"");
    check(bench, subject, "");

    put_list(bench, subject, artifact);

    check(bench, subject, "x/y;");
}

Test(referrers, of_a_registry_without_the_api_are_those_in_the_list)
{
    struct registry_options options = bench_options("localhost:5000");
    struct registry_service service = *options.service;
    service.lacks_referrers = true;
    options.service = &service;

    bench_run(&options, attach_by_list);
}
