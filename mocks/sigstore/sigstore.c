/* The sites of Sigstore, and GitHub's identity tokens. */
#include "mocks/sigstore/sigstore.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/units.h"
#include "mocks/jwt.h"

#include <string.h>

#define JSON_TYPE    "application/json"
#define CODE_VALID_S 300 /* Sigstore's Dex */
#define CODE_POLL_S  5
#define FIRST_INDEX  INT64_C(300000000)
#define CERTIFICATE  "CERTIFICATE"

struct sigstore {
    struct world *world;
    int64_t entry_count;    /* of the log */
    GHashTable *code_times; /* when a device code was given, by its text; looked up only */
};

/* The claims of the bearer token of a request; NULL: there is none, or it is no JWT. */
static json_t *bearer_claims(struct exchange *exchange)
{
    const char *line = exchange_header(exchange, "Authorization");
    if (line == NULL || g_ascii_strncasecmp(line, "bearer ", strlen("bearer ")) != 0)
        return NULL;
    return jwt_claims(line + strlen("bearer "));
}

char *sigstore_request_token(const char *workflow_ref)
{
    g_autoptr(json_t) claims = json_pack("{s:s}", "job_workflow_ref", workflow_ref);
    return jwt_write(claims);
}

static void reply_json(struct exchange *exchange, unsigned status, json_t *value)
{
    g_autoptr(json_t) owned = value;
    g_autofree char *text = json_text(owned);
    exchange_reply_text(exchange, status, JSON_TYPE, text);
}

/* ---- GitHub's tokens ---- */

static void on_token(void *context, struct exchange *exchange)
{
    g_autoptr(json_t) job = bearer_claims(exchange);
    const char *workflow_ref = json_get_string(job, "job_workflow_ref", NULL);
    const char *audience = exchange_query_value(exchange, "audience");
    (void)context;

    if (workflow_ref == NULL) {
        reply_json(exchange, 401, json_pack("{s:s}", "message", "Unauthorized"));
        return;
    }
    g_autoptr(json_t) claims = json_pack("{s:s, s:s, s:s}", "iss", SIGSTORE_GITHUB_ISSUER, "aud",
                                         audience != NULL ? audience : "https://github.com",
                                         "job_workflow_ref", workflow_ref);
    g_autofree char *token = jwt_write(claims);
    reply_json(exchange, 200, json_pack("{s:s}", "value", token));
}

/* What checks a token asks its issuer for the keys; there are none in the world. */
static void on_issuer(void *context, struct exchange *exchange)
{
    (void)context;
    reply_json(exchange, 200,
               json_pack("{s:s, s:s, s:[]}", "issuer", SIGSTORE_GITHUB_ISSUER, "jwks_uri",
                         SIGSTORE_GITHUB_ISSUER "/.well-known/jwks", "keys"));
}

/* ---- Fulcio ---- */

/* The certificate of whom the claims name, PEM; NULL: they name nobody. g_free. */
static char *certificate_of(const json_t *claims)
{
    const char *workflow_ref = json_get_string(claims, "job_workflow_ref", NULL);
    if (workflow_ref == NULL)
        return NULL;
    g_autofree char *identity = g_strconcat("https://github.com/", workflow_ref, NULL);
    g_autoptr(json_t) names = json_pack("{s:s, s:s}", "identity", identity, "issuer",
                                        json_get_string(claims, "iss", SIGSTORE_GITHUB_ISSUER));
    g_autofree char *text = json_text(names);
    g_autofree char *body = g_base64_encode((const guchar *)text, strlen(text));
    return g_strdup_printf("-----BEGIN " CERTIFICATE "-----\n%s\n-----END " CERTIFICATE "-----\n",
                           body);
}

static void refuse_credentials(struct exchange *exchange)
{
    reply_json(exchange, 401,
               json_pack("{s:i, s:s}", "code", 16, "message",
                         "There was an error processing the credentials for this request"));
}

static void give_certificate(struct exchange *exchange, const char *pem)
{
    reply_json(
        exchange, 200,
        json_pack("{s:{s:{s:[s]}}}", "signedCertificateEmbeddedSct", "chain", "certificates", pem));
}

static void on_certificate_request(struct exchange *exchange, void *context, GBytes *body)
{
    g_autoptr(GError) ignored = NULL;
    g_autoptr(json_t) request = body != NULL ? json_parse_gbytes(body, &ignored) : NULL;
    const json_t *credentials = json_get_object(request, "credentials");
    g_autoptr(json_t) claims = jwt_claims(json_get_string(credentials, "oidcIdentityToken", ""));
    g_autofree char *pem = certificate_of(claims);
    (void)context;

    if (pem == NULL)
        refuse_credentials(exchange);
    else
        give_certificate(exchange, pem);
}

static void on_certificate(void *context, struct exchange *exchange)
{
    bool is_json = g_str_has_prefix(exchange_path(exchange), "/api/v2/");
    if (is_json && exchange_header(exchange, "Authorization") == NULL) {
        exchange_collect(exchange, LOG_ENTRY_BYTES_MAX, on_certificate_request, context);
        return;
    }
    g_autoptr(json_t) claims = bearer_claims(exchange);
    g_autofree char *pem = certificate_of(claims);
    if (pem == NULL)
        refuse_credentials(exchange);
    else if (is_json)
        give_certificate(exchange, pem);
    else
        exchange_reply_text(exchange, 201, "application/pem-certificate-chain", pem);
}

static void on_timestamp(void *context, struct exchange *exchange)
{
    (void)context;
    exchange_reply_text(exchange, 201, "application/timestamp-reply", "");
}

