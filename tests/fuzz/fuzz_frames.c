/* The multiplexed stream of exec and logs: whole and in pieces it says the same. The input's first
   byte is the size of the pieces. */
#include "fuzz.h"

#include "docker/frames.h"

#include <string.h>

struct outputs {
    GString *streams[3];
};

static void receive(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct outputs *outputs = context;
    g_assert(stream == 1 || stream == 2);
    g_string_append_len(outputs->streams[stream], bytes, (gssize)length_bytes);
}

static char *read_stream(const uint8_t *bytes, size_t length_bytes, size_t piece_bytes)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autoptr(GString) err = g_string_new(NULL);
    struct outputs outputs = {.streams = {NULL, out, err}};
    g_autoptr(GError) error = NULL;
    AUTO(frames) frames = frames_new(receive, &outputs);
    bool is_fine = true;
    for (size_t at = 0; at < length_bytes && is_fine; at += piece_bytes)
        is_fine = frames_feed(frames, bytes + at, MIN(piece_bytes, length_bytes - at), &error);
    if (is_fine)
        is_fine = frames_end(frames, &error);
    g_assert(is_fine == (error == NULL));
    g_autofree char *out_text = g_base64_encode((const guchar *)out->str, out->len);
    g_autofree char *err_text = g_base64_encode((const guchar *)err->str, err->len);
    return g_strdup_printf("%s %s %s", out_text, err_text, error != NULL ? error->message : "fine");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    if (length_bytes < 1)
        return 0;
    size_t piece_bytes = 1 + bytes[0] % 16;
    g_autofree char *whole = read_stream(bytes + 1, length_bytes - 1, length_bytes);
    g_autofree char *pieces = read_stream(bytes + 1, length_bytes - 1, piece_bytes);
    g_assert_cmpstr(whole, ==, pieces);
    return 0;
}
