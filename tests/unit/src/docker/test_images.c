/* Pull, push, inspect and tag: what is sent, and when a stream counts as success. */
#include "engine_answers.h"

#include <criterion/criterion.h>
#include <string.h>

#define PULLING "{\"status\":\"Pulling from t/bb\",\"id\":\"1\"}\r\n"
#define DIGEST  "{\"status\":\"Digest: sha256:f59466\"}\r\n"
#define STATUS  "{\"status\":\"Status: Downloaded newer image for a:1\"}\r\n"
#define FAILURE                                                                                    \
    "{\"errorDetail\":{\"message\":\"unexpected EOF\"},\"error\":\"unexpected EOF\"}\r\n"

static const struct docker_credentials credentials = {
    .registry = "127.0.0.1:5000", .username = "me", .password = "pw"};

static void note_progress(void *context, const char *status, const char *id, int64_t current,
                          int64_t total)
{
    struct scripted_site *site = context;
    g_string_append_printf(site->log, "[%s %s %d/%d]", status, id != NULL ? id : "-", (int)current,
                           (int)total);
}

static void pull(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    if (docker_pull(docker, "ghcr.io/o/a:1", "linux/arm64", NULL, note_progress, site, &error))
        g_string_append(site->log, " pulled");
    else
        note_error(site, error);
}

static char *pull_from(const char *answer)
{
    const struct scripted_answer answers[] = {PING, {.text = answer}, {0}};
    return scripted_site_run(answers, pull);
}

/* Each object as a chunk of its own, as dockerd flushes them; is_whole adds the last chunk. */
static char *chunked(const char *const *objects, bool is_whole)
{
    GString *answer = g_string_new(CHUNKED_HEAD);
    for (gsize i = 0; objects[i] != NULL; i++)
        g_string_append_printf(answer, "%zx\r\n%s\r\n", strlen(objects[i]), objects[i]);
    if (is_whole)
        g_string_append(answer, "0\r\n\r\n");
    return g_string_free(answer, FALSE);
}

static char *pull_objects(const char *const *objects, bool is_whole)
{
    g_autofree char *answer = chunked(objects, is_whole);
    return pull_from(answer);
}

Test(images, a_pull_that_says_its_status_has_succeeded)
{
    static const char *const objects[] = {PULLING, DIGEST, STATUS, NULL};

    g_autofree char *log = pull_objects(objects, /* is_whole= */ true);

    cr_assert_str_eq(log, "[Pulling from t/bb 1 0/0][Digest: sha256:f59466 - 0/0]"
                          "[Status: Downloaded newer image for a:1 - 0/0] pulled");
}

Test(images, a_pull_that_ends_without_saying_how_has_failed)
{
    static const char *const objects[] = {PULLING, NULL};

    g_autofree char *log = pull_objects(objects, /* is_whole= */ true);

    cr_assert_str_eq(log, "[Pulling from t/bb 1 0/0]"
                          "docker 1: the pull of ghcr.io/o/a:1 ended without saying how\n");
}

Test(images, a_pull_whose_stream_is_cut_has_failed_even_after_its_status)
{
    static const char *const objects[] = {STATUS, NULL};

    g_autofree char *log = pull_objects(objects, /* is_whole= */ false);

    cr_assert(strstr(log, "docker 1: the Engine's stream was cut: ") != NULL, "%s", log);
    cr_assert(!g_str_has_suffix(log, " pulled"));
}

Test(images, an_error_inside_200_is_a_failure_with_the_daemons_text)
{
    static const char *const objects[] = {PULLING, FAILURE, STATUS, NULL};

    g_autofree char *log = pull_objects(objects, /* is_whole= */ true);

    cr_assert_str_eq(log, "[Pulling from t/bb 1 0/0]docker 0: unexpected EOF\n");
}

Test(images, an_error_before_the_stream_has_its_status)
{
    g_autofree char *log = pull_from("HTTP/1.1 404 Not Found\r\nContent-Length: 52\r\n\r\n"
                                     "{\"message\":\"manifest for a:1 not found: no such\"}    ");

    cr_assert_str_eq(log, "docker 404: manifest for a:1 not found: no such\n");
}

