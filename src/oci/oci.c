/* The registry client's life, and how every other file asks a registry. */
#include "oci/oci_private.h"

#include "http/status.h"

#include <string.h>

#define REDIRECTS_MAX 5

/* A token service's or registry's own words are cut here. */
#define SERVER_WORDS_BYTES_MAX 500

GQuark oci_error_quark(void)
{
    return g_quark_from_static_string("seatrial-oci-error");
}

struct oci *oci_new(struct http *http, const struct oci_credentials *credentials,
                    gsize credential_count, const char *const *plain_http_hosts)
{
    struct oci *oci = g_new0(struct oci, 1);
    oci->http = http;
    oci->credentials = g_new0(struct oci_credentials, credential_count);
    oci->credential_count = credential_count;
    oci->plain_http_hosts = g_strdupv((char **)plain_http_hosts);
    oci->authorizations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (gsize i = 0; i < credential_count; i++) {
        oci->credentials[i].registry = reference_registry_name(credentials[i].registry);
        oci->credentials[i].username = g_strdup(credentials[i].username);
        oci->credentials[i].password = g_strdup(credentials[i].password);
    }
    return oci;
}

void oci_free(struct oci *oci)
{
    if (oci == NULL)
        return;
    for (gsize i = 0; i < oci->credential_count; i++) {
        g_free((char *)oci->credentials[i].registry);
        g_free((char *)oci->credentials[i].username);
        g_free((char *)oci->credentials[i].password);
    }
    g_free(oci->credentials);
    g_strfreev(oci->plain_http_hosts);
    g_hash_table_unref(oci->authorizations);
    g_free(oci);
}

char *oci_base_url(const struct oci *oci, const char *host)
{
    const char *const *hosts = (const char *const *)oci->plain_http_hosts;
    bool is_plain = hosts != NULL && g_strv_contains(hosts, host);
    return g_strconcat(is_plain ? "http://" : "https://", host, NULL);
}

char *oci_url(const struct oci *oci, const struct reference *reference, const char *path)
{
    g_autofree char *base = oci_base_url(oci, reference->host);
    return g_strconcat(base, "/v2/", reference->repository, path, NULL);
}

static char *without_query(const char *url)
{
    return g_strndup(url, strcspn(url, "?"));
}

/* {"errors":[{"code","message"}]} of registries, {"details"}, {"message"} or {"error"} of token
   services: ": code: message", or nothing; g_free. */
static char *server_words(GBytes *body)
{
    static const char *const keys[] = {"message", "details", "error"};
    g_autoptr(json_t) answer = body != NULL ? json_parse_gbytes(body, NULL) : NULL;
    const json_t *first = json_array_get(json_get_array(answer, "errors"), 0);
    g_autofree char *code = g_ascii_strdown(json_get_string(first, "code", ""), -1);
    const char *words = json_get_string(first, "message", "");

    for (gsize i = 0; *words == '\0' && i < G_N_ELEMENTS(keys); i++)
        words = json_get_string(answer, keys[i], "");
    g_autofree char *text =
        g_strconcat(*code != '\0' ? ": " : "", code, *words != '\0' ? ": " : "", words, NULL);
    g_autofree char *start = g_strndup(text, SERVER_WORDS_BYTES_MAX);
    return g_strdelimit(g_utf8_make_valid(start, -1), "\r\n", ' ');
}

void oci_error_from_answer(GError **error, const char *prefix, const char *method, const char *url,
                           const struct http_response *response)
{
    g_autofree char *shown = without_query(url);
    g_autofree char *words = server_words(response->body);
    g_set_error(error, OCI_ERROR, (int)response->status,
                "%sunexpected status from %s request to %s: %u %s%s", prefix, method, shown,
                response->status, http_status_text(response->status), words);
}

bool oci_send(struct oci *oci, const struct http_request *request, struct http_response *response,
              GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (http_perform(oci->http, request, response, &reason))
        return true;

    g_autofree char *shown = without_query(request->url);
    g_autoptr(GString) message = g_string_new(reason->message);
    g_string_replace(message, request->url, shown, 0);
    g_set_error_literal(error, reason->domain, reason->code, message->str);
    return false;
}

