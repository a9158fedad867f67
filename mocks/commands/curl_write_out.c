/* curl -w: variables and escapes. */
#include "mocks/commands/curl.h"

#include "base/units.h"

#include <string.h>

static char *seconds(int64_t us)
{
    return g_strdup_printf("%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT, us / SECOND_US,
                           us % SECOND_US);
}

static char *number(int64_t value)
{
    return g_strdup_printf("%" G_GINT64_FORMAT, value);
}

static char *value_code(const struct curl_transfer *transfer)
{
    return g_strdup_printf("%03u", transfer->status);
}

static char *value_exit(const struct curl_transfer *transfer)
{
    return number(transfer->exit_code);
}

static char *value_message(const struct curl_transfer *transfer)
{
    return g_strdup(transfer->message != NULL ? transfer->message : "");
}

static char *value_size(const struct curl_transfer *transfer)
{
    return number(transfer->body->len);
}

static char *value_header_size(const struct curl_transfer *transfer)
{
    return number((int64_t)transfer->head->len);
}

static char *value_url(const struct curl_transfer *transfer)
{
    return g_strdup(transfer->url);
}

static char *value_method(const struct curl_transfer *transfer)
{
    return g_strdup(transfer->method);
}

static char *value_redirects(const struct curl_transfer *transfer)
{
    return number(transfer->redirect_count);
}

static char *value_type(const struct curl_transfer *transfer)
{
    return g_strdup(transfer->content_type != NULL ? transfer->content_type : "");
}

static char *value_time(const struct curl_transfer *transfer)
{
    return seconds(transfer->ended_us - transfer->started_us);
}

static char *value_no_time(const struct curl_transfer *transfer)
{
    (void)transfer;
    return seconds(0);
}

static char *value_version(const struct curl_transfer *transfer)
{
    return g_strdup(transfer->status != 0 ? "1.1" : "0");
}

static char *value_scheme(const struct curl_transfer *transfer)
{
    return g_strdup(g_str_has_prefix(transfer->url, "https") ? "HTTPS" : "HTTP");
}

static char *value_zero(const struct curl_transfer *transfer)
{
    (void)transfer;
    return g_strdup("0");
}

static char *value_nothing(const struct curl_transfer *transfer)
{
    (void)transfer;
    return g_strdup("");
}

struct variable {
    const char *name;
    char *(*value)(const struct curl_transfer *transfer);
};

static const struct variable variables[] = {
    {"http_code", value_code},
    {"response_code", value_code},
    {"http_connect", value_zero},
    {"exitcode", value_exit},
    {"errormsg", value_message},
    {"size_download", value_size},
    {"size_header", value_header_size},
    {"size_request", value_zero},
    {"size_upload", value_zero},
    {"speed_download", value_zero},
    {"speed_upload", value_zero},
    {"url", value_url},
    {"url_effective", value_url},
    {"method", value_method},
    {"num_redirects", value_redirects},
    {"num_connects", value_zero},
    {"content_type", value_type},
    {"time_total", value_time},
    {"time_starttransfer", value_time},
    {"time_namelookup", value_no_time},
    {"time_connect", value_no_time},
    {"time_appconnect", value_no_time},
    {"time_pretransfer", value_no_time},
    {"time_redirect", value_no_time},
    {"http_version", value_version},
    {"scheme", value_scheme},
    {"ssl_verify_result", value_zero},
    {"remote_ip", value_nothing},
    {"remote_port", value_zero},
    {"redirect_url", value_nothing},
    {"filename_effective", value_nothing},
    {"stderr", value_nothing},
    {"stdout", value_nothing},
    {"onerror", value_nothing},
};

static void write_variable(const struct curl_transfer *transfer, const char *name, GString *text)
{
    for (gsize i = 0; i < G_N_ELEMENTS(variables); i++)
        if (strcmp(variables[i].name, name) == 0) {
            g_autofree char *value = variables[i].value(transfer);
            g_string_append(text, value);
            return;
        }
    command_complain(transfer->call, "curl: unknown --write-out variable: '%s'\n", name);
}

/* The length of what was read. */
static gsize write_percent(const struct curl_transfer *transfer, const char *place, GString *text)
{
    const char *end = place[1] == '{' ? strchr(place, '}') : NULL;
    if (end == NULL) {
        g_string_append_c(text, '%');
        return place[1] == '%' ? 2 : 1;
    }
    g_autofree char *name = g_strndup(place + 2, (gsize)(end - place - 2));
    write_variable(transfer, name, text);
    return (gsize)(end - place) + 1;
}

static gsize write_escape(const char *place, GString *text)
{
    switch (place[1]) {
    case 'n':
        g_string_append_c(text, '\n');
        return 2;
    case 'r':
        g_string_append_c(text, '\r');
        return 2;
    case 't':
        g_string_append_c(text, '\t');
        return 2;
    case '\0':
        g_string_append_c(text, '\\');
        return 1;
    default:
        g_string_append_len(text, place, 2);
        return 2;
    }
}

void curl_write_out(const struct curl_transfer *transfer, const char *format)
{
    g_autoptr(GString) text = g_string_new(NULL);
    while (*format != '\0') {
        if (*format == '%')
            format += write_percent(transfer, format, text);
        else if (*format == '\\')
            format += write_escape(format, text);
        else
            g_string_append_c(text, *format++);
    }
    command_write(transfer->call, 1, text->str, (gssize)text->len);
}