Test(images, a_stream_of_something_else_is_refused)
{
    g_autofree char *log = pull_from(CHUNKED_HEAD "6\r\n<html>\r\n0\r\n\r\n");

    cr_assert(g_str_has_prefix(log, "docker 2: the Engine's stream holds what is no JSON object"));
}

static void pull_forms(struct scripted_site *site)
{
    static const char *const references[] = {"moby/buildkit", "localhost:5000/a", "a:1@sha256:ff"};
    AUTO(docker) docker = engine_of(site);
    for (gsize i = 0; i < G_N_ELEMENTS(references); i++)
        cr_assert(docker_pull(docker, references[i], NULL, i == 0 ? NULL : &credentials, NULL, NULL,
                              NULL));
    note_targets(site);
    for (guint i = 1; i < 3; i++) {
        const char *auth = strstr(scripted_site_request(site, i), "X-Registry-Auth: ");
        cr_assert_not_null(auth);
        g_string_append_len(site->log, auth, (gssize)strcspn(auth, "\r"));
        g_string_append_c(site->log, '\n');
    }
}

Test(images, a_pull_names_image_tag_and_credentials_as_dockers_client_does)
{
    static const struct scripted_answer answers[] = {
        PING, ANSWER("200 OK", STATUS), ANSWER("200 OK", STATUS), ANSWER("200 OK", STATUS), {0}};

    g_autofree char *log = scripted_site_run(answers, pull_forms);

    cr_assert_str_eq(
        log, "HEAD /_ping\n"
             "POST /v1.41/images/create?fromImage=moby%2Fbuildkit&tag=latest\n"
             "POST /v1.41/images/create?fromImage=localhost%3A5000%2Fa&tag=latest\n"
             "POST /v1.41/images/create?fromImage=a&tag=sha256%3Aff\n"
             "X-Registry-Auth: e30=\n"
             "X-Registry-Auth: eyJ1c2VybmFtZSI6Im1lIiwicGFzc3dvcmQiOiJwdyIsInNlcnZlcmFkZHJlc3MiOiIx"
             "MjcuMC4wLjE6NTAwMCJ9\n");
}

static void pull_nothing(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    static const char *const references[] = {"", ":1", "a:", "a@"};
    for (gsize i = 0; i < G_N_ELEMENTS(references); i++) {
        g_autoptr(GError) error = NULL;
        cr_assert(!docker_pull(docker, references[i], NULL, NULL, NULL, NULL, &error));
        g_string_append_printf(site->log, "%s\n", error->message);
    }
    cr_assert_eq(site->requests->len, 0);
}

Test(images, a_reference_that_names_nothing_is_refused_before_anything_is_sent)
{
    static const struct scripted_answer answers[] = {{0}};

    g_autofree char *log = scripted_site_run(answers, pull_nothing);

    cr_assert_str_eq(log, "'' is no image reference; write name, name:tag or name@digest\n"
                          "':1' is no image reference; write name, name:tag or name@digest\n"
                          "'a:' is no image reference; write name, name:tag or name@digest\n"
                          "'a@' is no image reference; write name, name:tag or name@digest\n");
}

#define HEX64 "f59466bf257dbd385ab633fd32644f1d3bc9a997e2ade5d2d5cca55b734d511f"

static void push(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    g_autoptr(GError) error = NULL;
    g_autofree char *digest = NULL;
    if (docker_push(docker, "127.0.0.1:5000/t/bb:1", &credentials, NULL, NULL, &digest, &error))
        g_string_append_printf(site->log, "%s\n", digest);
    else
        note_error(site, error);
    cr_assert_null(strstr(site->log->str, "pw"));
    note_targets(site);
}

static char *push_to(const char *body)
{
    g_autofree char *answer =
        g_strconcat("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", body, NULL);
    const struct scripted_answer answers[] = {PING, {.text = answer}, {0}};
    return scripted_site_run(answers, push);
}

#define PUSH_TARGETS "HEAD /_ping\nPOST /v1.41/images/127.0.0.1:5000/t/bb/push?tag=1\n"

