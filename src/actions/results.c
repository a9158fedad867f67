/* Twirp and blobs of GitHub's results service. */
#include "actions/results.h"

#include "base/archive.h"
#include "base/gzip.h"
#include "base/limits.h"
#include "base/regular_file.h"
#include "base/units.h"

#include <glib/gstdio.h>
#include <string.h>

#define ATTEMPTS       5
#define FIRST_DELAY_MS 3000

/* ---- Twirp ---- */

/* snake_case to camelCase; g_free. */
static char *camel_name(const char *name)
{
    GString *text = g_string_new(NULL);
    for (const char *c = name; *c != '\0'; c++)
        if (*c == '_' && c[1] != '\0')
            g_string_append_c(text, g_ascii_toupper(*++c));
        else
            g_string_append_c(text, *c);
    return g_string_free(text, FALSE);
}

const char *results_text(const json_t *answer, const char *name)
{
    g_autofree char *camel = camel_name(name);
    return json_get_string(answer, name, json_get_string(answer, camel, ""));
}

bool results_is_ok(const json_t *answer)
{
    return json_get_boolean(answer, "ok", false);
}

/* The code in Node's words, as NetworkError knows them: it is not tried again. */
static const char *network_code(const char *failure)
{
    static const char *const codes[] = {"ECONNRESET", "ENOTFOUND", "ETIMEDOUT", "ECONNREFUSED",
                                        "EHOSTUNREACH"};
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (strstr(failure, codes[i]) != NULL)
            return codes[i];
    return NULL;
}

static const char *status_words(unsigned status)
{
    static const struct {
        unsigned status;
        const char *words;
    } known[] = {
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {409, "Conflict"},
        {429, "Too Many Requests"},
        {502, "Bad Gateway"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].status == status)
            return known[i].words;
    return "";
}

/* One reply judged. */
struct verdict {
    json_t *answer; /* success */
    char *message;  /* else */
    bool may_retry;
};

static void judge_failure(const struct action_reply *reply, struct verdict *verdict)
{
    const char *code = network_code(reply->failure);
    verdict->may_retry = code == NULL;
    if (code == NULL)
        verdict->message = g_strdup(reply->failure);
    else
        verdict->message = g_strdup_printf(
            "Unable to make request: %s\nIf you are using self-hosted runners, please make sure "
            "your runner has access to all GitHub endpoints: https://docs.github.com/en/actions/"
            "hosting-your-own-runners/managing-self-hosted-runners/"
            "about-self-hosted-runners#communication-between-self-hosted-runners-and-github",
            code);
}

static void judge(const struct action_reply *reply, struct verdict *verdict)
{
    if (reply->status == 0) {
        judge_failure(reply, verdict);
        return;
    }
    g_autoptr(GError) broken = NULL;
    g_autoptr(json_t) body = reply->body != NULL ? json_parse_gbytes(reply->body, &broken) : NULL;
    if (body == NULL) {
        verdict->message = g_strdup(broken != NULL ? "Unexpected token in JSON at position 0"
                                                   : "Unexpected end of JSON input");
        verdict->may_retry = true;
        return;
    }
    if (reply->status >= 200 && reply->status < 300) {
        verdict->answer = json_incref(body);
        return;
    }
    const char *text = json_get_string(body, "msg", "");
    bool is_limited = reply->status == 429;
    g_autofree char *request =
        g_strdup_printf("Failed request: (%u) %s%s%s", reply->status, status_words(reply->status),
                        *text != '\0' ? ": " : "", text);
    verdict->may_retry = reply->status >= 500 && reply->status != 501 && reply->status <= 504;
    verdict->message = is_limited || verdict->may_retry
                           ? g_strconcat(is_limited ? "Rate limited: " : "", request, NULL)
                           : g_strconcat("Received non-retryable error: ", request, NULL);
}

static bool ask_once(struct action_run *run, const char *url, GBytes *body, struct verdict *verdict,
                     GError **error)
{
    const char *token = action_variable(run, "ACTIONS_RUNTIME_TOKEN");
    g_autofree char *bearer =
        g_strdup_printf("Authorization: Bearer %s", token != NULL ? token : "");
    const char *const headers[] = {"Content-Type: application/json", bearer, NULL};
    __attribute__((cleanup(action_reply_clear))) struct action_reply reply = {0};
    if (!action_request(run, "POST", url, headers, body, &reply, error))
        return false;
    *verdict = (struct verdict){0};
    judge(&reply, verdict);
    return true;
}

/* 3 s, then between 1.5^n and 1.5^(n+1) times as much. */
static int64_t delay_us(struct action_run *run, unsigned attempt)
{
    double least = FIRST_DELAY_MS;
    for (unsigned i = 0; i < attempt; i++)
        least *= 1.5;
    g_autofree char *digits = attempt > 0 ? action_random_hex(run, 4) : NULL;
    double share = digits != NULL ? (double)g_ascii_strtoull(digits, NULL, 16) / 65536 : 0;
    return (int64_t)(least * (1 + share / 2)) * MILLISECOND_US;
}

