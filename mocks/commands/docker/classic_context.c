/* The build context as the CLI makes it for the classic builder. */
#include "mocks/commands/docker/classic_context.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/limits.h"
#include "docker/context.h"

#include <string.h>

#define DOCKERFILE "Dockerfile"

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID, text);
    return false;
}

void classic_context_clear(struct classic_context *context)
{
    g_clear_pointer(&context->tar, g_bytes_unref);
    g_clear_pointer(&context->dockerfile, g_free);
}

/* A Dockerfile from outside gets a name of its own, so that it hides nothing. */
static void add_outside_dockerfile(struct archive_writer *writer, GBytes *dockerfile,
                                   struct classic_context *context)
{
    g_autofree char *digest = digest_of_bytes(dockerfile);
    gsize length_bytes = 0;
    const char *bytes = g_bytes_get_data(dockerfile, &length_bytes);

    context->dockerfile = g_strdup_printf(".dockerfile.%.20s", digest + strlen("sha256:"));
    archive_writer_add_file(writer, context->dockerfile, 0600, bytes != NULL ? bytes : "",
                            length_bytes);
}

/* The rules of .dockerignore; what the daemon needs to read is always sent. */
static struct context_ignore *read_rules(const char *folder, const char *dockerfile)
{
    g_autofree char *path = g_build_filename(folder, ".dockerignore", NULL);
    AUTO(source) source = source_read(path, DOCKERFILE_BYTES_MAX, NULL);
    g_autofree char *text =
        source == NULL ? g_strdup("")
                       : g_strconcat(source->text, "\n!.dockerignore\n!", dockerfile, "\n", NULL);
    return context_ignore_parse(text);
}

/* Where the Dockerfile is below the context; NULL and true: outside of it. */
static bool place_dockerfile(struct invocation *invocation, const char *folder, char **inside,
                             char **host_path, GError **error)
{
    const char *asked = flags_text(invocation->flags, "file");
    g_autofree char *root = command_absolute_path(invocation->call, folder);
    g_autofree char *path = *asked != '\0' ? command_absolute_path(invocation->call, asked)
                                           : g_build_filename(root, DOCKERFILE, NULL);
    g_autofree char *prefix = g_strconcat(g_str_equal(root, "/") ? "" : root, "/", NULL);

    *host_path = command_host_path(invocation->call, path);
    if (*host_path == NULL || !g_file_test(*host_path, G_FILE_TEST_EXISTS))
        return refuse(error,
                      "unable to prepare context: unable to evaluate symlinks in Dockerfile path: "
                      "lstat %s: no such file or directory",
                      path);
    *inside = g_str_has_prefix(path, prefix) ? g_strdup(path + strlen(prefix)) : NULL;
    return true;
}

static bool read_stdin_dockerfile(struct invocation *invocation, GBytes **dockerfile,
                                  GError **error)
{
    *dockerfile = NULL;
    if (g_str_equal(flags_text(invocation->flags, "file"), "-"))
        *dockerfile = command_read_all(invocation->call, DOCKERFILE_BYTES_MAX, error);
    return *dockerfile != NULL || !g_str_equal(flags_text(invocation->flags, "file"), "-");
}

static bool read_folder(struct invocation *invocation, const char *folder, const char *host_folder,
                        struct classic_context *context, GError **error)
{
    g_autoptr(GBytes) dockerfile = NULL;
    g_autofree char *inside = NULL;
    g_autofree char *host_path = NULL;

    if (!read_stdin_dockerfile(invocation, &dockerfile, error))
        return false;
    if (dockerfile == NULL && !place_dockerfile(invocation, folder, &inside, &host_path, error))
        return false;
    AUTO(context_ignore) rules = read_rules(host_folder, inside != NULL ? inside : DOCKERFILE);
    AUTO(archive_writer) writer = archive_writer_new();
    if (!context_add(host_folder, rules, NULL, writer, error)) {
        g_prefix_error_literal(error, "error checking context: ");
        return false;
    }
    if (dockerfile == NULL && inside == NULL) {
        AUTO(source) source = source_read(host_path, DOCKERFILE_BYTES_MAX, error);
        if (source == NULL)
            return false;
        dockerfile = g_bytes_new(source->text, source->length_bytes);
    }
    if (dockerfile != NULL)
        add_outside_dockerfile(writer, dockerfile, context);
    else
        context->dockerfile = g_steal_pointer(&inside);
    context->tar = archive_writer_finish(writer);
    return true;
}

static bool is_archive(GBytes *bytes)
{
    gsize length_bytes = 0;
    const guint8 *data = g_bytes_get_data(bytes, &length_bytes);

    if (length_bytes > 262 && memcmp(data + 257, "ustar", 5) == 0)
        return true;
    return length_bytes > 3 && ((data[0] == 0x1f && data[1] == 0x8b) ||
                                memcmp(data, "BZh", 3) == 0 || (data[0] == 0xfd && data[1] == '7'));
}

/* `docker build -`: an archive, or a Dockerfile alone (capture 30d). */
static bool read_stdin(struct invocation *invocation, struct classic_context *context,
                       GError **error)
{
    const char *asked = flags_text(invocation->flags, "file");
    gsize length_bytes = 0;

    if (g_str_equal(asked, "-"))
        return refuse(error,
                      "invalid argument: can't use stdin for both build context and dockerfile");
    g_autoptr(GBytes) input = command_read_all(invocation->call, HTTP_BODY_BYTES_MAX, error);
    if (input == NULL)
        return false;
    if (is_archive(input)) {
        context->dockerfile = g_strdup(*asked != '\0' ? asked : DOCKERFILE);
        context->tar = g_steal_pointer(&input);
        return true;
    }
    if (*asked != '\0')
        return refuse(error,
                      "unable to prepare context: ambiguous Dockerfile source: both stdin and "
                      "flag correspond to Dockerfiles");
    const char *bytes = g_bytes_get_data(input, &length_bytes);
    AUTO(archive_writer) writer = archive_writer_new();
    archive_writer_add_file(writer, DOCKERFILE, 0644, bytes != NULL ? bytes : "", length_bytes);
    context->dockerfile = g_strdup(DOCKERFILE);
    context->tar = archive_writer_finish(writer);
    return true;
}

bool classic_context_read(struct invocation *invocation, struct classic_context *context,
                          GError **error)
{
    const char *place = invocation->arguments[0];
    if (g_str_equal(place, "-"))
        return read_stdin(invocation, context, error);
    g_autofree char *host_folder = command_host_path(invocation->call, place);
    if (host_folder == NULL || !g_file_test(host_folder, G_FILE_TEST_EXISTS))
        return refuse(error, "unable to prepare context: path \"%s\" not found", place);
    if (!g_file_test(host_folder, G_FILE_TEST_IS_DIR)) {
        g_autofree char *absolute = command_absolute_path(invocation->call, place);
        return refuse(error, "unable to prepare context: context must be a directory: %s",
                      absolute);
    }
    return read_folder(invocation, place, host_folder, context, error);
}
