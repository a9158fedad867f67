/* The JSON stream of pull, push and build, in every way it can be cut into reads. */
#include "docker/messages.h"

#include "base/limits.h"
#include "docker/failure.h"

#include <criterion/criterion.h>
#include <string.h>

/* capture 09, as dockerd 20.10 sends it. */
static const char pull_stream[] =
    "{\"status\":\"Pulling from t/bb\",\"id\":\"1\"}\r\n"
    "{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"92c9ffa48bca\"}\r\n"
    "{\"status\":\"Downloading\",\"progressDetail\":{\"current\":36445,\"total\":1064696},"
    "\"progress\":\"[=\\u003e      ]  36.45kB/1.065MB\",\"id\":\"92c9ffa48bca\"}\r\n"
    "{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"92c9ffa48bca\"}\r\n"
    "{\"status\":\"Digest: sha256:f5\"}\r\n"
    "{\"status\":\"Status: Downloaded newer image for 127.0.0.1:5000/t/bb:1\"}\r\n";

static const char pull_log[] =
    "Pulling from t/bb 1 0/0\nPulling fs layer 92c9ffa48bca 0/0\n"
    "Downloading 92c9ffa48bca 36445/1064696\nPull complete 92c9ffa48bca 0/0\n"
    "Digest: sha256:f5 - 0/0\n"
    "Status: Downloaded newer image for 127.0.0.1:5000/t/bb:1 - 0/0\n";

static void note(void *context, const struct message *message)
{
    GString *log = context;
    if (message->status != NULL)
        g_string_append_printf(log, "%s %s %d/%d\n", message->status,
                               message->id != NULL ? message->id : "-", (int)message->current_bytes,
                               (int)message->total_bytes);
    if (message->stream != NULL)
        g_string_append_printf(log, "stream %s\n", message->stream);
    if (message->failure != NULL)
        g_string_append_printf(log, "failure %d %s\n", (int)message->failure_code,
                               message->failure);
    if (message->aux != NULL)
        g_string_append_printf(log, "aux %s\n", json_get_string(message->aux, "Digest", "-"));
}

/* Feeds text cut at cut_at, the rest byte by byte when is_by_byte. */
static char *run(const char *text, gsize length_bytes, gsize cut_at, bool is_by_byte,
                 GError **error)
{
    g_autoptr(GString) log = g_string_new(NULL);
    AUTO(messages) messages = messages_new(note, log);
    bool is_fine = messages_feed(messages, text, cut_at, error);

    for (gsize i = cut_at; is_fine && is_by_byte && i < length_bytes; i++)
        is_fine = messages_feed(messages, text + i, 1, error);
    if (is_fine && !is_by_byte)
        is_fine = messages_feed(messages, text + cut_at, length_bytes - cut_at, error);
    if (is_fine)
        is_fine = messages_end(messages, error);
    return g_strdup(log->str);
}

static char *run_text(const char *text, GError **error)
{
    return run(text, strlen(text), strlen(text), /* is_by_byte= */ false, error);
}

Test(messages, are_the_same_wherever_the_stream_is_cut)
{
    for (gsize cut_at = 0; cut_at <= strlen(pull_stream); cut_at++) {
        g_autoptr(GError) error = NULL;

        g_autofree char *log =
            run(pull_stream, strlen(pull_stream), cut_at, /* is_by_byte= */ false, &error);

        cr_assert_str_eq(log, pull_log);
        cr_assert_null(error);
    }
}

Test(messages, may_come_byte_by_byte)
{
    g_autofree char *log = run(pull_stream, strlen(pull_stream), 0, /* is_by_byte= */ true, NULL);

    cr_assert_str_eq(log, pull_log);
}

Test(messages, need_nothing_between_them)
{
    g_autofree char *log = run_text("{\"status\":\"a\"}{\"status\":\"b\"}", NULL);

    cr_assert_str_eq(log, "a - 0/0\nb - 0/0\n");
}

Test(messages, keep_brackets_and_escapes_inside_strings)
{
    g_autofree char *log = run_text("{\"stream\":\"}{ \\\" \\\\\"}{\"stream\":\"\\n\"}", NULL);

    cr_assert_str_eq(log, "stream }{ \" \\\nstream \n\n");
}

