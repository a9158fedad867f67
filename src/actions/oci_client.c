/* Registries, as @sigstore/oci asks them. */
#include "actions/oci_client.h"

#include "actions/core.h"
#include "actions/node_fetch.h"
#include "actions/oci_login.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

#define LIMIT_US      (30 * SECOND_US)
#define RETRIES       3
#define REDIRECTS_MAX 20
#define HUB           "registry-1.docker.io"
#define ANY_MANIFEST                                                                               \
    "Accept: " OCI_CLIENT_INDEX "," OCI_CLIENT_MANIFEST                                            \
    ",application/vnd.docker.distribution.manifest.v2+json,"                                       \
    "application/vnd.docker.distribution.manifest.list.v2+json"
#define NO_DIGEST "sha256:0000000000000000000000000000000000000000000000000000000000000000"

struct oci_client {
    struct action_run *run;
    char *origin;     /* "https://ghcr.io" */
    char *repository; /* "acme/app" */
    struct oci_login login;
    char *authorization; /* a header line; NULL: not yet */
};

#define REPLY(variable)                                                                            \
    __attribute__((cleanup(action_reply_clear))) struct action_reply variable = {0}

/* ---- names ---- */

/* As the pattern of name.ts has them: a domain, and a path in small letters. */
static bool is_image_name(const char *name)
{
    return g_regex_match_simple("^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
                                "(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
                                "(?::[0-9]+)?/"
                                "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*"
                                "(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*$",
                                name, G_REGEX_DOLLAR_ENDONLY, 0);
}

static bool is_local(const char *registry)
{
    gsize length = strcspn(registry, ":");
    return (length == strlen("localhost") && g_str_has_prefix(registry, "localhost")) ||
           (length == strlen("127.0.0.1") && g_str_has_prefix(registry, "127.0.0.1"));
}

struct oci_client *oci_client_new(struct action_run *run, const char *image, char **cause,
                                  GError **error)
{
    if (!is_image_name(image)) {
        core_throw(error, "Invalid image name: %s", image);
        return NULL;
    }
    struct oci_client *client = g_new0(struct oci_client, 1);
    g_autofree char *registry = g_strndup(image, strcspn(image, "/"));
    client->run = run;
    client->repository = g_strdup(strchr(image, '/') + 1);
    client->origin = g_strconcat(is_local(registry) ? "http://" : "https://",
                                 g_str_has_suffix(registry, "docker.io") ? HUB : registry, NULL);
    if (oci_login_read(run, registry, &client->login, cause, error))
        return client;
    oci_client_free(client);
    return NULL;
}

void oci_client_free(struct oci_client *client)
{
    if (client == NULL)
        return;
    g_free(client->origin);
    g_free(client->repository);
    g_free(client->login.user);
    g_free(client->login.password);
    g_free(client->authorization);
    g_free(client);
}

/* ---- requests ---- */

struct question {
    const char *method;
    const char *header, *condition; /* header lines; or NULL */
    GBytes *body;                   /* or NULL */
};

/* Asks once, with the login where it is meant for. */
static bool ask_at(struct oci_client *client, const char *url, const struct question *question,
                   struct action_reply *reply, GError **error)
{
    const char *headers[4] = {NULL};
    gsize count = 0;
    const char *const lines[] = {g_str_has_prefix(url, client->origin) ? client->authorization
                                                                       : NULL,
                                 question->header, question->condition};
    for (gsize i = 0; i < G_N_ELEMENTS(lines); i++)
        if (lines[i] != NULL)
            headers[count++] = lines[i];
    const struct node_fetch fetch = {.exchange = {.method = question->method,
                                                  .url = url,
                                                  .headers = headers,
                                                  .body = question->body,
                                                  .limit_us = LIMIT_US},
                                     .retry_count = RETRIES};
    if (!node_fetch(client->run, &fetch, reply, error))
        return false;
    return reply->status != 0 || core_throw(error, "FetchError: %s", reply->failure);
}

