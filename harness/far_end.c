/* Copies of the rehearsed repository for machines, and what they push. */
#include "harness/far_end.h"

#include "harness/folders.h"
#include "runner/tree.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct far_end {
    const struct pipeline *pipeline;
    struct checkout_store *checkouts;
    const char *directory;
    int64_t date_s;
    char *pushed;     /* the folder with what was pushed so far; NULL: nothing was */
    guint push_count; /* makes names of folders */
    guint open_count;
    GHashTable *since; /* names of open copies: how many pushes they have seen */
};

struct far_end *far_end_new(const struct pipeline *pipeline, struct checkout_store *checkouts,
                            const char *directory, int64_t date_s)
{
    struct far_end *far_end = g_new0(struct far_end, 1);
    far_end->pipeline = pipeline;
    far_end->checkouts = checkouts;
    far_end->directory = directory;
    far_end->date_s = date_s;
    far_end->since = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return far_end;
}

void far_end_free(struct far_end *far_end)
{
    if (far_end == NULL)
        return;
    g_hash_table_unref(far_end->since);
    g_free(far_end->pushed);
    g_free(far_end);
}

static bool copy_unpushed(const struct far_end *far_end, const char *target, bool *is_partial)
{
    const json_t *github = far_end->pipeline->event->github;
    const json_t *event = json_object_get(github, "event");
    const json_t *base =
        json_object_get(json_object_get(json_object_get(event, "pull_request"), "base"), "sha");
    g_autoptr(GError) error = NULL;
    g_autofree char *source =
        g_canonicalize_filename(repository_map_root(far_end->pipeline->map), NULL);
    const struct working_copy_options options = {
        .source = source,
        .target = target,
        .reference = json_get_string(github, "ref", ""),
        .commit = json_get_string(github, "sha", ""),
        .url = "",
        .date_s = far_end->date_s,
        .base = json_string_value(base),
        .base_branch = json_get_string(github, "base_ref", ""),
        .head_branch = json_get_string(github, "head_ref", ""),
        .tags = CHECKOUT_ALL_TAGS,
    };
    const char *branch =
        json_get_string(json_object_get(event, "repository"), "default_branch", "main");
    return checkout_store_get_origin(far_end->checkouts, &options, branch, is_partial, &error);
}

/* Scripts of the machine may put links in its place or into it, which would lead the host out of
   their sandbox: a copy is made, and read, where they cannot reach it, and only moved. */
char *far_end_open(struct far_end *far_end, const char *folder, bool *is_partial)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *name = g_strdup_printf(".github.com-%u.git", ++far_end->open_count);
    g_autofree char *target = g_build_filename(folder, name, NULL);
    g_autofree char *made = g_build_filename(far_end->directory, name, NULL);
    bool is_made = far_end->pushed != NULL ? tree_copy(far_end->pushed, made, NULL, &error)
                                           : copy_unpushed(far_end, made, is_partial);
    if (!is_made || rename(made, target) != 0) {
        folder_remove(made);
        return NULL;
    }
    g_hash_table_insert(far_end->since, g_strdup(name), GUINT_TO_POINTER(far_end->push_count));
    return g_steal_pointer(&name);
}

static void take_over(struct far_end *far_end, const char *folder, guint since)
{
    g_autoptr(GError) error = NULL;
    bool has_changed = since != far_end->push_count++;
    g_autofree char *name = g_strdup_printf("origin-%u.git", far_end->push_count);
    if (has_changed) { /* what others pushed meanwhile stays */
        if (!tree_copy(folder, far_end->pushed, NULL, &error))
            g_debug("%s: %s", folder, error->message);
        return;
    }
    char *target = g_build_filename(far_end->directory, name, NULL);
    if (!tree_copy(folder, target, NULL, &error)) {
        folder_remove(target);
        g_free(target);
        return;
    }
    if (far_end->pushed != NULL)
        folder_remove(far_end->pushed);
    g_free(far_end->pushed);
    far_end->pushed = target;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

void far_end_close(struct far_end *far_end, const char *folder, const char *name, bool was_pushed)
{
    g_autofree char *copy = g_build_filename(folder, name, NULL);
    g_autofree char *taken = g_build_filename(far_end->directory, name, NULL);
    bool is_there = rename(copy, taken) == 0 && is_folder(taken);
    if (is_there && was_pushed)
        take_over(far_end, taken, GPOINTER_TO_UINT(g_hash_table_lookup(far_end->since, name)));
    g_hash_table_remove(far_end->since, name);
    if (is_there)
        folder_remove(taken);
    else
        (void)unlink(taken);
}
