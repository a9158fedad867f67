/* POST /auth: the daemon tries the credentials on the registry itself (captures 33, 33b). */
#include "mocks/dockerd/api.h"

#include "http/http.h"

#include <string.h>

struct login {
    struct dockerd *dockerd;
    const char *username;
    const char *password;
    char *base_url; /* "https://ghcr.io/v2/" */
};

static char *basic_header(const struct login *login)
{
    g_autofree char *pair = g_strdup_printf("%s:%s", login->username, login->password);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strdup_printf("Authorization: Basic %s", encoded);
}

static bool get(const struct login *login, const char *url, const char *header,
                struct http_response *response, GError **error)
{
    const char *const headers[] = {header, NULL};
    const struct http_request request = {.url = url, .headers = headers};
    g_autoptr(GError) reason = NULL;
    if (http_perform(login->dockerd->http, &request, response, &reason))
        return true;
    return engine_fail(error, 500, "Get \"%s\": %s", url, reason->message);
}

/* The value of realm="…" or service="…" in a challenge; g_free. */
static char *challenge_value(const char *challenge, const char *key)
{
    g_autofree char *opening = g_strdup_printf("%s=\"", key);
    const char *start = strstr(challenge, opening);
    if (start == NULL)
        return NULL;
    start += strlen(opening);
    const char *end = strchr(start, '"');
    return end == NULL ? NULL : g_strndup(start, (gsize)(end - start));
}

static bool fail_status(const char *url, unsigned status, GError **error)
{
    static const struct {
        unsigned status;
        const char *text;
    } texts[] = {
        {400, "Bad Request"}, {401, "Unauthorized"},        {403, "Forbidden"},
        {404, "Not Found"},   {429, "Too Many Requests"},   {500, "Internal Server Error"},
        {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"},
    };
    const char *text = "";
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i].status == status)
            text = texts[i].text;
    /* failures.md B6; the status is 500 even for 401 (capture 33b) */
    return engine_fail(error, 500, "login attempt to %s failed with status: %u %s", url, status,
                       text);
}

/* A bearer token for the account; *header is the Authorization line. */
static bool fetch_token(const struct login *login, const char *challenge, char **header,
                        GError **error)
{
    g_autofree char *realm = challenge_value(challenge, "realm");
    g_autofree char *service = challenge_value(challenge, "service");
    g_autofree char *account = http_escape(login->username);
    g_autofree char *escaped_service = http_escape(service != NULL ? service : "");
    g_autofree char *url =
        g_strdup_printf("%s?account=%s&client_id=docker&offline_token=true&service=%s",
                        realm != NULL ? realm : "", account, escaped_service);
    g_autofree char *basic = basic_header(login);
    struct http_response response = {0};

    if (!get(login, url, basic, &response, error))
        return false;
    unsigned status = response.status;
    g_autoptr(json_t) answer = json_parse_gbytes(response.body, NULL);
    http_response_clear(&response);
    const char *token = json_get_string(answer, "token", NULL);
    if (token == NULL)
        token = json_get_string(answer, "access_token", NULL);
    if (status != 200 || token == NULL)
        return fail_status(login->base_url, status == 200 ? 401 : status, error);
    *header = g_strdup_printf("Authorization: Bearer %s", token);
    return true;
}

static bool try_again(const struct login *login, const char *challenge, GError **error)
{
    g_autofree char *header = NULL;
    struct http_response response = {0};

    if (g_ascii_strncasecmp(challenge, "Bearer", 6) != 0)
        header = basic_header(login);
    else if (!fetch_token(login, challenge, &header, error))
        return false;
    if (!get(login, login->base_url, header, &response, error))
        return false;
    unsigned status = response.status;
    http_response_clear(&response);
    return status == 200 || fail_status(login->base_url, status, error);
}

static bool log_in(const struct login *login, GError **error)
{
    struct http_response response = {0};
    if (!get(login, login->base_url, NULL, &response, error))
        return false;
    unsigned status = response.status;
    g_autofree char *challenge = g_strdup(http_response_header(&response, "WWW-Authenticate"));
    http_response_clear(&response);
    if (status == 401 && challenge != NULL)
        return try_again(login, challenge, error);
    return status == 200 || fail_status(login->base_url, status, error);
}

/* "https://index.docker.io/v1/" is the old name of Docker Hub; a bare host is its API. */
static char *base_url_of(const char *server)
{
    const char *host = g_str_has_prefix(server, "https://") ? server + strlen("https://") : server;
    g_auto(GStrv) parts = g_strsplit(host, "/", 2);
    bool is_hub = parts[0] == NULL || *parts[0] == '\0' || g_str_equal(parts[0], "docker.io") ||
                  g_str_equal(parts[0], "index.docker.io");
    bool is_local =
        !is_hub && (g_str_has_prefix(parts[0], "127.") || g_str_has_prefix(parts[0], "localhost"));
    return g_strdup_printf("%s://%s/v2/", is_local ? "http" : "https",
                           is_hub ? "registry-1.docker.io" : parts[0]);
}

HANDLER(auth_login)
{
    g_autoptr(json_t) body = api_read_json(request, error);
    if (body == NULL)
        return false;
    g_autofree char *base_url = base_url_of(json_get_string(body, "serveraddress", ""));
    const struct login login = {
        .dockerd = request->dockerd,
        .username = json_get_string(body, "username", ""),
        .password = json_get_string(body, "password", ""),
        .base_url = base_url,
    };
    if (!log_in(&login, error))
        return false;
    api_reply_json(request, 200,
                   json_pack("{s:s, s:s}", "IdentityToken", "", "Status", "Login Succeeded"));
    return true;
}
