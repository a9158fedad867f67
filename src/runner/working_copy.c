/* The .git of a checkout, made with libgit2. */
#include "runner/working_copy_private.h"

#include "base/limits.h"

#include <git2/sys/commit.h>
#include <git2/sys/odb_backend.h>
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

struct working_copy *working_copy_new(const struct working_copy_options *options, GError **error)
{
    AUTO(working_copy) copy = g_new0(struct working_copy, 1);
    git_repository_init_options how;

    copy->options = *options;
    copy->ends = g_string_new(NULL);
    working_copy_prepare();
    git_repository_init_options_init(&how, GIT_REPOSITORY_INIT_OPTIONS_VERSION);
    how.flags = GIT_REPOSITORY_INIT_MKPATH;
    how.initial_head = "main";
    if (git_repository_init_ext(&copy->made, options->target, &how) != 0) {
        fail(copy, "no repository can be made of its checkout", error);
        return NULL;
    }
    open_user(copy);
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

/* ---- the commit ---- */

static bool ends_at_head(const struct working_copy *copy)
{
    char hex[GIT_OID_HEXSZ + 1];
    if (copy->head == NULL || !copy->options.has_history)
        return true;
    git_oid_tostr(hex, sizeof hex, git_commit_id(copy->head));
    return strstr(copy->ends->str, hex) != NULL;
}

/* Ids of what led to HEAD; their objects are there when history was copied and goes on. */
static gsize list_parents(const struct working_copy *copy, const git_oid **parents,
                          gsize parents_max)
{
    gsize count =
        copy->head != NULL && !ends_at_head(copy) ? git_commit_parentcount(copy->head) : 0;
    count = MIN(count, parents_max);
    for (gsize i = 0; i < count; i++)
        parents[i] = git_commit_parent_id(copy->head, (unsigned)i);
    return count;
}

static bool commit_tree(const struct working_copy *copy, const git_oid *tree, git_oid *commit)
{
    const git_oid *parents[GIT_PARENTS_MAX];
    gsize parent_count = list_parents(copy, parents, G_N_ELEMENTS(parents));
    git_signature *nobody = NULL;
    if (git_signature_new(&nobody, NOBODY, NOBODY_EMAIL, copy->options.date_s, 0) != 0)
        return false;
    const git_signature *author = copy->head != NULL ? git_commit_author(copy->head) : nobody;
    const git_signature *committer = copy->head != NULL ? git_commit_committer(copy->head) : nobody;
    const char *message = copy->head != NULL ? git_commit_message(copy->head) : "Change\n";
    bool is_made = git_commit_create_from_ids(commit, copy->made, NULL, author, committer, NULL,
                                              message, tree, parent_count, parents) == 0;
    git_signature_free(nobody);
    return is_made;
}

/* ---- references ---- */

/* As a file: libgit2 makes no reference to a commit that is there by refs/replace alone. */
static bool write_reference(const struct working_copy *copy, const char *name, const char *text,
                            GError **error)
{
    g_autofree char *path = g_build_filename(git_repository_path(copy->made), name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    g_mkdir_with_parents(folder, 0755);
    return g_file_set_contents(path, line, -1, error);
}

/* An annotated tag of HEAD, made anew for the id that HEAD has here: its text begins with
   "object " and the id it is of. */
static bool copy_annotated(const struct working_copy *copy, const git_oid *id, git_oid *made)
{
    static const char head[] = "object ";
    git_odb *from = NULL;
    git_odb *to = NULL;
    git_odb_object *object = NULL;
    bool is_made = git_repository_odb(&from, copy->user) == 0 &&
                   git_repository_odb(&to, copy->made) == 0 &&
                   git_odb_read(&object, from, id) == 0 &&
                   git_odb_object_size(object) > strlen(head) + GIT_OID_HEXSZ;
    if (is_made) {
        gsize length = git_odb_object_size(object);
        g_autofree char *text = g_memdup2(git_odb_object_data(object), length);
        memcpy(text + strlen(head), copy->options.commit, GIT_OID_HEXSZ);
        is_made = git_odb_write(made, to, text, length, GIT_OBJECT_TAG) == 0;
    }
    git_odb_object_free(object);
    git_odb_free(from);
    git_odb_free(to);
    return is_made;
}

static bool is_annotated_head(const struct working_copy *copy, const git_oid *id)
{
    git_tag *tag = NULL;
    bool is_one = copy->head != NULL && git_tag_lookup(&tag, copy->user, id) == 0 &&
                  git_oid_equal(git_tag_target_id(tag), git_commit_id(copy->head));
    git_tag_free(tag);
    return is_one;
}

/* Not what the user's repository lacks, or what is beyond the end of a long history. */
static bool is_copied(const struct working_copy *copy, const git_oid *id)
{
    git_object *tagged = NULL;
    git_object *commit = NULL;
    bool is_there = git_object_lookup(&tagged, copy->made, id, GIT_OBJECT_ANY) == 0 &&
                    git_object_peel(&commit, tagged, GIT_OBJECT_COMMIT) == 0;
    git_object_free(commit);
    git_object_free(tagged);
    return is_there;
}

static int copy_tag(const char *name, git_oid *id, void *context)
{
    const struct working_copy *copy = context;
    bool is_of_head = copy->head != NULL && git_oid_equal(id, git_commit_id(copy->head));
    char hex[GIT_OID_HEXSZ + 1];
    git_oid made = *id;
    if (is_annotated_head(copy, id)) {
        if (!copy_annotated(copy, id, &made))
            return -1;
    } else if (!is_of_head && !is_copied(copy, id)) {
        return 0;
    }
    git_oid_tostr(hex, sizeof hex, &made);
    return write_reference(copy, name, is_of_head ? copy->options.commit : hex, NULL) ? 0 : -1;
}

/* What actions/checkout fetches a reference as, and what it checks out. */
static bool set_head(const struct working_copy *copy, GError **error)
{
    const char *reference = copy->options.reference;
    const char *commit = copy->options.commit;
    if (g_str_has_prefix(reference, "refs/heads/")) {
        g_autofree char *remote =
            g_strconcat("refs/remotes/origin/", reference + strlen("refs/heads/"), NULL);
        g_autofree char *head = g_strconcat("ref: ", reference, NULL);
        return write_reference(copy, remote, commit, error) &&
               write_reference(copy, reference, commit, error) &&
               write_reference(copy, "HEAD", head, error);
    }
    if (g_str_has_prefix(reference, "refs/tags/") &&
        !write_reference(copy, reference, commit, error))
        return false;
    if (g_str_has_prefix(reference, "refs/pull/")) {
        g_autofree char *remote =
            g_strconcat("refs/remotes/pull/", reference + strlen("refs/pull/"), NULL);
        if (!write_reference(copy, remote, commit, error))
            return false;
    }
    return write_reference(copy, "HEAD", commit, error);
}

/* As `git checkout -B main refs/remotes/origin/main` sets the branch up. */
static bool track_branch(git_config *config, const char *reference)
{
    static const char heads[] = "refs/heads/";
    if (!g_str_has_prefix(reference, heads))
        return true;
    g_autofree char *remote = g_strdup_printf("branch.%s.remote", reference + strlen(heads));
    g_autofree char *merge = g_strdup_printf("branch.%s.merge", reference + strlen(heads));
    return git_config_set_string(config, remote, "origin") == 0 &&
           git_config_set_string(config, merge, reference) == 0;
}

static bool name_origin(const struct working_copy *copy)
{
    git_config *config = NULL;
    bool is_named = git_repository_config(&config, copy->made) == 0 &&
                    git_config_set_string(config, "remote.origin.url", copy->options.url) == 0 &&
                    git_config_set_string(config, "remote.origin.fetch",
                                          "+refs/heads/*:refs/remotes/origin/*") == 0 &&
                    git_config_set_int32(config, "gc.auto", 0) == 0 &&
                    track_branch(config, copy->options.reference);
    git_config_free(config);
    return is_named;
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
static bool write_ends(struct working_copy *copy, GError **error)
{
    g_autofree char *path = g_build_filename(git_repository_path(copy->made), SHALLOW, NULL);
    if (ends_at_head(copy))
        g_string_append_printf(copy->ends, "%s\n", copy->options.commit);
    return copy->ends->len == 0 || g_file_set_contents(path, copy->ends->str, -1, error);
}

static bool set_references(struct working_copy *copy, const git_oid *made, GError **error)
{
    char hex[GIT_OID_HEXSZ + 1];
    g_autofree char *replace = g_strconcat("refs/replace/", copy->options.commit, NULL);

    git_oid_tostr(hex, sizeof hex, made);
    if (!name_commit(copy, made))
        return fail(copy, "its commit cannot be named", error);
    if (!write_reference(copy, replace, hex, error) || !write_ends(copy, error))
        return false;
    if (copy->user != NULL && copy->options.has_tags)
        (void)git_tag_foreach(copy->user, copy_tag, copy);
    return set_head(copy, error);
}

/* From the source, whose rules were read, if it was there. */
static bool return_home(const struct working_copy *copy)
{
    return copy->user != NULL || git_repository_set_workdir(copy->made, copy->options.target,
                                                            /* update_gitlink= */ 0) == 0;
}

bool working_copy_commit(struct working_copy *copy, const GPtrArray *paths, GError **error)
{
    git_oid tree;
    git_oid commit;
    bool wants_objects = copy->options.has_history || copy->options.has_tags;

    if (!return_home(copy) || !working_copy_write_tree(copy, paths, &tree))
        return fail(copy, "its files cannot be committed", error);
    if (copy->head != NULL && wants_objects && !working_copy_copy_history(copy, copy->ends))
        return fail(copy, "its history cannot be copied", error);
    if (!commit_tree(copy, &tree, &commit) || !name_origin(copy))
        return fail(copy, "its files cannot be committed", error);
    return set_references(copy, &commit, error);
}

bool working_copy_is_shallow(const char *target)
{
    g_autofree char *path = g_build_filename(target, ".git", SHALLOW, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}
