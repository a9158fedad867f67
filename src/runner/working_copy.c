/* The .git of a checkout, made with libgit2. */
#include "runner/working_copy_private.h"

#include "base/limits.h"

#include <git2/sys/commit.h>
#include <git2/sys/odb_backend.h>
#include <glib/gstdio.h>
#include <string.h>

#define NOBODY       "octocat"
#define NOBODY_EMAIL "octocat@users.noreply.github.com"
#define SHALLOW      "shallow"

static bool fail(const struct working_copy *copy, const char *what, GError **error)
{
    const git_error *last = git_error_last();
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s: %s", copy->options.source, what,
                last != NULL ? last->message : "unknown");
    return false;
}

static void forget_machine(void)
{
    static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                 GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};
    for (gsize i = 0; i < G_N_ELEMENTS(levels); i++)
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    /* git itself checks what it packs. */
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
    /* An index may name what only memory holds yet. */
    git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 0);
}

void working_copy_prepare(void)
{
    git_libgit2_init();
    forget_machine();
}

void working_copy_release(void)
{
    git_libgit2_shutdown();
}

/* What the user's repository tells, where the folder is one. */
static void open_user(struct working_copy *copy)
{
    git_oid head;
    if (git_repository_open_ext(&copy->user, copy->options.source, GIT_REPOSITORY_OPEN_NO_SEARCH,
                                NULL) != 0)
        return;
    if (git_repository_index(&copy->tracked, copy->user) != 0)
        copy->tracked = NULL;
    if (git_reference_name_to_id(&head, copy->user, "HEAD") == 0)
        (void)git_commit_lookup(&copy->head, copy->user, &head);
}

/* A commit of the user's that is not HEAD brings its own files. */
static void open_elsewhere(struct working_copy *copy)
{
    git_oid id;
    git_commit *commit = NULL;
    git_tree *tree = NULL;
    git_index *index = NULL;
    if (!copy->options.brings_files || copy->head == NULL ||
        git_oid_fromstr(&id, copy->options.commit) != 0 ||
        git_oid_equal(&id, git_commit_id(copy->head)) ||
        git_commit_lookup(&commit, copy->user, &id) != 0)
        return;
    copy->is_elsewhere = git_commit_tree(&tree, commit) == 0 && git_index_new(&index) == 0 &&
                         git_index_read_tree(index, tree) == 0;
    git_tree_free(tree);
    if (!copy->is_elsewhere) {
        git_commit_free(commit);
        git_index_free(index);
        return;
    }
    git_commit_free(copy->head);
    git_index_free(copy->tracked);
    copy->head = commit;
    copy->tracked = index;
}

struct working_copy *working_copy_new(const struct working_copy_options *options, GError **error)
{
    AUTO(working_copy) copy = g_new0(struct working_copy, 1);
    git_repository_init_options how;

