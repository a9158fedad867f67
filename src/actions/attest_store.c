/* What is kept at GitHub: the attestation of the repository, the storage record of the owner
   (actions/toolkit, packages/attest/src: store.ts, artifactMetadata.ts). */
#include "actions/attest.h"
#include "actions/octokit.h"

#include <string.h>

#define API     OCTOKIT_API
#define RETRIES 5

/* ---- octokit ---- */

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
    OCTOKIT_ANSWER(whole);
    const struct octokit_request asked = {.method = request.method,
                                          .url = url,
                                          .body = request.body,
                                          .retry_count = request.retry_count};
    if (!octokit_ask(attest->run, &asked, &whole, error))
        return false;
    *answer = g_steal_pointer(&whole.json);
    *problem = g_steal_pointer(&whole.problem);
    if (*problem == NULL && *answer == NULL && request.wants_json)
        *problem = attest_json_words(whole.body);
    return true;
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
