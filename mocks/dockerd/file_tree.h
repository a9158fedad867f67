/*
 * A small file system in memory: absolute paths to bytes, and the folders they lie in. Containers
 * and volumes have one each. It counts bytes but takes no disk itself: its owner does.
 */
#pragma once

#include "base/error.h"

#include <stdint.h>

struct file_tree;

struct file {
    GBytes *bytes;
    unsigned mode;
};

/* With the folders of a usual image when has_base is set, else only "/". */
struct file_tree *file_tree_new(bool has_base);
void file_tree_free(struct file_tree *tree);
CLEANUP(file_tree, file_tree_free)

/* "/a//b/./c/" becomes "/a/b/c", ".." goes up; g_free. */
char *file_path_clean(const char *path);

/* Paths are clean. NULL: no such file. */
const struct file *file_tree_find(const struct file_tree *tree, const char *path);
bool file_tree_has_folder(const struct file_tree *tree, const char *path);
/* Replaces; makes the folders above. The caller has checked CONTAINER_FILES_MAX. */
void file_tree_put(struct file_tree *tree, const char *path, GBytes *bytes, unsigned mode);
void file_tree_add_folder(struct file_tree *tree, const char *path);
/* A file, or a folder with all below; how many bytes that were. */
int64_t file_tree_remove(struct file_tree *tree, const char *path);
/* Sorted paths (char*) of the files below a folder; caller unrefs. */
GPtrArray *file_tree_below(const struct file_tree *tree, const char *folder);
/* The same of its folders. */
GPtrArray *file_tree_folders_below(const struct file_tree *tree, const char *folder);
/* Sorted names of what lies directly in a folder, folders with a slash at the end; caller unrefs.
 */
GPtrArray *file_tree_names(const struct file_tree *tree, const char *folder);
gsize file_tree_count(const struct file_tree *tree);
int64_t file_tree_bytes(const struct file_tree *tree);
