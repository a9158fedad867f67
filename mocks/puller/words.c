/* Transport failures, statuses and quoted text in Go's words. */
#include "mocks/puller/words.h"

#include "http/status.h"

#include <string.h>

enum {
    EPHEMERAL_PORT_MIN = 32768,
    EPHEMERAL_PORT_COUNT = 28232,
};

/* A5 cites the first; the others are as fictitious as fixed. */
static const struct {
    const char *host;
    const char *address;
} known_addresses[] = {
    {"registry-1.docker.io", "34.205.13.154"},
    {"auth.docker.io", "98.85.153.80"},
    {"production.cloudflare.docker.com", "104.16.98.215"},
    {"ghcr.io", "140.82.121.34"},
    {"pkg-containers.githubusercontent.com", "185.199.108.154"},
    {"quay.io", "34.224.196.162"},
    {"mirror.gcr.io", "142.250.113.82"},
    {"localhost", "127.0.0.1"},
};

/* FNV-1a: texts must be the same in every run and on every machine. */
static uint32_t hash_text(const char *text)
{
    uint32_t hash = 2166136261U;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U;
    return hash;
}

static char *host_address(const char *host)
{
    for (gsize i = 0; i < G_N_ELEMENTS(known_addresses); i++)
        if (strcmp(known_addresses[i].host, host) == 0)
            return g_strdup(known_addresses[i].address);
    if (g_hostname_is_ip_address(host))
        return g_strdup(host);
    return g_strdup_printf("203.0.113.%u", 1 + hash_text(host) % 254); /* TEST-NET-3 */
}

/* "10.1.0.4:41234->34.205.13.154:443" */
static char *both_ends(const struct puller_habits *habits, const char *host, int port)
{
    g_autofree char *address = host_address(host);
    bool is_local = g_str_has_prefix(address, "127.");
    return g_strdup_printf("%s:%u->%s:%d", is_local ? "127.0.0.1" : habits->address,
                           EPHEMERAL_PORT_MIN + hash_text(host) % EPHEMERAL_PORT_COUNT, address,
                           port);
}

static char *look_up_words(const struct puller_habits *habits, const char *host, int code)
{
    g_autofree char *question = g_strdup_printf(
        "127.0.0.1:%u->127.0.0.53:53", EPHEMERAL_PORT_MIN + hash_text(host) % EPHEMERAL_PORT_COUNT);
    if (code == HTTP_ERROR_NAME_NOT_FOUND)
        return g_strdup_printf("dial tcp: lookup %s%s: no such host", host,
                               habits->name_server_of_missing);
    if (code == HTTP_ERROR_NAME_SERVER)
        return g_strdup_printf("dial tcp: lookup %s on 127.0.0.53:53: server misbehaving", host);
    return g_strdup_printf("dial tcp: lookup %s on 127.0.0.53:53: read udp %s: i/o timeout", host,
                           question);
}

/* What src/http put behind "GET url: ". */
static const char *reason_of(const GError *error, const char *method, const char *url)
{
    gsize prefix = strlen(method) + 1 + strlen(url) + 2;
    return strlen(error->message) > prefix ? error->message + prefix : error->message;
}

static char *tls_words(const struct puller_habits *habits, const char *reason)
{
    bool is_certificate = g_str_has_prefix(reason, "x509:");
    return g_strconcat(is_certificate ? habits->certificate_prefix : "", reason, NULL);
}

static char *reset_words(const struct puller_habits *habits, const char *reason, const char *host,
                         int port)
{
    g_autofree char *ends = both_ends(habits, host, port);
    bool is_write = g_str_has_suffix(reason, "broken pipe");
    return g_strdup_printf(is_write ? "write tcp %s: write: broken pipe"
                                    : "read tcp %s: read: connection reset by peer",
                           ends);
}

