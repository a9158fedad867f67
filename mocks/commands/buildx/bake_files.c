/* Bake files: which ones, and their bytes (bake.go ReadLocalFiles, ReadRemoteFiles). */
#include "mocks/commands/buildx/bake.h"

#include "base/limits.h"
#include "base/regular_file.h"

#include <string.h>

/* bake.go defaultFilenames */
static const char *const usual_names[] = {
    "compose.yaml",     "compose.yml",     "docker-compose.yml",        "docker-compose.yaml",
    "docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl"};

static void source_clear(void *data)
{
    struct bakefile_source *source = data;
    g_free((char *)source->name);
    g_bytes_unref(source->bytes);
}

void bake_sources_clear(struct bake_sources *sources)
{
    g_clear_pointer(&sources->list, g_array_unref);
}

static bool holds(GBytes *bytes, const char *text)
{
    gsize length = 0;
    const char *data = g_bytes_get_data(bytes, &length);
    return data != NULL && g_strstr_len(data, (gssize)length, text) != NULL;
}

/* Which contexts of a remote definition lie on this machine is lost when they are resolved. */
static bool check_source(const struct bake_sources *sources, const char *path, GBytes *bytes,
                         GError **error)
{
    if (sources->url == NULL || !holds(bytes, "cwd://"))
        return true;
    return run_unmodelled(error, "%s: cwd:// in a remote definition", path);
}

static bool keep(struct bake_sources *sources, const char *path, GBytes *bytes, GError **error)
{
    if (!check_source(sources, path, bytes, error))
        return false;
    const struct bakefile_source source = {g_strdup(path), g_bytes_ref(bytes)};
    g_array_append_val(sources->list, source);
    return true;
}

static void tell(struct voice *voice, const char *path, GBytes *bytes)
{
    int size = bytes != NULL ? (int)g_bytes_get_size(bytes) : 0;
    if (bytes != NULL)
        voice_line(voice, "reading %s %dB / %dB done", path, size, size);
    else
        voice_line(voice, "reading %s done", path);
}

/* ---- of the machine ---- */

static bool read_usual(struct bake_sources *sources, struct plugin_run *run, struct voice *voice,
                       GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(usual_names); i++) {
        g_autoptr(GBytes) bytes = run_read_file(run, usual_names[i], NULL);
        if (bytes == NULL)
            continue;
        tell(voice, usual_names[i], bytes);
        if (!keep(sources, usual_names[i], bytes, error))
            return false;
    }
    return true;
}

static GBytes *read_path(struct plugin_run *run, const char *path, GError **error)
{
    if (strcmp(path, "-") == 0)
        return command_read_all(run->call, BAKE_FILE_BYTES_MAX, error);
    GError *reason = NULL;
    GBytes *bytes = run_read_file(run, path, &reason);
    if (bytes == NULL && reason == NULL)
        run_fail(&reason, "open %s: no such file or directory", path);
    if (reason != NULL)
        g_propagate_error(error, reason);
    return bytes;
}

static bool read_named(struct bake_sources *sources, struct plugin_run *run, const GPtrArray *paths,
                       struct voice *voice, GError **error)
{
    for (guint i = 0; i < paths->len; i++) {
        const char *path = g_ptr_array_index(paths, i);
        g_autoptr(GBytes) bytes = read_path(run, path, error);
        tell(voice, path, bytes);
        if (bytes == NULL || !keep(sources, path, bytes, error))
            return false;
    }
    return true;
}

static bool read_local(struct bake_sources *sources, struct plugin_run *run, const GPtrArray *paths,
                       struct voice *voice, GError **error)
{
    voice_begin(voice, "[internal] load local bake definitions");
    bool is_read = paths->len > 0 ? read_named(sources, run, paths, voice, error)
                                  : read_usual(sources, run, voice, error);
    voice_end(voice);
    return is_read;
}

/* ---- of a git context ---- */

static bool keep_remote(struct bake_sources *sources, const char *folder, const char *path,
                        bool must_exist, GError **error)
{
    g_autofree char *host = g_build_filename(folder, path, NULL);
    char *data = NULL;
    gsize length_bytes = 0;
    if (!regular_file_read(host, &data, &length_bytes, NULL))
        return !must_exist || run_fail(error, "failed to read %s: no such file or directory", path);
    g_autoptr(GBytes) bytes = g_bytes_new_take(data, length_bytes);
    return keep(sources, path, bytes, error);
}

static bool read_remote_files(struct bake_sources *sources, const char *folder,
                              const GPtrArray *paths, GError **error)
{
    for (gsize i = 0; paths->len == 0 && i < G_N_ELEMENTS(usual_names); i++)
        if (!keep_remote(sources, folder, usual_names[i], /* must_exist= */ false, error))
            return false;
    for (guint i = 0; i < paths->len; i++)
        if (!keep_remote(sources, folder, g_ptr_array_index(paths, i), /* must_exist= */ true,
                         error))
            return false;
    return true;
}

static bool read_remote(struct bake_sources *sources, struct plugin_run *run,
                        const GPtrArray *paths, struct voice *voice, GError **error)
{
    g_autofree char *folder = build_context_git_folder(run, sources->url, error);
    if (folder == NULL)
        return false;
    g_autofree char *name = g_strconcat("[internal] load git source ", sources->url, NULL);
    voice_begin(voice, name);
    bool is_read = read_remote_files(sources, folder, paths, error);
    voice_end(voice);
    return is_read;
}

/* ---- the whole ---- */

/* commands/bake.go readBakeFiles: cwd://FILE is of the machine even beside a remote definition, and
   comes after those that are the repository's. */
static void split_paths(const GPtrArray *paths, bool is_remote, GPtrArray *local, GPtrArray *remote)
{
    static const char prefix[] = "cwd://";
    for (guint i = 0; i < paths->len; i++) {
        char *path = g_ptr_array_index(paths, i);
        bool is_own = g_str_has_prefix(path, prefix);
        g_ptr_array_add(is_own || !is_remote ? local : remote,
                        is_own ? path + strlen(prefix) : path);
    }
}

bool bake_sources_read(struct bake_sources *sources, struct plugin_run *run, const GPtrArray *paths,
                       struct voice *voice, GError **error)
{
    sources->list = g_array_new(FALSE, FALSE, sizeof(struct bakefile_source));
    g_array_set_clear_func(sources->list, source_clear);
    g_autoptr(GPtrArray) local = g_ptr_array_new();
    g_autoptr(GPtrArray) remote = g_ptr_array_new();
    split_paths(paths, sources->url != NULL, local, remote);
    if (sources->url != NULL && !read_remote(sources, run, remote, voice, error))
        return false;
    return (sources->url != NULL && local->len == 0) ||
           read_local(sources, run, local, voice, error);
}