    copy->options = *options;
    copy->ends = g_string_new(NULL);
    copy->lent = g_array_new(FALSE, FALSE, sizeof(git_oid));
    working_copy_prepare();
    git_repository_init_options_init(&how, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    how.flags = GIT_REPOSITORY_INIT_MKPATH;
    how.initial_head = "main";
    if (git_repository_init_ext(&copy->made, options->target, &how) != 0) {
        fail(copy, "no repository can be made of its checkout", error);
        return NULL;
    }
    open_user(copy);
    open_elsewhere(copy);
    copy->ignoring = copy->user != NULL ? copy->user : copy->made;
    if (copy->user == NULL &&
        git_repository_set_workdir(copy->made, options->source, /* update_gitlink= */ 0) != 0) {
        fail(copy, "its rules of what is ignored cannot be read", error);
        return NULL;
    }
    return g_steal_pointer(&copy);
}

void working_copy_free(struct working_copy *copy)
{
    if (copy == NULL)
        return;
    git_commit_free(copy->head);
    git_index_free(copy->tracked);
    git_repository_free(copy->user);
    git_repository_free(copy->made);
    g_string_free(copy->ends, TRUE);
    g_array_unref(copy->lent);
    working_copy_release();
    g_free(copy);
}

/* ---- which files ---- */

static bool is_tracked(const struct working_copy *copy, const char *path, bool is_folder)
{
    gsize at;
    if (copy->tracked == NULL)
        return false;
    if (!is_folder)
        return git_index_get_bypath(copy->tracked, path, 0) != NULL;
    g_autofree char *prefix = g_strconcat(path, "/", NULL);
    return git_index_find_prefix(&at, copy->tracked, prefix) == 0;
}

static bool is_submodule(const struct working_copy *copy, const char *path)
{
    const git_index_entry *entry =
        copy->tracked != NULL ? git_index_get_bypath(copy->tracked, path, 0) : NULL;
    return entry != NULL && entry->mode == GIT_FILEMODE_COMMIT;
}

bool working_copy_takes(struct working_copy *copy, const char *path, bool is_folder)
{
    int is_ignored = 0;
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *asked = g_strconcat(path, is_folder ? "/" : "", NULL);

    if (strcmp(name, ".git") == 0)
        return false;
    if (is_folder && is_submodule(copy, path))
        return copy->options.has_submodules;
    if (is_tracked(copy, path, is_folder))
        return true;
    return git_ignore_path_is_ignored(&is_ignored, copy->ignoring, asked) != 0 || !is_ignored;
}

bool working_copy_is_elsewhere(const struct working_copy *copy)
{
    return copy->is_elsewhere;
}

bool working_copy_check_out(struct working_copy *copy, GPtrArray *paths, GError **error)
{
    git_checkout_options how;
    git_checkout_options_init(&how, GIT_CHECKOUT_OPTIONS_VERSION);
    how.checkout_strategy = GIT_CHECKOUT_FORCE | GIT_CHECKOUT_DONT_UPDATE_INDEX;
    how.target_directory = copy->options.target;
    if (git_checkout_tree(copy->user, (const git_object *)copy->head, &how) != 0)
        return fail(copy, "the files of its commit cannot be read", error);
    for (gsize i = 0; i < git_index_entrycount(copy->tracked); i++) {
        const git_index_entry *entry = git_index_get_byindex(copy->tracked, i);
        if (entry->mode != GIT_FILEMODE_COMMIT)
            g_ptr_array_add(paths, g_strdup(entry->path));
    }
    return true;
}

/* ---- the commit ---- */

static bool commit_whoever(struct working_copy *copy, const git_oid *tree, git_oid *commit)
{
    git_signature *nobody = NULL;
    if (git_signature_new(&nobody, NOBODY, NOBODY_EMAIL, copy->options.date_s, 0) != 0)
        return false;
    bool is_made = git_commit_create_from_ids(commit, copy->made, NULL, nobody, nobody, NULL,
                                              "Change\n", tree, 0, NULL) == 0;
    git_signature_free(nobody);
    return is_made;
}

/* The event's commit may be the files' own, or a pull request that brings them. */
static bool commit_users(struct working_copy *copy, const git_oid *tree, git_oid *commit)
{
    git_oid base, merge;
    const char *of_request = copy->options.base;
    if (!working_copy_amend(copy->made, copy->head, tree, &copy->head_id))
        return false;
    *commit = copy->head_id;
    if (of_request == NULL || git_oid_streq(&copy->head_id, copy->options.commit) == 0 ||
        git_oid_fromstr(&base, of_request) != 0)
        return true;
    if (!working_copy_merge(copy->made, copy->head, &copy->head_id, &base, tree, &merge))
        return false;
    if (git_oid_streq(&merge, copy->options.commit) == 0)
        *commit = merge;
    return true;
}

/* git asks in places whether an object is there without looking at what replaces it, as `git fetch`
   does for what a branch points to: hence the same commit once more, as a file of the event's id.
 */
static bool name_commit(const struct working_copy *copy, const git_oid *made)
{
    g_autofree char *folder = g_build_filename(git_repository_path(copy->made), "objects", NULL);
    git_odb *objects = NULL;
    git_odb_object *commit = NULL;
    git_odb_backend *files = NULL;
    git_oid id;
    bool is_named = git_oid_fromstr(&id, copy->options.commit) == 0 &&
                    git_repository_odb(&objects, copy->made) == 0 &&
                    git_odb_read(&commit, objects, made) == 0 &&
                    git_odb_backend_loose(&files, folder, -1, 0, 0755, 0444) == 0 &&
                    files->write(files, &id, git_odb_object_data(commit),
                                 git_odb_object_size(commit), GIT_OBJECT_COMMIT) == 0;
    if (files != NULL)
        files->free(files);
    git_odb_object_free(commit);
    git_odb_free(objects);
    return is_named;
}

/* Where history ends although it had begun earlier. */
static bool write_ends(struct working_copy *copy, const git_oid *made, GError **error)
{
    char hex[GIT_OID_HEXSZ + 1];
    g_autofree char *path = g_build_filename(git_repository_path(copy->made), SHALLOW, NULL);
    git_oid_tostr(hex, sizeof hex, made);
    bool is_here = copy->head == NULL || strstr(copy->ends->str, hex) != NULL;
    if (is_here && strcmp(hex, copy->options.commit) != 0)
        g_string_append_printf(copy->ends, "%s\n", copy->options.commit);
    return copy->ends->len == 0 || g_file_set_contents(path, copy->ends->str, -1, error);
}

/* What the event calls the commit, where it has another id. */
static bool replace_commit(struct working_copy *copy, const git_oid *made, GError **error)
{
    char hex[GIT_OID_HEXSZ + 1];
    g_autofree char *replace = g_strconcat("refs/replace/", copy->options.commit, NULL);
    if (git_oid_streq(made, copy->options.commit) == 0)
        return true;
    git_oid_fromstr(&copy->head_id, copy->options.commit);
    git_oid_tostr(hex, sizeof hex, made);
    return name_commit(copy, made) ? working_copy_write_reference(copy, replace, hex, error)
                                   : fail(copy, "its commit cannot be named", error);
}

/* From the source, whose rules were read, if it was there. */
static bool return_home(const struct working_copy *copy)
{
    return copy->user != NULL || git_repository_set_workdir(copy->made, copy->options.target,
                                                            /* update_gitlink= */ 0) == 0;
}

/* Its configuration was for what is done now. */
static void forget_packing(const struct working_copy *copy)
{
    g_autofree char *path = g_build_filename(git_repository_path(copy->made), PACKING, NULL);
    (void)g_unlink(path);
}

bool working_copy_commit(struct working_copy *copy, const GPtrArray *paths, GError **error)
{
    git_oid tree;
    git_oid commit;

    if (!return_home(copy) || !working_copy_write_tree(copy, paths, &tree) ||
        !(copy->head != NULL ? commit_users : commit_whoever)(copy, &tree, &commit) ||
        !working_copy_name_origin(copy))
        return fail(copy, "its files cannot be committed", error);
    if (copy->head != NULL && !working_copy_copy_history(copy, &commit, copy->ends))
        return fail(copy, "its history cannot be copied", error);
    forget_packing(copy);
    if (copy->options.sparse != NULL && !working_copy_thin(copy))
        return fail(copy, "its sparse checkout cannot be made", error);
    return replace_commit(copy, &commit, error) && write_ends(copy, &commit, error) &&
           working_copy_set_references(copy, error);
}

bool working_copy_resolve(const char *folder, const char *name, char **reference, char **commit)
{
    git_repository *user = NULL;
    git_oid id, head;
    working_copy_prepare();
    bool is_found =
        git_repository_open_ext(&user, folder, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) == 0 &&
        working_copy_find_reference(user, name, &id, reference);
    bool is_head =
        is_found && git_reference_name_to_id(&head, user, "HEAD") == 0 && git_oid_equal(&id, &head);
    if (is_found && !is_head)
        *commit = g_strdup(git_oid_tostr_s(&id));
    git_repository_free(user);
    working_copy_release();
    return is_found;
}

bool working_copy_is_shallow(const char *target)
{
    g_autofree char *path = g_build_filename(target, ".git", SHALLOW, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}
