/* What curl sends: method, headers, body. */
#include "mocks/commands/curl.h"

#include "base/regular_file.h"

#include <string.h>

static bool has_header(const struct curl_options *options, const char *name)
{
    gsize length = strlen(name);
    for (guint i = 0; i < options->headers->len; i++) {
        const char *header = g_ptr_array_index(options->headers, i);
        if (g_ascii_strncasecmp(header, name, length) == 0 &&
            (header[length] == ':' || header[length] == ';'))
            return true;
    }
    return false;
}

static void add_header(GPtrArray *headers, const struct curl_options *options, const char *name,
                       const char *value)
{
    if (value != NULL && !has_header(options, name))
        g_ptr_array_add(headers, g_strconcat(name, ": ", value, NULL));
}

/* "Name:" without a value takes curl's own header away. */
static void add_given(GPtrArray *headers, const struct curl_options *options)
{
    for (guint i = 0; i < options->headers->len; i++) {
        const char *header = g_ptr_array_index(options->headers, i);
        const char *colon = strchr(header, ':');
        if (colon != NULL && colon[1 + strspn(colon + 1, " ")] != '\0')
            g_ptr_array_add(headers, g_strdup(header));
    }
}

static char *basic_of(const char *user)
{
    g_autofree char *code = g_base64_encode((const guchar *)user, strlen(user));
    return g_strconcat("Basic ", code, NULL);
}

GPtrArray *curl_request_headers(const struct curl_transfer *transfer, bool has_body)
{
    const struct curl_options *options = transfer->options;
    GPtrArray *headers = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *basic = options->user != NULL ? basic_of(options->user) : NULL;
    g_autofree char *range =
        options->range != NULL ? g_strconcat("bytes=", options->range, NULL) : NULL;
    const char *type = options->is_json             ? "application/json"
                       : options->data_type != NULL ? options->data_type
                                                    : "application/x-www-form-urlencoded";

    add_header(headers, options, "Authorization", basic);
    add_header(headers, options, "Range", range);
    add_header(headers, options, "User-Agent", options->agent);
    add_header(headers, options, "Accept", options->is_json ? "application/json" : "*/*");
    add_header(headers, options, "Referer", options->referer);
    add_header(headers, options, "Cookie", options->cookie);
    if (has_body && options->upload == NULL)
        add_header(headers, options, "Content-Type", type);
    add_given(headers, options);
    g_ptr_array_add(headers, NULL);
    return headers;
}

/* The body to send, or NULL. */
GBytes *curl_request_body(struct curl_transfer *transfer, bool *is_fine)
{
    const struct curl_options *options = transfer->options;
    g_autofree char *host_path = NULL;
    g_autofree char *bytes = NULL;
    gsize length = 0;

    *is_fine = true;
    if (options->upload == NULL)
        return options->data == NULL || options->is_get
                   ? NULL
                   : g_bytes_new(options->data->data, options->data->len);
    host_path = command_host_path(transfer->call, options->upload);
    if (host_path == NULL || !regular_file_read(host_path, &bytes, &length, NULL) ||
        length > HTTP_BODY_BYTES_MAX) {
        curl_transfer_end(transfer, 26, "Failed to open/read local data from file/application");
        *is_fine = false;
        return NULL;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), length);
}

const char *curl_request_method(const struct curl_options *options)
{
    if (options->method != NULL)
        return options->method;
    if (options->is_head)
        return "HEAD";
    if (options->upload != NULL)
        return "PUT";
    return options->data != NULL && !options->is_get ? "POST" : "GET";
}
