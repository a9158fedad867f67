/* Tokens, Basic, plain hosts and redirects of the registry client. */
#include "oci_site.h"

#define CHALLENGE                                                                                  \
    ANSWER("401 Unauthorized",                                                                     \
           "WWW-Authenticate: Basic realm=\"old\"\r\n"                                             \
           "WWW-Authenticate: Bearer realm=\"https://auth.ghcr.io/token?x=1\","                    \
           "service=\"ghcr io\"\r\n",                                                              \
           "{}")

static void resolve_twice(struct scripted_site *site)
{
    AUTO(oci) oci = client_of(site);
    for (int i = 0; i < 2; i++) {
        AUTO(oci_image) image = NULL;
        g_autoptr(GError) error = NULL;
        if (!oci_resolve(oci, "ghcr.io/o/app:main", &image, &error))
            note_error(site, error);
    }
    note_requests(site);
    g_string_append(site->log, site->dialled->str);
}

Test(access, a_token_is_fetched_with_basic_once_and_kept)
{
    static const struct scripted_answer answers[] = {
        CHALLENGE, ANSWER("200 OK", "", "{\"access_token\":\"T1\"}"), NOT_FOUND, NOT_FOUND, {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_twice);

    cr_assert_str_eq(log, "GET /v2/o/app/manifests/main\n"
                          "GET /token?x=1&service=ghcr%20io&scope=repository%3Ao%2Fapp%3Apull "
                          "[Basic bWU6c2VjcmV0]\n"
                          "GET /v2/o/app/manifests/main [Bearer T1]\n"
                          "GET /v2/o/app/manifests/main [Bearer T1]\n"
                          "ghcr.io:443 auth.ghcr.io:443 ghcr.io:443 ghcr.io:443 ");
}

Test(access, a_token_that_has_expired_is_fetched_again)
{
    static const struct scripted_answer answers[] = {
        CHALLENGE, ANSWER("200 OK", "", "{\"token\":\"T1\"}"), NOT_FOUND,
        CHALLENGE, ANSWER("200 OK", "", "{\"token\":\"T2\"}"), NOT_FOUND,
        {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_twice);

    cr_assert_not_null(strstr(log, "GET /v2/o/app/manifests/main [Bearer T1]\n"
                                   "GET /v2/o/app/manifests/main [Bearer T1]\n"
                                   "GET /token?"));
    cr_assert_not_null(strstr(log, "GET /v2/o/app/manifests/main [Bearer T2]\n"));
}

Test(access, a_registry_that_refuses_its_own_token_is_not_asked_for_ever)
{
    static const struct scripted_answer answers[] = {
        CHALLENGE, ANSWER("200 OK", "", "{\"token\":\"T1\"}"), CHALLENGE, {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 401: unexpected status from GET request to "
                                    "https://ghcr.io/v2/o/app/manifests/main: 401 Unauthorized\n"),
              "%s", log);
}

static void resolve_hub(struct scripted_site *site)
{
    resolve(site, "alpine");
    note_requests(site);
    g_string_append(site->log, site->dialled->str);
}

Test(access, without_credentials_the_token_is_anonymous)
{
    static const struct scripted_answer answers[] = {
        ANSWER("401 Unauthorized",
               "WWW-Authenticate: Bearer realm=\"https://auth.docker.io/token\","
               "service=\"registry.docker.io\"\r\n",
               ""),
        ANSWER("200 OK", "", "{\"token\":\"T\"}"),
        NOT_FOUND,
        {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_hub);

    cr_assert_str_eq(log, "not there\nGET /v2/library/alpine/manifests/latest\n"
                          "GET /token?service=registry.docker.io&scope=repository%3Alibrary%2F"
                          "alpine%3Apull\n"
                          "GET /v2/library/alpine/manifests/latest [Bearer T]\n"
                          "registry-1.docker.io:443 auth.docker.io:443 registry-1.docker.io:443 ");
}

Test(access, a_token_service_that_fails_says_so_without_its_query)
{
    static const struct {
        const char *answer;
        const char *error;
    } rows[] = {
        {"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
         "seatrial-oci-error 503: oauth token: unexpected status from GET request to "
         "https://auth.ghcr.io/token: 503 Service Unavailable\n"},
        {"HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n"
         "{\"details\":\"incorrect username or password\"}",
         "seatrial-oci-error 401: oauth token: unexpected status from GET request to "
         "https://auth.ghcr.io/token: 401 Unauthorized: incorrect username or password\n"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"token\":\"a\\r\\nX: y\"}",
         "seatrial-oci-error 0: oauth token: the answer of https://auth.ghcr.io/token holds "
         "none\n"},
        {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<html>",
         "seatrial-oci-error 0: oauth token: the answer of https://auth.ghcr.io/token holds "
         "none\n"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct scripted_answer answers[] = {CHALLENGE, {.text = rows[i].answer}, {0}};

        g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

        cr_expect(g_str_has_prefix(log, rows[i].error), "%s", log);
    }
}

Test(access, a_token_service_that_hangs_up_is_named_without_its_query)
{
    static const struct scripted_answer answers[] = {CHALLENGE, {.text = ""}, {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert(g_str_has_prefix(log, "seatrial-http-error 9: GET https://auth.ghcr.io/token: "),
              "%s", log);
}

Test(access, a_password_is_not_sent_to_a_realm_in_plain_http)
{
    static const struct scripted_answer answers[] = {
        ANSWER("401 Unauthorized", "WWW-Authenticate: Bearer realm=\"http://auth/token\"\r\n", ""),
        {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert_str_eq(log, "seatrial-oci-error 0: ghcr.io sends to 'http://auth/token' for a token, "
                          "which is no https URL\nGET /v2/o/app/manifests/main\n");
}

Test(access, basic_is_answered_with_basic)
{
    static const struct scripted_answer answers[] = {
        ANSWER("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n", ""), NOT_FOUND, {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert_str_eq(log, "not there\nGET /v2/o/app/manifests/main\n"
                          "GET /v2/o/app/manifests/main [Basic bWU6c2VjcmV0]\n");
}

Test(access, a_401_that_asks_for_nothing_is_the_answer)
{
    static const struct scripted_answer answers[] = {
        ANSWER("401 Unauthorized", "", "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}"), {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert_str_eq(log, "seatrial-oci-error 401: unexpected status from GET request to "
                          "https://ghcr.io/v2/o/app/manifests/main: 401 Unauthorized: "
                          "unauthorized\nGET /v2/o/app/manifests/main\n");
}

static void resolve_plain(struct scripted_site *site)
{
    resolve(site, "localhost:5000/a:1");
    g_string_append(site->log, site->dialled->str);
}

Test(access, a_plain_host_is_spoken_to_without_tls)
{
    static const struct scripted_answer answers[] = {ANSWER("503 Service Unavailable", "", ""),
                                                     {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_plain);

    cr_assert_str_eq(log, "seatrial-oci-error 503: unexpected status from GET request to "
                          "http://localhost:5000/v2/a/manifests/1: 503 Service Unavailable\n"
                          "localhost:5000 ");
}

Test(access, a_redirect_to_another_host_gets_no_credentials)
{
    static const char config[] = "{\"os\":\"linux\",\"architecture\":\"amd64\"}";
    g_autofree char *manifest = manifest_of(config);
    g_autofree char *second = answer_of("200 OK", TYPE(MANIFEST_TYPE), manifest);
    g_autofree char *last = answer_of("200 OK", "", config);
    const struct scripted_answer answers[] = {
        ANSWER("401 Unauthorized", "WWW-Authenticate: Basic realm=\"r\"\r\n", ""),
        {.text = second},
        ANSWER("307 Temporary Redirect", "Location: /v2/moved\r\n", ""),
        ANSWER("307 Temporary Redirect", "Location: https://cdn.example/b?sig=secret\r\n", ""),
        {.text = last},
        {0}};

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert_not_null(strstr(log, ": linux/amd64@"), "%s", log);
    cr_assert_not_null(strstr(log, "GET /v2/moved [Basic bWU6c2VjcmV0]\nGET /b?sig=secret\n"));
}

Test(access, redirects_without_end_are_given_up)
{
    g_autofree char *manifest = manifest_of("{}");
    g_autofree char *first = answer_of("200 OK", TYPE(MANIFEST_TYPE), manifest);
    struct scripted_answer answers[16] = {{.text = first}};
    for (int i = 1; i < 15; i++)
        answers[i] = (struct scripted_answer)ANSWER("302 Found", "Location: /again\r\n", "");

    g_autofree char *log = scripted_site_run(answers, resolve_ghcr);

    cr_assert(g_str_has_prefix(log, "seatrial-oci-error 0: more than 5 redirects from "
                                    "https://ghcr.io/v2/o/app/blobs/sha256:"),
              "%s", log);
}
