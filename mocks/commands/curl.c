/* curl towards the sites of the world: tries, retries, where the bytes go. The progress meter is
   not shown. */
#include "mocks/commands/curl.h"

#include "base/units.h"

#include <string.h>

enum {
    EXIT_WRITE = 23,
    EXIT_RESOLVE = 6,
    EXIT_CONNECT = 7,
    EXIT_HTTP = 22,
    EXIT_TIMED_OUT = 28,
};

#define RETRY_DELAY_US_MAX (10 * MINUTE_US)

/* ---- retries (tool_operate.c of 7.88) ---- */

static bool is_transient_status(unsigned status)
{
    return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 ||
           status == 504;
}

/* Why another try is worth it, in curl's words; NULL: it is not. */
static const char *retry_reason(const struct curl_transfer *transfer)
{
    const struct curl_options *options = transfer->options;
    if (transfer->exit_code == EXIT_TIMED_OUT || transfer->exit_code == EXIT_RESOLVE)
        return "timeout";
    if (options->retries_refused && transfer->exit_code == EXIT_CONNECT && transfer->is_os_refusal)
        return "connection refused";
    if ((transfer->exit_code == 0 || transfer->exit_code == EXIT_HTTP) &&
        is_transient_status(transfer->status))
        return "HTTP error";
    return options->retries_all && transfer->exit_code != 0 ? "(retrying all errors)" : NULL;
}

static int64_t retry_after_us(const struct curl_transfer *transfer)
{
    int64_t seconds = transfer->retry_after == NULL || !is_transient_status(transfer->status)
                          ? 0
                          : g_ascii_strtoll(transfer->retry_after, NULL, 10);
    return MIN(MAX(seconds, 0), VIRTUAL_TIME_US_MAX / SECOND_US) * SECOND_US;
}

struct tries {
    int64_t left;
    int64_t next_us; /* the wait before the next try */
    int64_t began_us;
};

static bool may_retry(struct tries *tries, const struct curl_transfer *transfer, int64_t *wait_us)
{
    const struct curl_options *options = transfer->options;
    int64_t after_us = retry_after_us(transfer);
    int64_t elapsed_us = transfer->ended_us - tries->began_us;

    if (tries->left <= 0)
        return false;
    *wait_us = after_us > 0 ? after_us : tries->next_us;
    if (options->retry_time_max_us > 0 && elapsed_us + *wait_us > options->retry_time_max_us)
        return false;
    tries->left--;
    if (options->retry_delay_us == 0)
        tries->next_us = MIN(2 * tries->next_us, RETRY_DELAY_US_MAX);
    return true;
}

static void warn_of_retry(const struct curl_transfer *transfer, const char *reason, int64_t wait_us,
                          int64_t left)
{
    if (transfer->options->is_silent)
        return;
    command_complain(transfer->call,
                     "Warning: Problem : %s. Will retry in %" G_GINT64_FORMAT
                     " seconds. %" G_GINT64_FORMAT " retries left.\n",
                     reason, wait_us / SECOND_US, left + 1);
}

static void complain(const struct curl_transfer *transfer)
{
    const struct curl_options *options = transfer->options;
    if (transfer->exit_code != 0 && (!options->is_silent || options->shows_errors))
        command_complain(transfer->call, "curl: (%d) %s\n", transfer->exit_code, transfer->message);
}

/* ---- where the bytes go ---- */

bool curl_write_file(const struct command_call *call, const char *path, const void *bytes,
                     gsize length_bytes, bool creates_dirs)
{
    g_autofree char *absolute = command_absolute_path(call, path);
    g_autofree char *host_path = command_host_path(call, path);
    if (strcmp(absolute, "/dev/null") == 0)
        return true;
    if (host_path == NULL)
        return command_is_root(call); /* /etc: root may, and nobody here reads it */
    if (creates_dirs) {
        g_autofree char *folder = g_path_get_dirname(host_path);
        (void)g_mkdir_with_parents(folder, 0755);
    }
    return g_file_set_contents(host_path, bytes, (gssize)length_bytes, NULL);
}

static bool fail_to_write(struct curl_transfer *transfer, const char *message)
{
    g_free(transfer->message);
    transfer->message = g_strdup(message);
    transfer->exit_code = EXIT_WRITE;
    return false;
}