static bool ask(struct action_run *run, const char *url, const char *method, GBytes *body,
                json_t **answer, GError **error)
{
    struct verdict verdict;
    for (unsigned attempt = 0;; attempt++) {
        if (!ask_once(run, url, body, &verdict, error))
            return false;
        if (verdict.answer != NULL) {
            *answer = verdict.answer;
            return true;
        }
        g_autofree char *message = verdict.message;
        if (!verdict.may_retry)
            return core_throw(error, "Failed to %s: %s", method, message);
        if (attempt + 1 == ATTEMPTS)
            return core_throw(error, "Failed to %s: Failed to make request after %d attempts: %s",
                              method, ATTEMPTS, message);
        int64_t wait_us = delay_us(run, attempt);
        action_log(run,
                   "Attempt %u of %d failed with error: %s. Retrying request in %" G_GINT64_FORMAT
                   " ms...",
                   attempt + 1, ATTEMPTS, message, wait_us / MILLISECOND_US);
        if (!action_sleep(run, wait_us, error))
            return false;
    }
}

bool results_call(struct action_run *run, const char *service, const char *method,
                  const json_t *request, json_t **answer, GError **error)
{
    const char *base = action_variable(run, "ACTIONS_RESULTS_URL");
    if (base == NULL || *base == '\0')
        return core_throw(error, "Unable to get the ACTIONS_RESULTS_URL env variable");
    g_autofree char *url = g_strdup_printf("%s%stwirp/github.actions.results.api.v1.%s/%s", base,
                                           g_str_has_suffix(base, "/") ? "" : "/", service, method);
    g_autoptr(GBytes) body = json_bytes(request);
    return ask(run, url, method, body, answer, error);
}

/* ---- blobs ---- */

bool results_upload(struct action_run *run, const char *url, GBytes *blob, GError **error)
{
    static const char *const headers[] = {"Content-Type: application/octet-stream",
                                          "x-ms-blob-type: BlockBlob", NULL};
    __attribute__((cleanup(action_reply_clear))) struct action_reply reply = {0};
    if (!action_request(run, "PUT", url, headers, blob, &reply, error))
        return false;
    if (reply.status == 0)
        return core_throw(error, "%s", reply.failure);
    return reply.status == 201 || reply.status == 200 ||
           core_throw(error, "Unexpected HTTP response from blob storage: %u %s", reply.status,
                      status_words(reply.status));
}

bool results_download(struct action_run *run, const char *url, GBytes **blob, GError **error)
{
    __attribute__((cleanup(action_reply_clear))) struct action_reply reply = {0};
    if (!action_request(run, "GET", url, NULL, NULL, &reply, error))
        return false;
    if (reply.status == 0)
        return core_throw(error, "%s", reply.failure);
    if (reply.status != 200)
        return core_throw(error, "Unexpected HTTP response from blob storage: %u %s", reply.status,
                          status_words(reply.status));
    *blob = reply.body != NULL ? g_bytes_ref(reply.body) : g_bytes_new_static("", 0);
    return true;
}

/* ---- what is in them ---- */

void results_archive_init(struct results_archive *archive)
{
    *archive = (struct results_archive){.writer = archive_writer_new()};
}

void results_archive_clear(struct results_archive *archive)
{
    archive_writer_free(archive->writer);
}

bool results_archive_add(struct results_archive *archive, const struct action_run *run,
                         const char *path, const char *name, GError **error)
{
    g_autofree char *place = action_host_path(run, path);
    g_autofree char *text = NULL;
    gsize length = 0;
    GStatBuf status;
    if (place == NULL || g_stat(place, &status) != 0)
        return true;
    archive->size_bytes += (gsize)MAX(status.st_size, 0);
    if (archive->size_bytes > ACTION_BLOB_BYTES_MAX)
        return core_throw(error, "what is to be uploaded is larger than %d MiB",
                          (int)(ACTION_BLOB_BYTES_MAX / MIB_BYTES));
    if (!regular_file_read(place, &text, &length, NULL))
        return true;
    bool is_program = g_file_test(place, G_FILE_TEST_IS_EXECUTABLE);
    archive_writer_add_file(archive->writer, name, is_program ? 0755 : 0644, text, length);
    return true;
}

GBytes *results_archive_finish(struct results_archive *archive)
{
    g_autoptr(GBytes) whole = archive_writer_finish(archive->writer);
    return gzip_compress(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole));
}

static void put_member(const struct action_run *run, const struct archive_member *member,
                       const char *directory)
{
    g_autofree char *path = g_build_filename(directory, member->name, NULL);
    g_autofree char *place = action_host_path(run, path);
    if (place == NULL)
        return;
    if (member->kind == ARCHIVE_DIRECTORY) {
        g_mkdir_with_parents(place, 0755);
        return;
    }
    g_autofree char *folder = g_path_get_dirname(place);
    g_mkdir_with_parents(folder, 0755);
    g_file_set_contents(place, g_bytes_get_data(member->contents, NULL),
                        (gssize)g_bytes_get_size(member->contents), NULL);
    g_chmod(place, member->mode);
}

bool results_unpack(struct action_run *run, GBytes *blob, const char *directory, GError **error)
{
    g_autoptr(GError) broken = NULL;
    g_autoptr(GBytes) whole = gzip_decompress(g_bytes_get_data(blob, NULL), g_bytes_get_size(blob),
                                              ARCHIVE_BYTES_MAX, &broken);
    if (whole == NULL)
        return core_throw(error, "%s", broken->message);
    AUTO(archive_reader)
    reader = archive_reader_new(g_bytes_get_data(whole, NULL), g_bytes_get_size(whole),
                                /* is_confined= */ true);
    const struct archive_member *member = NULL;
    do {
        if (!archive_reader_next(reader, &member, &broken))
            return core_throw(error, "%s", broken->message);
        if (member != NULL)
            put_member(run, member, directory);
    } while (member != NULL);
    return true;
}
