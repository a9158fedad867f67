/* docker cp: files between a container and the command's own world (capture 22). */
#include "mocks/commands/docker/cli_private.h"

#include "base/archive.h"
#include "base/limits.h"
#include "base/regular_file.h"
#include "docker/context.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Go's os.FileMode bit for folders, as X-Docker-Container-Path-Stat has it. */
#define GO_MODE_DIRECTORY (INT64_C(1) << 31)

static const struct flag_row copy_flags[] = {
    {"archive", 'a', FLAG_BOOLEAN, NULL},
    {"follow-link", 'L', FLAG_BOOLEAN, NULL},
    {"quiet", 'q', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const copy_tables[] = {copy_flags, NULL};

/* "NAME:PATH"; a path that starts with '/' or '.' is local. */
static char *split(const char *argument, const char **path)
{
    const char *colon = strchr(argument, ':');
    *path = argument;
    if (argument[0] == '/' || argument[0] == '.' || colon == NULL)
        return NULL;
    *path = colon + 1;
    return g_strndup(argument, (gsize)(colon - argument));
}

static char *archive_path(const char *container, const char *path, bool is_put)
{
    g_autofree char *base = api_path("containers", container, "/archive");
    g_autoptr(GString) whole = g_string_new(base);
    docker_query_append(whole, "noOverwriteDirNonDir", is_put ? "true" : NULL);
    docker_query_append(whole, "path", path);
    return g_string_free(g_steal_pointer(&whole), FALSE);
}

/* ---- into a container ---- */

/* Whether path is there, and a folder; a question that fails counts as absence, as in the CLI. */
static void look_at(struct invocation *invocation, const char *container, const char *path,
                    bool *is_there, bool *is_folder)
{
    g_autofree char *api = archive_path(container, path, /* is_put= */ false);
    const struct docker_call call = {.method = "HEAD", .path = api};
    struct docker *docker = invocation_docker(invocation, NULL);
    HTTP_RESPONSE(response);
    gsize length_bytes = 0;

    *is_there =
        docker != NULL && docker_ask(docker, &call, &response, NULL) && response.status < 400;
    *is_folder = false;
    const char *header =
        *is_there ? http_response_header(&response, "X-Docker-Container-Path-Stat") : NULL;
    if (header == NULL)
        return;
    g_autofree guchar *bytes = g_base64_decode(header, &length_bytes);
    g_autoptr(json_t) facts = json_parse_bytes(bytes, length_bytes, NULL);
    *is_folder = (json_get_integer(facts, "mode", 0) & GO_MODE_DIRECTORY) != 0;
}

static bool add_source(struct archive_writer *writer, const char *host_path, const char *shown,
                       const char *name, GError **error)
{
    struct stat facts;
    g_autofree char *bytes = NULL;
    gsize length_bytes = 0;

    if (host_path == NULL || lstat(host_path, &facts) != 0)
        return cli_refuse(error, "lstat %s: no such file or directory", shown);
    if (S_ISDIR(facts.st_mode)) {
        if (!g_str_equal(name, "."))
            archive_writer_add_directory(writer, name, (unsigned)facts.st_mode & 0777);
        return context_add(host_path, NULL, g_str_equal(name, ".") ? NULL : name, writer, error);
    }
    if (!regular_file_read(host_path, &bytes, &length_bytes, NULL))
        return cli_refuse(error, "open %s: permission denied", shown);
    archive_writer_add_file(writer, name, (unsigned)facts.st_mode & 0777, bytes, length_bytes);
    return true;
}

/* Where in the container it is unpacked, and as what (pkg/archive PrepareArchiveCopy). */
static void choose_target(struct invocation *invocation, const char *container, const char *source,
                          const char *path, char **folder, char **name)
{
    bool is_there = false;
    bool is_folder = false;
    g_autofree char *base = g_path_get_basename(source);
    bool is_content = g_str_has_suffix(source, "/.");

    look_at(invocation, container, path, &is_there, &is_folder);
    if (is_folder || g_str_has_suffix(path, "/")) {
        *folder = g_strdup(path);
        *name = g_strdup(is_content ? "." : base);
        return;
    }
    *folder = g_path_get_dirname(path);
    *name = g_path_get_basename(path);
}

static bool put(struct invocation *invocation, const char *container, const char *folder,
                GBytes *tar, GError **error)
{
    g_autofree char *api = archive_path(container, folder, /* is_put= */ true);
    struct docker *docker = invocation_docker(invocation, error);
    const struct docker_call call = {.method = "PUT", .path = api, .body = tar};
    return docker != NULL && docker_perform_plain(docker, &call, error);
}

static bool copy_in(struct invocation *invocation, const char *source, const char *container,
                    const char *path, GError **error)
{
    g_autofree char *folder = NULL;
    g_autofree char *name = NULL;

    if (g_str_equal(source, "-")) {
        g_autoptr(GBytes) input = command_read_all(invocation->call, HTTP_BODY_BYTES_MAX, error);
        return input != NULL && put(invocation, container, path, input, error);
    }
    g_autofree char *host_path = command_host_path(invocation->call, source);
    g_autofree char *absolute = command_absolute_path(invocation->call, source);
    choose_target(invocation, container, source, path, &folder, &name);
    if (g_str_has_suffix(path, "/")) {
        bool is_there = false;
        bool is_folder = false;
        look_at(invocation, container, path, &is_there, &is_folder);
        if (!is_there && !g_file_test(host_path != NULL ? host_path : "", G_FILE_TEST_IS_DIR))
            return cli_refuse(error, "no such directory");
    }
    AUTO(archive_writer) writer = archive_writer_new();
    if (!add_source(writer, host_path, absolute, name, error))
        return false;
    g_autoptr(GBytes) tar = archive_writer_finish(writer);
    return put(invocation, container, folder, tar, error);
}

/* ---- out of a container ---- */

/* The name in the archive with its first part replaced. */
static char *renamed(const char *name, const char *root)
{
    const char *rest = strchr(name, '/');
    return g_strconcat(root, rest != NULL ? rest : "", NULL);
}

static bool write_member(const struct archive_member *member, const char *path, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(path);
    gsize length_bytes = 0;

    if (g_mkdir_with_parents(folder, 0755) != 0)
        return cli_refuse(error, "mkdir %s: %s", folder, g_strerror(errno));
    if (member->kind == ARCHIVE_DIRECTORY)
        return g_mkdir_with_parents(path, 0755) == 0 ||
               cli_refuse(error, "mkdir %s: %s", path, g_strerror(errno));
    if (member->kind == ARCHIVE_SYMLINK)
        return symlink(member->link_target, path) == 0 || errno == EEXIST ||
               cli_refuse(error, "symlink %s: %s", path, g_strerror(errno));
    if (member->kind != ARCHIVE_FILE)
        return true;
    const char *bytes = g_bytes_get_data(member->contents, &length_bytes);
    return g_file_set_contents_full(path, bytes != NULL ? bytes : "", (gssize)length_bytes,
                                    G_FILE_SET_CONTENTS_NONE, (int)(member->mode & 0777), error);
}

/* Each member's place is asked for anew, so that no link leads out of the command's world. */
static bool unpack(struct invocation *invocation, GBytes *tar, const char *folder, const char *root,
                   GError **error)
{
    gsize length_bytes = 0;
    const void *bytes = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(bytes, length_bytes, /* is_confined= */ true);
    const struct archive_member *member = NULL;

    for (;;) {
        if (!archive_reader_next(reader, &member, error))
            return false;
        if (member == NULL)
            return true;
        g_autofree char *name = root != NULL ? renamed(member->name, root) : g_strdup(member->name);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_autofree char *host_path = command_host_path(invocation->call, path);
        if (host_path == NULL)
            return cli_refuse(error, "open %s: permission denied", path);
        if (!write_member(member, host_path, error))
            return false;
    }
}

static bool copy_out(struct invocation *invocation, const char *container, const char *source,
                     const char *target, GError **error)
{
    g_autofree char *api = archive_path(container, source, /* is_put= */ false);
    struct docker *docker = invocation_docker(invocation, error);
    const struct docker_call call = {.path = api};
    HTTP_RESPONSE(response);
    gsize length_bytes = 0;

    if (docker == NULL || !docker_perform(docker, &call, &response, error))
        return false;
    if (g_str_equal(target, "-")) {
        const char *bytes = g_bytes_get_data(response.body, &length_bytes);
        return command_write(invocation->call, 1, bytes, (gssize)length_bytes);
    }
    g_autofree char *host_path = command_host_path(invocation->call, target);
    g_autofree char *absolute = command_absolute_path(invocation->call, target);
    if (host_path != NULL && g_file_test(host_path, G_FILE_TEST_IS_DIR))
        return unpack(invocation, response.body, absolute, NULL, error);
    g_autofree char *folder = g_path_get_dirname(absolute);
    g_autofree char *host_folder = command_host_path(invocation->call, folder);
    if (host_folder == NULL || !g_file_test(host_folder, G_FILE_TEST_IS_DIR))
        return cli_refuse(error, "invalid output path: directory \"%s\" does not exist", folder);
    g_autofree char *name = g_path_get_basename(absolute);
    return unpack(invocation, response.body, folder, name, error);
}

static int run_copy(struct invocation *invocation)
{
    const char *source_path = NULL;
    const char *target_path = NULL;
    g_autofree char *from = split(invocation->arguments[0], &source_path);
    g_autofree char *to = split(invocation->arguments[1], &target_path);
    g_autoptr(GError) error = NULL;

    if (from != NULL && to != NULL)
        return invocation_end(invocation, 1, "copying between containers is not supported");
    if (from == NULL && to == NULL)
        return invocation_end(invocation, 1, "must specify at least one container source");
    bool is_copied = from != NULL ? copy_out(invocation, from, source_path, target_path, &error)
                                  : copy_in(invocation, source_path, to, target_path, &error);
    return is_copied ? 0 : error != NULL ? invocation_fail(invocation, error) : 1;
}

const struct command_row copy_commands[] = {
    {"cp|container cp",
     "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- "
     "CONTAINER:DEST_PATH",
     "Copy files/folders between a container and the local filesystem", ARGUMENTS_EXACT, 2,
     copy_tables, run_copy, true},
    {0},
};