char *go_transport_words(const struct puller_habits *habits, const GError *error,
                         const char *method, const char *url)
{
    g_autofree char *host = NULL;
    int port = 0;
    if (!http_url_split(url, &host, &port, NULL))
        return g_strdup(error->message);
    g_autofree char *address = host_address(host);
    const char *reason = reason_of(error, method, url);

    switch ((enum http_error)error->code) {
    case HTTP_ERROR_NAME_NOT_FOUND:
    case HTTP_ERROR_NAME_SERVER:
    case HTTP_ERROR_NAME_TIMED_OUT:
        return look_up_words(habits, host, error->code);
    case HTTP_ERROR_REFUSED:
        return g_strdup_printf("dial tcp %s:%d: connect: connection refused", address, port);
    case HTTP_ERROR_CONNECT_TIMED_OUT:
        return g_strdup_printf("dial tcp %s:%d: i/o timeout", address, port);
    case HTTP_ERROR_UNANSWERED:
        return g_strdup_printf("dial tcp %s:%d: connect: connection timed out", address, port);
    case HTTP_ERROR_TLS_TIMED_OUT:
        return g_strdup("net/http: TLS handshake timeout");
    case HTTP_ERROR_TLS_REFUSED:
        return tls_words(habits, reason);
    case HTTP_ERROR_RESET:
        return reset_words(habits, reason, host, port);
    case HTTP_ERROR_EMPTY_REPLY:
        return g_strdup("EOF");
    case HTTP_ERROR_TRUNCATED:
        return g_strdup("unexpected EOF");
    case HTTP_ERROR_MALFORMED:
        return g_strdup("net/http: HTTP/1.x transport connection broken: malformed HTTP response");
    case HTTP_ERROR_TOO_LARGE:
    case HTTP_ERROR_PERMISSION:
    case HTTP_ERROR_OTHER:
        return g_strdup(reason);
    }
    return g_strdup(reason);
}

char *go_url_error(const char *method, const char *url, const char *words)
{
    g_autofree char *lower = g_ascii_strdown(method + 1, -1);
    return g_strdup_printf("%c%s \"%s\": %s", method[0], lower, url, words);
}

const char *go_url_error_inner(const char *text)
{
    static const char *const verbs[] = {"Get \"", "Head \"", "Post \"", "Put \"", "Patch \""};
    for (gsize i = 0; i < G_N_ELEMENTS(verbs); i++) {
        const char *end = strstr(text, "\": ");
        if (g_str_has_prefix(text, verbs[i]) && end != NULL)
            return end + strlen("\": ");
    }
    return text;
}

char *go_status(unsigned status)
{
    const char *text = http_status_text(status);
    return g_strdup_printf("%u%s%s", status, *text != '\0' ? " " : "", text);
}

static const struct {
    gunichar character;
    const char *escape;
} go_escapes[] = {
    {'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"},
    {'\a', "\\a"}, {'\b', "\\b"},  {'\f', "\\f"}, {'\v', "\\v"},
};

static void quote_append(GString *out, gunichar character)
{
    for (gsize i = 0; i < G_N_ELEMENTS(go_escapes); i++) {
        if (go_escapes[i].character == character) {
            g_string_append(out, go_escapes[i].escape);
            return;
        }
    }
    if (g_unichar_isprint(character))
        g_string_append_unichar(out, character);
    else if (character < 0x80)
        g_string_append_printf(out, "\\x%02x", character);
    else
        g_string_append_printf(out, character > 0xffff ? "\\U%08x" : "\\u%04x", character);
}

char *go_quote(const char *text, gsize length_bytes)
{
    GString *out = g_string_new("\"");
    const char *end = text + length_bytes;

    while (text < end) {
        gunichar character = g_utf8_get_char_validated(text, end - text);
        if (character == (gunichar)-1 || character == (gunichar)-2) {
            g_string_append_printf(out, "\\x%02x", (unsigned char)*text++);
            continue;
        }
        quote_append(out, character);
        text += g_unichar_to_utf8(character, NULL);
    }
    return g_string_free(g_string_append_c(out, '"'), FALSE);
}
