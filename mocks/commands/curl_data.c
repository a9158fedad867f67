/* The bodies that curl's options give: -d and its kin, files, forms. */
#include "mocks/commands/curl_private.h"

#include "base/regular_file.h"

#include <string.h>

static bool read_at_file(struct curl_reading *reading, const char *path, GByteArray *into)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *host_path =
        strcmp(path, "-") == 0 ? NULL : command_host_path(reading->call, path);
    g_autofree char *bytes = NULL;
    gsize length = 0;

    if (strcmp(path, "-") == 0) {
        g_autoptr(GBytes) input = command_read_all(reading->call, HTTP_BODY_BYTES_MAX, &error);
        if (input != NULL)
            g_byte_array_append(into, g_bytes_get_data(input, NULL),
                                (guint)g_bytes_get_size(input));
        return input != NULL;
    }
    if (host_path == NULL || !regular_file_read(host_path, &bytes, &length, NULL) ||
        length > HTTP_BODY_BYTES_MAX) {
        command_complain(reading->call,
                         "Warning: Couldn't read data from file \"%s\", this makes an \n"
                         "Warning: empty POST.\n",
                         path);
        return true;
    }
    g_byte_array_append(into, (const guint8 *)bytes, (guint)length);
    return true;
}

static void strip_line_ends(GByteArray *bytes, guint from)
{
    guint to = from;
    for (guint i = from; i < bytes->len; i++)
        if (bytes->data[i] != '\r' && bytes->data[i] != '\n')
            bytes->data[to++] = bytes->data[i];
    g_byte_array_set_size(bytes, to);
}

static void append_text(GByteArray *bytes, const char *text)
{
    g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text));
}

static GByteArray *data_of(struct curl_reading *reading, const char *separator)
{
    struct curl_options *options = reading->options;
    if (options->data == NULL)
        options->data = g_byte_array_new();
    else
        append_text(options->data, separator);
    return options->data;
}

bool curl_take_data(struct curl_reading *reading, const char *value, char kind)
{
    GByteArray *data = data_of(reading, kind == 'j' ? "" : "&");
    guint from = data->len;

    if (kind == 'j')
        reading->options->is_json = true;
    if (kind == 'e') {
        const char *equals = strchr(value, '=');
        const char *text = equals != NULL ? equals + 1 : value;
        g_autofree char *escaped = g_uri_escape_string(text, NULL, FALSE);
        g_autofree char *name = equals != NULL ? g_strndup(value, (gsize)(text - value)) : NULL;
        append_text(data, equals == value || name == NULL ? "" : name);
        append_text(data, escaped);
    } else if (*value == '@' && kind != 'r') {
        if (!read_at_file(reading, value + 1, data))
            return false;
        if (kind == 'd')
            strip_line_ends(data, from);
    } else {
        append_text(data, value);
    }
    return true;
}

/* A boundary that never changes keeps runs repeatable. */
#define BOUNDARY "------------------------5ea7714100000000"

bool curl_take_form(struct curl_reading *reading, const char *value)
{
    GByteArray *data = data_of(reading, "");
    const char *equals = strchr(value, '=');
    if (equals == NULL)
        return curl_reading_complain(reading, "is badly used here");
    if (data->len > strlen("--\r\n"))
        g_byte_array_set_size(data, data->len - (guint)strlen("--" BOUNDARY "--\r\n"));
    g_autofree char *head =
        g_strdup_printf("--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%.*s\"\r\n\r\n",
                        (int)(equals - value), value);
    append_text(data, head);
    if (equals[1] == '@' && !read_at_file(reading, equals + 2, data))
        return false;
    if (equals[1] != '@')
        append_text(data, equals + 1);
    append_text(data, "\r\n--" BOUNDARY "--\r\n");
    reading->options->data_type = "multipart/form-data; boundary=" BOUNDARY;
    return true;
}
