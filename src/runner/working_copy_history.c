/*
 * The history behind a checkout: the commits that lead to HEAD and to the tags, with what they
 * hold, as far as the user's repository has them. A shallow clone lacks commits, a partial one
 * files of earlier times; a very long history is cut. Where something is missing, the copy is
 * shallow as git itself has it (gitrepository-layout(5)).
 */
#include "runner/working_copy_private.h"

#include "base/limits.h"

#include <string.h>

/* A commit of which the history is copied; from 1, how far it is from where the copy begins. */
struct reached {
    git_oid id;
    int depth;
};

struct history {
    const struct working_copy *copy;
    git_odb *objects;   /* the user's */
    GArray *ids;        /* git_oid of what is packed, in the order in which it was found */
    GHashTable *packed; /* git_oid, owned; with what the checkout has already */
    GHashTable *seen;   /* the same of commits */
    GArray *commits;    /* struct reached, in the order in which they are packed */
    GQueue *due;        /* struct reached *, still to be packed, the nearest first */
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

/* To ask the checkout for each object of a long history looks for as many files. */
static int note_made(const git_oid *id, void *context)
{
    struct history *history = context;
    g_hash_table_add(history->packed, g_memdup2(id, sizeof *id));
    return 0;
}

static bool find_made(struct history *history)
{
    git_odb *made = NULL;
    bool is_found = git_repository_odb(&made, history->copy->made) == 0 &&
                    git_odb_refresh(made) == 0 && git_odb_foreach(made, note_made, history) == 0;
    git_odb_free(made);
    return is_found;
}

static bool is_packed(const struct history *history, const git_oid *id)
{
    return g_hash_table_contains(history->packed, id);
}

/* Whether it is packed from now on. */
static bool pack(struct history *history, const git_oid *id)
{
    if (is_packed(history, id) || !is_there(history, id))
        return false;
    g_array_append_vals(history->ids, id, 1);
    g_hash_table_add(history->packed, g_memdup2(id, sizeof *id));
    return true;
}

static void pack_entries(struct history *history, const git_tree *tree, GArray *due)
{
    for (gsize i = 0; i < git_tree_entrycount(tree); i++) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
        if (git_tree_entry_type(entry) == GIT_OBJECT_COMMIT)
            continue; /* a submodule's */
        if (pack(history, git_tree_entry_id(entry)) &&
            git_tree_entry_type(entry) == GIT_OBJECT_TREE)
            g_array_append_vals(due, git_tree_entry_id(entry), 1);
    }
}

static void pack_tree(struct history *history, const git_oid *root)
{
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(git_oid));
    if (pack(history, root))
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

static void await(struct history *history, const git_oid *id, int depth)
{
    const struct reached reached = {*id, depth};
    g_queue_push_tail(history->due, g_memdup2(&reached, sizeof reached));
}

/* From the user's repository, or of those that were made for the checkout. */
static git_commit *find_commit(const struct history *history, const git_oid *id)
{
    git_commit *commit = NULL;
    if (git_commit_lookup(&commit, history->copy->user, id) != 0)
        (void)git_commit_lookup(&commit, history->copy->made, id);
    return commit;
}

static bool is_end(const struct history *history, const struct reached *reached)
{
    return reached->depth == history->copy->options.depth;
}

static void pack_commit(struct history *history, const struct reached *reached)
{
    git_commit *commit = g_hash_table_contains(history->seen, &reached->id)
                             ? NULL
                             : find_commit(history, &reached->id);
    if (commit == NULL)
        return;
    g_hash_table_add(history->seen, g_memdup2(&reached->id, sizeof reached->id));
    g_array_append_vals(history->commits, reached, 1);
    if (pack(history, &reached->id))
        pack_tree(history, git_commit_tree_id(commit));
    for (unsigned i = 0; i < git_commit_parentcount(commit) && !is_end(history, reached); i++)
        await(history, git_commit_parent_id(commit, i), reached->depth + 1);
    git_commit_free(commit);
}

/* ---- tags and branches ---- */

/* The commit that it is of; false: it is of something else, or that is not there. */
static bool peel(const struct history *history, const git_oid *id, git_oid *commit, bool *is_tag)
{
    git_object *tagged = NULL;
    git_object *object = NULL;
    bool is_peeled = git_object_lookup(&tagged, history->copy->user, id, GIT_OBJECT_ANY) == 0 &&
                     git_object_peel(&object, tagged, GIT_OBJECT_COMMIT) == 0;
    if (is_peeled) {
        *commit = *git_object_id(object);
        *is_tag = git_object_type(tagged) == GIT_OBJECT_TAG;
    }
    git_object_free(object);
    git_object_free(tagged);
    return is_peeled;
}

