/* Signing: GitHub's token of the job, Fulcio's certificate, and what witnesses it: Rekor for public
   repositories, a timestamp for others (actions/toolkit, packages/attest/src: sign.ts, oidc.ts,
   endpoints.ts; sigstore-js, packages/sign/src). */
#include "actions/attest.h"
#include "actions/node_fetch.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

#define LIMIT_US     (10 * SECOND_US)
#define SILENCE_US   (180 * SECOND_US)
#define RETRIES      3
#define ISSUER       "https://token.actions.githubusercontent.com"
#define MEDIA_TYPE   "application/vnd.dev.sigstore.bundle.v0.3+json"
#define PAYLOAD_TYPE "application/vnd.in-toto+json"

static const struct instance {
    const char *certificates;
    const char *log, *timestamps; /* one of the two */
} public_good = {.certificates = "https://fulcio.sigstore.dev/api/v2/signingCert",
                 .log = "https://rekor.sigstore.dev/api/v1/log/entries"},
  of_github = {.certificates = "https://fulcio.githubapp.com/api/v2/signingCert",
               .timestamps = "https://timestamp.githubapp.com/api/v1/timestamp"};

void attest_bundle_clear(struct attest_bundle *bundle)
{
    g_clear_pointer(&bundle->json, json_decref);
    g_clear_pointer(&bundle->certificate, g_free);
    g_clear_pointer(&bundle->log_index, g_free);
}

bool attest_is_public(const struct attest *attest)
{
    static const char *const yes[] = {"true", "True", "TRUE", "1"};
    const char *is_private = action_input(attest->run, "private-signing");
    for (gsize i = 0; i < G_N_ELEMENTS(yes); i++)
        if (g_str_equal(yes[i], is_private))
            return false;
    return g_str_equal(action_context(attest->run, "github.event.repository.visibility"), "public");
}

static const char *variable(const struct attest *attest, const char *name)
{
    const char *value = action_variable(attest->run, name);
    return value != NULL ? value : "";
}

