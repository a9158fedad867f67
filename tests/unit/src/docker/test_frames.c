/* The multiplexed stream, and the lines and the tail made of it. */
#include "docker/frames.h"

#include "base/limits.h"
#include "docker/output.h"

#include <criterion/criterion.h>
#include <string.h>

static void add_frame(GByteArray *bytes, unsigned char stream, const char *payload)
{
    guint32 length = (guint32)strlen(payload);
    const guint8 header[] = {stream,
                             0,
                             0,
                             0,
                             (guint8)(length >> 24),
                             (guint8)(length >> 16),
                             (guint8)(length >> 8),
                             (guint8)length};
    g_byte_array_append(bytes, header, sizeof(header));
    g_byte_array_append(bytes, (const guint8 *)payload, length);
}

/* capture 16 with an empty frame and frames that split a line. */
static GByteArray *exec_stream(void)
{
    GByteArray *bytes = g_byte_array_new();
    add_frame(bytes, 1, "eo\n");
    add_frame(bytes, 2, "ee\n");
    add_frame(bytes, 1, "");
    add_frame(bytes, 1, "be");
    add_frame(bytes, 2, "x\r\ny");
    add_frame(bytes, 1, "gun\nend");
    return bytes;
}

static void note_line(void *context, int stream, const char *line)
{
    g_string_append_printf(context, "%d:%s|", stream, line);
}

/* The lines and the tail that bytes give, fed in pieces of piece_bytes after a first cut. */
static char *run(const GByteArray *bytes, gsize cut_at, gsize piece_bytes, GError **error)
{
    g_autoptr(GString) log = g_string_new(NULL);
    AUTO(output) output = output_new(note_line, log);
    AUTO(frames) frames = frames_new(output_take, output);
    bool is_fine = frames_feed(frames, bytes->data, cut_at, error);

    for (gsize at = cut_at; is_fine && at < bytes->len; at += piece_bytes)
        is_fine = frames_feed(frames, bytes->data + at, MIN(piece_bytes, bytes->len - at), error);
    if (is_fine)
        is_fine = frames_end(frames, error);
    output_finish(output);
    g_autofree char *text = output_text(output);
    return g_strdup_printf("%s [%s]", log->str, text);
}

static const char exec_log[] = "1:eo|2:ee|2:x|1:begun|1:end|2:y| [eo\nee\nbex\r\nygun\nend]";

Test(frames, give_the_same_lines_wherever_the_stream_is_cut)
{
    g_autoptr(GByteArray) bytes = exec_stream();
    for (gsize cut_at = 0; cut_at <= bytes->len; cut_at++) {
        g_autoptr(GError) error = NULL;

        g_autofree char *log = run(bytes, cut_at, bytes->len, &error);

        cr_assert_str_eq(log, exec_log);
        cr_assert_null(error);
    }
}

Test(frames, may_come_byte_by_byte)
{
    g_autoptr(GByteArray) bytes = exec_stream();

    g_autofree char *log = run(bytes, 0, 1, NULL);

    cr_assert_str_eq(log, exec_log);
}

Test(frames, that_stop_before_their_end_are_cut)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    add_frame(bytes, 1, "abc");
    for (guint length = 1; length < bytes->len; length++) {
        GByteArray part = {.data = bytes->data, .len = length};
        g_autoptr(GError) error = NULL;

        G_GNUC_UNUSED g_autofree char *log = run(&part, 0, 1, &error);

        cr_assert(g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_CUT), "%u", length);
        cr_assert_str_eq(error->message, "the Engine's output was cut inside a frame");
    }
}

Test(frames, of_stream_three_are_the_daemons_error)
{
    g_autoptr(GByteArray) bytes = exec_stream();
    add_frame(bytes, 3, "Error: container stopped\n");
    g_autoptr(GError) error = NULL;

    G_GNUC_UNUSED g_autofree char *log = run(bytes, 0, 5, &error);

    cr_assert(g_error_matches(error, DOCKER_ERROR, 0));
    cr_assert_str_eq(error->message, "Error: container stopped");
}

Test(frames, of_unknown_streams_are_refused)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    g_byte_array_append(bytes, (const guint8 *)"HTTP/1.1 500 Oops", 17);
    g_autoptr(GError) error = NULL;

    G_GNUC_UNUSED g_autofree char *log = run(bytes, 0, 17, &error);

    cr_assert(g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT));
    cr_assert_str_eq(error->message, "the Engine's output has a frame of the unknown stream 72");
}

Test(frames, may_announce_as_many_bytes_as_the_ceiling_and_no_more)
{
    static const guint8 fits[] = {1, 0, 0, 0, 0x01, 0x00, 0x00, 0x00};
    static const guint8 too_large[] = {1, 0, 0, 0, 0x01, 0x00, 0x00, 0x01};
    g_autoptr(GError) error = NULL;
    AUTO(output) output = output_new(NULL, NULL);
    AUTO(frames) frames = frames_new(output_take, output);
    AUTO(frames) others = frames_new(output_take, output);

    bool is_fitting = frames_feed(frames, fits, sizeof(fits), &error);
    cr_assert(is_fitting);
    is_fitting = frames_feed(others, too_large, sizeof(too_large), &error);

    cr_assert(!is_fitting);
    cr_assert_str_eq(error->message, "the Engine's output has a frame of more than 16777216 bytes");
}

Test(frames, survive_any_byte_in_any_place)
{
    g_autoptr(GByteArray) bytes = exec_stream();
    for (guint i = 0; i < bytes->len * 256; i++) {
        g_autoptr(GError) error = NULL;
        guint8 kept = bytes->data[i / 256];
        bytes->data[i / 256] = (guint8)i;

        G_GNUC_UNUSED g_autofree char *log = run(bytes, 0, 7, &error);

        cr_assert(error == NULL || error->domain == DOCKER_ERROR);
        bytes->data[i / 256] = kept;
    }
}

Test(output, keeps_only_the_end_of_much_output)
{
    AUTO(output) output = output_new(NULL, NULL);
    g_autofree char *block = g_strnfill(1024 * 1024, 'a');
    for (int i = 0; i < 12; i++)
        output_take(output, 1 + i % 2, block, strlen(block));
    output_take(output, 1, "end", 3);

    g_autofree char *text = output_text(output);

    cr_assert_eq(strlen(text), EXEC_OUTPUT_BYTES_MAX);
    cr_assert(g_str_has_suffix(text, "aend"));
}

Test(output, hands_a_line_above_the_ceiling_on_in_pieces)
{
    g_autoptr(GString) log = g_string_new(NULL);
    AUTO(output) output = output_new(note_line, log);
    g_autofree char *block = g_strnfill(OUTPUT_LINE_BYTES_MAX + 3, 'a');

    output_take(output, 1, block, strlen(block));
    output_take(output, 1, "\n", 1);

    cr_assert(g_str_has_suffix(log->str, "a|1:aaa|"));
    cr_assert_eq(log->len, 2 * strlen("1:|") + OUTPUT_LINE_BYTES_MAX + 3);
}

Test(output, is_always_valid_text)
{
    g_autoptr(GString) log = g_string_new(NULL);
    AUTO(output) output = output_new(note_line, log);

    output_take(output, 2, "a\0b\xff\n", 5);

    g_autofree char *text = output_text(output);
    cr_assert_str_eq(log->str, "2:a\xef\xbf\xbd"
                               "b\xef\xbf\xbd|");
    cr_assert(g_utf8_validate(text, -1, NULL));
}
