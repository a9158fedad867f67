/* What a repository knows of its remotes, read from its folder. */
#include "mocks/commands/remote_git.h"

#include "base/regular_file.h"

#include <string.h>

enum {
    FOLDER_DEPTH_MAX = 32,
};

/* ---- files of the repository ---- */

static char *place_of(const struct remote_git *remote, const char *name)
{
    g_autofree char *path = g_build_filename(remote->directory, name, NULL);
    return command_host_path(remote->call, path);
}

/* NULL: there is none, or it is larger than such a file can sensibly be. */
static char *read_small(const char *path, gsize bytes_max)
{
    char *text = NULL;
    gsize length = 0;
    if (path == NULL || g_file_test(path, G_FILE_TEST_IS_SYMLINK) ||
        !regular_file_read(path, &text, &length, NULL))
        return NULL;
    if (length > bytes_max)
        g_clear_pointer(&text, g_free);
    return text;
}

static bool is_id(const char *text)
{
    return strspn(text, "0123456789abcdef") == GIT_ID_HEX;
}

static void add(GHashTable *references, const char *name, const char *text)
{
    if (is_id(text) && g_hash_table_size(references) < GIT_REFERENCES_MAX)
        g_hash_table_replace(references, g_strdup(name), g_strndup(text, GIT_ID_HEX));
}

static void add_packed(GHashTable *references, const char *path)
{
    g_autofree char *text = read_small(path, GIT_PACKED_REFERENCES_BYTES_MAX);
    g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (is_id(*line) && (*line)[GIT_ID_HEX] == ' ')
            add(references, *line + GIT_ID_HEX + 1, *line);
}

static void add_loose(GHashTable *references, const char *path, const char *name, int depth)
{
    GDir *folder = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *entry;
    while (folder != NULL && (entry = g_dir_read_name(folder)) != NULL) {
        g_autofree char *below = g_build_filename(path, entry, NULL);
        g_autofree char *full_name = g_strconcat(name, "/", entry, NULL);
        if (g_file_test(below, G_FILE_TEST_IS_DIR) && depth < FOLDER_DEPTH_MAX) {
            add_loose(references, below, full_name, depth + 1);
            continue;
        }
        g_autofree char *text = read_small(below, /* bytes_max= */ 4096);
        if (text != NULL)
            add(references, full_name, text);
    }
    if (folder != NULL)
        g_dir_close(folder);
}

/* All of them by their full names; loose ones win over packed ones. */
static GHashTable *read_references(const struct remote_git *remote)
{
    GHashTable *references = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autofree char *packed = place_of(remote, "packed-refs");
    g_autofree char *loose = place_of(remote, "refs");
    add_packed(references, packed);
    if (loose != NULL)
        add_loose(references, loose, "refs", 0);
    return references;
}

static char *head_of(const struct remote_git *remote, GHashTable *references)
{
    g_autofree char *path = place_of(remote, "HEAD");
    g_autofree char *text = read_small(path, /* bytes_max= */ 4096);
    if (text == NULL)
        return NULL;
    g_strchomp(text);
    if (g_str_has_prefix(text, "ref: "))
        return g_strdup(g_hash_table_lookup(references, text + strlen("ref: ")));
    return is_id(text) ? g_strndup(text, GIT_ID_HEX) : NULL;
}

/* ---- what the remote is then ---- */

char *remote_git_read(const struct remote_git *remote, const char *name)
{
    g_autofree char *path = remote->directory != NULL ? place_of(remote, name) : NULL;
    return read_small(path, GIT_PACKED_REFERENCES_BYTES_MAX);
}

char *remote_git_read_home(const struct remote_git *remote, const char *name)
{
    const char *home = command_variable(remote->call, "HOME");
    g_autofree char *path = home != NULL ? g_build_filename(home, name, NULL) : NULL;
    g_autofree char *place = path != NULL ? command_host_path(remote->call, path) : NULL;
    return read_small(place, GIT_PACKED_REFERENCES_BYTES_MAX);
}

bool remote_git_is_own(const struct remote_git *remote)
{
    const char *repository = command_variable(remote->call, "GITHUB_REPOSITORY");
    const char *scheme_end = strstr(remote->url, "://");
    const char *path = scheme_end != NULL ? strchr(scheme_end + strlen("://"), '/') : NULL;
    if (repository == NULL || path == NULL)
        return false;
    g_autofree char *asked = g_strdup(path + 1);
    if (g_str_has_suffix(asked, "/"))
        asked[strlen(asked) - 1] = '\0';
    if (g_str_has_suffix(asked, ".git"))
        asked[strlen(asked) - strlen(".git")] = '\0';
    return g_ascii_strcasecmp(asked, repository) == 0;
}

static void take_below(GHashTable *target, GHashTable *references, const char *prefix)
{
    GHashTableIter iterator;
    gpointer name, id;
    g_hash_table_iter_init(&iterator, references);
    while (g_hash_table_iter_next(&iterator, &name, &id))
        if (g_str_has_prefix(name, prefix))
            g_hash_table_replace(target, g_strdup((const char *)name + strlen(prefix)),
                                 g_strdup(id));
}

static void take_heads(struct remote_git *remote, GHashTable *references, const char *name)
{
    g_autofree char *prefix = g_strdup_printf("refs/remotes/%s/", name);
    take_below(remote->heads, references, prefix);
    g_hash_table_remove(remote->heads, "HEAD");
}

/* The commit of the first branch by name, so that it is the same in every run. */
static const char *first_head(const struct remote_git *remote)
{
    const char *first = NULL;
    GHashTableIter iterator;
    gpointer name;
    g_hash_table_iter_init(&iterator, remote->heads);
    while (g_hash_table_iter_next(&iterator, &name, NULL))
        if (first == NULL || strcmp(name, first) < 0)
            first = name;
    return first != NULL ? g_hash_table_lookup(remote->heads, first) : NULL;
}

void remote_git_learn(struct remote_git *remote)
{
    bool is_ours = remote_git_is_own(remote);
    if (remote->directory != NULL) {
        g_autoptr(GHashTable) references = read_references(remote);
        take_heads(remote, references, remote->name);
        if (g_hash_table_size(remote->heads) == 0 && is_ours)
            take_heads(remote, references, "origin");
        if (g_hash_table_size(remote->heads) > 0 || is_ours)
            take_below(remote->tags, references, "refs/tags/");
        remote->commit = g_strdup(first_head(remote));
        if (remote->commit == NULL && is_ours)
            remote->commit = head_of(remote, references);
    }
    if (remote->commit == NULL)
        remote->commit = g_strdup(GIT_NOTHING_ID);
}

/* As the checkout gives the rehearsed commit its id (working_copy.h). */
void remote_git_pin(const struct remote_git *remote, const char *id)
{
    if (remote->directory == NULL || !is_id(id))
        return;
    g_autofree char *name = g_strconcat("refs/replace/", id, NULL);
    g_autofree char *path = place_of(remote, name);
    g_autofree char *folder = path != NULL ? g_path_get_dirname(path) : NULL;
    if (folder != NULL && g_mkdir_with_parents(folder, 0755) == 0)
        (void)g_file_set_contents(path, GIT_NOTHING_ID "\n", -1, NULL);
}
