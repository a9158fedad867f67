/* Lines and tail of what a command or build prints. */
#include "docker/output.h"

#include "base/limits.h"

#include <string.h>

#define STREAM_COUNT 2

struct output {
    docker_output_fn *receive;
    void *context;
    GString *lines[STREAM_COUNT]; /* begun and not ended, of stdout and stderr */
    GString *tail;
};

struct output *output_new(docker_output_fn *receive, void *context)
{
    struct output *output = g_new0(struct output, 1);
    output->receive = receive;
    output->context = context;
    output->tail = g_string_new(NULL);
    for (int i = 0; i < STREAM_COUNT; i++)
        output->lines[i] = g_string_new(NULL);
    return output;
}

void output_free(struct output *output)
{
    if (output == NULL)
        return;
    for (int i = 0; i < STREAM_COUNT; i++)
        g_string_free(output->lines[i], TRUE);
    g_string_free(output->tail, TRUE);
    g_free(output);
}

/* The tail may grow to twice its size before it is cut, so that bytes are seldom moved. */
static void keep_tail(GString *tail, const char *bytes, gsize length_bytes)
{
    g_string_append_len(tail, bytes, (gssize)length_bytes);
    if (tail->len > 2 * (gsize)EXEC_OUTPUT_BYTES_MAX)
        g_string_erase(tail, 0, (gssize)(tail->len - EXEC_OUTPUT_BYTES_MAX));
}

static void hand_on(struct output *output, int stream)
{
    GString *line = output->lines[stream - 1];
    if (line->len > 0 && line->str[line->len - 1] == '\r')
        g_string_truncate(line, line->len - 1);
    g_autofree char *text = g_utf8_make_valid(line->str, (gssize)line->len);
    g_string_truncate(line, 0);
    if (output->receive != NULL)
        output->receive(output->context, stream, text);
}

void output_take(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct output *output = context;
    const char *end = bytes + length_bytes;

    keep_tail(output->tail, bytes, length_bytes);
    while (bytes < end) {
        GString *line = output->lines[stream - 1];
        gsize room = MIN((gsize)(end - bytes), OUTPUT_LINE_BYTES_MAX - line->len);
        const char *newline = memchr(bytes, '\n', room);
        gsize used = newline != NULL ? (gsize)(newline - bytes) : room;
        g_string_append_len(line, bytes, (gssize)used);
        bytes += newline != NULL ? used + 1 : used;
        if (newline != NULL || line->len >= OUTPUT_LINE_BYTES_MAX)
            hand_on(output, stream);
    }
}

void output_finish(struct output *output)
{
    for (int i = 0; i < STREAM_COUNT; i++) {
        if (output->lines[i]->len > 0)
            hand_on(output, i + 1);
    }
}

char *output_text(const struct output *output)
{
    const GString *tail = output->tail;
    gsize excess = tail->len > EXEC_OUTPUT_BYTES_MAX ? tail->len - EXEC_OUTPUT_BYTES_MAX : 0;
    return g_utf8_make_valid(tail->str + excess, (gssize)(tail->len - excess));
}
