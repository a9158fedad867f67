/* Requests to a registry with its token or Basic credentials. */
#include "mocks/commands/docker/registry_client.h"

#include "mocks/puller/mishap.h"

#include <string.h>

#define HEADER_LINES_MAX 5

static const char accepted[] =
    "Accept: application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";

static char *base_of(const char *domain)
{
    bool is_local = g_str_has_prefix(domain, "127.") || g_str_has_prefix(domain, "localhost:") ||
                    g_str_equal(domain, "localhost");
    return g_strconcat(is_local ? "http://" : "https://",
                       g_str_equal(domain, "docker.io") ? "registry-1.docker.io" : domain, NULL);
}

/* key="value" of a challenge; g_free, NULL: not said. */
static char *challenge_value(const char *challenge, const char *key)
{
    g_autofree char *mark = g_strconcat(key, "=\"", NULL);
    const char *start = strstr(challenge, mark);
    if (start == NULL)
        return NULL;
    start += strlen(mark);
    return g_strndup(start, strcspn(start, "\""));
}

/* The CLI speaks to registries with the daemon's own client library, from the same machine. */
static const struct puller_habits *habits(void)
{
    return puller_habits_of(PULLER_DOCKER_28);
}

static bool fail_transport(const char *method, const char *url, const GError *reason,
                           GError **error)
{
    g_autofree char *words = go_transport_words(habits(), reason, method, url);
    g_autofree char *text = go_url_error(method, url, words);
    return cli_refuse(error, "%s", text);
}

