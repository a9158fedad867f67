/* One transfer of curl: the request, its redirects, what comes back. */
#include "mocks/commands/curl_private.h"

#include "base/units.h"
#include "http/status.h"

#include <string.h>

enum {
    EXIT_OK = 0,
    EXIT_BAD_URL = 3,
    EXIT_PROTOCOL = 1,
    EXIT_HTTP = 22,
    EXIT_REDIRECTS = 47,
    EXIT_TOO_LARGE = 63,
    HTTP_ERROR_MIN = 400,
};

/* DEFAULT_CONNECT_TIMEOUT of curl's connect.h, look-up and TLS included; the kernel gives up first.
 */
#define CONNECT_US (300 * SECOND_US)

void curl_transfer_init(struct curl_transfer *transfer, struct command_set *set,
                        const struct command_call *call, const struct curl_options *options,
                        const char *url)
{
    transfer->set = set;
    transfer->call = call;
    transfer->options = options;
    transfer->url = curl_full_url(url);
    transfer->body = g_byte_array_new();
    transfer->head = g_string_new(NULL);
}

void curl_transfer_clear(struct curl_transfer *transfer)
{
    if (transfer->body == NULL)
        return;
    g_byte_array_unref(transfer->body);
    g_string_free(transfer->head, TRUE);
    g_free(transfer->url);
    g_free(transfer->content_type);
    g_free(transfer->retry_after);
    g_free(transfer->message);
}

char *curl_full_url(const char *url)
{
    return strstr(url, "://") != NULL ? g_strdup(url) : g_strconcat("http://", url, NULL);
}

char *curl_remote_name(const char *url)
{
    g_autofree char *path = g_strndup(url, strcspn(url, "?#"));
    const char *scheme = strstr(path, "://");
    const char *slash = strrchr(path, '/');
    if (slash == NULL || (scheme != NULL && slash < scheme + 3))
        return g_strdup("");
    return g_strdup(slash + 1);
}

void curl_transfer_end(struct curl_transfer *transfer, int exit_code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(transfer->message);
    transfer->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    transfer->exit_code = exit_code;
}

/* ---- what comes back ---- */

static void take_headers(struct curl_transfer *transfer, const struct http_response *response)
{
    const char *type = http_response_header(response, "Content-Type");
    const char *retry_after = http_response_header(response, "Retry-After");

    transfer->status = response->status;
    g_free(transfer->content_type);
    transfer->content_type = g_strdup(type);
    g_free(transfer->retry_after);
    transfer->retry_after = g_strdup(retry_after);
    g_byte_array_set_size(transfer->body, 0);
    g_string_append_printf(transfer->head, "HTTP/1.1 %u %s\r\n", response->status,
                           http_status_text(response->status));
    for (guint i = 0; i < response->headers->len; i++) {
        const struct http_header *header = g_ptr_array_index(response->headers, i);
        g_string_append_printf(transfer->head, "%s: %s\r\n", header->name, header->value);
    }
    g_string_append(transfer->head, "\r\n");
}

static bool read_body(struct curl_transfer *transfer, struct http_stream *stream, GError **error)
{
    for (;;) {
        g_autoptr(GBytes) chunk = NULL;
        if (!http_stream_read(stream, &chunk, error))
            return false;
        if (chunk == NULL)
            return true;
        if (transfer->body->len + g_bytes_get_size(chunk) > DOWNLOAD_BYTES_MAX) {
            curl_transfer_end(transfer, EXIT_TOO_LARGE, "Maximum file size exceeded");
            return true;
        }
        g_byte_array_append(transfer->body, g_bytes_get_data(chunk, NULL),
                            (guint)g_bytes_get_size(chunk));
    }
}

/* Bytes that the answer announced but did not bring; -1: it announced none. */
static int64_t bytes_missing(const struct curl_transfer *transfer,
                             const struct http_response *response)
{
    const char *length = http_response_header(response, "Content-Length");
    return length == NULL ? -1 : g_ascii_strtoll(length, NULL, 10) - (int64_t)transfer->body->len;
}

