/* Images as archives: save, load, import. */
#include "mocks/commands/docker/cli_private.h"

#include "base/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- save ---- */

static const struct flag_row save_flags[] = {
    {"output", 'o', FLAG_TEXT, NULL},
    {"platform", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const save_tables[] = {save_flags, NULL};

/* Where the bytes of an archive go. */
struct sink {
    const struct command_call *call;
    int descriptor; /* -1: stdout */
};

static bool receive(void *context, const void *bytes, gsize length_bytes, GError **error)
{
    const struct sink *sink = context;
    const char *next = bytes;
    if (sink->descriptor < 0)
        return sink->call->seam->write(sink->call->self, 1, bytes, length_bytes, error);
    while (length_bytes > 0) {
        ssize_t written = write(sink->descriptor, next, length_bytes);
        if (written < 0 && errno != EINTR)
            return cli_refuse(error, "write: %s", g_strerror(errno));
        if (written > 0) {
            next += written;
            length_bytes -= (gsize)written;
        }
    }
    return true;
}

static bool request_bytes(struct invocation *invocation, const char *api, struct sink *sink,
                          GError **error)
{
    struct docker *docker = invocation_docker(invocation, error);
    const struct docker_call call = {.path = api};
    return docker != NULL && docker_stream_bytes(docker, &call, receive, sink, error);
}

/* moby/sys/atomicwriter */
static bool check_output(const char *path, const char *host_path, const char *what, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *host_folder = host_path != NULL ? g_path_get_dirname(host_path) : NULL;
    struct stat status;
    if (host_folder == NULL || stat(host_folder, &status) != 0)
        return cli_refuse(error, "%sinvalid output path: stat %s: %s", what, folder,
                          "no such file or directory");
    if (stat(host_path, &status) == 0 && S_ISDIR(status.st_mode))
        return cli_refuse(error, "%scannot write to a directory", what);
    return true;
}

/* The file takes its name when it is whole, as the CLI has it. */
static bool receive_file(struct invocation *invocation, const char *api, const char *path,
                         const char *what, GError **error)
{
    g_autofree char *host_path = command_host_path(invocation->call, path);
    if (!check_output(path, host_path, what, error))
        return false;
    g_autofree char *folder = g_path_get_dirname(host_path);
    g_autofree char *temporary = g_build_filename(folder, ".docker_temp_XXXXXX", NULL);
    int descriptor = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return cli_refuse(error, "open %s: %s", path, g_strerror(errno));
    struct sink sink = {invocation->call, descriptor};
    bool is_saved = request_bytes(invocation, api, &sink, error);
    close(descriptor);
    if (is_saved && rename(temporary, host_path) != 0)
        is_saved = cli_refuse(error, "rename %s: %s", path, g_strerror(errno));
    if (!is_saved)
        unlink(temporary);
    return is_saved;
}

bool archive_receive(struct invocation *invocation, const char *api, const char *path,
                     const char *what, GError **error)
{
    struct sink sink = {invocation->call, -1};
    return *path != '\0' ? receive_file(invocation, api, path, what, error)
                         : request_bytes(invocation, api, &sink, error);
}

static char *save_path(const struct invocation *invocation)
{
    g_autoptr(GString) path = g_string_new("/images/get");
    const char *platform = flags_text(invocation->flags, "platform");
    for (gsize i = 0; i < invocation->argument_count; i++)
        docker_query_append(path, "names", invocation->arguments[i]);
    if (*platform != '\0') {
        g_autofree char *wanted = platform_json(platform);
        docker_query_append(path, "platform", wanted);
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}

static int run_save(struct invocation *invocation)
{
    g_autofree char *api = save_path(invocation);
    g_autoptr(GError) error = NULL;
    bool is_saved = archive_receive(invocation, api, flags_text(invocation->flags, "output"),
                                    "failed to save image: ", &error);
    return is_saved ? 0 : invocation_fail(invocation, error);
}

/* ---- load ---- */

enum {
    API_MINOR_WITH_PLATFORM = 48
};

static const struct flag_row load_flags[] = {
    {"input", 'i', FLAG_TEXT, NULL},
    {"platform", 0, FLAG_TEXT, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const load_tables[] = {load_flags, NULL};

static GBytes *read_input(struct invocation *invocation, const char *path, GError **error)
{
    return *path != '\0' ? world_read_file(invocation->call, path, IMAGE_ARCHIVE_BYTES_MAX, error)
                         : command_read_all(invocation->call, IMAGE_ARCHIVE_BYTES_MAX, error);
}

/* cmd/docker: a flag has the API version that it needs. */
static bool check_platform_flag(struct invocation *invocation, GError **error)
{
    const struct docker_call call = {.method = "GET", .path = "/_ping"};
    struct docker *docker = NULL;
    if (*flags_text(invocation->flags, "platform") == '\0')
        return true;
    docker = invocation_docker(invocation, error);
    if (docker == NULL || !docker_perform_plain(docker, &call, error))
        return false;
    return invocation_speaks(invocation, API_MINOR_WITH_PLATFORM) ||
           cli_refuse(error,
                      "\"--platform\" requires API version 1.%d, but the Docker daemon API "
                      "version is %s",
                      API_MINOR_WITH_PLATFORM, docker_api_version(docker));
}

/* Without a terminal there are no bars, so the daemon is asked to be quiet. */
static int run_load(struct invocation *invocation)
{
    struct progress progress = {.invocation = invocation, .stream = 1};
    g_autoptr(GError) error = NULL;
    const char *platform = flags_text(invocation->flags, "platform");
    g_autoptr(GString) path = g_string_new("/images/load?quiet=1");
    if (*platform != '\0') {
        g_autofree char *wanted = platform_json(platform);
        docker_query_append(path, "platform", wanted);
    }
    if (!check_platform_flag(invocation, &error))
        return invocation_fail(invocation, error);
    g_autoptr(GBytes) tar = read_input(invocation, flags_text(invocation->flags, "input"), &error);
    bool is_loaded = tar != NULL && progress_run(&progress, path->str, tar,
                                                 "Content-Type: application/x-tar", &error);
    g_free(progress.image_id);
    return is_loaded ? 0 : invocation_fail(invocation, error);
}

/* ---- import ---- */

static const struct flag_row import_flags[] = {
    {"change", 'c', FLAG_LIST, NULL},
    {"message", 'm', FLAG_TEXT, NULL},
    {"platform", 0, FLAG_TEXT, NULL},
    {0},
};
static const struct flag_row *const import_tables[] = {import_flags, NULL};

/* What the daemon would fetch from elsewhere is nowhere here. */
static bool is_from_elsewhere(const struct invocation *invocation)
{
    const char *source = invocation->arguments[0];
    return g_str_has_prefix(source, "http://") || g_str_has_prefix(source, "https://");
}

/* The daemon's {"status": id} is what is printed. */
static int run_import(struct invocation *invocation)
{
    const char *source = invocation->arguments[0];
    const char *platform = flags_text(invocation->flags, "platform");
    const char *message = flags_text(invocation->flags, "message");
    const char *const *changes = flags_list(invocation->flags, "change");
    struct progress progress = {.invocation = invocation, .stream = 1};
    g_autoptr(GError) error = NULL;
    if (is_from_elsewhere(invocation))
        return docker_cli_assume(invocation->cli, invocation->call, invocation->path,
                                 /* touches_images= */ true);
    g_autoptr(GString) path = g_string_new("/images/create?fromSrc=-");
    if (*platform != '\0')
        docker_query_append(path, "platform", platform);
    if (invocation->arguments[1] != NULL)
        docker_query_append(path, "repo", invocation->arguments[1]);
    if (*message != '\0')
        docker_query_append(path, "message", message);
    for (gsize i = 0; changes != NULL && changes[i] != NULL; i++)
        docker_query_append(path, "changes", changes[i]);
    g_autoptr(GBytes) tar = read_input(invocation, strcmp(source, "-") != 0 ? source : "", &error);
    bool is_imported = tar != NULL && progress_run(&progress, path->str, tar,
                                                   "Content-Type: application/x-tar", &error);
    g_free(progress.image_id);
    return is_imported ? 0 : invocation_fail(invocation, error);
}

const struct command_row archive_commands[] = {
    {"save|image save", "[OPTIONS] IMAGE [IMAGE...]",
     "Save one or more images to a tar archive (streamed to STDOUT by default)", ARGUMENTS_AT_LEAST,
     1, save_tables, run_save, true},
    {"load|image load", "[OPTIONS]", "Load an image from a tar archive or STDIN", ARGUMENTS_EXACT,
     0, load_tables, run_load, true},
    {"import|image import", "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
     "Import the contents from a tarball to create a filesystem image", ARGUMENTS_AT_LEAST, 1,
     import_tables, run_import, true},
    {0},
};