static bool perform(struct registry_client *client, const char *method, const char *url,
                    GBytes *body, const char *media_type, struct http_response *response,
                    GError **error)
{
    g_autofree char *type =
        media_type != NULL ? g_strconcat("Content-Type: ", media_type, NULL) : NULL;
    g_autofree char *agent = g_strdup_printf("User-Agent: Docker-Client/%s (linux)",
                                             client->invocation->cli->options.version);
    const char *headers[HEADER_LINES_MAX + 1] = {agent, accepted};
    gsize count = 2;
    g_autoptr(GError) reason = NULL;

    if (client->authorization != NULL)
        headers[count++] = client->authorization;
    if (type != NULL)
        headers[count++] = type;
    const struct http_request request = {
        .method = method, .url = url, .headers = headers, .body = body};
    if (http_perform(client->invocation->cli->options.http, &request, response, &reason))
        return true;
    if (reason->domain == HTTP_ERROR)
        return fail_transport(method, url, reason, error);
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

/* The first of the registry's own errors: "denied: requested access …"; of what is the server's
   fault the status alone (distribution client/errors.go). */
static bool fail_with_answer(const struct http_response *response, GError **error)
{
    g_autoptr(GError) reason = NULL;
    mishap_from_answer(&reason, habits(), response);
    return cli_refuse(error, "%s", reason->message);
}

static char *basic_line(struct registry_client *client)
{
    struct docker_cli_login login =
        docker_cli_login_of(client->invocation->call, client->reference->domain);
    if (login.user == NULL)
        return NULL;
    g_autofree char *pair = g_strconcat(login.user, ":", login.secret, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    docker_cli_login_clear(&login);
    return g_strconcat("Authorization: Basic ", encoded, NULL);
}

/* from: another repository that is to be read with it, or NULL. */
static char *token_url(const struct registry_client *client, const char *from)
{
    g_autofree char *realm = challenge_value(client->challenge, "realm");
    g_autofree char *service = challenge_value(client->challenge, "service");
    g_autofree char *scope = g_strdup_printf("repository:%s:%s", client->reference->path,
                                             client->is_push ? "pull,push" : "pull");
    g_autofree char *more = g_strdup_printf("repository:%s:pull", from != NULL ? from : "");
    GString *url = g_string_new(realm != NULL ? realm : "");
    docker_query_append(url, "scope", scope);
    if (from != NULL)
        docker_query_append(url, "scope", more);
    docker_query_append(url, "service", service);
    return g_string_free(url, FALSE);
}

/* Takes the place of what the client has: Basic for the token itself, or an earlier one. */
static bool fetch_token(struct registry_client *client, const char *from, GError **error)
{
    g_autofree char *url = token_url(client, from);
    HTTP_RESPONSE(response);

    if (strstr(client->challenge, "realm=") == NULL)
        return cli_refuse(error, "unauthorized: authentication required");
    g_free(client->authorization);
    client->authorization = basic_line(client);
    if (!perform(client, "GET", url, NULL, NULL, &response, error))
        return false;
    g_autoptr(json_t) answer = json_parse_gbytes(response.body, NULL);
    const char *token =
        json_get_string(answer, "token", json_get_string(answer, "access_token", ""));
    if (response.status >= 400)
        return fail_with_answer(&response, error);
    if (*token == '\0')
        return cli_refuse(error, "authorization server did not include a token in the response");
    g_free(client->authorization);
    client->authorization = g_strconcat("Authorization: Bearer ", token, NULL);
    return true;
}

static bool needs_token(const struct registry_client *client)
{
    return client->challenge != NULL && g_str_has_prefix(client->challenge, "Bearer");
}

bool registry_client_open(struct registry_client *client, struct invocation *invocation,
                          const struct image_reference *reference, bool is_push, GError **error)
{
    HTTP_RESPONSE(response);

    *client = (struct registry_client){.invocation = invocation,
                                       .reference = reference,
                                       .base = base_of(reference->domain),
                                       .is_push = is_push};
    g_autofree char *url = g_strconcat(client->base, "/v2/", NULL);
    if (!perform(client, "GET", url, NULL, NULL, &response, error)) {
        g_prefix_error_literal(error, "failed to configure transport: error pinging v2 registry: ");
        return false;
    }
    const char *challenge = http_response_header(&response, "WWW-Authenticate");
    if (response.status != 401 || challenge == NULL)
        return true;
    client->challenge = g_strdup(challenge);
    client->authorization = basic_line(client);
    return !needs_token(client) || fetch_token(client, NULL, error);
}

void registry_client_clear(struct registry_client *client)
{
    g_clear_pointer(&client->base, g_free);
    g_clear_pointer(&client->challenge, g_free);
    g_clear_pointer(&client->authorization, g_free);
}

static char *url_of(const struct registry_client *client, const char *kind, const char *name)
{
    return g_strdup_printf("%s/v2/%s/%s/%s", client->base, client->reference->path, kind, name);
}

static const char *own_name(const struct image_reference *reference)
{
    return reference->digest != NULL ? reference->digest
           : reference->tag != NULL  ? reference->tag
                                     : "latest";
}

bool registry_client_manifest(struct registry_client *client, const char *tag_or_digest,
                              GBytes **bytes, char **media_type, GError **error)
{
    const char *name = tag_or_digest != NULL ? tag_or_digest : own_name(client->reference);
    g_autofree char *url = url_of(client, "manifests", name);
    HTTP_RESPONSE(response);

    *bytes = NULL;
    if (!perform(client, "GET", url, NULL, NULL, &response, error))
        return false;
    if (response.status == 404)
        return true;
    if (response.status != 200)
        return fail_with_answer(&response, error);
    *bytes = g_bytes_ref(response.body);
    *media_type = g_strdup(http_response_header(&response, "Content-Type"));
    return true;
}

/* Blobs lie elsewhere: where a registry sends to, Go's client goes without credentials
   (RFC 9110 15.4). */
static bool follow(struct registry_client *client, struct http_response *response, GError **error)
{
    struct registry_client bare = *client;
    bare.authorization = NULL;
    for (int i = 0; i < REDIRECTS_MAX; i++) {
        const char *place = http_response_header(response, "Location");
        if (response->status / 100 != 3 || place == NULL)
            return true;
        bool is_relative = *place == '/';
        g_autofree char *url = g_strconcat(is_relative ? client->base : "", place, NULL);
        http_response_clear(response);
        if (!perform(is_relative ? client : &bare, "GET", url, NULL, NULL, response, error))
            return false;
    }
    return cli_refuse(error, "stopped after %d redirects", REDIRECTS_MAX);
}

bool registry_client_blob(struct registry_client *client, const char *digest, GBytes **bytes,
                          GError **error)
{
    g_autofree char *url = url_of(client, "blobs", digest);
    HTTP_RESPONSE(response);

    if (!perform(client, "GET", url, NULL, NULL, &response, error) ||
        !follow(client, &response, error))
        return false;
    if (response.status != 200)
        return fail_with_answer(&response, error);
    *bytes = g_bytes_ref(response.body);
    return true;
}

/* distribution's client asks for a token of its own for each request with `from`, which lets it
   read there too (registry/client/auth/session.go). */
static bool perform_mount(struct registry_client *client, const char *url, const char *from,
                          struct http_response *response, GError **error)
{
    struct registry_client once = *client;
    g_autoptr(GBytes) nothing = g_bytes_new(NULL, 0);
    once.authorization = g_strdup(client->authorization);
    bool is_done = (!needs_token(client) || fetch_token(&once, from, error)) &&
                   perform(&once, "POST", url, nothing, NULL, response, error);
    g_free(once.authorization);
    return is_done;
}

bool registry_client_mount(struct registry_client *client, const char *digest, const char *from,
                           GError **error)
{
    g_autofree char *base = url_of(client, "blobs", "uploads/");
    g_autoptr(GString) url = g_string_new(base);
    HTTP_RESPONSE(response);

    docker_query_append(url, "from", from);
    docker_query_append(url, "mount", digest);
    if (!perform_mount(client, url->str, from, &response, error))
        return false;
    if (response.status == 201)
        return true;
    if (response.status >= 400)
        return fail_with_answer(&response, error);
    return cli_refuse(error, "error mounting %s@%s to %s/%s", from, digest,
                      client->reference->domain, client->reference->path);
}

bool registry_client_put_manifest(struct registry_client *client, const char *tag_or_digest,
                                  GBytes *bytes, const char *media_type, GError **error)
{
    const char *name = tag_or_digest != NULL ? tag_or_digest : own_name(client->reference);
    g_autofree char *url = url_of(client, "manifests", name);
    HTTP_RESPONSE(response);

    if (!perform(client, "PUT", url, bytes, media_type, &response, error))
        return false;
    return response.status < 400 || fail_with_answer(&response, error);
}
