/*
 * The history behind a checkout: the commits that lead to HEAD and to the tags, with what they
 * hold, as far as the user's repository has them. A shallow clone lacks commits, a partial one
 * files of earlier times; a very long history is cut. Where something is missing, the copy is
 * shallow as git itself has it (gitrepository-layout(5)).
 */
#include "runner/working_copy_private.h"

#include "base/limits.h"

#include <string.h>

struct history {
    const struct working_copy *copy;
    git_odb *objects; /* the user's */
    git_packbuilder *pack;
    GHashTable *packed; /* git_oid, owned */
    GArray *commits;    /* git_oid, in the order in which they are packed */
    GQueue *due;        /* git_oid *, commits still to be packed */
};

static guint hash_id(gconstpointer key)
{
    guint hash;
    memcpy(&hash, ((const git_oid *)key)->id, sizeof hash);
    return hash;
}

static gboolean equal_ids(gconstpointer left, gconstpointer right)
{
    return git_oid_equal(left, right) != 0;
}

static bool is_there(const struct history *history, const git_oid *id)
{
    return git_odb_exists_ext(history->objects, id, GIT_ODB_LOOKUP_NO_REFRESH) != 0;
}

static bool is_packed(const struct history *history, const git_oid *id)
{
    return g_hash_table_contains(history->packed, id);
}

/* Whether it was packed just now; name helps to find what it is like. */
static bool pack(struct history *history, const git_oid *id, const char *name)
{
    if (is_packed(history, id) || !is_there(history, id) ||
        git_packbuilder_insert(history->pack, id, name) != 0)
        return false;
    g_hash_table_add(history->packed, g_memdup2(id, sizeof *id));
    return true;
}

static void pack_entries(struct history *history, const git_tree *tree, GArray *due)
{
    for (gsize i = 0; i < git_tree_entrycount(tree); i++) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
        if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT)
            continue; /* a submodule's */
        if (pack(history, git_tree_entry_id(entry), git_tree_entry_name(entry)) &&
            git_tree_entry_type(entry) == GIT_OBJECT_TREE)
            g_array_append_vals(due, git_tree_entry_id(entry), 1);
    }
}

static void pack_tree(struct history *history, const git_oid *root)
{
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(git_oid));
    if (pack(history, root, NULL))
        g_array_append_vals(due, root, 1);
    while (due->len > 0) {
        git_oid id = g_array_index(due, git_oid, due->len - 1);
        git_tree *tree = NULL;
        g_array_set_size(due, due->len - 1);
        if (git_tree_lookup(&tree, history->copy->user, &id) == 0)
            pack_entries(history, tree, due);
        git_tree_free(tree);
    }
}

static void await(struct history *history, const git_oid *id)
{
    g_queue_push_tail(history->due, g_memdup2(id, sizeof *id));
}

static void pack_commit(struct history *history, const git_oid *id)
{
    git_commit *commit = NULL;
    if (is_packed(history, id) || !is_there(history, id) ||
        git_commit_lookup(&commit, history->copy->user, id) != 0)
        return;
    if (pack(history, id, NULL)) {
        g_array_append_vals(history->commits, id, 1);
        pack_tree(history, git_commit_tree_id(commit));
        for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
            await(history, git_commit_parent_id(commit, i));
    }
    git_commit_free(commit);
}

static int await_tag(const char *name, git_oid *id, void *context)
{
    struct history *history = context;
    git_object *tagged = NULL;
    git_object *commit = NULL;
    if (git_object_lookup(&tagged, history->copy->user, id, GIT_OBJECT_ANY) == 0 &&
        git_object_peel(&commit, tagged, GIT_OBJECT_COMMIT) == 0) {
        await(history, git_object_id(commit));
        if (git_object_type(tagged) == GIT_OBJECT_TAG)
            (void)pack(history, id, name);
    }
    git_object_free(commit);
    git_object_free(tagged);
    return 0;
}

/* ---- where it ends ---- */

static bool has_lost_a_parent(const struct history *history, const git_oid *id)
{
    git_commit *commit = NULL;
    bool is_lost = false;
    if (git_commit_lookup(&commit, history->copy->user, id) != 0)
        return false;
    for (unsigned i = 0; i < git_commit_parentcount(commit); i++)
        is_lost = is_lost || !is_packed(history, git_commit_parent_id(commit, i));
    git_commit_free(commit);
    return is_lost;
}

static void list_ends(struct history *history, GString *ends)
{
    char hex[GIT_OID_HEXSZ + 1];
    for (guint i = 0; i < history->commits->len; i++) {
        const git_oid *id = &g_array_index(history->commits, git_oid, i);
        if (has_lost_a_parent(history, id))
            g_string_append_printf(ends, "%s\n", git_oid_tostr(hex, sizeof hex, id));
    }
}

static bool copy_objects(struct history *history, GString *ends)
{
    const struct working_copy *copy = history->copy;
    g_autofree char *folder =
        g_build_filename(git_repository_path(copy->made), "objects", "pack", NULL);

    if (git_repository_odb(&history->objects, copy->user) != 0 ||
        git_packbuilder_new(&history->pack, copy->user) != 0)
        return false;
    if (copy->options.has_history)
        await(history, git_commit_id(copy->head));
    if (copy->options.has_tags)
        (void)git_tag_foreach(copy->user, await_tag, history);
    while (!g_queue_is_empty(history->due) &&
           git_packbuilder_object_count(history->pack) < GIT_OBJECTS_MAX) {
        g_autofree git_oid *id = g_queue_pop_head(history->due);
        pack_commit(history, id);
    }
    list_ends(history, ends);
    return git_packbuilder_write(history->pack, folder, 0, NULL, NULL) == 0;
}

bool working_copy_copy_history(const struct working_copy *copy, GString *ends)
{
    struct history history = {
        .copy = copy,
        .packed = g_hash_table_new_full(hash_id, equal_ids, g_free, NULL),
        .commits = g_array_new(FALSE, FALSE, sizeof(git_oid)),
        .due = g_queue_new(),
    };
    bool is_copied = copy_objects(&history, ends);
    g_queue_free_full(history.due, g_free);
    g_array_unref(history.commits);
    g_hash_table_unref(history.packed);
    git_packbuilder_free(history.pack);
    git_odb_free(history.objects);
    return is_copied;
}