static void fail_in_body(struct curl_transfer *transfer, const struct http_response *response,
                         const GError *error)
{
    int64_t missing = bytes_missing(transfer, response);
    curl_transfer_fail(transfer, error);
    if (!g_error_matches(error, HTTP_ERROR, HTTP_ERROR_TRUNCATED))
        return;
    if (missing >= 0)
        curl_transfer_end(transfer, 18,
                          "transfer closed with %" G_GINT64_FORMAT " bytes remaining to read",
                          missing);
    else
        curl_transfer_end(transfer, 18, "transfer closed with outstanding read data remaining");
}

static void fail_by_time(struct curl_transfer *transfer, const struct http_response *response)
{
    int64_t missing = response->status == 0 ? -1 : bytes_missing(transfer, response);
    int64_t after_ms = transfer->options->time_max_us / MILLISECOND_US;
    if (missing >= 0)
        curl_transfer_end(transfer, 28,
                          "Operation timed out after %" G_GINT64_FORMAT
                          " milliseconds with %u out of "
                          "%" G_GINT64_FORMAT " bytes received",
                          after_ms, transfer->body->len, missing + transfer->body->len);
    else
        curl_transfer_end(transfer, 28,
                          "Operation timed out after %" G_GINT64_FORMAT
                          " milliseconds with %u bytes received",
                          after_ms, transfer->body->len);
}

/* One exchange; false: it failed, and exit_code and message are set. */
static bool exchange_once(struct curl_transfer *transfer, const struct deadline *limit,
                          char **location)
{
    bool is_fine;
    g_autoptr(GBytes) body = curl_request_body(transfer, &is_fine);
    bool has_body = body != NULL && strcmp(transfer->method, "GET") != 0;
    g_autoptr(GPtrArray) headers = curl_request_headers(transfer, has_body);
    const int64_t connect_us = transfer->options->connect_time_max_us;
    const struct http_request request = {
        .method = transfer->method,
        .url = transfer->url,
        .unix_socket = transfer->options->unix_socket,
        .headers = (const char *const *)headers->pdata,
        .body = has_body ? body : NULL,
        .connect_timeout_us = connect_us > 0 ? connect_us : CONNECT_US,
        .tls_timeout_us = connect_us > 0 ? connect_us : 5 * MINUTE_US,
    };
    HTTP_RESPONSE(response);
    g_autoptr(GError) error = NULL;

    if (!is_fine)
        return false;
    AUTO(http_stream) stream = http_open(transfer->set->options.http, &request, &response, &error);
    if (stream != NULL)
        take_headers(transfer, &response);
    if (stream != NULL && read_body(transfer, stream, &error)) {
        *location = g_strdup(http_response_header(&response, "Location"));
        return transfer->exit_code == EXIT_OK;
    }
    if (limit->has_expired)
        fail_by_time(transfer, &response);
    else if (stream != NULL)
        fail_in_body(transfer, &response, error);
    else
        curl_transfer_fail(transfer, error);
    return false;
}

/* ---- where to ---- */