static char *bearer_line(const struct attest *attest)
{
    return g_strconcat("Authorization: Bearer ", variable(attest, "ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
                       NULL);
}

/* The JSON of an answer; NULL: it has none. */
static json_t *json_of(const struct action_reply *reply)
{
    g_autoptr(GError) ignored = NULL;
    return reply->body != NULL ? json_parse_gbytes(reply->body, &ignored) : NULL;
}

#define REPLY(variable)                                                                            \
    __attribute__((cleanup(action_reply_clear))) struct action_reply variable = {0}

/* ---- the claims, by @actions/core and @actions/http-client ---- */

enum {
    CLIENT_RETRIES = 10,
    CLIENT_PAUSE_MS = 5
};

/* HttpClient ends a connection that says nothing for three minutes. */
static bool get(struct attest *attest, const char *url, const char *const *headers,
                struct action_reply *reply, GError **error)
{
    const struct action_exchange exchange = {
        .method = "GET", .url = url, .headers = headers, .limit_us = SILENCE_US};
    if (!action_exchange(attest->run, &exchange, reply, error))
        return false;
    if (reply->has_timed_out) {
        g_free(reply->failure);
        reply->failure =
            g_strconcat("Request timeout: ", strchr(url + strlen("https://"), '/'), NULL);
    }
    return true;
}

/* HttpClient with retries: gateways that fail are asked again, after 10, 20, 40, … ms. */
static bool get_patiently(struct attest *attest, const char *url, struct action_reply *reply,
                          GError **error)
{
    g_autofree char *bearer = bearer_line(attest);
    const char *const headers[] = {bearer, "Accept: application/json", NULL};
    for (unsigned count = 0;; count++) {
        if (!get(attest, url, headers, reply, error))
            return false;
        if (reply->status < 502 || reply->status > 504 || count == CLIENT_RETRIES)
            return true;
        action_reply_clear(reply);
        if (!action_sleep(attest->run, ((int64_t)CLIENT_PAUSE_MS << (count + 1)) * MILLISECOND_US,
                          error))
            return false;
    }
}

/* What getJson() throws; g_free. */
static char *client_words(const struct action_reply *reply)
{
    g_autoptr(json_t) body = json_of(reply);
    const char *said = json_get_string(body, "message", "");
    if (reply->status == 0)
        return g_strdup(reply->failure);
    if (*said != '\0')
        return g_strdup(said);
    return g_strdup_printf("Failed request: (%u)", reply->status);
}

static bool throw_no_token(const struct action_reply *reply, GError **error)
{
    g_autofree char *words = client_words(reply);
    g_autofree char *code =
        reply->status != 0 ? g_strdup_printf("%u", reply->status) : g_strdup("undefined");
    return core_throw(error,
                      "Failed to get ID token: Error message: Failed to get ID Token. \n \n"
                      "        Error Code : %s\n \n        Error Message: %s",
                      code, words);
}

static bool is_fine(const struct action_reply *reply)
{
    return reply->status >= 200 && reply->status <= 299;
}

static bool ask_token(struct attest *attest, GError **error)
{
    const char *base = variable(attest, "ACTIONS_ID_TOKEN_REQUEST_URL");
    g_autofree char *url = g_strconcat(base, "&audience=nobody", NULL);
    REPLY(reply);
    if (*base == '\0')
        return core_throw(error, "Failed to get ID token: Error message: Unable to get "
                                 "ACTIONS_ID_TOKEN_REQUEST_URL env variable");
    if (!get_patiently(attest, url, &reply, error))
        return false;
    g_autoptr(json_t) answer = json_of(&reply);
    if (reply.status != 404 && !is_fine(&reply))
        return throw_no_token(&reply, error);
    return *json_get_string(answer, "value", "") != '\0' ||
           core_throw(error, "Failed to get ID token: Error message: Response json body do not "
                             "have ID Token field");
}

static bool ask_issuer(struct attest *attest, const char *path, const char *lack, GError **error)
{
    g_autofree char *url = g_strconcat(ISSUER, path, NULL);
    REPLY(reply);
    if (!get(attest, url, NULL, &reply, error))
        return false;
    g_autoptr(json_t) answer = json_of(&reply);
    if (reply.status == 404 || (is_fine(&reply) && answer == NULL))
        return core_throw(error, "Failed to get ID token: %s", lack);
    if (is_fine(&reply))
        return true;
    g_autofree char *words = client_words(&reply);
    return core_throw(error, "Failed to get ID token: %s", words);
}

bool attest_ask_claims(struct attest *attest, GError **error)
{
    return ask_token(attest, error) &&
           ask_issuer(attest, "/.well-known/openid-configuration", "No OpenID configuration found",
                      error) &&
           ask_issuer(attest, "/.well-known/jwks", "No JWKS found for issuer", error);
}

/* ---- the signature ---- */

/* make-fetch-happen's own retries; whoever gets no token hears of no reason. */
static bool take_identity(struct attest *attest, char **token, GError **error)
{
    g_autofree char *url =
        g_strconcat(variable(attest, "ACTIONS_ID_TOKEN_REQUEST_URL"), "&audience=sigstore", NULL);
    g_autofree char *bearer = bearer_line(attest);
    const char *const headers[] = {"Accept: application/json", bearer, NULL};
    const struct node_fetch fetch = {.exchange = {.method = "GET", .url = url, .headers = headers},
                                     .retry_count = 2};
    REPLY(reply);
    if (!node_fetch(attest->run, &fetch, &reply, error))
        return false;
    g_autoptr(json_t) answer = json_of(&reply);
    if (answer == NULL)
        return attest_throw(attest, error, "CI: no tokens available",
                            "InternalError: error retrieving identity token");
    *token = g_strdup(json_get_string(answer, "value", NULL));
    return *token != NULL || attest_throw(attest, error,
                                          "TypeError: Cannot read properties of undefined (reading "
                                          "'split')",
                                          "InternalError: invalid identity token: undefined");
}

/* The JSON of an answer that must be some; NULL: it was thrown. */
static json_t *demand_json(struct attest *attest, const char *url, const char *what,
                           const struct action_reply *reply, GError **error)
{
    json_t *answer = json_of(reply);
    if (answer != NULL)
        return answer;
    g_autofree char *words = attest_json_words(reply->body);
    g_autofree char *cause =
        g_strdup_printf("FetchError: invalid json response body at %s reason: %s", url, words);
    attest_throw(attest, error, cause, "InternalError: %s", what);
    return NULL;
}

/* POST of JSON to one of Sigstore's services; "error creating …" is thrown with the reason. */
static bool post(struct attest *attest, const char *url, const json_t *body, const char *what,
                 struct action_reply *reply, GError **error)
{
    static const char *const headers[] = {"Content-Type: application/json", NULL};
    g_autoptr(GBytes) bytes = json_bytes(body);
    const struct node_fetch fetch = {.exchange = {.method = "POST",
                                                  .url = url,
                                                  .headers = headers,
                                                  .body = bytes,
                                                  .limit_us = LIMIT_US},
                                     .retry_count = RETRIES};
    if (!node_fetch(attest->run, &fetch, reply, error))
        return false;
    if (is_fine(reply))
        return true;
    if (reply->status == 0) {
        g_autofree char *cause = g_strconcat("FetchError: ", reply->failure, NULL);
        return attest_throw(attest, error, cause, "InternalError: %s", what);
    }
    g_autofree char *message = node_fetch_message(reply);
    g_autofree char *cause = g_strdup_printf("Error: (%u) %s", reply->status, message);
    return attest_throw(attest, error, cause, "InternalError: %s - (%u) %s", what, reply->status,
                        message);
}

static bool take_certificate(struct attest *attest, const struct instance *instance,
                             const char *token, char **pem, GError **error)
{
    g_autoptr(json_t) body =
        json_pack("{s:{s:s}, s:{s:{s:s, s:s}, s:s}}", "credentials", "oidcIdentityToken", token,
                  "publicKeyRequest", "publicKey", "algorithm", "ECDSA", "content", "",
                  "proofOfPossession", "");
    static const char what[] = "error creating signing certificate";
    REPLY(reply);
    if (!post(attest, instance->certificates, body, what, &reply, error))
        return false;
    g_autoptr(json_t) answer = demand_json(attest, instance->certificates, what, &reply, error);
    if (answer == NULL)
        return false;
    const json_t *chain =
        json_get_object(json_get_object(answer, "signedCertificateEmbeddedSct"), "chain");
    const json_t *first = json_array_get(json_get_array(chain, "certificates"), 0);
    *pem = g_strdup(json_string_value(first));
    return *pem != NULL || attest_throw(attest, error,
                                        "TypeError: Cannot read properties of undefined (reading "
                                        "'chain')",
                                        "InternalError: error creating signing certificate");
}

/* What stands between the lines of a PEM block; g_free. */
static char *inside_of(const char *pem)
{
    g_auto(GStrv) lines = g_strsplit(pem, "\n", -1);
    GString *text = g_string_new(NULL);
    for (char **line = lines; *line != NULL; line++)
        if (!g_str_has_prefix(*line, "-----"))
            g_string_append(text, *line);
    return g_string_free(text, FALSE);
}

static json_t *envelope_of(const char *statement, const char *certificate)
{
    g_autofree char *payload = g_base64_encode((const guchar *)statement, strlen(statement));
    g_autofree char *signed_text = g_strconcat(certificate, payload, NULL);
    g_autofree char *digest = digest_of(signed_text, strlen(signed_text));
    g_autofree char *signature = g_base64_encode((const guchar *)digest, strlen(digest));
    return json_pack("{s:s, s:s, s:[{s:s}]}", "payload", payload, "payloadType", PAYLOAD_TYPE,
                     "signatures", "sig", signature);
}

/* ---- what witnesses it ---- */

static bool log_in_rekor(struct attest *attest, const struct instance *instance,
                         const json_t *envelope, json_t *material, char **index, GError **error)
{
    /* Its digest stands for the envelope, which may be long. */
    g_autofree char *text = json_text(envelope);
    g_autofree char *digest = digest_of(text, strlen(text));
    g_autoptr(json_t) body = json_pack("{s:s, s:s, s:{s:{s:s}}}", "apiVersion", "0.0.1", "kind",
                                       "dsse", "spec", "proposedContent", "envelope", digest);
    static const char what[] = "error creating tlog entry";
    REPLY(reply);
    if (!post(attest, instance->log, body, what, &reply, error))
        return false;
    g_autoptr(json_t) answer = demand_json(attest, instance->log, what, &reply, error);
    if (answer == NULL)
        return false;
    const char *id;
    json_t *entry;
    json_object_foreach (answer, id, entry) {
        *index = g_strdup_printf("%" G_GINT64_FORMAT, json_get_integer(entry, "logIndex", 0));
        json_array_append_new(json_get_array(material, "tlogEntries"),
                              json_pack("{s:s}", "logIndex", *index));
        return true;
    }
    return attest_throw(attest, error, "Error: Received multiple entries in Rekor response",
                        "InternalError: %s", what);
}

static bool take_timestamp(struct attest *attest, const struct instance *instance, json_t *material,
                           GError **error)
{
    g_autoptr(json_t) body = json_pack("{s:s, s:s}", "artifactHash", "", "hashAlgorithm", "sha256");
    REPLY(reply);
    if (!post(attest, instance->timestamps, body, "error creating timestamp", &reply, error))
        return false;
    json_object_set_new(material, "timestampVerificationData",
                        json_pack("{s:[{s:s}]}", "rfc3161Timestamps", "signedTimestamp", ""));
    return true;
}

bool attest_sign(struct attest *attest, const json_t *statement, struct attest_bundle *bundle,
                 GError **error)
{
    const struct instance *instance = attest_is_public(attest) ? &public_good : &of_github;
    g_autofree char *token = NULL;
    if (!take_identity(attest, &token, error) ||
        !take_certificate(attest, instance, token, &bundle->certificate, error))
        return false;
    g_autofree char *text = json_text(statement);
    g_autofree char *raw = inside_of(bundle->certificate);
    json_t *envelope = envelope_of(text, raw);
    json_t *material = json_pack("{s:[], s:{}, s:{s:s}}", "tlogEntries",
                                 "timestampVerificationData", "certificate", "rawBytes", raw);
    bundle->json = json_pack("{s:s, s:o, s:o}", "mediaType", MEDIA_TYPE, "verificationMaterial",
                             material, "dsseEnvelope", envelope);
    return instance->log != NULL
               ? log_in_rekor(attest, instance, envelope, material, &bundle->log_index, error)
               : take_timestamp(attest, instance, material, error);
}
