/* Completeness, tags and indexes of the registry client. */
#include "oci_site.h"

static void verify(struct scripted_site *site)
{
    AUTO(oci) oci = client_of(site);
    g_autoptr(GError) error = NULL;
    g_autofree char *missing = NULL;
    AUTO(oci_image) image = NULL;
    if (oci_resolve(oci, "ghcr.io/o/app:main", &image, &error) &&
        oci_verify_complete(oci, "ghcr.io/o/app:main", image, &missing, &error))
        g_string_append_printf(site->log, "missing: %s\n", missing != NULL ? missing : "nothing");
    else
        note_error(site, error);
    note_requests(site);
}

/* Names one manifest twice; g_free. */
static char *index_over(const char *manifest)
{
    static const char amd64[] = "{\"os\":\"linux\",\"architecture\":\"amd64\"}";
    g_autofree char *digest = digest_of(manifest, strlen(manifest));
    return g_strdup_printf(
        "{\"manifests\":[{\"digest\":\"%s\",\"platform\":%s},{\"digest\":\"%s\",\"platform\":%s}]}",
        digest, amd64, digest, amd64);
}

/* An index over one manifest, and what the registry says to HEAD of config and layer. */
static char *verify_with(const char *config_answer, const char *layer_answer)
{
    g_autofree char *manifest = manifest_of("{}");
    g_autofree char *index = index_over(manifest);
    g_autofree char *first = answer_of("200 OK", TYPE(INDEX_TYPE), index);
    g_autofree char *second = answer_of("200 OK", TYPE(MANIFEST_TYPE), manifest);
    const struct scripted_answer answers[] = {
        {.text = first}, {.text = second}, {.text = config_answer}, {.text = layer_answer}, {0}};
    return scripted_site_run(answers, verify);
}

#define GONE "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"

Test(effects, an_image_is_complete_when_all_it_names_answers)
{
    g_autofree char *log = verify_with(OK_EMPTY, OK_EMPTY);

    cr_assert(g_str_has_prefix(log, "missing: nothing\nGET /v2/o/app/manifests/main\n"
                                    "GET /v2/o/app/manifests/sha256:"),
              "%s", log);
    cr_assert(g_str_has_suffix(log, "HEAD /v2/o/app/blobs/" A64 "\n"));
}

Test(effects, a_layer_that_is_gone_is_named)
{
    g_autofree char *log = verify_with(OK_EMPTY, GONE);

    cr_assert(g_str_has_prefix(log, "missing: " A64 "\n"), "%s", log);
}

Test(effects, a_config_that_is_gone_is_named_and_ends_the_search)
{
    g_autofree char *log = verify_with(GONE, OK_EMPTY);

    cr_assert(g_str_has_prefix(log, "missing: sha256:"));
    cr_assert_null(strstr(log, "blobs/" A64));
}

Test(effects, a_registry_that_fails_leaves_completeness_unknown)
{
    g_autofree char *log =
        verify_with("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", OK_EMPTY);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 502: unexpected status from HEAD request"),
              "%s", log);
}

Test(effects, a_manifest_that_is_gone_is_named)
{
    g_autofree char *manifest = manifest_of("{}");
    g_autofree char *digest = digest_of(manifest, strlen(manifest));
    g_autofree char *index = index_over(manifest);
    g_autofree char *first = answer_of("200 OK", TYPE(INDEX_TYPE), index);
    const struct scripted_answer answers[] = {{.text = first}, NOT_FOUND, {0}};

    g_autofree char *log = scripted_site_run(answers, verify);

    g_autofree char *expected = g_strdup_printf(
        "missing: %s\nGET /v2/o/app/manifests/main\nGET /v2/o/app/manifests/%s\n", digest, digest);
    cr_assert_str_eq(log, expected);
}

