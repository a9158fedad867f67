/* Requests of imagetools to registries: tokens, manifests, blobs. */
#include "mocks/commands/buildx/registry.h"

#include "base/digest.h"
#include "mocks/puller/remote.h"

#include <string.h>

enum {
    RESPONSES_MAX = 6
};

static const char accept_line[] =
    "Accept: application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*";

struct registry_client {
    struct plugin_run *run;
    GHashTable *authorizations; /* "domain path" to a header line; looked up, never walked */
};

struct registry_client *registry_client_new(struct plugin_run *run)
{
    struct registry_client *client = g_new0(struct registry_client, 1);
    client->run = run;
    client->authorizations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return client;
}

void registry_client_free(struct registry_client *client)
{
    if (client == NULL)
        return;
    g_hash_table_unref(client->authorizations);
    g_free(client);
}

void registry_document_clear(struct registry_document *document)
{
    g_clear_pointer(&document->bytes, g_bytes_unref);
    g_free(document->digest);
    g_free(document->media_type);
}

/* ---- authorization ---- */

static char *basic_of(const struct docker_cli_login *login)
{
    g_autofree char *pair = g_strconcat(login->user, ":", login->secret, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strconcat("Authorization: Basic ", encoded, NULL);
}

/* buildx is a program of the machine, as the daemon is: its address and its name server. */
static const struct puller_habits *habits(void)
{
    return puller_habits_of(PULLER_CONTAINERD);
}

static struct remote *remote_for(const struct registry_client *client,
                                 const struct reference *reference,
                                 const struct docker_cli_login *login)
{
    const struct credentials credentials = {login->user, login->secret};
    const struct remote_target target = {
        .http = docker_cli_http(client->run->cli),
        .habits = habits(),
        .host = remote_host_of(reference->domain),
        .repository = reference->path,
        .actions = "pull,push",
        .credentials = login->user != NULL && login->secret != NULL ? &credentials : NULL,
    };
    return remote_new(&target);
}

/* The header that a 401 asks for; NULL without an error: none is to be had. */
static char *authorize(struct registry_client *client, const struct reference *reference,
                       const struct http_response *refusal, GError **error)
{
    bool is_hub = strcmp(reference->domain, "docker.io") == 0;
    struct docker_cli_login login = docker_cli_login_of(
        client->run->call, is_hub ? "https://index.docker.io/v1/" : reference->domain);
    AUTO(remote) remote = remote_for(client, reference, &login);
    char *line = NULL;
    bool is_understood = remote_learn(remote, refusal);
    if (is_understood && remote->scheme == CHALLENGE_BASIC && remote->username != NULL) {
        line = basic_of(&login);
    } else if (is_understood && remote->scheme == CHALLENGE_BEARER) {
        if (remote_renew_token(remote, error))
            line = g_strconcat("Authorization: Bearer ", remote->token, NULL);
        else
            mishap_prefix(error, "failed to authorize: ");
    }
    docker_cli_login_clear(&login);
    return line;
}

/* ---- one request ---- */

struct registry_call {
    const char *method;
    const struct reference *reference;
    char *url;
    const char *header; /* one line, or NULL */
    GBytes *body;
};

static char *url_of(const struct reference *reference, const char *path)
{
    const char *domain = reference->domain;
    bool is_plain = g_str_has_prefix(domain, "localhost") || g_str_has_prefix(domain, "127.");
    return g_strdup_printf("%s://%s/v2/%s%s", is_plain ? "http" : "https",
                           strcmp(domain, "docker.io") == 0 ? "registry-1.docker.io" : domain,
                           reference->path, path);
}

static bool send(struct registry_client *client, const struct registry_call *call,
                 const char *authorization, struct http_response *response, GError **error)
{
    const char *headers[4] = {"User-Agent: buildx/v0.26", NULL};
    gsize count = 1;
    if (call->header != NULL)
        headers[count++] = call->header;
    if (authorization != NULL)
        headers[count++] = authorization;
    const struct http_request request = {
        .method = call->method, .url = call->url, .headers = headers, .body = call->body};
    g_autoptr(GError) reason = NULL;
    if (http_perform(docker_cli_http(client->run->cli), &request, response, &reason))
        return true;
    if (reason->domain != HTTP_ERROR) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    g_autofree char *words = go_transport_words(habits(), reason, call->method, call->url);
    g_autofree char *text = go_url_error(call->method, call->url, words);
    mishap_set(error, MISHAP_TRANSPORT, reason->code, "failed to do request: %s", text);
    return false;
}

static bool ask_once(struct registry_client *client, const struct registry_call *call,
                     struct http_response *response, GError **error)
{
    g_autofree char *key = g_strconcat(call->reference->domain, " ", call->reference->path, NULL);
    const char *known = g_hash_table_lookup(client->authorizations, key);
    http_response_clear(response);
    if (!send(client, call, known, response, error))
        return false;
    if (response->status != 401)
        return true;
    g_autoptr(GError) reason = NULL;
    char *line = authorize(client, call->reference, response, &reason);
    if (reason != NULL) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    if (line == NULL)
        return true;
    g_hash_table_replace(client->authorizations, g_steal_pointer(&key), line);
    http_response_clear(response);
    return send(client, call, line, response, error);
}

/* containerd's resolver asks again at once (core/remotes/docker/resolver.go retryRequest). */
static bool may_ask_again(unsigned status, unsigned before)
{
    bool is_busy = status == 408 || status == 429;
    bool is_down = status == 500 || status == 503 || status == 504;
    return is_busy || (is_down && status != before);
}

static bool ask(struct registry_client *client, const struct registry_call *call,
                struct http_response *response, GError **error)
{
    unsigned before = 0;
    for (guint count = 1; ask_once(client, call, response, error); count++) {
        if (count >= RESPONSES_MAX || !may_ask_again(response->status, before))
            return true;
        before = response->status;
    }
    return false;
}

static bool fail_status(const struct registry_call *call, unsigned status, GError **error)
{
    g_autofree char *text = go_status(status);
    mishap_set(error, MISHAP_STATUS, (int)status, "unexpected status from %s request to %s: %s",
               call->method, call->url, text);
    return false;
}

static bool perform(struct registry_client *client, const struct registry_call *call,
                    struct http_response *response, GError **error)
{
    return ask(client, call, response, error) &&
           (response->status < 400 || fail_status(call, response->status, error));
}

/* ---- manifests ---- */

static bool find_digest(struct registry_client *client, const struct reference *reference,
                        char **digest, GError **error)
{
    if (reference->digest != NULL) {
        *digest = g_strdup(reference->digest);
        return true;
    }
    HTTP_RESPONSE(response);
    g_autofree char *path = g_strconcat("/manifests/", reference->tag, NULL);
    g_autofree char *url = url_of(reference, path);
    const struct registry_call call = {"HEAD", reference, url, accept_line, NULL};
    if (!ask(client, &call, &response, error))
        return false;
    if (response.status == 404) {
        g_autofree char *name = reference_text(reference);
        return run_fail(error, "%s: not found", name);
    }
    if (response.status >= 400)
        return fail_status(&call, response.status, error);
    *digest = g_strdup(http_response_header(&response, "Docker-Content-Digest"));
    return *digest != NULL || run_fail(error, "could not resolve digest of %s", url);
}

bool registry_resolve(struct registry_client *client, const struct reference *reference,
                      struct registry_document *document, GError **error)
{
    HTTP_RESPONSE(response);
    if (!find_digest(client, reference, &document->digest, error))
        return false;
    g_autofree char *path = g_strconcat("/manifests/", document->digest, NULL);
    g_autofree char *url = url_of(reference, path);
    const struct registry_call call = {"GET", reference, url, accept_line, NULL};
    if (!ask(client, &call, &response, error))
        return false;
    if (response.status == 404) {
        g_autofree char *name = reference_text(reference);
        return run_fail(error, "%s: not found", name);
    }
    if (response.status >= 400)
        return fail_status(&call, response.status, error);
    const char *type = http_response_header(&response, "Content-Type");
    document->bytes = g_bytes_ref(response.body);
    document->media_type = g_strdup(type != NULL ? type : "");
    return true;
}

bool registry_put_manifest(struct registry_client *client, const struct reference *to,
                           const char *wanted, const char *media_type, GBytes *bytes,
                           GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *path = g_strconcat("/manifests/", wanted, NULL);
    g_autofree char *url = url_of(to, path);
    g_autofree char *type = g_strconcat("Content-Type: ", media_type, NULL);
    const struct registry_call call = {"PUT", to, url, type, bytes};
    return perform(client, &call, &response, error);
}

/* ---- blobs ---- */

bool registry_get_blob(struct registry_client *client, const struct reference *reference,
                       const char *digest, GBytes **bytes, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *path = g_strconcat("/blobs/", digest, NULL);
    g_autofree char *url = url_of(reference, path);
    const struct registry_call call = {"GET", reference, url, NULL, NULL};
    if (!ask(client, &call, &response, error))
        return false;
    const char *location = http_response_header(&response, "Location");
    if (response.status >= 300 && response.status < 400 && location != NULL) {
        g_autofree char *next = http_url_join(url, location, error);
        const struct registry_call again = {"GET", reference, next, NULL, NULL};
        HTTP_RESPONSE(second);
        if (next == NULL || !send(client, &again, NULL, &second, error))
            return false;
        *bytes = g_bytes_ref(second.body);
        return second.status < 400 || fail_status(&again, second.status, error);
    }
    *bytes = g_bytes_ref(response.body);
    return response.status < 400 || fail_status(&call, response.status, error);
}

static bool upload(struct registry_client *client, const struct reference *to, const char *location,
                   const char *digest, GBytes *bytes, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *escaped = http_escape(digest);
    g_autofree char *url =
        g_strconcat(location, strchr(location, '?') != NULL ? "&" : "?", "digest=", escaped, NULL);
    const struct registry_call call = {"PUT", to, url, "Content-Type: application/octet-stream",
                                       bytes};
    return perform(client, &call, &response, error);
}

static bool begin_upload(struct registry_client *client, const struct reference *from,
                         const struct reference *to, const char *digest, char **location,
                         GError **error)
{
    HTTP_RESPONSE(response);
    bool may_mount = strcmp(from->domain, to->domain) == 0;
    g_autofree char *escaped = http_escape(digest);
    g_autofree char *source = http_escape(from->path);
    g_autofree char *path =
        may_mount ? g_strdup_printf("/blobs/uploads/?mount=%s&from=%s", escaped, source)
                  : g_strdup("/blobs/uploads/");
    g_autofree char *url = url_of(to, path);
    g_autoptr(GBytes) empty = g_bytes_new(NULL, 0);
    const struct registry_call call = {"POST", to, url, NULL, empty};
    if (!perform(client, &call, &response, error))
        return false;
    const char *next = http_response_header(&response, "Location");
    if (response.status == 201)
        return true;
    *location = next != NULL ? http_url_join(url, next, error) : NULL;
    return *location != NULL || run_fail(error, "no upload location from %s", url);
}

bool registry_copy_blob(struct registry_client *client, const struct reference *from,
                        const struct reference *to, const char *digest, GError **error)
{
    HTTP_RESPONSE(response);
    g_autofree char *path = g_strconcat("/blobs/", digest, NULL);
    g_autofree char *url = url_of(to, path);
    g_autofree char *location = NULL;
    g_autoptr(GBytes) bytes = NULL;
    const struct registry_call call = {"HEAD", to, url, NULL, NULL};
    if (!ask(client, &call, &response, error))
        return false;
    if (response.status < 300)
        return true;
    if (response.status != 404)
        return fail_status(&call, response.status, error);
    if (!begin_upload(client, from, to, digest, &location, error))
        return false;
    return location == NULL || (registry_get_blob(client, from, digest, &bytes, error) &&
                                upload(client, to, location, digest, bytes, error));
}
