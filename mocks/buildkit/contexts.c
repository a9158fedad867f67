/* The context of a build, and named ones (--opt context:NAME=…). */
#include "mocks/buildkit/build.h"

#include <string.h>

#define IMAGE_PREFIX "docker-image://"
#define LOCAL_PREFIX "local:"

struct build_files *build_read_folder(const struct build *build, const char *folder)
{
    struct build_files *files = build_files_new();
    g_autoptr(GPtrArray) paths = container_files_below(build->daemon->container, folder);
    g_autofree char *clean = g_canonicalize_filename(folder, "/");
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        GBytes *bytes = container_file(build->daemon->container, path);
        if (g_str_has_prefix(path, clean))
            build_files_put(files, path + strlen(clean), bytes, 0644, build_stand_in_bytes(bytes));
    }
    g_autoptr(GPtrArray) folders = container_folders_below(build->daemon->container, folder);
    for (guint i = 0; i < folders->len; i++) {
        const char *path = g_ptr_array_index(folders, i);
        if (g_str_has_prefix(path, clean))
            build_files_put_folder(files, path + strlen(clean));
    }
    if (build_files_have(files, ".git")) /* what is in it nobody looks into */
        build_files_open(files, ".git");
    return files;
}

void build_tell(struct build *build, const char *name, const char *what, gsize length_bytes)
{
    if (build_is_git(build)) /* all of it came with the source */
        return;
    struct vertex *vertex = progress_begin(build->progress, name, name);
    g_autofree char *size = progress_size((int64_t)length_bytes);
    progress_line(build->progress, vertex, "transferring %s: %s done", what, size);
    progress_done(build->progress, vertex);
}

/* ---- the disk for what a session carries ---- */

/* Below /tmp a folder, in the snapshotter a layer: their names follow from the client's. */
static guint number_of(const struct build *build)
{
    return g_str_hash(build_command_local(build->command, "dockerfile"));
}

/* What lies in the container took its disk when it came there. */
static bool take(struct build *build, const char *folder, const char *path, int64_t bytes,
                 GError **error)
{
    struct disk *disk = dockerd_disk(build->daemon->dockerd);
    if (!g_str_has_prefix(folder, BUILDKIT_SESSION))
        return true;
    if (!disk_take(disk, DISK_TEMPORARY, path, bytes, error))
        return false;
    build->transferred_bytes += bytes;
    return true;
}

void build_give_transferred(struct build *build)
{
    disk_give(dockerd_disk(build->daemon->dockerd), DISK_TEMPORARY, "session",
              build->transferred_bytes);
    build->transferred_bytes = 0;
}

/* Where the frontend reads it, a folder is made first (snapshot/localmounter_linux.go), and that is
   what finds no room on a full disk (docker/cli#4844, serverless/containers#19). */
bool build_take_dockerfile(struct build *build, GBytes *bytes, GError **error)
{
    const char *folder = build_command_local(build->command, "dockerfile");
    const struct buildkitd *daemon = build->daemon;
    g_autofree char *path = g_strdup_printf(
        "%s/tmp/buildkit-mount%u", daemon->is_engine ? dockerd_data_root(daemon->dockerd) : "",
        number_of(build));
    if (take(build, folder, path, (int64_t)g_bytes_get_size(bytes), error))
        return true;
    g_prefix_error(error, "failed to read dockerfile: failed to create temp dir: mkdir %s: ", path);
    return false;
}

/* A local source: its files are written as they come, into a layer of the snapshotter. */
static bool transfer(struct build *build, const char *folder, const char *name, const char *what,
                     const struct build_files *files, GError **error)
{
    guint number = number_of(build);
    const struct build_file *first = build_files_count(files) > 0 ? build_files_at(files, 0) : NULL;
    g_autofree char *path =
        build->daemon->is_engine
            ? g_strdup_printf("%s/overlay2/%08x%08x%08xl/diff/%s",
                              dockerd_data_root(build->daemon->dockerd), number, ~number,
                              number * 31, first != NULL ? first->path : "")
            : g_strdup_printf(BUILDKIT_ROOT "/runc-overlayfs/snapshots/snapshots/%u/fs/%s",
                              number % 1000, first != NULL ? first->path : "");
    GError *cause = NULL;
    if (first == NULL || take(build, folder, path, build_files_bytes(files), &cause)) {
        build_tell(build, name, what, (gsize)build_files_bytes(files));
        return true;
    }
    g_prefix_error(&cause, "write %s: ", path);
    build_fail(build, progress_begin(build->progress, name, name), NULL, cause);
    g_set_error(error, FIBER_ERROR, FIBER_ERROR_CANCELLED, "its context is not there");
    return false;
}

bool build_context_of(struct build *build, const struct build_files **files, GError **error)
{
    *files = build->context;
    if (build->is_context_told)
        return true;
    build->is_context_told = true;
    return transfer(build, build_command_local(build->command, "context"),
                    "[internal] load build context", "context", build->context, error);
}

/* ---- named contexts ---- */

static const char *option_of(const struct build *build, const char *name, const char *prefix)
{
    g_autofree char *option = g_strconcat("context:", name, NULL);
    const char *value = build_command_option(build->command, option);
    return value != NULL && g_str_has_prefix(value, prefix) ? value + strlen(prefix) : NULL;
}

/* Of a name as it is written, or of the image that it means. */
static const char *named_option(const struct build *build, const char *name, const char *prefix)
{
    const char *value = option_of(build, name, prefix);
    AUTO(reference)
    reference = value == NULL ? reference_parse(name, /* default_tag= */ true, NULL) : NULL;
    g_autofree char *full = reference != NULL ? reference_text(reference) : NULL;
    return full != NULL ? option_of(build, full, prefix) : value;
}

const char *build_named_image(const struct build *build, const char *name)
{
    return named_option(build, name, IMAGE_PREFIX);
}

const struct kept_image *build_named_result(const struct build *build, const char *name,
                                            const char *platform)
{
    const char *reference = named_option(build, name, KEPT_RESULT_PREFIX);
    return reference != NULL ? daemon_result_image(build->daemon, reference, platform) : NULL;
}

static const char *named_folder(const struct build *build, const char *name)
{
    const char *local = named_option(build, name, LOCAL_PREFIX);
    return local != NULL ? build_command_local(build->command, local) : NULL;
}

/* A repository or an archive of the net, which is not looked into. */
static bool is_remote(const struct build *build, const char *name)
{
    static const char *const prefixes[] = {"https://", "http://", "git://", "git@", "ssh://"};
    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (named_option(build, name, prefixes[i]) != NULL)
            return true;
    return false;
}

bool build_names_folder(const struct build *build, const char *name)
{
    return named_folder(build, name) != NULL || is_remote(build, name);
}

static void free_files(void *files)
{
    build_files_free(files);
}

bool build_named_files(struct build *build, const char *name, const struct build_files **files,
                       GError **error)
{
    const char *folder = named_folder(build, name);
    *files = NULL;
    if (folder == NULL) {
        *files = is_remote(build, name) ? build->any_files : NULL;
        return true;
    }
    if (build->named == NULL)
        build->named = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_files);
    *files = g_hash_table_lookup(build->named, name);
    if (*files != NULL)
        return true;
    struct build_files *read = build_read_folder(build, folder);
    g_hash_table_insert(build->named, g_strdup(name), read);
    *files = read;
    g_autofree char *vertex = g_strdup_printf("[context %s] load from client", name);
    return transfer(build, folder, vertex, name, read, error);
}
