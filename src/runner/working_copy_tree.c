/* The files of a working copy as git's index and tree. */
#include "runner/working_copy_private.h"

#include "base/regular_file.h"
#include "process/sandbox.h"

#include <git2/sys/mempack.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <string.h>
#include <sys/stat.h>

static bool has_attributes(const GPtrArray *paths)
{
    for (guint i = 0; i < paths->len; i++)
        if (g_str_has_suffix(g_ptr_array_index(paths, i), ".gitattributes"))
            return true;
    return false;
}

static int write_link(const char *path, git_odb *objects, git_oid *id)
{
    g_autofree char *text = g_file_read_link(path, NULL);
    return text != NULL ? git_odb_write(id, objects, text, strlen(text), GIT_OBJECT_BLOB) : -1;
}

static int write_file(const char *path, git_odb *objects, git_oid *id)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    return regular_file_read(path, &bytes, &length, NULL)
               ? git_odb_write(id, objects, bytes, length, GIT_OBJECT_BLOB)
               : -1;
}

/* As whoever reads the index sees the file: plumbing such as `git diff-index` takes what differs
   for changed. */
static git_index_entry entry_of(const char *path, struct stat *status,
                                const struct sandbox *sandbox)
{
    if (sandbox != NULL)
        sandbox_show_status(sandbox, status);
    return (git_index_entry){
        .path = path,
        .mode = S_ISLNK(status->st_mode)           ? GIT_FILEMODE_LINK
                : (status->st_mode & S_IXUSR) != 0 ? GIT_FILEMODE_BLOB_EXECUTABLE
                                                   : GIT_FILEMODE_BLOB,
        .file_size = (uint32_t)status->st_size,
        .ino = (uint32_t)status->st_ino,
        .dev = (uint32_t)status->st_dev,
        .uid = status->st_uid,
        .gid = status->st_gid,
        .mtime = {(int32_t)status->st_mtim.tv_sec, (uint32_t)status->st_mtim.tv_nsec},
        .ctime = {(int32_t)status->st_ctim.tv_sec, (uint32_t)status->st_ctim.tv_nsec},
    };
}

/* A tree while it is written: what is new of it is in memory. */
struct writing {
    const struct working_copy *copy;
    git_index *index;
    git_odb *objects;
    GArray *own;   /* git_oid of the files in memory */
    bool converts; /* as .gitattributes say, such as without carriage returns */
};

/* git_index_add_bypath() without its search for attributes and its file for every object: either
   takes longer than all the rest of a checkout. */
static void add_new(struct writing *writing, const char *file, git_index_entry *entry)
{
    bool is_link = entry->mode == GIT_FILEMODE_LINK;
    if ((is_link ? write_link : write_file)(file, writing->objects, &entry->id) == 0 &&
        git_index_add(writing->index, entry) == 0)
        g_array_append_vals(writing->own, &entry->id, 1);
}

/* What cannot be added, such as a path that git forbids, is a file beside the repository's. */
static void add(struct writing *writing, const char *path)
{
    const struct working_copy *copy = writing->copy;
    g_autofree char *file = g_build_filename(copy->options.target, path, NULL);
    struct stat status;
    if (lstat(file, &status) != 0)
        return;
    git_index_entry entry = entry_of(path, &status, copy->options.sandbox);
    if (working_copy_find_known(copy, path, &entry.id)) {
        if (git_index_add(writing->index, &entry) == 0)
            g_array_append_vals(copy->lent, &entry.id, 1);
    } else if (writing->converts) {
        (void)git_index_add_bypath(writing->index, path);
    } else {
        add_new(writing, file, &entry);
    }
}

/* A submodule that is not checked out is what it points to, and an empty folder. */
static void add_submodules(const struct working_copy *copy, git_index *index)
{
    gsize count = copy->tracked == NULL || copy->options.has_submodules
                      ? 0
                      : git_index_entrycount(copy->tracked);
    for (gsize i = 0; i < count; i++) {
        const git_index_entry *entry = git_index_get_byindex(copy->tracked, i);
        if (entry->mode != GIT_FILEMODE_COMMIT || git_index_add(index, entry) != 0)
            continue;
        g_autofree char *folder = g_build_filename(copy->options.target, entry->path, NULL);
        g_mkdir_with_parents(folder, 0755);
    }
}

static bool narrow_window(git_repository *repository, const char *path)
{
    git_config *config = NULL;
    bool is_set = git_config_new(&config) == 0 &&
                  git_config_add_file_ondisk(config, path, GIT_CONFIG_LEVEL_APP, repository,
                                             /* force= */ 1) == 0 &&
                  git_config_set_int32(config, "pack.windowMemory", 1) == 0;
    if (is_set)
        git_repository_set_config(repository, config);
    git_config_free(config);
    return is_set;
}

