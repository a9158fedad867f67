/* Who signs: a key, or the job's identity by a certificate of Fulcio; and the log that keeps it
   (cmd/cosign/cli/{sign,fulcio,fulcio/fulcioverifier}, pkg/providers/github, internal/pkg/cosign
   of 2.5.3; every text and count measured against servers that answer so). */
#include "mocks/commands/cosign/cosign_private.h"

#include "base/digest.h"
#include "base/units.h"
#include "http/status.h"
#include "loop/fiber.h"

#include <string.h>

enum {
    TOKEN_ATTEMPTS_MAX = 3,
    HEADERS_MAX = 4,
};

#define TRUST_ROOT  "https://tuf-repo-cdn.sigstore.dev/"
#define FULCIO_URL  "https://fulcio.sigstore.dev/api/v1/signingCert"
#define OAUTH_URL   "https://oauth2.sigstore.dev/auth"
#define DEVICE_CODE OAUTH_URL "/device/code"

void cosign_signer_clear(struct cosign_signer *signer)
{
    g_free(signer->id);
    g_free(signer->certificate);
}

/* ---- one request ---- */

bool cosign_ask(struct cosign_run *run, const struct cosign_question *question,
                struct http_response *response, char **why, GError **error)
{
    g_autofree char *agent =
        g_strdup_printf("User-Agent: cosign/%s (linux; amd64)", run->options->version);
    g_autofree char *type =
        question->type != NULL ? g_strconcat("Content-Type: ", question->type, NULL) : NULL;
    g_autoptr(GBytes) body =
        question->body != NULL ? g_bytes_new(question->body, strlen(question->body)) : NULL;
    const char *headers[HEADERS_MAX] = {agent};
    gsize count = 1;
    if (type != NULL)
        headers[count++] = type;
    if (question->authorization != NULL)
        headers[count++] = question->authorization;
    const struct http_request request = {
        .method = question->method, .url = question->url, .headers = headers, .body = body};
    g_autoptr(GError) reason = NULL;
    http_response_clear(response);
    if (http_perform(run->options->http, &request, response, &reason))
        return true;
    if (reason->domain == FIBER_ERROR)
        g_propagate_error(error, g_steal_pointer(&reason));
    else
        *why = ggcr_network_text(question->method, question->url, reason);
    return false;
}

char *cosign_body_text(const struct http_response *response)
{
    gsize length = 0;
    const char *data = response->body != NULL ? g_bytes_get_data(response->body, &length) : NULL;
    return g_strndup(data != NULL ? data : "", length);
}

/* ---- the trust root ---- */

bool cosign_trust(struct cosign_run *run, char **why, GError **error)
{
    /* sigstore-go v1.1.4 brings the root before the fourteenth. */
    bool is_newer = run->version >= COSIGN_VERSION(3, 0, 5);
    const char *const urls[] = {is_newer ? TRUST_ROOT "14.root.json" : TRUST_ROOT "13.root.json",
                                TRUST_ROOT "timestamp.json"};
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        const struct cosign_question question = {.method = "GET", .url = urls[i]};
        HTTP_RESPONSE(response);
        if (!cosign_ask(run, &question, &response, why, error))
            return false;
        if (response.status != 200 && response.status != 404 && response.status != 403) {
            *why = g_strdup_printf("failed to download %s, http status code: %u", urls[i],
                                   response.status);
            return false;
        }
    }
    return true;
}

/* What is asked for first; without it the keys of the certificate's log are asked for in vain. */
bool cosign_warn_of_trust(struct cosign_run *run, char **why, GError **error)
{
    GError *reason = NULL;
    if (cosign_trust(run, why, &reason))
        return true;
    if (reason != NULL) {
        g_propagate_error(error, reason);
        return false;
    }
    command_complain(run->call,
                     "WARNING: Could not fetch trusted_root.json from the TUF repository. "
                     "Continuing with individual targets. Error from TUF: error getting live "
                     "trusted root: failed to create TUF client failed to load metadata: tuf "
                     "refresh failed: %s\n",
                     *why);
    return true;
}

/* ---- the job's identity ---- */

/* The status does not count: an answer without a value leads to the device flow. */
static bool read_token(const struct http_response *response, char **token, GError **error)
{
    g_autoptr(json_t) answer = json_parse_gbytes(response->body, NULL);
    g_autofree char *body = cosign_body_text(response);
    const char *start = body + strspn(body, " \t\r\n");
    *token = g_strdup(json_get_string(answer, "value", ""));
    if (answer != NULL)
        return true;
    return *start == '\0'
               ? cosign_fail(error, "EOF")
               : cosign_fail(error, "invalid character '%c' looking for beginning of value",
                             *start);
}

