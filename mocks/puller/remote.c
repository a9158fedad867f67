/* One request to a registry: URL, headers, redirects, and Go's words when it fails. */
#include "mocks/puller/remote.h"

#include "base/limits.h"

#include <string.h>

const char *remote_host_of(const char *domain)
{
    return strcmp(domain, "docker.io") == 0 ? "registry-1.docker.io" : domain;
}

/* Docker takes registries on the loopback for insecure: plain HTTP (engine-contract.md C). */
static bool host_is_local(const char *host)
{
    return g_str_has_prefix(host, "127.") || g_str_has_prefix(host, "localhost") ||
           g_str_has_prefix(host, "[::1]");
}

struct remote *remote_new(const struct remote_target *target)
{
    struct remote *remote = g_new0(struct remote, 1);
    const struct credentials *credentials = target->credentials;
    *remote = (struct remote){
        .http = target->http,
        .habits = target->habits,
        .host = g_strdup(target->host),
        .base =
            g_strconcat(host_is_local(target->host) ? "http://" : "https://", target->host, NULL),
        .repository = g_strdup(target->repository),
        .actions = g_strdup(target->actions),
        .username = credentials != NULL ? g_strdup(credentials->username) : NULL,
        .password = credentials != NULL ? g_strdup(credentials->password) : NULL,
    };
    return remote;
}

void remote_copy_grant(struct remote *remote, const struct remote *other)
{
    g_free(remote->realm);
    g_free(remote->service);
    g_free(remote->token);
    remote->scheme = other->scheme;
    remote->realm = g_strdup(other->realm);
    remote->service = g_strdup(other->service);
    remote->token = g_strdup(other->token);
    remote->token_expires_us = other->token_expires_us;
}

void remote_free(struct remote *remote)
{
    if (remote == NULL)
        return;
    g_free(remote->host);
    g_free(remote->base);
    g_free(remote->repository);
    g_free(remote->actions);
    g_free(remote->mount_from);
    g_free(remote->username);
    g_free(remote->password);
    g_free(remote->realm);
    g_free(remote->service);
    g_free(remote->token);
    g_free(remote);
}

void remote_answer_clear(struct remote_answer *answer)
{
    http_stream_free(answer->stream);
    http_response_clear(&answer->response);
    g_free(answer->url);
    g_clear_pointer(&answer->lines, g_ptr_array_unref);
    *answer = (struct remote_answer){0};
}

char *remote_url(const struct remote *remote, const char *path)
{
    return path[0] == '/' ? g_strconcat(remote->base, path, NULL) : g_strdup(path);
}

static void add_authorization(const struct remote *remote, GPtrArray *lines)
{
    if (remote->scheme == CHALLENGE_BEARER && remote->token != NULL) {
        g_ptr_array_add(lines, g_strconcat("Authorization: Bearer ", remote->token, NULL));
    } else if (remote->scheme == CHALLENGE_BASIC && remote->username != NULL) {
        g_autofree char *pair = g_strconcat(remote->username, ":",
                                            remote->password != NULL ? remote->password : "", NULL);
        g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
        g_ptr_array_add(lines, g_strconcat("Authorization: Basic ", encoded, NULL));
    }
}

/* Authorization goes to the registry itself only, not to where it redirects (registry.md 2, 6). */
static GPtrArray *make_lines(const struct remote *remote, const struct remote_call *call,
                             const char *url)
{
    GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(lines, g_strconcat("User-Agent: ", remote->habits->user_agent, NULL));
    for (gsize i = 0; call->headers != NULL && call->headers[i] != NULL; i++)
        g_ptr_array_add(lines, g_strdup(call->headers[i]));
    if (g_str_has_prefix(url, remote->base))
        add_authorization(remote, lines);
    if (call->declared_bytes > 0)
        g_ptr_array_add(lines, g_strdup_printf("Seatrial-Declared-Bytes: %" G_GINT64_FORMAT,
                                               call->declared_bytes));
    if (remote->habits->is_classic)
        g_ptr_array_add(lines, g_strdup("Connection: close"));
    g_ptr_array_add(lines, NULL);
    return lines;
}

struct body_source {
    GBytes *bytes;
    gsize given_bytes;
};