bool working_copy_wrap(const struct working_copy *copy, git_odb *objects,
                       git_repository **repository)
{
    g_autofree char *path = g_build_filename(git_repository_path(copy->made), PACKING, NULL);
    return git_repository_wrap_odb(repository, objects) == 0 && narrow_window(*repository, path);
}

static int insert_folder(const char *root, const git_tree_entry *entry, void *pack)
{
    (void)root;
    return git_tree_entry_type(entry) == GIT_OBJECT_TREE
               ? git_packbuilder_insert(pack, git_tree_entry_id(entry), NULL)
               : 0;
}

static bool insert_folders(git_packbuilder *pack, git_repository *memory, const git_oid *root)
{
    git_tree *tree = NULL;
    bool is_done = git_packbuilder_insert(pack, root, NULL) == 0 &&
                   git_tree_lookup(&tree, memory, root) == 0 &&
                   git_tree_walk(tree, GIT_TREEWALK_PRE, insert_folder, pack) == 0;
    git_tree_free(tree);
    return is_done;
}

static bool write_pack(const struct writing *writing, git_repository *memory, const git_oid *tree)
{
    g_autofree char *folder =
        g_build_filename(git_repository_path(writing->copy->made), "objects", "pack", NULL);
    git_packbuilder *pack = NULL;
    bool is_written = git_packbuilder_new(&pack, memory) == 0 && insert_folders(pack, memory, tree);
    for (guint i = 0; i < writing->own->len && is_written; i++)
        is_written =
            git_packbuilder_insert(pack, &g_array_index(writing->own, git_oid, i), NULL) == 0;
    is_written = is_written && git_packbuilder_write(pack, folder, 0, NULL, NULL) == 0;
    git_packbuilder_free(pack);
    return is_written;
}

/* As git_index_write_tree(), without its file for every object. */
static bool write_files(struct writing *writing, const GPtrArray *paths, git_oid *tree)
{
    const struct working_copy *copy = writing->copy;
    git_odb_backend *pool = NULL;
    git_repository *memory = NULL;
    if (git_mempack_new(&pool) != 0 || git_odb_add_backend(writing->objects, pool, 1) != 0 ||
        !working_copy_wrap(copy, writing->objects, &memory)) {
        git_repository_free(memory);
        return false;
    }
    for (guint i = 0; i < paths->len; i++)
        add(writing, g_ptr_array_index(paths, i));
    add_submodules(copy, writing->index);
    bool is_written = git_index_write_tree_to(tree, writing->index, memory) == 0 &&
                      write_pack(writing, memory, tree);
    git_repository_free(memory);
    return is_written;
}

bool working_copy_write_tree(const struct working_copy *copy, const GPtrArray *paths, git_oid *tree)
{
    g_autoptr(GArray) own = g_array_new(FALSE, FALSE, sizeof(git_oid));
    struct writing writing = {.copy = copy, .own = own, .converts = has_attributes(paths)};
    bool is_written = git_odb_new(&writing.objects) == 0 &&
                      git_repository_index(&writing.index, copy->made) == 0 &&
                      git_index_clear(writing.index) == 0 && write_files(&writing, paths, tree) &&
                      git_index_write(writing.index) == 0;
    git_index_free(writing.index);
    git_odb_free(writing.objects);
    return is_written;
}

/* ---- copies ---- */

static int refresh_entry(git_index *index, gsize at, const char *target,
                         const struct sandbox *sandbox)
{
    const git_index_entry *old = git_index_get_byindex(index, at);
    g_autofree char *file = g_build_filename(target, old->path, NULL);
    struct stat status;
    if (old->mode == GIT_FILEMODE_COMMIT || lstat(file, &status) != 0)
        return 0;
    git_index_entry entry = entry_of(old->path, &status, sandbox);
    entry.mode = old->mode;
    entry.id = old->id;
    entry.flags = old->flags;
    return git_index_add(index, &entry);
}

static bool refresh_index(git_repository *copied, const char *target, const struct sandbox *sandbox)
{
    git_index *index = NULL;
    int status = git_repository_index(&index, copied);
    gsize count = status == 0 ? git_index_entrycount(index) : 0;
    for (gsize i = 0; i < count && status == 0; i++)
        status = refresh_entry(index, i, target, sandbox);
    bool is_written = status == 0 && git_index_write(index) == 0;
    git_index_free(index);
    return is_written;
}

bool working_copy_refresh(const char *target, const struct sandbox *sandbox, GError **error)
{
    git_repository *copied = NULL;
    working_copy_prepare();
    bool is_fine =
        git_repository_open_ext(&copied, target, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) == 0 &&
        refresh_index(copied, target, sandbox);
    if (!is_fine) {
        const git_error *last = git_error_last();
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: its index cannot be written: %s", target,
                    last != NULL ? last->message : "unknown");
    }
    git_repository_free(copied);
    working_copy_release();
    return is_fine;
}