Test(effects, what_was_read_to_resolve_an_image_is_not_asked_for_again)
{
    static const char config[] = "{\"os\":\"linux\",\"architecture\":\"amd64\"}";
    g_autofree char *manifest = manifest_of(config);
    g_autofree char *digest = digest_of(config, strlen(config));
    g_autofree char *first = answer_of("200 OK", TYPE(MANIFEST_TYPE), manifest);
    g_autofree char *second = answer_of("200 OK", "", config);
    const struct scripted_answer answers[] = {
        {.text = first}, {.text = second}, {.text = OK_EMPTY}, {0}};

    g_autofree char *log = scripted_site_run(answers, verify);

    g_autofree char *expected =
        g_strdup_printf("missing: nothing\nGET /v2/o/app/manifests/main\n"
                        "GET /v2/o/app/blobs/%s\nHEAD /v2/o/app/blobs/" A64 "\n",
                        digest);
    cr_assert_str_eq(log, expected);
}

static void look_at_digest(struct scripted_site *site)
{
    AUTO(oci) oci = client_of(site);
    g_autoptr(GError) error = NULL;
    g_autofree char *digest = NULL;
    if (oci_digest(oci, "ghcr.io/o/app:main", &digest, &error))
        g_string_append_printf(site->log, "%s\n", digest != NULL ? digest : "not there");
    else
        note_error(site, error);
    note_requests(site);
}

Test(effects, the_digest_of_a_tag_takes_one_request)
{
    g_autofree char *manifest = manifest_of("{}");
    g_autofree char *digest = digest_of(manifest, strlen(manifest));
    g_autofree char *first = answer_of("200 OK", TYPE(MANIFEST_TYPE), manifest);
    const struct scripted_answer answers[] = {{.text = first}, {0}};

    g_autofree char *log = scripted_site_run(answers, look_at_digest);

    g_autofree char *expected = g_strdup_printf("%s\nGET /v2/o/app/manifests/main\n", digest);
    cr_assert_str_eq(log, expected);
}

Test(effects, a_tag_that_is_not_there_has_no_digest)
{
    static const struct scripted_answer answers[] = {NOT_FOUND, {0}};

    g_autofree char *log = scripted_site_run(answers, look_at_digest);

    cr_assert_str_eq(log, "not there\nGET /v2/o/app/manifests/main\n");
}

static const char *body_of(struct scripted_site *site, guint n)
{
    const char *end = strstr(scripted_site_request(site, n), "\r\n\r\n");
    return end != NULL ? end + 4 : "";
}

static void put_tag(struct scripted_site *site)
{
    g_autofree char *digest = digest_of(INDEX, strlen(INDEX));
    g_autofree char *reference = g_strconcat("ghcr.io/o/app@", digest, NULL);
    AUTO(oci) oci = client_of(site);
    AUTO(oci_image) image = NULL;
    g_autoptr(GError) error = NULL;
    if (oci_resolve(oci, reference, &image, &error) &&
        oci_tag(oci, "ghcr.io/o/app", image, "main", &error))
        g_string_append_printf(site->log, "%s\n",
                               strcmp(body_of(site, 1), INDEX) == 0 ? "same bytes" : "?");
    else
        note_error(site, error);
    g_autofree char *targets = scripted_site_targets(site);
    g_string_append(site->log, targets);
    if (strstr(scripted_site_request(site, 1), "Content-Type: " INDEX_TYPE "\r\n") != NULL)
        g_string_append(site->log, "typed\n");
}

Test(effects, a_tag_is_put_with_the_same_bytes_and_type)
{
    static const struct scripted_answer answers[] = {
        ANSWER("200 OK", TYPE(INDEX_TYPE), INDEX), {.text = CREATED}, {0}};

    g_autofree char *log = scripted_site_run(answers, put_tag);

    g_autofree char *digest = digest_of(INDEX, strlen(INDEX));
    g_autofree char *expected =
        g_strdup_printf("same bytes\nGET /v2/o/app/manifests/%s\nPUT /v2/o/app/manifests/main\n"
                        "typed\n",
                        digest);
    cr_assert_str_eq(log, expected);
}