static bool get_token(struct cosign_run *run, const char *url, const char *request_token,
                      char **token, GError **error)
{
    g_autofree char *full = g_strconcat(url, "&audience=sigstore", NULL);
    g_autofree char *line = g_strconcat("Authorization: bearer ", request_token, NULL);
    const struct cosign_question question = {.method = "GET", .url = full, .authorization = line};
    for (int attempt = 1;; attempt++) {
        HTTP_RESPONSE(response);
        g_autofree char *why = NULL;
        GError *reason = NULL;
        if (cosign_ask(run, &question, &response, &why, &reason))
            return read_token(&response, token, error);
        if (reason != NULL) {
            g_propagate_error(error, reason);
            return false;
        }
        if (attempt == TOKEN_ATTEMPTS_MAX)
            return cosign_fail(error, "%s", why);
        command_complain(run->call, "error fetching GitHub OIDC token (will retry): %s\n", why);
        if (!fiber_sleep(run->options->loop, SECOND_US, error))
            return false;
    }
}

/* The device flow, for which nobody is there: it ends when its code has run out. */
static bool poll_device(struct cosign_run *run, const json_t *device, GError **error)
{
    int64_t pause_us = json_get_integer(device, "interval", 1) * SECOND_US;
    g_autofree char *code = http_escape(json_get_string(device, "device_code", ""));
    g_autofree char *body =
        g_strconcat("client_id=sigstore&device_code=", code,
                    "&grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code", NULL);
    const struct cosign_question question = {.method = "POST",
                                             .url = OAUTH_URL "/token",
                                             .type = "application/x-www-form-urlencoded",
                                             .body = body};
    for (;;) {
        HTTP_RESPONSE(response);
        g_autofree char *why = NULL;
        if (!cosign_ask(run, &question, &response, &why, error))
            return why != NULL ? cosign_fail(error, "%s", why) : false;
        g_autoptr(json_t) answer = json_parse_gbytes(response.body, NULL);
        const char *text = json_get_string(answer, "error", "");
        if (g_str_equal(text, "expired_token"))
            return cosign_fail(error, "error obtaining token: %s", text);
        if (!g_str_equal(text, "authorization_pending"))
            return cosign_fail(error, "unexpected error in device flow: %s", text);
        if (!fiber_sleep(run->options->loop, pause_us, error))
            return false;
    }
}

bool cosign_use_device(struct cosign_run *run, GError **error)
{
    const struct cosign_question questions[] = {
        {.method = "GET", .url = OAUTH_URL "/.well-known/openid-configuration"},
        {.method = "POST",
         .url = DEVICE_CODE,
         .type = "application/x-www-form-urlencoded",
         .body = "client_id=sigstore&code_challenge_method=S256&scope=openid+email"},
    };
    g_autoptr(json_t) device = NULL;
    command_complain(run->call, "Non-interactive mode detected, using device flow.\n");
    for (gsize i = 0; i < G_N_ELEMENTS(questions); i++) {
        HTTP_RESPONSE(response);
        g_autofree char *why = NULL;
        if (!cosign_ask(run, &questions[i], &response, &why, error))
            return why != NULL ? cosign_fail(error, "%s", why) : false;
        g_autofree char *body = cosign_body_text(&response);
        if (response.status != 200)
            return cosign_fail(error, "%u %s: %s", response.status,
                               http_status_text(response.status), body);
        g_clear_pointer(&device, json_decref);
        device = json_parse_gbytes(response.body, NULL);
    }
    command_print(run->call, "Enter the verification code %s in your browser at: %s\n",
                  json_get_string(device, "user_code", ""),
                  json_get_string(device, "verification_uri_complete", ""));
    command_print(run->call, "Code will be valid for %" G_GINT64_FORMAT " seconds\n",
                  json_get_integer(device, "expires_in", 0));
    return poll_device(run, device, error);
}