static int await_tag(const char *name, git_oid *id, void *context)
{
    struct history *history = context;
    (void)name;
    git_oid commit;
    bool is_tag = false;
    if (!peel(history, id, &commit, &is_tag))
        return 0;
    await(history, &commit, 1);
    if (is_tag)
        (void)pack(history, id);
    return 0;
}

static int follow_tag(const char *name, git_oid *id, void *context)
{
    struct history *history = context;
    (void)name;
    git_oid commit;
    bool is_tag = false;
    if (peel(history, id, &commit, &is_tag) && is_tag &&
        g_hash_table_contains(history->seen, &commit))
        (void)pack(history, id);
    return 0;
}

static void await_branches(struct history *history)
{
    g_autoptr(GPtrArray) branches = working_copy_list_branches(history->copy);
    for (guint i = 0; i < branches->len; i++)
        await(history, &((const struct branch *)branches->pdata[i])->id, 1);
}

/* ---- where it ends ---- */

static bool has_lost_a_parent(const struct history *history, const struct reached *reached)
{
    git_commit *commit = find_commit(history, &reached->id);
    unsigned count = commit != NULL ? git_commit_parentcount(commit) : 0;
    bool is_lost = count > 0 && is_end(history, reached);
    for (unsigned i = 0; i < count && !is_lost; i++)
        is_lost = !g_hash_table_contains(history->seen, git_commit_parent_id(commit, i));
    git_commit_free(commit);
    return is_lost;
}

static void list_ends(const struct history *history, GString *ends)
{
    char hex[GIT_OID_HEXSZ + 1];
    for (guint i = 0; i < history->commits->len; i++) {
        const struct reached *reached = &g_array_index(history->commits, struct reached, i);
        if (has_lost_a_parent(history, reached))
            g_string_append_printf(ends, "%s\n", git_oid_tostr(hex, sizeof hex, &reached->id));
    }
}

static void pack_lent(struct history *history)
{
    const GArray *lent = history->copy->lent;
    for (guint i = 0; i < lent->len; i++)
        (void)pack(history, &g_array_index(lent, git_oid, i));
}

static void walk(struct history *history, const git_oid *commit)
{
    const struct working_copy_options *options = &history->copy->options;
    await(history, commit, 1);
    if (options->tags == CHECKOUT_ALL_TAGS)
        (void)git_tag_foreach(history->copy->user, await_tag, history);
    if (options->depth == 0)
        await_branches(history);
    guint ids_max = GIT_OBJECTS_MAX + history->copy->lent->len;
    while (!g_queue_is_empty(history->due) && history->ids->len < ids_max) {
        g_autofree struct reached *reached = g_queue_pop_head(history->due);
        pack_commit(history, reached);
    }
    if (options->tags == CHECKOUT_TAGS_ON_THE_WAY)
        (void)git_tag_foreach(history->copy->user, follow_tag, history);
}

static bool copy_objects(struct history *history, const git_oid *commit, GString *ends)
{
    const struct working_copy *copy = history->copy;
    if (git_repository_odb(&history->objects, copy->user) != 0 || !find_made(history))
        return false;
    pack_lent(history);
    walk(history, commit);
    list_ends(history, ends);
    return working_copy_pack(copy, history->ids);
}

bool working_copy_copy_history(const struct working_copy *copy, const git_oid *commit,
                               GString *ends)
{
    struct history history = {
        .copy = copy,
        .ids = g_array_new(FALSE, FALSE, sizeof(git_oid)),
        .packed = g_hash_table_new_full(hash_id, equal_ids, g_free, NULL),
        .seen = g_hash_table_new_full(hash_id, equal_ids, g_free, NULL),
        .commits = g_array_new(FALSE, FALSE, sizeof(struct reached)),
        .due = g_queue_new(),
    };
    bool is_copied = copy_objects(&history, commit, ends);
    g_queue_free_full(history.due, g_free);
    g_array_unref(history.commits);
    g_hash_table_unref(history.seen);
    g_hash_table_unref(history.packed);
    g_array_unref(history.ids);
    git_odb_free(history.objects);
    return is_copied;
}
