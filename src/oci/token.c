/* Credentials: Basic, or a token from the service that the registry names. */
#include "oci/oci_private.h"

#include <string.h>

static const struct oci_credentials *credentials_of(const struct oci *oci, const char *registry)
{
    for (gsize i = 0; i < oci->credential_count; i++) {
        if (strcmp(oci->credentials[i].registry, registry) == 0)
            return &oci->credentials[i];
    }
    return NULL;
}

static char *basic(const struct oci_credentials *credentials)
{
    g_autofree char *pair = g_strconcat(credentials->username, ":", credentials->password, NULL);
    g_autofree char *encoded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strconcat("Basic ", encoded, NULL);
}

/* The best challenge of all WWW-Authenticate lines. */
static void read_challenge(const struct http_response *refusal, struct challenge *challenge)
{
    for (guint i = 0; i < refusal->headers->len; i++) {
        const struct http_header *header = g_ptr_array_index(refusal->headers, i);
        struct challenge read;
        if (g_ascii_strcasecmp(header->name, "WWW-Authenticate") != 0)
            continue;
        challenge_parse(header->value, &read);
        if (read.kind <= challenge->kind) {
            challenge_clear(&read);
            continue;
        }
        challenge_clear(challenge);
        *challenge = read;
    }
}

static char *token_url(const struct oci *oci, const struct oci_call *call,
                       const struct challenge *challenge)
{
    g_autofree char *scope =
        g_strdup_printf("repository:%s:%s", call->reference->repository, oci_actions(oci, call));
    g_autofree char *escaped_scope = http_escape(scope);
    g_autofree char *escaped_service =
        http_escape(challenge->service != NULL ? challenge->service : "");
    return g_strdup_printf("%s%cservice=%s&scope=%s", challenge->realm,
                           strchr(challenge->realm, '?') != NULL ? '&' : '?', escaped_service,
                           escaped_scope);
}

/* A password sent to https must not come back out in plain: the realm has to be https unless the
   registry itself is spoken to in plain HTTP. */
static bool check_realm(struct oci *oci, const struct oci_call *call, const char *realm,
                        GError **error)
{
    g_autofree char *base = oci_base_url(oci, call->reference->host);
    if (realm != NULL && g_str_has_prefix(realm, "https://"))
        return true;
    if (realm != NULL && g_str_has_prefix(realm, "http://") && g_str_has_prefix(base, "http://"))
        return true;
    g_set_error(error, OCI_ERROR, 0, "%s sends to '%s' for a token, which is no https URL",
                call->reference->host, realm != NULL ? realm : "");
    return false;
}

/* What goes into a header line must not end it. */
static bool is_header_safe(const char *token)
{
    for (const char *byte = token; *byte != '\0'; byte++) {
        if (!g_ascii_isgraph(*byte))
            return false;
    }
    return *token != '\0';
}

static bool read_token(const char *url, const struct http_response *response, char **authorization,
                       GError **error)
{
    if (response->status != 200) {
        oci_error_from_answer(error, "oauth token: ", "GET", url, response);
        return false;
    }
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    const char *token = json_get_string(answer, "token", "");
    if (*token == '\0')
        token = json_get_string(answer, "access_token", "");
    if (!is_header_safe(token)) {
        g_autofree char *shown = g_strndup(url, strcspn(url, "?"));
        g_set_error(error, OCI_ERROR, 0, "oauth token: the answer of %s holds none", shown);
        return false;
    }
    *authorization = g_strconcat("Bearer ", token, NULL);
    return true;
}

static bool fetch_token(struct oci *oci, const struct oci_call *call,
                        const struct challenge *challenge, char **authorization, GError **error)
{
    if (!check_realm(oci, call, challenge->realm, error))
        return false;

    const struct oci_credentials *credentials = credentials_of(oci, call->reference->registry);
    g_autofree char *url = token_url(oci, call, challenge);
    g_autofree char *value = credentials != NULL ? basic(credentials) : NULL;
    g_autofree char *line = value != NULL ? g_strconcat("Authorization: ", value, NULL) : NULL;
    const char *const headers[] = {"User-Agent: seatrial", line, NULL};
    const struct http_request request = {.url = url, .headers = headers, .may_reuse = true};
    HTTP_RESPONSE(response);

    return oci_send(oci, &request, &response, error) &&
           read_token(url, &response, authorization, error);
}

bool oci_authorize(struct oci *oci, const struct oci_call *call,
                   const struct http_response *refusal, char **authorization, GError **error)
{
    struct challenge challenge = {0};
    bool is_fine = true;

    read_challenge(refusal, &challenge);
    if (challenge.kind == CHALLENGE_BEARER) {
        is_fine = fetch_token(oci, call, &challenge, authorization, error);
    } else if (challenge.kind == CHALLENGE_BASIC) {
        const struct oci_credentials *credentials = credentials_of(oci, call->reference->registry);
        *authorization = credentials != NULL ? basic(credentials) : NULL;
    }
    challenge_clear(&challenge);
    return is_fine;
}
