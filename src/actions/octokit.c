/* Requests to GitHub's REST API, their retries, and what is thrown. */
#include "actions/octokit.h"

#include "base/units.h"

#include <string.h>

#define SILENCE_US   (300 * SECOND_US) /* undici's limit on headers */
#define SILENT_WORDS "Headers Timeout Error"

void octokit_answer_clear(struct octokit_answer *answer)
{
    json_decref(answer->json);
    g_clear_pointer(&answer->body, g_bytes_unref);
    g_clear_pointer(&answer->problem, g_free);
}

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

/* True: this is the last one. */
static bool take(const struct octokit_request *request, unsigned count,
                 const struct action_reply *reply, struct octokit_answer *answer)
{
    bool is_fine = reply->status >= 200 && reply->status <= 299;
    if (!is_fine && may_retry(reply) && count < request->retry_count)
        return false;
    if (!is_fine) {
        answer->problem = words_of(reply);
        return true;
    }
    answer->body = reply->body != NULL ? g_bytes_ref(reply->body) : NULL;
    answer->json = reply->body != NULL ? json_parse_gbytes(reply->body, NULL) : NULL;
    return true;
}

bool octokit_ask(struct action_run *run, const struct octokit_request *request,
                 struct octokit_answer *answer, GError **error)
{
    g_autofree char *token =
        g_strconcat("Authorization: token ", action_input(run, "github-token"), NULL);
    g_autoptr(GBytes) bytes = request->body != NULL ? json_bytes(request->body) : NULL;
    const char *const headers[] = {
        token, "Accept: application/vnd.github.v3+json",
        bytes != NULL ? "Content-Type: application/json; charset=utf-8" : NULL, NULL};
    const struct action_exchange exchange = {.method = request->method,
                                             .url = request->url,
                                             .headers = headers,
                                             .body = bytes,
                                             .limit_us = SILENCE_US};
    for (unsigned count = 0;; count++) {
        __attribute__((cleanup(action_reply_clear))) struct action_reply reply = {0};
        if (!action_exchange(run, &exchange, &reply, error))
            return false;
        if (take(request, count, &reply, answer))
            return true;
        if (!action_sleep(run, (int64_t)(count + 1) * (count + 1) * SECOND_US, error))
            return false;
    }
}