static bool is_redirect(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static bool follow(struct curl_transfer *transfer, const char *location)
{
    g_autoptr(GError) error = NULL;
    char *next = http_url_join(transfer->url, location, &error);

    if (transfer->redirect_count >= transfer->options->redirects_max) {
        curl_transfer_end(transfer, EXIT_REDIRECTS,
                          "Maximum (%" G_GINT64_FORMAT ") redirects followed",
                          transfer->options->redirects_max);
        g_free(next);
        return false;
    }
    if (next == NULL) {
        curl_transfer_end(transfer, EXIT_BAD_URL, "URL using bad/illegal format or missing URL");
        return false;
    }
    transfer->redirect_count++;
    g_free(transfer->url);
    transfer->url = next;
    if (transfer->options->method == NULL && strcmp(transfer->method, "POST") == 0 &&
        transfer->status <= 303)
        transfer->method = "GET";
    return true;
}

/* Takes user:secret@ out of the URL, which src/http does not send. */
static void drop_user(struct curl_transfer *transfer)
{
    char *authority = strstr(transfer->url, "://");
    const char *at = authority != NULL ? strchr(authority, '@') : NULL;
    if (at == NULL || strcspn(authority + 3, "/?#") < (gsize)(at - authority - 3))
        return;
    g_autofree char *scheme = g_strndup(transfer->url, (gsize)(authority + 3 - transfer->url));
    char *url = g_strconcat(scheme, at + 1, NULL);
    g_free(transfer->url);
    transfer->url = url;
}

static bool has_plain_scheme(struct curl_transfer *transfer)
{
    g_autofree char *scheme =
        g_strndup(transfer->url, (gsize)(strstr(transfer->url, "://") - transfer->url));
    if (g_ascii_strcasecmp(scheme, "http") == 0 || g_ascii_strcasecmp(scheme, "https") == 0)
        return true;
    curl_transfer_end(transfer, EXIT_PROTOCOL,
                      "Protocol \"%s\" not supported or disabled in libcurl", scheme);
    return false;
}

static bool find_host(struct curl_transfer *transfer)
{
    g_autofree char *host = NULL;
    g_autoptr(GError) error = NULL;
    int port;

    drop_user(transfer);
    if (!has_plain_scheme(transfer))
        return false;
    if (!http_url_split(transfer->url, &host, &port, &error)) {
        curl_transfer_end(transfer, EXIT_BAD_URL, "URL using bad/illegal format or missing URL");
        return false;
    }
    transfer->is_assumed = curl_is_foreign(transfer, host, port);
    if (transfer->is_assumed) {
        const char *const words[] = {command_name(transfer->call), host, NULL};
        assumed_note(transfer->set, words, /* touches_images= */ false);
        transfer->status = 200;
    }
    return true;
}

/* Where it meets weather it takes its time and may fail; what a release holds is made up later. */
static void exchange_assumed(struct curl_transfer *transfer, const struct deadline *limit)
{
    g_autofree char *location = NULL;
    char *weather = curl_weather_url(transfer);
    if (weather == NULL)
        return;
    char *asked = transfer->url;
    transfer->url = weather;
    bool is_fine = exchange_once(transfer, limit, &location);
    bool is_release = strcmp(asked, weather) != 0;
    g_free(transfer->url);
    transfer->url = asked;
    if (is_fine && is_release && transfer->status < HTTP_ERROR_MIN)
        g_byte_array_set_size(transfer->body, 0);
}

static void add_query(struct curl_transfer *transfer)
{
    const GByteArray *data = transfer->options->data;
    if (!transfer->options->is_get || data == NULL)
        return;
    char *url =
        g_strdup_printf("%s%c%.*s", transfer->url, strchr(transfer->url, '?') != NULL ? '&' : '?',
                        (int)data->len, (const char *)data->data);
    g_free(transfer->url);
    transfer->url = url;
}

static void run_exchanges(struct curl_transfer *transfer, const struct deadline *limit)
{
    for (;;) {
        g_autofree char *location = NULL;
        if (!find_host(transfer))
            return;
        if (transfer->is_assumed) {
            exchange_assumed(transfer, limit);
            return;
        }
        if (!exchange_once(transfer, limit, &location))
            return;
        if (!transfer->options->follows || location == NULL || !is_redirect(transfer->status))
            return;
        if (!follow(transfer, location))
            return;
    }
}

void curl_transfer_run(struct curl_transfer *transfer)
{
    const struct curl_options *options = transfer->options;
    struct loop *loop = transfer->set->options.loop;
    DEADLINE(limit);

    transfer->started_us = loop_now_us(loop);
    transfer->method = curl_request_method(options);
    add_query(transfer);
    if (options->time_max_us > 0)
        deadline_begin(loop, &limit, "curl", options->time_max_us);
    run_exchanges(transfer, &limit);
    transfer->ended_us = loop_now_us(loop);
    if (transfer->exit_code == EXIT_OK && (options->fails || options->fails_with_body) &&
        transfer->status >= HTTP_ERROR_MIN) {
        curl_transfer_end(transfer, EXIT_HTTP, "The requested URL returned error: %u",
                          transfer->status);
        if (options->fails && !options->fails_with_body)
            g_byte_array_set_size(transfer->body, 0);
    }
}
