/* Fetching with retries. */
#include "actions/node_fetch.h"

#include "base/units.h"

#include <string.h>

static bool may_retry(const struct action_reply *reply)
{
    return reply->status == 0 || reply->status == 408 || reply->status == 429 ||
           reply->status >= 500;
}

/* minipass-fetch's words round those of Node. */
static void word_failure(const char *url, struct action_reply *reply)
{
    g_autofree char *reason = g_steal_pointer(&reply->failure);
    reply->failure = reply->has_timed_out
                         ? g_strdup_printf("network timeout at: %s", url)
                         : g_strdup_printf("request to %s failed, reason: %s", url, reason);
}

bool node_fetch(struct action_run *run, const struct node_fetch *fetch, struct action_reply *reply,
                GError **error)
{
    int64_t pause_us = SECOND_US;
    for (unsigned count = 0;; count++, pause_us *= 2) {
        if (!action_exchange(run, &fetch->exchange, reply, error))
            return false;
        if (!may_retry(reply) || count >= fetch->retry_count)
            break;
        action_reply_clear(reply);
        if (!action_sleep(run, pause_us, error))
            return false;
    }
    if (reply->status == 0)
        word_failure(fetch->exchange.url, reply);
    return true;
}

static const char *status_words(unsigned status)
{
    static const struct {
        unsigned status;
        const char *words;
    } known[] = {
        {400, "Bad Request"},         {401, "Unauthorized"},          {403, "Forbidden"},
        {404, "Not Found"},           {408, "Request Timeout"},       {409, "Conflict"},
        {429, "Too Many Requests"},   {500, "Internal Server Error"}, {502, "Bad Gateway"},
        {503, "Service Unavailable"}, {504, "Gateway Timeout"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].status == status)
            return known[i].words;
    return "";
}

char *node_fetch_message(const struct action_reply *reply)
{
    const char *type = action_reply_header(reply, "Content-Type");
    g_autoptr(GError) ignored = NULL;
    g_autoptr(json_t) body = NULL;
    if (type != NULL && strstr(type, "application/json") != NULL && reply->body != NULL)
        body = json_parse_gbytes(reply->body, &ignored);
    const char *message = json_get_string(body, "message", "");
    return g_strdup(*message != '\0' ? message : status_words(reply->status));
}
