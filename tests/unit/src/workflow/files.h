/* A folder of its own for a test, with the files that it writes. */
#pragma once

#include "base/cleanup.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>
#include <stdbool.h>

struct folder {
    char *path;
};

static inline struct folder *folder_new(void)
{
    struct folder *folder = g_new0(struct folder, 1);
    folder->path = g_dir_make_tmp("seatrial-workflow-XXXXXX", NULL);
    cr_assert_not_null(folder->path);
    return folder;
}

static inline char *folder_file(const struct folder *folder, const char *name)
{
    return g_build_filename(folder->path, name, NULL);
}

static inline void folder_write(const struct folder *folder, const char *name, const char *text)
{
    g_autofree char *path = folder_file(folder, name);
    g_autofree char *parent = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(parent, 0700), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

static inline void folder_remove(const char *path)
{
    GDir *names = g_dir_open(path, 0, NULL);
    const char *name;
    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        folder_remove(child);
    }
    if (names != NULL)
        g_dir_close(names);
    g_remove(path);
}

static inline void folder_free(struct folder *folder)
{
    if (folder == NULL)
        return;
    folder_remove(folder->path);
    g_free(folder->path);
    g_free(folder);
}
CLEANUP(folder, folder_free)

static inline GPtrArray *error_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)g_error_free);
}

/* Whether one of the errors holds the text. */
static inline bool errors_tell(const GPtrArray *errors, const char *text)
{
    for (guint i = 0; i < errors->len; i++)
        if (g_strstr_len(((const GError *)errors->pdata[i])->message, -1, text) != NULL)
            return true;
    for (guint i = 0; i < errors->len; i++)
        g_printerr("%s\n", ((const GError *)errors->pdata[i])->message);
    return false;
}
