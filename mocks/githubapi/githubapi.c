/* The site of GitHub's API. */
#include "mocks/githubapi/githubapi.h"

#include "base/command.h"
#include "base/json.h"
#include "base/limits.h"

#include <string.h>

#define JSON_TYPE "application/json; charset=utf-8"
#define DOCS      "https://docs.github.com/rest"
#define FIRST_ID  INT64_C(12000000)

struct githubapi {
    struct world *world;
    char *name;
    bool is_private, is_of_organization;
    GPtrArray *tokens;       /* struct githubapi_token, whose text is owned */
    GPtrArray *attestations; /* struct githubapi_attestation */
    int64_t count;           /* of what was kept */
};

static void token_free(void *memory)
{
    struct githubapi_token *token = memory;
    g_free((char *)token->text);
    g_free(token);
}

static void attestation_free(void *memory)
{
    struct githubapi_attestation *attestation = memory;
    g_free(attestation->digest);
    g_free(attestation->kind);
    g_free(attestation);
}

/* ---- answers ---- */

static void reply_json(struct exchange *exchange, unsigned status, json_t *value)
{
    g_autoptr(json_t) owned = value;
    g_autofree char *text = json_text(owned);
    exchange_reply_text(exchange, status, JSON_TYPE, text);
}

static void refuse(struct exchange *exchange, unsigned status, const char *message,
                   const char *documentation)
{
    g_autofree char *code = g_strdup_printf("%u", status);
    g_autofree char *url = g_strconcat(DOCS, documentation, NULL);
    reply_json(
        exchange, status,
        json_pack("{s:s, s:s, s:s}", "message", message, "documentation_url", url, "status", code));
}

/* ---- who asks ---- */

/* What the token of a request may do; NULL: it has none. Lent. */
static const struct githubapi_token *token_of(const struct githubapi *api,
                                              struct exchange *exchange)
{
    static const struct githubapi_token somebodys = {.may_attest = true, .may_write_records = true};
    const char *line = exchange_header(exchange, "Authorization");
    const char *text = line != NULL ? strchr(line, ' ') : NULL;
    if (text == NULL || *++text == '\0')
        return NULL;
    for (guint i = 0; i < api->tokens->len; i++) {
        const struct githubapi_token *token = g_ptr_array_index(api->tokens, i);
        if (g_str_equal(token->text, text))
            return token;
    }
    return &somebodys;
}

/* ---- attestations ---- */

#define ATTESTATION_DOCS "/repos/attestations#create-an-attestation"
#define RECORD_DOCS      "/orgs/artifact-metadata#create-artifact-metadata-storage-record"
#define NO_ACCESS        "Resource not accessible by integration"

/* The in-toto statement in a Sigstore bundle; NULL: there is none. */
static json_t *statement_of(GBytes *body)
{
    g_autoptr(json_t) request = json_parse_gbytes(body, NULL);
    const json_t *envelope = json_get_object(json_get_object(request, "bundle"), "dsseEnvelope");
    const char *payload = json_get_string(envelope, "payload", "");
    gsize length = 0;
    g_autofree guchar *text = g_base64_decode(payload, &length);
    return json_parse_bytes(text, length, NULL);
}

/* An entry for each artifact that it names; false: they are too many. */
static bool note_attestation(struct githubapi *api, struct exchange *exchange, GBytes *body)
{
    g_autoptr(json_t) statement = statement_of(body);
    const json_t *subjects = json_get_array(statement, "subject");
    size_t index = 0;
    const json_t *subject = NULL;
    if (api->attestations->len + json_array_size(subjects) > ATTESTATIONS_MAX)
        return false;
    json_array_foreach (subjects, index, subject) {
        const char *hex = json_get_string(json_get_object(subject, "digest"), "sha256", "");
        struct githubapi_attestation *attestation = g_new0(struct githubapi_attestation, 1);
        attestation->digest = g_strconcat("sha256:", hex, NULL);
        attestation->kind = g_strdup(json_get_string(statement, "predicateType", "attestation"));
        attestation->kept_by_machine = exchange_machine(exchange);
        g_ptr_array_add(api->attestations, attestation);
    }
    return true;
}

/* Attestations of private repositories are for Enterprise Cloud; a user's own have none. */
static void keep_attestation(struct githubapi *api, struct exchange *exchange, GBytes *body)
{
    if (!token_of(api, exchange)->may_attest)
        refuse(exchange, 403, NO_ACCESS, ATTESTATION_DOCS);
    else if (api->is_private && !api->is_of_organization)
        refuse(exchange, 403,
               "Feature not available for user-owned private repositories. To enable this "
               "feature, please make this repository public.",
               ATTESTATION_DOCS);
    else if (!note_attestation(api, exchange, body))
        refuse(exchange, 507, "More than " G_STRINGIFY(ATTESTATIONS_MAX) " artifacts are attested",
               ATTESTATION_DOCS);
    else
        reply_json(exchange, 201, json_pack("{s:I}", "id", (json_int_t)(FIRST_ID + ++api->count)));
}