/* The file a transfer goes to, g_free; NULL: stdout. */
static char *output_of(struct curl_transfer *transfer, const char *output, bool *is_fine)
{
    const struct curl_options *options = transfer->options;
    *is_fine = true;
    if (output == NULL || strcmp(output, "-") == 0)
        return NULL;
    g_autofree char *name = *output != '\0' ? g_strdup(output) : curl_remote_name(transfer->url);
    if (*name == '\0') {
        *is_fine = fail_to_write(transfer, "Remote file name has no length!");
        return NULL;
    }
    return options->output_dir != NULL ? g_build_filename(options->output_dir, name, NULL)
                                       : g_steal_pointer(&name);
}

static void deliver(struct curl_transfer *transfer, const char *path)
{
    const struct curl_options *options = transfer->options;
    g_autoptr(GByteArray) all = g_byte_array_new();

    if (options->header_file != NULL && strcmp(options->header_file, "-") != 0 &&
        !curl_write_file(transfer->call, options->header_file, transfer->head->str,
                         transfer->head->len, options->creates_dirs))
        (void)fail_to_write(transfer, "Failed writing received data to disk/application");
    if (options->includes_headers || options->is_head || g_strcmp0(options->header_file, "-") == 0)
        g_byte_array_append(all, (const guint8 *)transfer->head->str, (guint)transfer->head->len);
    g_byte_array_append(all, transfer->body->data, transfer->body->len);
    /* No answer, no file. */
    if (path != NULL && (transfer->status != 0 || all->len > 0) &&
        transfer->exit_code != EXIT_HTTP) {
        if (!curl_write_file(transfer->call, path, all->data, all->len, options->creates_dirs))
            (void)fail_to_write(transfer, "Failed writing received data to disk/application");
    } else if (path == NULL) {
        command_write(transfer->call, 1, (const char *)all->data, (gssize)all->len);
    }
}

/* ---- one URL ---- */

/* One try with its output; true: another one follows after *wait_us. */
static bool try_once(struct curl_transfer *transfer, const char *output, struct tries *tries,
                     int64_t *wait_us)
{
    bool is_fine;
    g_autofree char *path = output_of(transfer, output, &is_fine);

    if (is_fine) {
        curl_transfer_run(transfer);
        curl_transfer_stand_in(transfer, path);
    }
    const char *reason = is_fine ? retry_reason(transfer) : NULL;
    bool is_last = reason == NULL || !may_retry(tries, transfer, wait_us);
    if (is_fine)
        deliver(transfer, path);
    complain(transfer);
    if (is_last)
        return false;
    warn_of_retry(transfer, reason, *wait_us, tries->left);
    return true;
}

static int get(struct command_set *set, const struct command_call *call,
               const struct curl_options *options, const char *url, const char *output)
{
    struct tries tries = {
        .left = options->retry_count,
        .next_us = options->retry_delay_us > 0 ? options->retry_delay_us : SECOND_US,
        .began_us = loop_now_us(set->options.loop),
    };
    for (;;) {
        g_autoptr(GError) error = NULL;
        int64_t wait_us;
        CURL_TRANSFER(transfer);

        curl_transfer_init(&transfer, set, call, options, url);
        if (try_once(&transfer, output, &tries, &wait_us)) {
            if (!fiber_sleep(set->options.loop, wait_us, &error))
                return transfer.exit_code;
            continue;
        }
        if (options->write_out != NULL)
            curl_write_out(&transfer, options->write_out);
        return transfer.exit_code;
    }
}

int row_curl(void *self, const struct command_call *call)
{
    CURL_OPTIONS(options);
    bool is_over;
    curl_options_init(&options);
    int exit_code = curl_options_read(&options, call, &is_over);

    for (guint i = 0; !is_over && i < options.urls->len; i++) {
        const char *output =
            i < options.outputs->len ? g_ptr_array_index(options.outputs, i) : NULL;
        exit_code = get(self, call, &options, g_ptr_array_index(options.urls, i), output);
        if (exit_code != 0 && options.fails_early)
            break;
    }
    return exit_code;
}
