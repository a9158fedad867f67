/* File trees: two string-keyed tables, listed in sorted order. */
#include "mocks/dockerd/file_tree.h"

#include <string.h>

struct file_tree {
    GHashTable *files;   /* path to struct file */
    GHashTable *folders; /* a set */
    int64_t bytes;
};

/* What every Linux image has; images are not unpacked file by file. */
static const char *const base_folders[] = {
    "/bin",     "/dev",       "/etc",           "/home", "/lib",     "/media",   "/mnt", "/opt",
    "/proc",    "/root",      "/run",           "/sbin", "/srv",     "/sys",     "/tmp", "/usr",
    "/usr/bin", "/usr/local", "/usr/local/bin", "/var",  "/var/lib", "/var/tmp",
};

static void file_free(gpointer pointer)
{
    struct file *file = pointer;
    g_bytes_unref(file->bytes);
    g_free(file);
}

struct file_tree *file_tree_new(bool has_base)
{
    struct file_tree *tree = g_new0(struct file_tree, 1);
    tree->files = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, file_free);
    tree->folders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(tree->folders, g_strdup("/"));
    for (gsize i = 0; has_base && i < G_N_ELEMENTS(base_folders); i++)
        g_hash_table_add(tree->folders, g_strdup(base_folders[i]));
    return tree;
}

void file_tree_free(struct file_tree *tree)
{
    if (tree == NULL)
        return;
    g_hash_table_unref(tree->files);
    g_hash_table_unref(tree->folders);
    g_free(tree);
}

/* Whether no part of an absolute path is empty, "." or "..". */
static bool is_clean(const char *path)
{
    if (path[0] != '/')
        return false;
    for (const char *part = path + 1;; part = strchr(part, '/') + 1) {
        gsize length = strcspn(part, "/");
        if (length == 0 || (length <= 2 && strncmp(part, "..", length) == 0))
            return false;
        if (part[length] == '\0')
            return true;
    }
}

char *file_path_clean(const char *path)
{
    if (is_clean(path))
        return g_strdup(path);
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    g_autoptr(GPtrArray) kept = g_ptr_array_new();

    for (gsize i = 0; parts[i] != NULL; i++) {
        if (parts[i][0] == '\0' || g_str_equal(parts[i], "."))
            continue;
        if (!g_str_equal(parts[i], ".."))
            g_ptr_array_add(kept, parts[i]);
        else if (kept->len > 0)
            g_ptr_array_set_size(kept, (gint)kept->len - 1);
    }
    g_ptr_array_add(kept, NULL);
    g_autofree char *joined = g_strjoinv("/", (char **)kept->pdata);
    return g_strconcat("/", joined, NULL);
}

const struct file *file_tree_find(const struct file_tree *tree, const char *path)
{
    return g_hash_table_lookup(tree->files, path);
}

bool file_tree_has_folder(const struct file_tree *tree, const char *path)
{
    return g_hash_table_contains(tree->folders, path);
}

void file_tree_add_folder(struct file_tree *tree, const char *path)
{
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        g_hash_table_add(tree->folders, g_strndup(path, (gsize)(slash - path)));
    g_hash_table_add(tree->folders, g_strdup(path));
}

static void add_parents(struct file_tree *tree, const char *path)
{
    g_autofree char *parent = g_path_get_dirname(path);
    file_tree_add_folder(tree, parent);
}

static int64_t bytes_of(const struct file *file)
{
    return file == NULL ? 0 : (int64_t)g_bytes_get_size(file->bytes);
}

void file_tree_put(struct file_tree *tree, const char *path, GBytes *bytes, unsigned mode)
{
    struct file *file = g_new0(struct file, 1);
    file->bytes = g_bytes_ref(bytes);
    file->mode = mode;
    tree->bytes += bytes_of(file) - bytes_of(file_tree_find(tree, path));
    add_parents(tree, path);
    g_hash_table_replace(tree->files, g_strdup(path), file);
}

static bool is_below(const char *path, const char *folder)
{
    if (g_str_equal(folder, "/"))
        return !g_str_equal(path, "/");
    gsize length = strlen(folder);
    return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static gboolean is_folder_to_remove(gpointer key, gpointer value, gpointer folder)
{
    (void)value;
    return g_str_equal(key, folder) || is_below(key, folder);
}

int64_t file_tree_remove(struct file_tree *tree, const char *path)
{
    int64_t bytes_before = tree->bytes;
    g_autoptr(GPtrArray) below = file_tree_below(tree, path);
    g_ptr_array_add(below, g_strdup(path));

    for (guint i = 0; i < below->len; i++) {
        tree->bytes -= bytes_of(file_tree_find(tree, below->pdata[i]));
        g_hash_table_remove(tree->files, below->pdata[i]);
    }
    if (!g_str_equal(path, "/"))
        g_hash_table_foreach_remove(tree->folders, is_folder_to_remove, (gpointer)path);
    return bytes_before - tree->bytes;
}

static gint compare_text(gconstpointer left, gconstpointer right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static GPtrArray *keys_below(GHashTable *table, const char *folder)
{
    GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer key = NULL;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (is_below(key, folder))
            g_ptr_array_add(paths, g_strdup(key));
    g_ptr_array_sort(paths, compare_text);
    return paths;
}

GPtrArray *file_tree_below(const struct file_tree *tree, const char *folder)
{
    return keys_below(tree->files, folder);
}

GPtrArray *file_tree_folders_below(const struct file_tree *tree, const char *folder)
{
    return keys_below(tree->folders, folder);
}

static void add_names(GPtrArray *names, GHashTable *table, const char *folder, const char *tail)
{
    gsize skip = g_str_equal(folder, "/") ? 1 : strlen(folder) + 1;
    g_autoptr(GPtrArray) paths = keys_below(table, folder);

    for (guint i = 0; i < paths->len; i++) {
        const char *name = (const char *)paths->pdata[i] + skip;
        if (strchr(name, '/') == NULL)
            g_ptr_array_add(names, g_strconcat(name, tail, NULL));
    }
}

GPtrArray *file_tree_names(const struct file_tree *tree, const char *folder)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    add_names(names, tree->files, folder, NULL);
    add_names(names, tree->folders, folder, "/");
    g_ptr_array_sort(names, compare_text);
    return names;
}

gsize file_tree_count(const struct file_tree *tree)
{
    return g_hash_table_size(tree->files);
}

int64_t file_tree_bytes(const struct file_tree *tree)
{
    return tree->bytes;
}
