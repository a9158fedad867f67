/* Makes a checkout once and copies it from then on. */
#include "runner/checkout_store.h"

#include "runner/tree.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct checkout_store {
    char *directory;
    GHashTable *made; /* what was asked for: the folder it is in */
};

struct checkout_store *checkout_store_new(const char *directory)
{
    struct checkout_store *store = g_new0(struct checkout_store, 1);
    store->directory = g_strdup(directory);
    store->made = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return store;
}

void checkout_store_free(struct checkout_store *store)
{
    if (store == NULL)
        return;
    g_hash_table_unref(store->made);
    g_free(store->directory);
    g_free(store);
}

/* ---- making ---- */

struct taking {
    struct working_copy *copy;
    GPtrArray *files; /* char*, relative */
};

static bool take(void *context, const char *path, bool is_folder)
{
    const struct taking *taking = context;
    bool is_taken = working_copy_takes(taking->copy, path, is_folder);
    if (is_taken && !is_folder)
        g_ptr_array_add(taking->files, g_strdup(path));
    return is_taken;
}

static bool make(const struct working_copy_options *options, GError **error)
{
    AUTO(working_copy) copy = working_copy_new(options, error);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    struct taking taking = {copy, files};
    const struct tree_filter filter = {take, &taking};
    if (copy == NULL)
        return false;
    bool is_there = working_copy_is_elsewhere(copy)
                        ? working_copy_check_out(copy, files, error)
                        : tree_copy(options->source, options->target, &filter, error);
    return is_there && working_copy_commit(copy, files, error);
}

/* ---- keeping ---- */

/* All but the target and who reads it; g_free. */
static char *key_of(const struct working_copy_options *options)
{
    const char *base = options->base != NULL ? options->base : "";
    const char *sparse = options->sparse != NULL ? options->sparse : "";
    return g_strdup_printf("%s\n%s\n%s\n%s\n%s\n%" G_GINT64_FORMAT " %d %d%d%d%s", options->source,
                           options->reference, options->commit, options->url, base, options->date_s,
                           options->depth, options->tags, options->has_submodules,
                           options->is_cone + 2 * options->brings_files, sparse);
}

const char *checkout_store_folder(struct checkout_store *store,
                                  const struct working_copy_options *options, GError **error)
{
    g_autofree char *key = key_of(options);
    const char *known = g_hash_table_lookup(store->made, key);
    if (known != NULL)
        return known;
    struct working_copy_options own = *options;
    own.sandbox = NULL;
    g_autofree char *folder = g_build_filename(store->directory, "checkout-XXXXXX", NULL);
    if (g_mkdtemp_full(folder, 0755) == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s: %s", folder, g_strerror(errno));
        return NULL;
    }
    own.target = folder;
    if (!make(&own, error))
        return NULL;
    char *kept = g_steal_pointer(&folder);
    g_hash_table_insert(store->made, g_steal_pointer(&key), kept);
    return kept;
}

/* A checkout before it may have been shallower; each says anew how deep it is. Scripts may have
   made a link of the folder: it is not followed. */
static void forget_depth(const struct working_copy_options *options)
{
    g_autofree char *folder = g_build_filename(options->target, ".git", NULL);
    int fd = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)unlinkat(fd, "shallow", 0);
    close(fd);
}

bool checkout_store_get(struct checkout_store *store, const struct working_copy_options *options,
                        GError **error)
{
    forget_depth(options);
    if (store == NULL)
        return make(options, error);
    const char *folder = checkout_store_folder(store, options, error);
    if (folder == NULL)
        return false;
    g_autofree char *from = g_build_filename(folder, ".git", NULL);
    g_autofree char *to = g_build_filename(options->target, ".git", NULL);
    return tree_copy(folder, options->target, NULL, error) && tree_copy(from, to, NULL, error) &&
           working_copy_refresh(options->target, options->sandbox, error);
}

/* ---- origins ---- */

static const char bare_configuration[] = "[core]\n"
                                         "\trepositoryformatversion = 0\n"
                                         "\tbare = true\n"
                                         "[uploadpack]\n"
                                         "\tallowFilter = true\n"
                                         "\tallowAnySHA1InWant = true\n"
                                         "[pack]\n"
                                         "\tthreads = 1\n"
                                         "[receive]\n"
                                         "\tautogc = false\n";

/* Where things of a checkout are in its origin. */
static const struct {
    const char *here;
    const char *there;
} parts[] = {
    {"objects", "objects"},
    {"refs/tags", "refs/tags"},
    {"refs/remotes/origin", "refs/heads"},
    {"refs/remotes/pull", "refs/pull"},
};

static bool copy_parts(const char *from, const char *to, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_autofree char *here = g_build_filename(from, parts[i].here, NULL);
        g_autofree char *there = g_build_filename(to, parts[i].there, NULL);
        if (!tree_copy(here, there, NULL, error))
            return false;
    }
    return true;
}

static bool write_text(const char *folder, const char *name, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0644, error);
}

/* The depths at which its history ends, if it lacks some. */
static bool copy_ends(const char *from, const char *to, bool *is_partial, GError **error)
{
    g_autofree char *path = g_build_filename(from, "shallow", NULL);
    g_autofree char *ends = NULL;
    *is_partial = g_file_get_contents(path, &ends, NULL, NULL);
    return !*is_partial || write_text(to, "shallow", ends, error);
}

bool checkout_store_get_origin(struct checkout_store *store,
                               const struct working_copy_options *options,
                               const char *default_branch, bool *is_partial, GError **error)
{
    const char *folder = store != NULL ? checkout_store_folder(store, options, error) : NULL;
    if (folder == NULL)
        return false;
    g_autofree char *from = g_build_filename(folder, ".git", NULL);
    g_autofree char *replaced = g_build_filename(from, "refs", "replace", NULL);
    g_autofree char *head = g_strdup_printf("ref: refs/heads/%s\n", default_branch);
    return !g_file_test(replaced, G_FILE_TEST_EXISTS) && copy_parts(from, options->target, error) &&
           copy_ends(from, options->target, is_partial, error) &&
           write_text(options->target, "config", bare_configuration, error) &&
           write_text(options->target, "HEAD", head, error);
}
