/* What curl says of a failed transfer: its exit code and words, by what went wrong on the wire. */
#include "mocks/commands/curl.h"

#include "base/units.h"

#include <string.h>

enum {
    EXIT_RESOLVE = 6,
    EXIT_CONNECT = 7,
    EXIT_TIMED_OUT = 28,
    EXIT_TLS = 35,
    EXIT_EMPTY = 52,
    EXIT_RECEIVE = 56,
    EXIT_CERTIFICATE = 60,
    EXIT_TOO_LARGE = 63,
};

static void set(struct curl_transfer *transfer, int exit_code, char *message)
{
    g_free(transfer->message);
    transfer->exit_code = exit_code;
    transfer->message = message;
}

/* The faults carry Go's words; OpenSSL's for the same: */
static void fail_tls(struct curl_transfer *transfer, const char *reason)
{
    if (strstr(reason, "unknown authority") != NULL)
        set(transfer, EXIT_CERTIFICATE,
            g_strdup("SSL certificate problem: unable to get local issuer certificate"));
    else if (strstr(reason, "expired") != NULL)
        set(transfer, EXIT_CERTIFICATE,
            g_strdup("SSL certificate problem: certificate has expired"));
    else if (strstr(reason, "SAN") != NULL)
        set(transfer, EXIT_CERTIFICATE,
            g_strdup("SSL: no alternative certificate subject name matches target host name"));
    else if (strstr(reason, "HTTP response") != NULL)
        set(transfer, EXIT_TLS,
            g_strdup("OpenSSL/3.0.13: error:0A00010B:SSL routines::wrong version number"));
    else
        set(transfer, EXIT_TLS,
            g_strdup("OpenSSL/3.0.13: error:0A000410:SSL routines::sslv3 alert handshake "
                     "failure"));
}

static int64_t elapsed_ms(const struct curl_transfer *transfer)
{
    return (loop_now_us(transfer->set->options.loop) - transfer->started_us) / MILLISECOND_US;
}

static void fail_to_connect(struct curl_transfer *transfer, const char *host, int port,
                            int exit_code, const char *why)
{
    set(transfer, exit_code,
        g_strdup_printf("Failed to connect to %s port %d after %" G_GINT64_FORMAT " ms: %s", host,
                        port, elapsed_ms(transfer), why));
}

static void fail_lookup(struct curl_transfer *transfer, const char *host, bool was_in_time)
{
    if (was_in_time)
        set(transfer, EXIT_RESOLVE, g_strconcat("Could not resolve host: ", host, NULL));
    else
        set(transfer, EXIT_TIMED_OUT,
            g_strdup_printf("Resolving timed out after %" G_GINT64_FORMAT " milliseconds",
                            elapsed_ms(transfer)));
}

static void fail_reset(struct curl_transfer *transfer)
{
    bool is_tls = g_str_has_prefix(transfer->url, "https:");
    set(transfer, EXIT_RECEIVE,
        g_strdup(is_tls ? "OpenSSL SSL_read: Connection reset by peer, errno 104"
                        : "Recv failure: Connection reset by peer"));
}

static void fail_http(struct curl_transfer *transfer, const GError *error, const char *host,
                      int port)
{
    switch ((enum http_error)error->code) {
    case HTTP_ERROR_NAME_NOT_FOUND:
    case HTTP_ERROR_NAME_SERVER:
        fail_lookup(transfer, host, /* was_in_time= */ true);
        return;
    case HTTP_ERROR_NAME_TIMED_OUT:
        fail_lookup(transfer, host, transfer->options->connect_time_max_us == 0);
        return;
    case HTTP_ERROR_REFUSED:
        transfer->is_os_refusal = true;
        fail_to_connect(transfer, host, port, EXIT_CONNECT, "Couldn't connect to server");
        return;
    case HTTP_ERROR_PERMISSION:
        fail_to_connect(transfer, host, port, EXIT_CONNECT, "Couldn't connect to server");
        return;
    case HTTP_ERROR_CONNECT_TIMED_OUT:
        fail_to_connect(transfer, host, port, EXIT_TIMED_OUT, "Timeout was reached");
        return;
    case HTTP_ERROR_UNANSWERED: /* connect.c: its own code, but the words of any other */
        fail_to_connect(transfer, host, port, EXIT_TIMED_OUT, "Couldn't connect to server");
        return;
    case HTTP_ERROR_TLS_TIMED_OUT:
        set(transfer, EXIT_TIMED_OUT, g_strdup("SSL connection timeout"));
        return;
    case HTTP_ERROR_TLS_REFUSED:
        fail_tls(transfer, error->message);
        return;
    case HTTP_ERROR_RESET:
    case HTTP_ERROR_TRUNCATED:
        fail_reset(transfer);
        return;
    case HTTP_ERROR_EMPTY_REPLY:
        set(transfer, EXIT_EMPTY, g_strdup("Empty reply from server"));
        return;
    case HTTP_ERROR_MALFORMED:
        set(transfer, 1, g_strdup("Received HTTP/0.9 when not allowed"));
        return;
    case HTTP_ERROR_TOO_LARGE:
        set(transfer, EXIT_TOO_LARGE, g_strdup("Maximum file size exceeded"));
        return;
    case HTTP_ERROR_OTHER:
        break;
    }
    set(transfer, EXIT_RECEIVE, g_strdup("Failure when receiving data from the peer"));
}

void curl_transfer_fail(struct curl_transfer *transfer, const GError *error)
{
    g_autofree char *host = NULL;
    g_autoptr(GError) ignored = NULL;
    int port = 0;

    if (!http_url_split(transfer->url, &host, &port, &ignored))
        host = g_strdup("");
    if (error->domain == HTTP_ERROR)
        fail_http(transfer, error, host, port);
    else
        set(transfer, EXIT_RECEIVE, g_strdup(error->message));
}
