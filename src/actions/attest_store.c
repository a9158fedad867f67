/* What is kept at GitHub: the attestation of the repository, the storage record of the owner
   (actions/toolkit, packages/attest/src: store.ts, artifactMetadata.ts; octokit's request.js and
   plugin-retry.js). */
#include "actions/attest.h"

#include "base/units.h"

#include <string.h>

#define API          "https://api.github.com"
#define RETRIES      5
#define SILENCE_US   (300 * SECOND_US) /* undici's limit on headers */
#define SILENT_WORDS "Headers Timeout Error"

/* ---- octokit ---- */

/* Whether plugin-retry asks again. */
static bool may_retry(const struct action_reply *reply)
{
    static const unsigned final[] = {400, 401, 403, 404, 410, 422, 451};
    for (gsize i = 0; i < G_N_ELEMENTS(final); i++)
        if (reply->status == final[i])
            return false;
    return reply->status == 0 || reply->status >= 400;
}

/* The message of a RequestError; g_free. */
static char *words_of(const struct action_reply *reply)
{
    g_autoptr(GError) broken = NULL;
    g_autoptr(json_t) body = reply->body != NULL ? json_parse_gbytes(reply->body, &broken) : NULL;
    const char *message = json_get_string(body, "message", NULL);
    const char *documentation = json_get_string(body, "documentation_url", NULL);
    if (reply->status == 0)
        return g_strdup(reply->has_timed_out ? SILENT_WORDS : reply->failure);
    if (message != NULL)
        return g_strconcat(message, documentation != NULL ? " - " : NULL, documentation, NULL);
    if (body != NULL) {
        g_autofree char *text = json_text(body);
        return g_strconcat("Unknown error: ", text, NULL);
    }
    gsize length = 0;
    const char *text = reply->body != NULL ? g_bytes_get_data(reply->body, &length) : "";
    return g_strndup(text != NULL ? text : "", length);
}

struct request {
    const char *method;
    char *url;          /* owned */
    const json_t *body; /* or NULL */
    unsigned retry_count;
    bool wants_json; /* a text that is none is parsed once more, which throws */
};

/* *answer (json_decref), or *problem (g_free); false: it was interrupted. */
static bool ask(struct attest *attest, struct request request, json_t **answer, char **problem,
                GError **error)
{
    g_autofree char *url = request.url;
    g_autofree char *token =
        g_strconcat("Authorization: token ", action_input(attest->run, "github-token"), NULL);
    g_autoptr(GBytes) bytes = request.body != NULL ? json_bytes(request.body) : NULL;
    const char *const headers[] = {
        token, "Accept: application/vnd.github.v3+json",
        bytes != NULL ? "Content-Type: application/json; charset=utf-8" : NULL, NULL};
    const struct action_exchange exchange = {.method = request.method,
                                             .url = url,
                                             .headers = headers,
                                             .body = bytes,
                                             .limit_us = SILENCE_US};
    for (unsigned count = 0;; count++) {
        __attribute__((cleanup(action_reply_clear))) struct action_reply reply = {0};
        if (!action_exchange(attest->run, &exchange, &reply, error))
            return false;
        if (reply.status >= 200 && reply.status <= 299) {
            *answer = reply.body != NULL ? json_parse_gbytes(reply.body, NULL) : NULL;
            if (*answer == NULL && request.wants_json)
                *problem = attest_json_words(reply.body);
            return true;
        }
        if (!may_retry(&reply) || count >= request.retry_count) {
            *problem = words_of(&reply);
            return true;
        }
        if (!action_sleep(attest->run, (int64_t)(count + 1) * (count + 1) * SECOND_US, error))
            return false;
    }
}

/* ---- what is asked ---- */

static const char *repository(const struct attest *attest)
{
    return action_context(attest->run, "github.repository");
}

/* An id is a number or a text; g_free. */
static char *id_text(const json_t *id)
{
    if (json_is_string(id))
        return g_strdup(json_string_value(id));
    return json_is_integer(id) ? g_strdup_printf("%" JSON_INTEGER_FORMAT, json_integer_value(id))
                               : NULL;
}

bool attest_store(struct attest *attest, const json_t *bundle, char **id, GError **error)
{
    g_autoptr(json_t) body = json_pack("{s:O}", "bundle", bundle);
    g_autoptr(json_t) answer = NULL;
    g_autofree char *problem = NULL;
    const struct request request = {
        .method = "POST",
        .url = g_strdup_printf(API "/repos/%s/attestations", repository(attest)),
        .body = body,
        .wants_json = true,
        .retry_count = RETRIES};
    if (!ask(attest, request, &answer, &problem, error))
        return false;
    if (problem != NULL)
        return core_throw(error, "Failed to persist attestation: %s", problem);
    *id = id_text(json_object_get(answer, "id"));
    return true;
}

/* *problem (g_free): what getOctokit() threw. */
static bool is_of_organization(struct attest *attest, bool *is_organization, char **problem,
                               GError **error)
{
    g_autoptr(json_t) answer = NULL;
    const struct request request = {.method = "GET",
                                    .url = g_strdup_printf(API "/repos/%s", repository(attest))};
    if (!ask(attest, request, &answer, problem, error))
        return false;
    *is_organization =
        strcmp(json_get_string(json_get_object(answer, "owner"), "type", ""), "Organization") == 0;
    return true;
}

static bool create_record(struct attest *attest, const char *image, const char *digest, char **ids,
                          char **problem, GError **error)
{
    g_autofree char *registry = g_strndup(image, strcspn(image, "/"));
    g_autofree char *owner = g_strndup(repository(attest), strcspn(repository(attest), "/"));
    g_autofree char *origin = g_strconcat("https://", registry, NULL);
    g_autofree char *words = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autoptr(json_t) body =
        json_pack("{s:s, s:s, s:s}", "name", image, "digest", digest, "registry_url", origin);
    const struct request request = {
        .method = "POST",
        .url = g_strdup_printf(API "/orgs/%s/artifacts/metadata/storage-record", owner),
        .body = body,
        .wants_json = true,
        .retry_count = RETRIES};
    if (action_input_is_given(attest->run, "subject-version"))
        json_object_set_new(body, "version",
                            json_string(action_input(attest->run, "subject-version")));
    if (!ask(attest, request, &answer, &words, error))
        return false;
    if (words != NULL) {
        *problem = g_strconcat("Error: Failed to persist storage record: ", words, NULL);
        return true;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    gsize i;
    json_t *record;
    json_array_foreach (json_get_array(answer, "storage_records"), i, record)
        g_string_append_printf(text, "%s%" G_GINT64_FORMAT, i > 0 ? "," : "",
                               json_get_integer(record, "id", 0));
    if (text->len == 0)
        action_warn(attest->run, "No storage records were created.");
    *ids = g_strdup(text->str);
    return true;
}

bool attest_record(struct attest *attest, const char *image, const char *digest, char **ids,
                   GError **error)
{
    g_autofree char *problem = NULL;
    g_autofree char *words = NULL;
    bool is_organization = false;
    if (!is_of_organization(attest, &is_organization, &words, error))
        return false;
    if (words != NULL)
        problem = g_strconcat("HttpError: ", words, NULL);
    else if (!is_organization)
        return true;
    else if (!create_record(attest, image, digest, ids, &problem, error))
        return false;
    if (problem == NULL)
        return true;
    action_warn(attest->run, "Failed to create storage record: %s", problem);
    action_warn(attest->run, "Please check that the \"artifact-metadata:write\" permission has "
                             "been included");
    return true;
}