/* ---- Rekor ---- */

static void on_entry(struct exchange *exchange, void *context, GBytes *body)
{
    struct sigstore *sigstore = context;
    if (body == NULL) {
        reply_json(exchange, 413, json_pack("{s:i, s:s}", "code", 413, "message", "too large"));
        return;
    }
    g_autofree char *digest = digest_of_bytes(body);
    g_autoptr(json_t) entry = json_pack(
        "{s:I, s:I, s:s}", "logIndex", (json_int_t)(FIRST_INDEX + sigstore->entry_count++),
        "integratedTime", (json_int_t)world_date_s(sigstore->world), "logID",
        "c0d23d6ad406973f9559f3ba2d1ca01f84147d8ffc5b8445c224f98b9591801d");
    reply_json(exchange, 201, json_pack("{s:O}", digest + strlen("sha256:"), entry));
}

static void on_log(void *context, struct exchange *exchange)
{
    if (strcmp(exchange_method(exchange), "POST") == 0)
        exchange_collect(exchange, LOG_ENTRY_BYTES_MAX, on_entry, context);
    else
        reply_json(exchange, 200, json_object());
}

/* ---- the trust root ---- */

static void on_trust(void *context, struct exchange *exchange)
{
    (void)context;
    if (g_str_has_suffix(exchange_path(exchange), ".root.json"))
        exchange_reply_text(exchange, 404, "application/xml",
                            "<Error><Code>NoSuchKey</Code></Error>");
    else
        reply_json(exchange, 200, json_object());
}

/* ---- the device flow ---- */

static int64_t now_us(const struct sigstore *sigstore)
{
    return loop_now_us(world_loop(sigstore->world));
}

static void give_code(struct sigstore *sigstore, struct exchange *exchange)
{
    g_autofree char *seed = g_strdup_printf("%" G_GUINT64_FORMAT, exchange_number(exchange));
    g_autofree char *digest = digest_of(seed, strlen(seed));
    g_autofree char *upper = g_ascii_strup(digest + strlen("sha256:"), 8);
    g_autofree char *user = g_strdup_printf("%.4s-%.4s", upper, upper + 4);
    g_autofree char *uri =
        g_strconcat("https://" SIGSTORE_OAUTH_SITE "/auth/device?user_code=", user, NULL);
    int64_t *time = g_new(int64_t, 1);
    *time = now_us(sigstore);
    g_hash_table_replace(sigstore->code_times, g_strdup(digest), time);
    reply_json(exchange, 200,
               json_pack("{s:s, s:s, s:s, s:i, s:i}", "device_code", digest, "user_code", user,
                         "verification_uri_complete", uri, "expires_in", CODE_VALID_S, "interval",
                         CODE_POLL_S));
}

/* Nobody sits in front of a runner, so every code runs out. */
static void on_poll(struct exchange *exchange, void *context, GBytes *body)
{
    const struct sigstore *sigstore = context;
    gsize length = 0;
    const char *bytes = body != NULL ? g_bytes_get_data(body, &length) : NULL;
    g_autofree char *text = g_strndup(bytes != NULL ? bytes : "", length);
    const char *mark = strstr(text, "device_code=sha256%3A");
    g_autofree char *code =
        g_strconcat("sha256:", mark != NULL ? mark + strlen("device_code=sha256%3A") : "", NULL);
    code[strcspn(code, "&")] = '\0';
    const int64_t *given = g_hash_table_lookup(sigstore->code_times, code);
    bool is_valid = given != NULL && now_us(sigstore) - *given < CODE_VALID_S * SECOND_US;
    reply_json(exchange, is_valid ? 401 : 400,
               json_pack("{s:s}", "error", is_valid ? "authorization_pending" : "expired_token"));
}

static void on_oauth(void *context, struct exchange *exchange)
{
    const char *path = exchange_path(exchange);
    if (g_str_has_suffix(path, "/.well-known/openid-configuration"))
        reply_json(exchange, 200,
                   json_pack("{s:s}", "issuer", "https://" SIGSTORE_OAUTH_SITE "/auth"));
    else if (g_str_has_suffix(path, "/device/code"))
        give_code(context, exchange);
    else
        exchange_collect(exchange, LOG_ENTRY_BYTES_MAX, on_poll, context);
}

/* ---- the whole ---- */

struct sigstore *sigstore_new(struct world *world)
{
    struct sigstore *sigstore = g_new0(struct sigstore, 1);
    sigstore->world = world;
    sigstore->code_times = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    world_add_site(world, SIGSTORE_TOKEN_SITE, on_token, sigstore);
    world_add_site(world, SIGSTORE_TUF_SITE, on_trust, sigstore);
    world_add_site(world, SIGSTORE_ISSUER_SITE, on_issuer, sigstore);
    world_add_site(world, SIGSTORE_FULCIO_SITE, on_certificate, sigstore);
    world_add_site(world, SIGSTORE_GITHUB_FULCIO_SITE, on_certificate, sigstore);
    world_add_site(world, SIGSTORE_TIMESTAMP_SITE, on_timestamp, sigstore);
    world_add_site(world, SIGSTORE_GITHUB_TIMESTAMP_SITE, on_timestamp, sigstore);
    world_add_site(world, SIGSTORE_REKOR_SITE, on_log, sigstore);
    world_add_site(world, SIGSTORE_OAUTH_SITE, on_oauth, sigstore);
    return sigstore;
}

void sigstore_free(struct sigstore *sigstore)
{
    if (sigstore == NULL)
        return;
    g_hash_table_unref(sigstore->code_times);
    g_free(sigstore);
}
