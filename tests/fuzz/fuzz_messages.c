/* The JSON stream of pull, push and build: whole and in pieces it says the same. The input's first
   byte is the size of the pieces. */
#include "fuzz.h"

#include "docker/messages.h"

#include <string.h>

static void note(GString *log, const char *text)
{
    g_string_append(log, text != NULL ? text : "(none)");
    g_string_append_c(log, '|');
}

static void receive(void *context, const struct message *message)
{
    GString *log = context;
    note(log, message->status);
    note(log, message->id);
    note(log, message->stream);
    note(log, message->failure);
    g_string_append_printf(log, "%" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n",
                           message->current_bytes, message->total_bytes);
}

/* All that came of the stream, as a text. */
static char *read_stream(const uint8_t *bytes, size_t length_bytes, size_t piece_bytes)
{
    GString *log = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    AUTO(messages) messages = messages_new(receive, log);
    bool is_fine = true;
    for (size_t at = 0; at < length_bytes && is_fine; at += piece_bytes)
        is_fine = messages_feed(messages, bytes + at, MIN(piece_bytes, length_bytes - at), &error);
    if (is_fine)
        is_fine = messages_end(messages, &error);
    g_assert(is_fine == (error == NULL));
    /* Where in a broken value the reader gives up depends on how much of it is there, so of an
       error only the kind is compared. */
    g_string_append_printf(log, "end %d %d", is_fine, error != NULL ? error->code : 0);
    return g_string_free(log, FALSE);
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
