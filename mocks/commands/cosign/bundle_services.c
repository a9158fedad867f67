/* What the services of a signing config are asked, and when once more. */
#include "mocks/commands/cosign/bundle.h"

#include "base/digest.h"
#include "base/units.h"
#include "loop/fiber.h"

#include <string.h>

#define ANSWER_US (30 * SECOND_US)

enum {
    SERVICE_ATTEMPTS = 2, /* Retries: 1 of pkg/cosign/bundle/sign.go */
};

/* One answer within the client's limit. */
static bool ask_in_time(struct cosign_run *run, const struct cosign_question *question,
                        struct http_response *response, GError **error)
{
    g_autofree char *why = NULL;
    GError *reason = NULL;
    DEADLINE(limit);
    deadline_begin(run->options->loop, &limit, "an answer", ANSWER_US);
    if (cosign_ask(run, question, response, &why, &reason))
        return true;
    if (limit.has_expired) {
        g_clear_error(&reason);
        return cosign_fail(error,
                           "Post \"%s\": context deadline exceeded (Client.Timeout exceeded while "
                           "awaiting headers)",
                           question->url);
    }
    if (reason == NULL)
        return cosign_fail(error, "%s", why);
    g_propagate_error(error, reason);
    return false;
}

/* An answer of Fulcio or of a timestamp authority: 429 and 5xx are asked for once more, after 1 s,
   and given up after 2 s more. */
static bool ask_service(struct cosign_run *run, const struct cosign_question *question,
                        struct http_response *response, GError **error)
{
    int64_t pause_us = SECOND_US;
    for (int attempt = 1; attempt <= SERVICE_ATTEMPTS; attempt++, pause_us *= 2) {
        if (!ask_in_time(run, question, response, error))
            return false;
        if (response->status != 429 && response->status < 500)
            return true;
        if (!fiber_sleep(run->options->loop, pause_us, error))
            return false;
    }
    return true;
}

bool cosign_certify(struct cosign_run *run, const char *token, struct cosign_signer *signer,
                    GError **error)
{
    g_autofree char *line = g_strconcat("Authorization: Bearer ", token, NULL);
    const struct cosign_question question = {.method = "POST",
                                             .url = COSIGN_FULCIO_URL "/api/v2/signingCert",
                                             .type = "application/json",
                                             .body = "{\"publicKeyRequest\":{}}",
                                             .authorization = line};
    HTTP_RESPONSE(response);
    if (!ask_service(run, &question, &response, error))
        return false;
    g_autofree char *body = cosign_body_text(&response);
    if (response.status != 200)
        return cosign_fail(error, "Fulcio returned %u: %s", response.status, body);
    g_autoptr(json_t) answer = json_parse_gbytes(response.body, NULL);
    const json_t *chain =
        json_get_object(json_get_object(answer, "signedCertificateEmbeddedSct"), "chain");
    const json_t *first = json_array_get(json_get_array(chain, "certificates"), 0);
    if (!json_is_string(first))
        return cosign_fail(error, "fulcio returned no certificates");
    signer->certificate = g_strdup(json_string_value(first));
    signer->id = digest_of(signer->certificate, strlen(signer->certificate));
    return true;
}

bool cosign_stamp(struct cosign_run *run, json_t *material, GError **error)
{
    const struct cosign_question question = {.method = "POST",
                                             .url = COSIGN_TIMESTAMPS_URL,
                                             .type = "application/timestamp-query",
                                             .body = "query"};
    HTTP_RESPONSE(response);
    if (!ask_service(run, &question, &response, error))
        return false;
    g_autofree char *body = cosign_body_text(&response);
    if (response.status != 200 && response.status != 201)
        return cosign_fail(error, "timestamp authority returned %u: %s", response.status, body);
    json_object_set_new(material, "timestampVerificationData",
                        json_pack("{s:[{s:s}]}", "rfc3161Timestamps", "signedTimestamp", ""));
    return true;
}

void cosign_add_entry(json_t *material, const json_t *entry)
{
    g_autofree char *index =
        g_strdup_printf("%" G_GINT64_FORMAT, json_get_integer(entry, "logIndex", 0));
    json_object_set_new(material, "tlogEntries", json_pack("[{s:s}]", "logIndex", index));
}

bool cosign_log_bundle(struct cosign_run *run, const char *statement, json_t *material,
                       GError **error)
{
    /* The digest stands for the envelope, which may be long. */
    g_autofree char *digest = digest_of(statement, strlen(statement));
    g_autoptr(json_t) body = json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "0.0.1", "kind", "dsse",
                                       "spec", "proposedContent", digest);
    g_autofree char *text = json_text(body);
    g_autoptr(json_t) entry = NULL;
    if (!cosign_put_entry(run, text, SERVICE_ATTEMPTS, &entry, error))
        return false;
    cosign_add_entry(material, entry);
    return true;
}
