/* What a checkout calls its commits: branches of its origin, tags, HEAD. */
#include "runner/working_copy_private.h"

#include <string.h>

#define HEADS   "refs/heads/"
#define REMOTES "refs/remotes/origin/"

/* As a file: libgit2 makes no reference to a commit that is there by refs/replace alone. */
bool working_copy_write_reference(const struct working_copy *copy, const char *name,
                                  const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(git_repository_path(copy->made), name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    g_mkdir_with_parents(folder, 0755);
    return g_file_set_contents(path, line, -1, error);
}

/* ---- tags ---- */

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
        git_oid_fmt(text + strlen(head), &copy->head_id);
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
    bool is_one = git_tag_lookup(&tag, copy->user, id) == 0 &&
                  git_oid_equal(git_tag_target_id(tag), git_commit_id(copy->head));
    git_tag_free(tag);
    return is_one;
}

/* Not what the user's repository lacks, or what is beyond the end of the history. */
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

static bool stands_apart(const struct working_copy *copy)
{
    return !git_oid_equal(&copy->head_id, git_commit_id(copy->head));
}

static int copy_tag(const char *name, git_oid *id, void *context)
{
    const struct working_copy *copy = context;
    bool is_of_head = git_oid_equal(id, git_commit_id(copy->head));
    char hex[GIT_OID_HEXSZ + 1];
    git_oid made = is_of_head ? copy->head_id : *id;
    if (stands_apart(copy) && is_annotated_head(copy, id)) {
        if (!copy_annotated(copy, id, &made))
            return -1;
    } else if (!is_copied(copy, &made) && !(is_of_head && stands_apart(copy))) {
        return 0;
    }
    git_oid_tostr(hex, sizeof hex, &made);
    return working_copy_write_reference(copy, name, hex, NULL) ? 0 : -1;
}

/* ---- branches ---- */

static bool is_symbolic(const git_reference *reference)
{
    return git_reference_type(reference) == GIT_REFERENCE_SYMBOLIC;
}

static void take_branches(const struct working_copy *copy, const char *prefix, GPtrArray *branches)
{
    git_reference_iterator *each = NULL;
    git_reference *reference = NULL;
    g_autofree char *pattern = g_strconcat(prefix, "*", NULL);
    if (git_reference_iterator_glob_new(&each, copy->user, pattern) != 0)
        return;
    while (git_reference_next(&reference, each) == 0) {
        if (!is_symbolic(reference)) {
            struct branch *branch = g_new0(struct branch, 1);
            branch->name = g_strdup(git_reference_name(reference) + strlen(prefix));
            branch->id = *git_reference_target(reference);
            g_ptr_array_add(branches, branch);
        }
        git_reference_free(reference);
    }
    git_reference_iterator_free(each);
}

static void branch_free(void *data)
{
    struct branch *branch = data;
    g_free(branch->name);
    g_free(branch);
}

GPtrArray *working_copy_list_branches(const struct working_copy *copy)
{
    GPtrArray *branches = g_ptr_array_new_with_free_func(branch_free);
    if (copy->user == NULL)
        return branches;
    take_branches(copy, REMOTES, branches);
    if (branches->len == 0)
        take_branches(copy, HEADS, branches);
    return branches;
}

static bool write_branch(const struct working_copy *copy, const char *name, const char *hex,
                         GError **error)
{
    g_autofree char *remote = g_strconcat(REMOTES, name, NULL);
    return working_copy_write_reference(copy, remote, hex, error);
}

/* Whether git cannot have both: "a" and "a/b". */
static bool excludes(const char *one, const char *other)
{
    gsize length = MIN(strlen(one), strlen(other));
    return strncmp(one, other, length) == 0 && (one[length] == '/' || other[length] == '/');
}

/* The event's branch is there, whatever the user's repository has instead. */
static bool is_ousted(const struct working_copy *copy, const char *name)
{
    const struct working_copy_options *options = &copy->options;
    return options->base != NULL && excludes(name, options->head_branch);
}

static bool write_branches(const struct working_copy *copy, GError **error)
{
    char hex[GIT_OID_HEXSZ + 1];
    g_autoptr(GPtrArray) branches = working_copy_list_branches(copy);
    for (guint i = 0; i < branches->len; i++) {
        const struct branch *branch = branches->pdata[i];
        bool is_head = copy->head != NULL && git_oid_equal(&branch->id, git_commit_id(copy->head));
        const git_oid *id = is_head ? &copy->head_id : &branch->id;
        if ((!is_head && !is_copied(copy, id)) || is_ousted(copy, branch->name))
            continue;
        git_oid_tostr(hex, sizeof hex, id);
        if (!write_branch(copy, branch->name, hex, error))
            return false;
    }
    return true;
}

/* The two ends of a pull request, which the event names. */
static bool write_request(const struct working_copy *copy, GError **error)
{
    const struct working_copy_options *options = &copy->options;
    char hex[GIT_OID_HEXSZ + 1];
    git_oid base;
    if (options->base == NULL || git_oid_fromstr(&base, options->base) != 0 || copy->head == NULL)
        return true;
    git_oid_tostr(hex, sizeof hex, &copy->head_id);
    return (!is_copied(copy, &base) ||
            write_branch(copy, options->base_branch, options->base, error)) &&
           write_branch(copy, options->head_branch, hex, error);
}

/* ---- HEAD ---- */

/* What actions/checkout fetches a reference as, and what it checks out. */
static bool set_head(const struct working_copy *copy, GError **error)
{
    const char *reference = copy->options.reference;
    const char *commit = copy->options.commit;
    if (g_str_has_prefix(reference, HEADS)) {
        g_autofree char *head = g_strconcat("ref: ", reference, NULL);
        return write_branch(copy, reference + strlen(HEADS), commit, error) &&
               working_copy_write_reference(copy, reference, commit, error) &&
               working_copy_write_reference(copy, "HEAD", head, error);
    }
    if (g_str_has_prefix(reference, "refs/tags/") &&
        !working_copy_write_reference(copy, reference, commit, error))
        return false;
    if (g_str_has_prefix(reference, "refs/pull/")) {
        g_autofree char *remote =
            g_strconcat("refs/remotes/pull/", reference + strlen("refs/pull/"), NULL);
        if (!working_copy_write_reference(copy, remote, commit, error))
            return false;
    }
    return working_copy_write_reference(copy, "HEAD", commit, error);
}

bool working_copy_set_references(const struct working_copy *copy, GError **error)
{
    bool is_whole = copy->options.depth == 0;
    if (copy->head != NULL && copy->options.tags != CHECKOUT_NO_TAGS)
        (void)git_tag_foreach(copy->user, copy_tag, (void *)copy);
    return (!is_whole || (write_branches(copy, error) && write_request(copy, error))) &&
           set_head(copy, error);
}

/* ---- the remote ---- */

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

bool working_copy_name_origin(const struct working_copy *copy)
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
