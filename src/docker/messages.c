/* Splits and reads the JSON stream of pull, push and build. */
#include "docker/messages.h"

#include "base/limits.h"
#include "docker/failure.h"

struct messages {
    messages_fn *receive;
    void *context;
    GString *object; /* the bytes of the object that is under way; empty between objects */
    int depth;
    bool is_in_string;
    bool is_escaped;
    char *failure;
};

struct messages *messages_new(messages_fn *receive, void *context)
{
    struct messages *messages = g_new0(struct messages, 1);
    messages->receive = receive;
    messages->context = context;
    messages->object = g_string_new(NULL);
    return messages;
}

void messages_free(struct messages *messages)
{
    if (messages == NULL)
        return;
    g_string_free(messages->object, TRUE);
    g_free(messages->failure);
    g_free(messages);
}

bool messages_has_failed(const struct messages *messages)
{
    return messages->failure != NULL;
}

/* "errorDetail" holds the text; "error" repeats it for old clients and may stand alone. */
static const char *failure_of(const json_t *object)
{
    const json_t *detail = json_get_object(object, "errorDetail");
    const char *text = json_get_string(detail, "message", NULL);
    if (text == NULL)
        text = json_get_string(object, "error", NULL);
    return text == NULL && detail != NULL ? "an error without a message" : text;
}

static bool deliver(struct messages *messages, GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(json_t) object =
        json_parse_bytes(messages->object->str, messages->object->len, &reason);
    if (object == NULL) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine's stream holds what is no JSON object: %s", reason->message);
        return false;
    }
    const json_t *progress = json_get_object(object, "progressDetail");
    struct message message = {
        .status = json_get_string(object, "status", NULL),
        .id = json_get_string(object, "id", NULL),
        .stream = json_get_string(object, "stream", NULL),
        .failure = failure_of(object),
        .failure_code = json_get_integer(json_get_object(object, "errorDetail"), "code", 0),
        .current_bytes = json_get_integer(progress, "current", 0),
        .total_bytes = json_get_integer(progress, "total", 0),
        .aux = json_get_object(object, "aux"),
    };
    messages->failure = g_strdup(message.failure);
    g_string_truncate(messages->object, 0);
    messages->receive(messages->context, &message);
    return true;
}

/* Follows one byte of an object; true when it was the last. */
static bool object_ends_with(struct messages *messages, char byte)
{
    if (messages->is_in_string) {
        if (messages->is_escaped)
            messages->is_escaped = false;
        else if (byte == '\\')
            messages->is_escaped = true;
        else if (byte == '"')
            messages->is_in_string = false;
        return false;
    }
    if (byte == '"')
        messages->is_in_string = true;
    else if (byte == '{' || byte == '[')
        messages->depth++;
    else if (byte == '}' || byte == ']')
        messages->depth--;
    return messages->depth == 0;
}

static bool take_byte(struct messages *messages, char byte, GError **error)
{
    if (messages->object->len == 0 && g_ascii_isspace(byte))
        return true;
    if (messages->object->len == 0 && byte != '{') {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "the Engine's stream holds what is no JSON object: byte 0x%02x",
                    (unsigned)(unsigned char)byte);
        return false;
    }
    if (messages->object->len >= JSON_MESSAGE_BYTES_MAX) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_FORMAT,
                    "an object of the Engine's stream has more than %d bytes",
                    JSON_MESSAGE_BYTES_MAX);
        return false;
    }
    g_string_append_c(messages->object, byte);
    return !object_ends_with(messages, byte) || deliver(messages, error);
}

bool messages_feed(struct messages *messages, const void *bytes, gsize length_bytes, GError **error)
{
    const char *text = bytes;

    for (gsize i = 0; i < length_bytes && messages->failure == NULL; i++) {
        if (!take_byte(messages, text[i], error))
            return false;
    }
    return true;
}

bool messages_end(struct messages *messages, GError **error)
{
    if (messages->failure != NULL) {
        g_set_error_literal(error, DOCKER_ERROR, 0, messages->failure);
        return false;
    }
    if (messages->object->len > 0) {
        g_set_error(error, DOCKER_ERROR, DOCKER_ERROR_CUT,
                    "the Engine's stream was cut inside an object");
        return false;
    }
    return true;
}
