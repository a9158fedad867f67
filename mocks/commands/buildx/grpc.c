/* The Engine's own BuildKit, by POST /grpc (mocks/dockerd/engine_builder.h). */
#include "mocks/commands/buildx/node.h"

#include "base/archive.h"

#include <string.h>

void grpc_answer_clear(struct grpc_answer *answer)
{
    if (answer->output != NULL)
        g_string_free(answer->output, TRUE);
    json_decref(answer->files);
}

/* ---- the request ---- */

static json_t *texts_of(const char *const *texts)
{
    json_t *list = json_array();
    for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
        json_array_append_new(list, json_text_or_null(texts[i]));
    return list;
}

bool tar_add(struct archive_writer *writer, const char *prefix, GBytes *files, GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(files, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;
    while (archive_reader_next(reader, &member, error)) {
        if (member == NULL)
            return true;
        gsize size_bytes = 0;
        const void *data = g_bytes_get_data(member->contents, &size_bytes);
        g_autofree char *name = g_strconcat(prefix, member->name, NULL);
        if (member->kind == ARCHIVE_FILE)
            archive_writer_add_file(writer, name, member->mode, data, size_bytes);
        else if (member->kind == ARCHIVE_DIRECTORY)
            archive_writer_add_directory(writer, name, member->mode);
    }
    return false;
}

static GBytes *make_body(const struct grpc_call *call, GError **error)
{
    AUTO(archive_writer) writer = archive_writer_new();
    g_autofree char *config = g_strconcat("DOCKER_CONFIG=", call->folder, "/docker", NULL);
    const char *const environment[] = {config, NULL};
    g_autoptr(json_t) request = json_pack(
        "{s:o, s:o, s:s, s:o}", "command", texts_of(call->command), "environment",
        texts_of(environment), "folder", call->folder, "results", texts_of(call->results));
    g_autofree char *text = json_text(request);
    archive_writer_add_file(writer, "request.json", 0600, text, strlen(text));
    if (call->files != NULL && !tar_add(writer, "", call->files, error))
        return NULL;
    return archive_writer_finish(writer);
}

/* ---- the answer ---- */

struct reading {
    const struct grpc_call *call;
    struct grpc_answer *answer;
    GString *line;
    GString *end; /* what came behind the mark: the last frame, in the pieces in which it comes */
    bool is_at_end;
    bool has_ended;
};

static void take_end(struct reading *reading)
{
    g_autoptr(json_t) end = json_parse_bytes(reading->end->str, reading->end->len, NULL);
    reading->has_ended = end != NULL;
    reading->answer->exit_code = (int)json_get_integer(end, "exit_code", 1);
    reading->answer->files = json_deep_copy(json_get_object(end, "files"));
}

static void take_lines(struct reading *reading, const char *bytes, gsize length_bytes)
{
    for (gsize i = 0; i < length_bytes; i++) {
        if (bytes[i] != '\n') {
            g_string_append_c(reading->line, bytes[i]);
            continue;
        }
        if (reading->call->line != NULL)
            reading->call->line(reading->call->context, reading->line->str);
        g_string_truncate(reading->line, 0);
    }
}

static void on_frame(void *context, int stream, const char *bytes, gsize length_bytes)
{
    struct reading *reading = context;
    if (stream == 2)
        take_lines(reading, bytes, length_bytes);
    else if (reading->is_at_end)
        g_string_append_len(reading->end, bytes, (gssize)length_bytes);
    else if (length_bytes > 0 && bytes[0] == ENGINE_BUILDER_MARK) {
        reading->is_at_end = true;
        g_string_append_len(reading->end, bytes + 1, (gssize)length_bytes - 1);
    } else
        g_string_append_len(reading->answer->output, bytes, (gssize)length_bytes);
}

/* In gRPC's and the hijacking dialer's words. */
static void word_failure(GError **error)
{
    bool is_cut = g_error_matches(*error, DOCKER_ERROR, DOCKER_ERROR_CUT);
    bool is_status = (*error)->domain == DOCKER_ERROR && (*error)->code >= 300;
    int status = (*error)->code;
    if (is_cut) {
        g_clear_error(error);
        run_fail(error, "failed to receive status: rpc error: code = Unavailable desc = error "
                        "reading from server: EOF");
    } else if (is_status) {
        g_clear_error(error);
        run_fail(error,
                 "failed to list workers: Unavailable: connection error: desc = \"transport: Error "
                 "while dialing: unable to upgrade to h2c, received %d\"",
                 status);
    } else {
        run_word_error(error);
    }
}

bool grpc_perform(struct plugin_run *run, const struct grpc_call *call, struct grpc_answer *answer,
                  GError **error)
{
    g_autoptr(GBytes) body = make_body(call, error);
    g_autoptr(GString) line = g_string_new(NULL);
    g_autoptr(GError) reason = NULL;
    g_autoptr(GString) end = g_string_new(NULL);
    struct reading reading = {.call = call, .answer = answer, .line = line, .end = end};
    if (body == NULL || run_docker(run, error) == NULL)
        return false;
    answer->output = g_string_new(NULL);
    const struct docker_call request = {.method = "POST",
                                        .path = "/grpc",
                                        .body = body,
                                        .is_upgrade = true,
                                        .is_unversioned = true};
    bool is_fine = docker_stream_frames(run->docker, &request, on_frame, &reading, &reason);
    if (is_fine)
        take_end(&reading);
    if (is_fine && !reading.has_ended) {
        g_set_error(&reason, DOCKER_ERROR, DOCKER_ERROR_CUT, "no end");
        is_fine = false;
    }
    if (is_fine)
        return true;
    word_failure(&reason);
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}

static bool ignore_bytes(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    (void)context;
    (void)bytes;
    (void)length_bytes;
    (void)error;
    return true;
}

bool grpc_open_session(struct plugin_run *run, GError **error)
{
    const struct docker_call call = {
        .method = "POST", .path = "/session", .is_upgrade = true, .is_unversioned = true};
    g_autoptr(GError) reason = NULL;
    if (docker_stream_bytes(run->docker, &call, ignore_bytes, NULL, &reason))
        return true;
    word_failure(&reason);
    g_propagate_error(error, g_steal_pointer(&reason));
    return false;
}