Test(images, a_push_gives_the_digest_of_its_aux_object)
{
    g_autofree char *log =
        push_to("{\"status\":\"The push refers to repository [127.0.0.1:5000/t/bb]\"}\r\n"
                "{\"progressDetail\":{},\"aux\":{\"Tag\":\"1\",\"Digest\":\"sha256:" HEX64
                "\",\"Size\":527}}\r\n");

    cr_assert_str_eq(log, "sha256:" HEX64 "\n" PUSH_TARGETS);
}

Test(images, a_push_may_tell_its_digest_in_its_status_alone)
{
    g_autofree char *log = push_to("{\"status\":\"1: digest: sha256:" HEX64 " size: 527\"}\r\n");

    cr_assert_str_eq(log, "sha256:" HEX64 "\n" PUSH_TARGETS);
}

Test(images, a_push_without_a_digest_has_failed)
{
    g_autofree char *log = push_to("{\"status\":\"Pushed\",\"id\":\"e12737709ab2\"}\r\n"
                                   "{\"aux\":{\"Digest\":\"sha256:short\"}}");

    cr_assert_str_eq(log, "docker 1: the push of 127.0.0.1:5000/t/bb:1 ended without saying "
                          "how\n" PUSH_TARGETS);
}

Test(images, a_push_that_is_denied_says_so_inside_200)
{
    g_autofree char *log = push_to("{\"status\":\"Preparing\",\"id\":\"e12737709ab2\"}\r\n"
                                   "{\"errorDetail\":{\"message\":\"denied: denied\"},"
                                   "\"error\":\"denied: denied\"}\r\n");

    cr_assert_str_eq(log, "docker 0: denied: denied\n" PUSH_TARGETS);
}

static void inspect(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    AUTO(docker_image) image = NULL;
    AUTO(docker_image) missing = NULL;

    cr_assert(docker_image_inspect(docker, "127.0.0.1:5000/t/bb:1", &image, NULL));
    cr_assert(docker_image_inspect(docker, "none", &missing, NULL));

    cr_assert_null(missing);
    cr_assert_eq(image->tags->len, 1);
    cr_assert_eq(image->digests->len, 1);
    g_string_append_printf(site->log, "%s %s %s %s %d\n", image->id, image->platform,
                           (char *)g_ptr_array_index(image->tags, 0),
                           (char *)g_ptr_array_index(image->digests, 0), (int)image->size_bytes);
    note_targets(site);
}

Test(images, an_inspected_image_has_its_platform_and_a_missing_one_is_no_error)
{
    static const struct scripted_answer answers[] = {
        PING,
        ANSWER("200 OK", "{\"Id\":\"sha256:be39\",\"RepoTags\":[\"127.0.0.1:5000/t/bb:1\"],"
                         "\"RepoDigests\":[\"127.0.0.1:5000/t/bb@sha256:f594\"],"
                         "\"Architecture\":\"arm\",\"Variant\":\"v7\",\"Os\":\"linux\","
                         "\"Size\":1982347}"),
        ANSWER("404 Not Found", "{\"message\":\"No such image: none:latest\"}"),
        {0}};

    g_autofree char *log = scripted_site_run(answers, inspect);

    cr_assert_str_eq(log, "sha256:be39 linux/arm/v7 127.0.0.1:5000/t/bb:1 "
                          "127.0.0.1:5000/t/bb@sha256:f594 1982347\nHEAD /_ping\n"
                          "GET /v1.41/images/127.0.0.1:5000/t/bb:1/json\n"
                          "GET /v1.41/images/none/json\n");
}

static void tag(struct scripted_site *site)
{
    AUTO(docker) docker = engine_of(site);
    cr_assert(docker_image_tag(docker, "sha256:be39", "ghcr.io/o/a:main", NULL));
    note_targets(site);
}

Test(images, a_tag_names_repository_and_tag_apart)
{
    static const struct scripted_answer answers[] = {PING, ANSWER("201 Created", ""), {0}};

    g_autofree char *log = scripted_site_run(answers, tag);

    cr_assert_str_eq(log, "HEAD /_ping\n"
                          "POST /v1.41/images/sha256:be39/tag?repo=ghcr.io%2Fo%2Fa&tag=main\n");
}