void oci_ask_for_push(struct oci *oci)
{
    oci->asks_for_push = true;
}

const char *oci_actions(const struct oci *oci, const struct oci_call *call)
{
    return oci->asks_for_push ? "pull,push" : call->actions;
}

static char *authorization_key(const struct oci *oci, const struct oci_call *call)
{
    return g_strdup_printf("%s %s %s", call->reference->host, call->reference->repository,
                           oci_actions(oci, call));
}

/* One request to url; authorization may be NULL. */
static bool send_once(struct oci *oci, const struct oci_call *call, const char *url,
                      const char *authorization, struct http_response *response, GError **error)
{
    g_autofree char *line =
        authorization != NULL ? g_strconcat("Authorization: ", authorization, NULL) : NULL;
    const char *headers[5] = {"User-Agent: seatrial"};
    const char *const more[] = {line, call->header, call->second_header};
    gsize count = 1;
    for (gsize i = 0; i < G_N_ELEMENTS(more); i++) {
        if (more[i] != NULL)
            headers[count++] = more[i];
    }
    const struct http_request request = {
        .method = call->method,
        .url = url,
        .headers = headers,
        .body = call->body,
        .may_reuse = true,
    };

    http_response_clear(response);
    return oci_send(oci, &request, response, error);
}

static bool is_same_site(const char *url, const char *other)
{
    g_autofree char *host = NULL;
    g_autofree char *other_host = NULL;
    int port = 0;
    int other_port = 0;
    return http_url_split(url, &host, &port, NULL) &&
           http_url_split(other, &other_host, &other_port, NULL) && port == other_port &&
           g_ascii_strcasecmp(host, other_host) == 0 &&
           g_strcmp0(g_uri_peek_scheme(url), g_uri_peek_scheme(other)) == 0;
}

static bool is_redirect(const struct oci_call *call, const struct http_response *response)
{
    static const unsigned statuses[] = {301, 302, 303, 307, 308};
    if (call->body != NULL || http_response_header(response, "Location") == NULL)
        return false;
    for (gsize i = 0; i < G_N_ELEMENTS(statuses); i++) {
        if (response->status == statuses[i])
            return true;
    }
    return false;
}

/* Blobs live on other hosts, which must not see the registry's credentials (registry.md 2). */
static bool follow(struct oci *oci, const struct oci_call *call, const char *url,
                   const char *authorization, struct http_response *response, GError **error)
{
    g_autofree char *here = g_strdup(url);

    for (int i = 0; is_redirect(call, response); i++) {
        if (i == REDIRECTS_MAX) {
            g_autofree char *shown = without_query(url);
            g_set_error(error, OCI_ERROR, 0, "more than %d redirects from %s", REDIRECTS_MAX,
                        shown);
            return false;
        }
        g_autofree char *next =
            http_url_join(here, http_response_header(response, "Location"), error);
        if (next == NULL ||
            !send_once(oci, call, next, is_same_site(url, next) ? authorization : NULL, response,
                       error))
            return false;
        g_free(here);
        here = g_steal_pointer(&next);
    }
    return true;
}

bool oci_ask(struct oci *oci, const struct oci_call *call, struct http_response *response,
             GError **error)
{
    g_autofree char *url = oci_url(oci, call->reference, call->path);
    g_autofree char *key = authorization_key(oci, call);
    g_autofree char *authorization = g_strdup(g_hash_table_lookup(oci->authorizations, key));

    if (!send_once(oci, call, url, authorization, response, error))
        return false;
    if (response->status == 401) {
        g_clear_pointer(&authorization, g_free);
        g_hash_table_remove(oci->authorizations, key);
        if (!oci_authorize(oci, call, response, &authorization, error))
            return false;
        if (authorization == NULL)
            return true;
        g_hash_table_insert(oci->authorizations, g_steal_pointer(&key), g_strdup(authorization));
        if (!send_once(oci, call, url, authorization, response, error))
            return false;
    }
    return follow(oci, call, url, authorization, response, error);
}