Test(messages, with_an_error_detail_end_the_stream_with_the_daemons_own_text)
{
    g_autoptr(GError) error = NULL;

    g_autofree char *log =
        run_text("{\"errorDetail\":{\"code\":9,\"message\":\"The command returned a non-zero code: "
                 "9\"},\"error\":\"The command returned a non-zero code: 9\"}{\"status\":\"late\"}",
                 &error);

    cr_assert_str_eq(log, "failure 9 The command returned a non-zero code: 9\n");
    cr_assert(g_error_matches(error, DOCKER_ERROR, 0));
    cr_assert_str_eq(error->message, "The command returned a non-zero code: 9");
}

Test(messages, with_only_the_old_error_key_are_failures_too)
{
    g_autoptr(GError) error = NULL;

    g_autofree char *log = run_text("{\"error\":\"unexpected EOF\"}", &error);

    cr_assert_str_eq(log, "failure 0 unexpected EOF\n");
    cr_assert_str_eq(error->message, "unexpected EOF");
}

Test(messages, give_their_aux_object)
{
    g_autofree char *log =
        run_text("{\"progressDetail\":{},\"aux\":{\"Digest\":\"sha256:f5\"}}", NULL);

    cr_assert_str_eq(log, "aux sha256:f5\n");
}

Test(messages, that_stop_inside_an_object_are_cut)
{
    g_autoptr(GError) error = NULL;

    g_autofree char *log = run_text("{\"status\":\"a\"}\r\n{\"stat", &error);

    cr_assert_str_eq(log, "a - 0/0\n");
    cr_assert(g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_CUT));
    cr_assert_str_eq(error->message, "the Engine's stream was cut inside an object");
}

Test(messages, refuse_what_is_no_object)
{
    static const char *const texts[] = {"<html>", "[1]", "\"a\"", "1", "{\"a\":}", "{]", "}"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;

        G_GNUC_UNUSED g_autofree char *log = run_text(texts[i], &error);

        cr_assert(g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT), "%s", texts[i]);
        cr_assert(
            g_str_has_prefix(error->message, "the Engine's stream holds what is no JSON object: "));
    }
}

Test(messages, survive_members_of_the_wrong_kind)
{
    g_autofree char *log = run_text(
        "{\"status\":7,\"id\":[],\"progressDetail\":\"x\",\"aux\":1}{\"errorDetail\":{}}", NULL);

    cr_assert_str_eq(log, "failure 0 an error without a message\n");
}

static char *object_of(gsize length_bytes)
{
    static const char head[] = "{\"status\":\"";
    char *text = g_malloc(length_bytes + 1);
    memset(text, 'a', length_bytes);
    memcpy(text, head, strlen(head));
    memcpy(text + length_bytes - 2, "\"}", 3);
    return text;
}

Test(messages, may_have_as_many_bytes_as_the_ceiling_and_no_more)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *fits = object_of(JSON_MESSAGE_BYTES_MAX);
    g_autofree char *too_large = object_of(JSON_MESSAGE_BYTES_MAX + 1);

    G_GNUC_UNUSED g_autofree char *log = run_text(fits, &error);
    cr_assert_null(error);
    G_GNUC_UNUSED g_autofree char *other_log = run_text(too_large, &error);

    cr_assert(g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT));
    cr_assert_str_eq(error->message,
                     "an object of the Engine's stream has more than 1048576 bytes");
}

Test(messages, may_not_nest_without_end)
{
    g_autoptr(GString) text = g_string_new("{\"a\":");
    for (int i = 0; i < 1000; i++)
        g_string_append_c(text, '[');
    for (int i = 0; i < 1000; i++)
        g_string_append_c(text, ']');
    g_string_append_c(text, '}');
    g_autoptr(GError) error = NULL;

    G_GNUC_UNUSED g_autofree char *log = run_text(text->str, &error);

    cr_assert(g_error_matches(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT));
}

/* What real bytes become on a bad line: every byte replaced by every kind of other. */
Test(messages, survive_any_byte_in_any_place)
{
    static const char others[] = {'{', '}', '[', '"', '\\', '\0', '\n', '\xff', 'x'};
    gsize length_bytes = strlen(pull_stream);
    for (gsize i = 0; i < length_bytes * sizeof(others); i++) {
        g_autofree char *text = g_memdup2(pull_stream, length_bytes + 1);
        g_autoptr(GError) error = NULL;
        text[i / sizeof(others)] = others[i % sizeof(others)];

        G_GNUC_UNUSED g_autofree char *log =
            run(text, length_bytes, i % length_bytes, /* is_by_byte= */ false, &error);

        cr_assert(error == NULL || error->domain == DOCKER_ERROR);
    }
}
