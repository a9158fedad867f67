/* Docker.pull() of actions-toolkit: the image's archive from the cache, then the pull itself. */
#include "actions/toolkit.h"

#include "base/units.h"

#include <string.h>

/* Causes after which newer toolkits pull again (actions-toolkit#1289): the network's and the
   registry's own; never a refusal and never a rate limit. */
static const char *const transient_texts[] = {
    "EOF",
    "connection reset by peer",
    "connection refused",
    "i/o timeout",
    "TLS handshake timeout",
    "Client.Timeout exceeded",
    "context deadline exceeded",
    "Temporary failure in name resolution",
    "server misbehaving",
    "failed to fetch oauth token",
    "received unexpected HTTP status: 5",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Time",
};
static const char *const final_texts[] = {"toomanyrequests", "denied", "unauthorized",
                                          "manifest unknown", "not found"};

/* The retry was merged on 2026-08-31 (setup-buildx-action#609); the release that carries it is
   taken to have come a week later. */
#define RETRY_DATE_MS  INT64_C(1788739200000) /* 2026-09-07 */
#define RETRY_ATTEMPTS 3

/* How long a try waits for the next: what the toolkit says is that it retries, not when; the wait
   between its other retries is taken. */
#define FIRST_DELAY_US SECOND_US

unsigned toolkit_pull_attempts(const struct action_run *run, unsigned minor)
{
    g_auto(GStrv) parts = g_strsplit(action_ref(run), ".", 3);
    bool is_exact = g_strv_length(parts) > 1;
    bool is_new = is_exact ? g_ascii_strtoull(parts[1], NULL, 10) >= minor
                           : action_date_ms(run) >= RETRY_DATE_MS;
    bool is_commit = strlen(action_ref(run)) == 40;
    return action_major(run) >= 4 && is_new && !is_commit ? RETRY_ATTEMPTS : 1;
}

static bool has_any(const char *text, const char *const *parts, gsize part_count)
{
    for (gsize i = 0; i < part_count; i++)
        if (strstr(text, parts[i]) != NULL)
            return true;
    return false;
}

static bool is_transient(const char *message)
{
    return !has_any(message, final_texts, G_N_ELEMENTS(final_texts)) &&
           has_any(message, transient_texts, G_N_ELEMENTS(transient_texts));
}

static bool pull_once(struct toolkit *toolkit, const char *image, GError **error)
{
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "pull", image, NULL);
    const struct core_command command = {.arguments = arguments, .judgement = CORE_LAST_LINE};
    return core_exec(toolkit->run, &command, NULL, error);
}

static bool pull_patiently(struct toolkit *toolkit, const struct toolkit_pull *asked,
                           GError **error)
{
    int64_t delay_us = FIRST_DELAY_US;
    for (unsigned attempt = 1;; attempt++, delay_us *= 3) {
        GError *thrown = NULL;
        if (pull_once(toolkit, asked->image, &thrown))
            return true;
        bool is_last = attempt >= asked->attempts ||
                       !g_error_matches(thrown, CORE_ERROR, CORE_ERROR_THROWN) ||
                       !is_transient(thrown->message);
        if (is_last) {
            g_propagate_error(error, thrown);
            return false;
        }
        action_log(toolkit->run, "%s", thrown->message);
        g_error_free(thrown);
        if (!action_sleep(toolkit->run, delay_us, error))
            return false;
    }
}

/* Saving goes on for the cache that other runs find; its failure is a warning. */
static bool save(struct toolkit *toolkit, const char *image, GError **error)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, image, -1);
    const char *directory = toolkit_directory(toolkit, error);
    if (directory == NULL)
        return false;
    g_autofree char *path = g_strdup_printf("%s/%s.tar", directory, digest);
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "save", "-o", path, image, NULL);
    const struct core_command command = {.arguments = arguments};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(toolkit->run, &command, &result, error))
        return false;
    if (core_exec_failed(&result)) {
        g_autofree char *line = core_last_line(result.errors);
        action_warn(toolkit->run, "Failed to save image: %s", line);
    }
    return true;
}

bool toolkit_pull(struct toolkit *toolkit, const struct toolkit_pull *asked, GError **error)
{
    return pull_patiently(toolkit, asked, error) &&
           (!asked->is_cached || save(toolkit, asked->image, error));
}