static gssize give_body(void *context, char *buffer, gsize size_bytes)
{
    struct body_source *source = context;
    gsize length_bytes;
    const char *bytes = g_bytes_get_data(source->bytes, &length_bytes);
    gsize count = MIN(size_bytes, length_bytes - source->given_bytes);
    if (count > 0)
        memcpy(buffer, bytes + source->given_bytes, count);
    source->given_bytes += count;
    return (gssize)count;
}

static bool open_stream(struct remote *remote, const struct http_request *request,
                        struct remote_answer *answer, GError **error)
{
    answer->stream = http_open(remote->http, request, &answer->response, error);
    return answer->stream != NULL;
}

/* The body of an answer that is no success is read: it says why. */
static bool drain_stream(struct remote_answer *answer, GError **error)
{
    GByteArray *body = g_byte_array_new();
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        if (!http_stream_read(answer->stream, &chunk, error)) {
            g_byte_array_unref(body);
            return false;
        }
        if (chunk == NULL || body->len > HTTP_HEADER_BYTES_MAX) /* enough to say why */
            break;
        g_byte_array_append(body, g_bytes_get_data(chunk, NULL), (guint)g_bytes_get_size(chunk));
    }
    g_clear_pointer(&answer->stream, http_stream_free);
    answer->response.body = g_byte_array_free_to_bytes(body);
    return true;
}

static bool send_request(struct remote *remote, const struct remote_call *call,
                         struct remote_answer *answer, GError **error)
{
    struct body_source source = {.bytes = call->body};
    struct http_request request = {
        .method = call->method,
        .url = answer->url,
        .headers = (const char *const *)answer->lines->pdata,
        .body = call->is_chunked ? NULL : call->body,
        .body_read = call->is_chunked ? give_body : NULL,
        .body_context = &source,
        .body_read_bytes = -1,
        .connect_timeout_us = call->connect_timeout_us,
        .may_reuse = !remote->habits->is_classic,
        .may_repeat = true,
    };
    if (!call->is_stream)
        return http_perform(remote->http, &request, &answer->response, error);
    if (!open_stream(remote, &request, answer, error))
        return false;
    return answer->response.status < 300 || drain_stream(answer, error);
}

static void set_transport(GError **error, const struct remote *remote, const char *method,
                          const char *url, GError *cause)
{
    if (cause->domain != HTTP_ERROR) {
        g_propagate_error(error, cause);
        return;
    }
    g_autofree char *words = go_transport_words(remote->habits, cause, method, url);
    g_autofree char *text = go_url_error(method, url, words);
    mishap_set(error, MISHAP_TRANSPORT, cause->code, "%s", text);
    g_error_free(cause);
}

static bool ask_url(struct remote *remote, const struct remote_call *call, char *url,
                    struct remote_answer *answer, GError **error)
{
    const char *method = call->method != NULL ? call->method : "GET";
    GError *cause = NULL;

    remote_answer_clear(answer);
    answer->url = url;
    answer->lines = make_lines(remote, call, url);
    if (send_request(remote, call, answer, &cause))
        return true;
    set_transport(error, remote, method, url, cause);
    remote_answer_clear(answer);
    return false;
}

static const char *redirect_of(const struct remote_call *call, const struct remote_answer *answer)
{
    static const unsigned redirects[] = {301, 302, 303, 307, 308};
    bool may_follow = call->method == NULL || strcmp(call->method, "GET") == 0 ||
                      strcmp(call->method, "HEAD") == 0;
    for (gsize i = 0; may_follow && i < G_N_ELEMENTS(redirects); i++)
        if (answer->response.status == redirects[i])
            return http_response_header(&answer->response, "Location");
    return NULL;
}

bool remote_ask(struct remote *remote, const struct remote_call *call, struct remote_answer *answer,
                GError **error)
{
    if (!ask_url(remote, call, remote_url(remote, call->path), answer, error))
        return false;
    for (int i = 0; redirect_of(call, answer) != NULL; i++) {
        char *url = http_url_join(answer->url, redirect_of(call, answer), NULL);
        if (url == NULL || i == REDIRECTS_MAX) {
            g_free(url);
            g_autofree char *text = go_url_error(call->method != NULL ? call->method : "GET",
                                                 answer->url, "stopped after 10 redirects");
            mishap_set(error, MISHAP_OTHER, 0, "%s", text);
            return false;
        }
        if (!ask_url(remote, call, url, answer, error))
            return false;
    }
    return true;
}