Test(effects, a_registry_that_stored_something_else_is_found_out)
{
    static const struct scripted_answer answers[] = {
        ANSWER("200 OK", TYPE(INDEX_TYPE), INDEX),
        ANSWER("201 Created", "Docker-Content-Digest: " A64 "\r\n", ""),
        {0}};

    g_autofree char *log = scripted_site_run(answers, put_tag);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 0: https://ghcr.io/v2/o/app/manifests/main "
                                    "has the bytes of"),
              "%s", log);
}

Test(effects, a_tag_that_is_refused_says_why)
{
    static const struct scripted_answer answers[] = {
        ANSWER("200 OK", TYPE(INDEX_TYPE), INDEX),
        ANSWER("403 Forbidden", "",
               "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"permission_denied: "
               "write_package\"}]}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, put_tag);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 403: unexpected status from PUT request to "
                                    "https://ghcr.io/v2/o/app/manifests/main: 403 Forbidden: "
                                    "denied: permission_denied: write_package\n"),
              "%s", log);
}

static char *manifest_of_type(const char *media_type)
{
    return g_strdup_printf("{\"mediaType\":\"%s\",\"config\":{}}", media_type);
}

/* Puts an index over two equal manifests; the second as another platform. */
static void put_index(struct scripted_site *site)
{
    const char *manifest = strstr(site->answers[0].text, "\r\n\r\n") + 4;
    g_autofree char *digest = digest_of(manifest, strlen(manifest));
    const struct oci_platform platforms[] = {{(char *)"linux/amd64", digest},
                                             {(char *)"linux/arm/v7", digest}};
    AUTO(oci) oci = client_of(site);
    g_autoptr(GError) error = NULL;
    g_autofree char *index_digest = NULL;
    if (!oci_put_index(oci, "ghcr.io/o/app", "main", platforms, 2, &index_digest, &error)) {
        note_error(site, error);
        return;
    }
    const char *body = body_of(site, 2);
    g_autofree char *body_digest = digest_of(body, strlen(body));
    cr_assert_str_eq(index_digest, body_digest);
    g_autoptr(GString) text = g_string_new(body);
    g_string_replace(text, digest, "D", 0);
    g_string_append_printf(site->log, "%s\n", text->str);
}

static char *put_index_over(const char *media_type)
{
    g_autofree char *manifest = manifest_of_type(media_type);
    g_autofree char *answer = answer_of("200 OK", "", manifest);
    const struct scripted_answer answers[] = {
        {.text = answer}, {.text = answer}, {.text = CREATED}, {0}};
    return scripted_site_run(answers, put_index);
}

Test(effects, an_index_describes_its_manifests)
{
    g_autofree char *log = put_index_over(MANIFEST_TYPE);

    cr_assert_str_eq(
        log, "{\"schemaVersion\":2,\"mediaType\":\"" INDEX_TYPE "\",\"manifests\":["
             "{\"mediaType\":\"" MANIFEST_TYPE "\",\"digest\":\"D\",\"size\":70,\"platform\":"
             "{\"architecture\":\"amd64\",\"os\":\"linux\"}},"
             "{\"mediaType\":\"" MANIFEST_TYPE "\",\"digest\":\"D\",\"size\":70,\"platform\":"
             "{\"architecture\":\"arm\",\"os\":\"linux\",\"variant\":\"v7\"}}]}\n");
}

Test(effects, an_index_over_what_is_not_there_cannot_be_put)
{
    static const struct scripted_answer answers[] = {NOT_FOUND, {0}};

    g_autofree char *log = scripted_site_run(answers, put_index);

    cr_assert(
        g_str_has_prefix(log, "seatrial-oci-error 404: ghcr.io/o/app has no manifest sha256:"),
        "%s", log);
}

Test(effects, an_index_over_dockers_manifests_is_dockers_list)
{
    g_autofree char *log = put_index_over(DOCKER_TYPE);

    cr_assert_not_null(strstr(log, "\"application/vnd.docker.distribution.manifest.list.v2+json\""),
                       "%s", log);
}