static bool get_certificate(struct cosign_run *run, const char *token, char **certificate,
                            GError **error)
{
    g_autofree char *line = g_strconcat("Authorization: Bearer ", token, NULL);
    const struct cosign_question question = {.method = "POST",
                                             .url = FULCIO_URL,
                                             .type = "application/json",
                                             .body = "{\"publicKey\":{\"content\":\"\"}}",
                                             .authorization = line};
    HTTP_RESPONSE(response);
    g_autofree char *why = NULL;
    if (!cosign_ask(run, &question, &response, &why, error))
        return why != NULL ? cosign_fail(error, "client: %s", why) : false;
    g_autofree char *body = cosign_body_text(&response);
    if (response.status == 201) {
        *certificate = g_steal_pointer(&body);
        return true;
    }
    g_autoptr(json_t) text = json_text_or_null(body);
    g_autofree char *quoted = json_dumps(text, JSON_ENCODE_ANY);
    return cosign_fail(error, "POST %s returned %u %s: %s", FULCIO_URL, response.status,
                       http_status_text(response.status), quoted);
}

/* Without a token of the job there is only the device flow. */
bool cosign_find_token(struct cosign_run *run, char **token, GError **error)
{
    const char *given = flags_text(run->flags, "identity-token");
    const char *url = command_variable(run->call, "ACTIONS_ID_TOKEN_REQUEST_URL");
    const char *request = command_variable(run->call, "ACTIONS_ID_TOKEN_REQUEST_TOKEN");
    bool may_ask = url != NULL && *url != '\0' && request != NULL && *request != '\0';
    *token = g_strdup(given);
    if (*given != '\0')
        return true;
    if (may_ask && !cosign_flag(run, "oidc-disable-ambient-providers")) {
        g_clear_pointer(token, g_free);
        if (get_token(run, url, request, token, error))
            return true;
        g_prefix_error_literal(error, "fetching ambient OIDC credentials: ");
        return false;
    }
    return true;
}

/* Version 3 says that it asks once it has a token. */
static bool take_certificate(struct cosign_run *run, const char *token, char **certificate,
                             GError **error)
{
    bool is_asked = *token != '\0' || run->version < COSIGN_VERSION(3, 0, 0);
    if (is_asked)
        command_complain(run->call, "Retrieving signed certificate...\n");
    if (*token != '\0' ? get_certificate(run, token, certificate, error)
                       : cosign_use_device(run, error))
        return true;
    g_prefix_error_literal(error, "retrieving cert: ");
    return false;
}

static bool certify(struct cosign_run *run, struct cosign_signer *signer, const char *trust_error,
                    GError **error)
{
    g_autofree char *token = NULL;
    bool is_three = run->version >= COSIGN_VERSION(3, 0, 0);
    if (!cosign_find_token(run, &token, error)) {
        if (is_three)
            g_prefix_error_literal(error, "reading id token: ");
        return false;
    }
    g_assert(token != NULL);
    if (!take_certificate(run, token, &signer->certificate, error))
        return false;
    if (is_three && trust_error != NULL && !cosign_flag(run, "insecure-skip-verify"))
        return cosign_fail_unknown(error);
    if (trust_error != NULL && !cosign_flag(run, "insecure-skip-verify"))
        return cosign_fail(error,
                           "verifying SCT: updating local metadata and targets: error updating to "
                           "TUF remote mirror: tuf: failed to download 13.root.json: %s",
                           trust_error);
    if (!cosign_flag(run, "insecure-skip-verify"))
        command_complain(run->call, "Successfully verified SCT...\n");
    signer->id = digest_of(signer->certificate, strlen(signer->certificate));
    return true;
}

static bool open_keyless(struct cosign_run *run, struct cosign_signer *signer, GError **error)
{
    bool is_three = run->version >= COSIGN_VERSION(3, 0, 0); /* it has asked before */
    g_autofree char *trust_error = is_three ? g_strdup(run->trust_error) : NULL;
    if (!is_three && !cosign_warn_of_trust(run, &trust_error, error))
        return false;
    command_complain(run->call, "Generating ephemeral keys...\n");
    if (certify(run, signer, trust_error, error))
        return true;
    g_prefix_error(error, "%sgetting key from Fulcio: ",
                   !is_three                                ? "getting signer: "
                   : run->version < COSIGN_VERSION(3, 0, 3) ? "getting Fulcio signer: "
                                                            : "getting signer: getting Fulcio "
                                                              "signer: ");
    return false;
}

bool cosign_signer_open(struct cosign_run *run, struct cosign_signer *signer, GError **error)
{
    const char *key = flags_text(run->flags, "key");
    if (*key == '\0')
        return open_keyless(run, signer, error);
    if (cosign_private_key(run, key, &signer->id, error))
        return true;
    g_prefix_error(error, "getting signer: %sreading key: ",
                   run->version >= COSIGN_VERSION(3, 0, 3) ? "getting signer from opts: " : "");
    return false;
}