static bool is_redirect(unsigned status)
{
    return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

/* The answer, and the URL that gave it (g_free). */
static bool ask(struct oci_client *client, char **url, const struct question *question,
                struct action_reply *reply, GError **error)
{
    struct question next = *question;
    for (unsigned count = 0; count <= REDIRECTS_MAX; count++) {
        if (!ask_at(client, *url, &next, reply, error))
            return false;
        const char *location = action_reply_header(reply, "Location");
        if (!is_redirect(reply->status))
            return true;
        if (location == NULL)
            return core_throw(error, "Error: redirect location header missing for: %s", *url);
        char *target = g_uri_resolve_relative(*url, location, G_URI_FLAGS_ENCODED, NULL);
        if (target == NULL)
            return core_throw(error, "TypeError: Invalid URL");
        bool is_get_now =
            reply->status == 303 || (reply->status <= 302 && strcmp(question->method, "POST") == 0);
        if (is_get_now)
            next = (struct question){.method = "GET"};
        g_free(*url);
        *url = target;
        action_reply_clear(reply);
    }
    return core_throw(error, "Error: maximum redirect reached at: %s", *url);
}

static bool expect(unsigned expected, const char *url, const struct action_reply *reply,
                   GError **error)
{
    return reply->status == expected ||
           core_throw(error, "Error: Error fetching %s - expected %u, received %u", url, expected,
                      reply->status);
}

static char *url_of(const struct oci_client *client, const char *kind, const char *reference)
{
    return g_strdup_printf("%s/v2/%s/%s/%s", client->origin, client->repository, kind, reference);
}

/* ---- signing in ---- */

/* The value of realm="…" in a challenge; g_free. */
static char *parameter(const char *challenge, const char *name)
{
    g_autofree char *mark = g_strconcat(name, "=\"", NULL);
    const char *start = strstr(challenge, mark);
    return start != NULL ? g_strndup(start + strlen(mark), strcspn(start + strlen(mark), "\""))
                         : g_strdup("");
}

static char *basic_line(const struct oci_client *client)
{
    g_autofree char *text = g_strconcat(client->login.user, ":", client->login.password, NULL);
    g_autofree char *code = g_base64_encode((const guchar *)text, strlen(text));
    return g_strconcat("Authorization: Basic ", code, NULL);
}

static bool take_token(struct oci_client *client, const char *challenge, GError **error)
{
    g_autofree char *realm = parameter(challenge, "realm");
    g_autofree char *service = parameter(challenge, "service");
    g_autofree char *scope = parameter(challenge, "scope");
    g_autofree char *service_code = g_uri_escape_string(service, NULL, false);
    g_autofree char *scope_code = g_uri_escape_string(scope, NULL, false);
    g_autofree char *url =
        g_strdup_printf("%s%sservice=%s&scope=%s", realm, strchr(realm, '?') != NULL ? "&" : "?",
                        service_code, scope_code);
    g_autofree char *basic = basic_line(client);
    const struct question question = {.method = "GET", .header = basic};
    REPLY(reply);
    if (!ask(client, &url, &question, &reply, error) || !expect(200, url, &reply, error))
        return false;
    g_autoptr(GError) ignored = NULL;
    g_autoptr(json_t) answer = reply.body != NULL ? json_parse_gbytes(reply.body, &ignored) : NULL;
    const char *token =
        json_get_string(answer, "access_token", json_get_string(answer, "token", "undefined"));
    client->authorization = g_strconcat("Authorization: Bearer ", token, NULL);
    return true;
}

bool oci_client_sign_in(struct oci_client *client, GError **error)
{
    g_autofree char *url = url_of(client, "blobs", "uploads/");
    const struct question question = {.method = "POST"};
    REPLY(reply);
    if (!ask(client, &url, &question, &reply, error))
        return false;
    const char *challenge = action_reply_header(&reply, "WWW-Authenticate");
    if (reply.status == 200)
        return true;
    if (challenge != NULL && g_str_has_prefix(challenge, "Basic ")) {
        client->authorization = basic_line(client);
        return true;
    }
    /* A registry that lets everybody push is none that it knows how to sign in to. */
    if (challenge == NULL || !g_str_has_prefix(challenge, "Bearer "))
        return core_throw(error, "Error: Invalid challenge: %s",
                          challenge != NULL ? challenge : "");
    return take_token(client, challenge, error);
}

/* ---- manifests and blobs ---- */

bool oci_client_check_manifest(struct oci_client *client, const char *reference, json_t **found,
                               GError **error)
{
    g_autofree char *url = url_of(client, "manifests", reference);
    const struct question question = {.method = "HEAD", .header = ANY_MANIFEST};
    REPLY(reply);
    if (!ask(client, &url, &question, &reply, error) || !expect(200, url, &reply, error))
        return false;
    const char *type = action_reply_header(&reply, "Content-Type");
    const char *digest = action_reply_header(&reply, "Docker-Content-Digest");
    const char *length = action_reply_header(&reply, "Content-Length");
    *found = json_pack("{s:o, s:o, s:I}", "mediaType", json_text_or_null(type != NULL ? type : ""),
                       "digest", json_text_or_null(digest != NULL ? digest : ""), "size",
                       (json_int_t)(length != NULL ? g_ascii_strtoll(length, NULL, 10) : 0));
    return true;
}

void oci_manifest_clear(struct oci_manifest *manifest)
{
    g_clear_pointer(&manifest->json, json_decref);
    g_clear_pointer(&manifest->media_type, g_free);
    g_clear_pointer(&manifest->etag, g_free);
}

bool oci_client_get_manifest(struct oci_client *client, const char *reference,
                             struct oci_manifest *found, GError **error)
{
    g_autofree char *url = url_of(client, "manifests", reference);
    const struct question question = {.method = "GET", .header = ANY_MANIFEST};
    REPLY(reply);
    if (!ask(client, &url, &question, &reply, error))
        return false;
    if (reply.status == 404)
        return true;
    if (!expect(200, url, &reply, error))
        return false;
    g_autoptr(GError) broken = NULL;
    found->json = reply.body != NULL ? json_parse_gbytes(reply.body, &broken) : NULL;
    const char *type = action_reply_header(&reply, "Content-Type");
    found->media_type = g_strdup(type != NULL ? type : "");
    found->etag = g_strdup(action_reply_header(&reply, "Etag"));
    return found->json != NULL || core_throw(error, "SyntaxError: Unexpected end of JSON input");
}

/* The place of an upload, with its digest; NULL: it was thrown. */
static char *begin_upload(struct oci_client *client, const char *digest, GError **error)
{
    g_autofree char *url = url_of(client, "blobs", "uploads/");
    const struct question question = {.method = "POST"};
    REPLY(reply);
    if (!ask(client, &url, &question, &reply, error) || !expect(202, url, &reply, error))
        return NULL;
    const char *location = action_reply_header(&reply, "Location");
    g_autofree char *place =
        location != NULL ? g_uri_resolve_relative(url, location, G_URI_FLAGS_ENCODED, NULL) : NULL;
    if (place == NULL) {
        core_throw(error, "Error: Missing location for blob upload");
        return NULL;
    }
    g_autofree char *code = g_uri_escape_string(digest, NULL, false);
    return g_strconcat(place, strchr(place, '?') != NULL ? "&" : "?", "digest=", code, NULL);
}

bool oci_client_put_blob(struct oci_client *client, GBytes *blob, GError **error)
{
    g_autofree char *digest = digest_of_bytes(blob);
    g_autofree char *url = url_of(client, "blobs", digest);
    const struct question is_there = {.method = "HEAD"};
    const struct question upload = {
        .method = "PUT", .header = "Content-Type: application/octet-stream", .body = blob};
    REPLY(known);
    REPLY(reply);
    if (!ask(client, &url, &is_there, &known, error))
        return false;
    if (known.status == 200)
        return true;
    g_autofree char *place = begin_upload(client, digest, error);
    return place != NULL && ask(client, &place, &upload, &reply, error) &&
           expect(201, place, &reply, error);
}

bool oci_client_put_manifest(struct oci_client *client, const char *reference, const char *type,
                             GBytes *manifest, const char *etag, bool *has_subject, GError **error)
{
    g_autofree char *url = url_of(client, "manifests", reference);
    g_autofree char *header = g_strconcat("Content-Type: ", type, NULL);
    g_autofree char *condition = etag != NULL ? g_strconcat("If-Match: ", etag, NULL) : NULL;
    const struct question question = {
        .method = "PUT", .header = header, .condition = condition, .body = manifest};
    REPLY(reply);
    if (!ask(client, &url, &question, &reply, error) || !expect(201, url, &reply, error))
        return false;
    if (has_subject != NULL)
        *has_subject = action_reply_header(&reply, "OCI-Subject") != NULL;
    return true;
}

bool oci_client_has_referrers(struct oci_client *client, bool *has_referrers, GError **error)
{
    g_autofree char *url = url_of(client, "referrers", NO_DIGEST);
    const struct question question = {.method = "GET"};
    REPLY(reply);
    if (!ask(client, &url, &question, &reply, error))
        return false;
    *has_referrers = reply.status == 200;
    return true;
}