static void keep_record(struct githubapi *api, struct exchange *exchange, GBytes *body)
{
    (void)body;
    if (!token_of(api, exchange)->may_write_records)
        refuse(exchange, 403, NO_ACCESS, RECORD_DOCS);
    else
        reply_json(exchange, 200,
                   json_pack("{s:i, s:[{s:I}]}", "total_count", 1, "storage_records", "id",
                             (json_int_t)(FIRST_ID + ++api->count)));
}

/* Without a token nobody sees that there is a private one. */
static void show_repository(struct githubapi *api, struct exchange *exchange, GBytes *body)
{
    (void)body;
    if (api->is_private && token_of(api, exchange) == NULL) {
        refuse(exchange, 404, "Not Found", "");
        return;
    }
    reply_json(exchange, 200,
               json_pack("{s:s, s:b, s:{s:s}}", "full_name", api->name, "private", api->is_private,
                         "owner", "type", api->is_of_organization ? "Organization" : "User"));
}

/* ---- the site ---- */

static const struct route {
    const char *method, *pattern;
    void (*handle)(struct githubapi *api, struct exchange *exchange, GBytes *body);
} routes[] = {
    {"POST", "^/repos/[^/]+/[^/]+/attestations$", keep_attestation},
    {"GET", "^/repos/[^/]+/[^/]+$", show_repository},
    {"POST", "^/orgs/[^/]+/artifacts/metadata/storage-record$", keep_record},
};

/* What scripts ask before a download: which release is the latest. Nobody knows, but where in the
   answer it stands (docs.github.com, "Get the latest release"). Of anything else not even that. */
static void answer_unmodelled(struct exchange *exchange)
{
    static const char release[] = "{\n"
                                  "  \"tag_name\": \"v" COMMAND_UNKNOWN_WORD "\",\n"
                                  "  \"name\": \"v" COMMAND_UNKNOWN_WORD "\",\n"
                                  "  \"draft\": false,\n"
                                  "  \"prerelease\": false\n"
                                  "}\n";
    bool is_release =
        g_regex_match_simple("^/repos/[^/]+/[^/]+/releases/latest$", exchange_path(exchange), 0, 0);
    exchange_reply_text(exchange, 200, JSON_TYPE, is_release ? release : "");
}

static void answer(struct githubapi *api, struct exchange *exchange, GBytes *body)
{
    bool is_reading = g_str_equal(exchange_method(exchange), "GET");
    if (!is_reading && token_of(api, exchange) == NULL) {
        refuse(exchange, 401, "Requires authentication", "");
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(routes); i++)
        if (g_str_equal(routes[i].method, exchange_method(exchange)) &&
            g_regex_match_simple(routes[i].pattern, exchange_path(exchange), 0, 0)) {
            routes[i].handle(api, exchange, body);
            return;
        }
    answer_unmodelled(exchange);
}

static void on_body(struct exchange *exchange, void *context, GBytes *body)
{
    if (body == NULL)
        refuse(exchange, 413, "Payload Too Large", "");
    else
        answer(context, exchange, body);
}

static void on_request(void *context, struct exchange *exchange)
{
    exchange_collect(exchange, SIGNED_FILE_BYTES_MAX * 2, on_body, context);
}

struct githubapi *githubapi_new(struct world *world, const struct githubapi_repository *repository)
{
    struct githubapi *api = g_new0(struct githubapi, 1);
    api->world = world;
    api->name = g_strdup(repository->name);
    api->is_private = repository->is_private;
    api->is_of_organization = repository->is_of_organization;
    api->tokens = g_ptr_array_new_with_free_func(token_free);
    api->attestations = g_ptr_array_new_with_free_func(attestation_free);
    world_add_site(world, GITHUBAPI_SITE, on_request, api);
    return api;
}

void githubapi_free(struct githubapi *api)
{
    if (api == NULL)
        return;
    g_ptr_array_unref(api->tokens);
    g_ptr_array_unref(api->attestations);
    g_free(api->name);
    g_free(api);
}

const GPtrArray *githubapi_attestations(const struct githubapi *api)
{
    return api->attestations;
}

void githubapi_admit(struct githubapi *api, const struct githubapi_token *token)
{
    struct githubapi_token *known = g_new0(struct githubapi_token, 1);
    *known = *token;
    known->text = g_strdup(token->text);
    g_ptr_array_add(api->tokens, known);
}
