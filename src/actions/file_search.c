/* Walking the action's world for files. */
#include "actions/file_search.h"

#include <string.h>

bool file_search_matches(const char *pattern, const char *path)
{
    if (g_str_has_prefix(pattern, "**")) {
        const char *rest = pattern + 2 + (pattern[2] == '/');
        for (const char *at = path;; at++) {
            bool is_start = at == path || at[-1] == '/';
            if ((is_start || *rest == '\0') && file_search_matches(rest, at))
                return true;
            if (*at == '\0')
                return false;
        }
    }
    if (*pattern == '*') {
        for (const char *at = path;; at++) {
            if (file_search_matches(pattern + 1, at))
                return true;
            if (*at == '\0' || *at == '/')
                return false;
        }
    }
    if (*pattern == '\0' || *path == '\0')
        return *pattern == *path;
    bool is_same = *pattern == *path || (*pattern == '?' && *path != '/');
    return is_same && file_search_matches(pattern + 1, path + 1);
}

struct search {
    const struct action_run *run;
    bool has_hidden;
    const char *pattern; /* NULL: everything */
    GPtrArray *found;
};

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walk(struct search *search, const char *path, const char *place)
{
    if (!g_file_test(place, G_FILE_TEST_IS_DIR)) {
        bool is_wanted = search->pattern == NULL || file_search_matches(search->pattern, path);
        if (is_wanted && g_file_test(place, G_FILE_TEST_EXISTS))
            g_ptr_array_add(search->found, g_strdup(path));
        return;
    }
    g_autoptr(GDir) directory = g_dir_open(place, 0, NULL);
    if (directory == NULL || g_file_test(place, G_FILE_TEST_IS_SYMLINK))
        return;
    for (const char *name = g_dir_read_name(directory); name != NULL;
         name = g_dir_read_name(directory)) {
        if (*name == '.' && !search->has_hidden)
            continue;
        g_autofree char *inner = g_build_filename(place, name, NULL);
        g_autofree char *inner_path = g_build_filename(path, name, NULL);
        walk(search, inner_path, inner);
    }
}

/* The folder before the first part with a wildcard; g_free. */
static char *search_root(const char *pattern)
{
    gsize length = strcspn(pattern, "*?[");
    if (pattern[length] == '\0')
        return g_strdup(pattern);
    g_autofree char *start = g_strndup(pattern, length);
    char *slash = strrchr(start, '/');
    if (slash != NULL && slash != start)
        *slash = '\0';
    return g_steal_pointer(&start);
}

static char *absolute_path(const struct action_run *run, const char *line)
{
    const char *workspace = action_variable(run, "GITHUB_WORKSPACE");
    const char *home = action_variable(run, "HOME");
    g_autofree char *given =
        *line == '~' ? g_strconcat(home != NULL ? home : "", line + 1, NULL) : g_strdup(line);
    return g_canonicalize_filename(given, workspace != NULL ? workspace : "/");
}

static void take_away(GPtrArray *found, const char *pattern)
{
    g_autofree char *below = g_strconcat(pattern, "/**", NULL);
    for (guint i = found->len; i > 0; i--) {
        const char *path = g_ptr_array_index(found, i - 1);
        if (file_search_matches(pattern, path) || file_search_matches(below, path))
            g_ptr_array_remove_index(found, i - 1);
    }
}

/* The longest folder that both lie in; takes root over. */
static char *common_root(char *root, const char *other)
{
    if (root == NULL)
        return g_strdup(other);
    while (*root != '\0' && strcmp(root, other) != 0) {
        gsize length = strlen(root);
        if (strncmp(root, other, length) == 0 && other[length] == '/')
            break;
        *strrchr(root, '/') = '\0';
    }
    return root;
}

static void search_line(struct search *search, const char *line, char **root)
{
    if (*line == '!') {
        g_autofree char *pattern = absolute_path(search->run, line + 1);
        take_away(search->found, pattern);
        return;
    }
    g_autofree char *pattern = absolute_path(search->run, line);
    g_autofree char *start = search_root(pattern);
    g_autofree char *place = action_host_path(search->run, start);
    *root = common_root(*root, start);
    search->pattern = strcmp(start, pattern) == 0 ? NULL : pattern;
    if (place != NULL)
        walk(search, start, place);
}

GPtrArray *file_search(const struct action_run *run, const GPtrArray *lines, bool has_hidden,
                       char **root)
{
    struct search search = {
        .run = run,
        .has_hidden = has_hidden,
        .found = g_ptr_array_new_with_free_func(g_free),
    };
    *root = NULL;
    for (guint i = 0; i < lines->len; i++)
        search_line(&search, g_ptr_array_index(lines, i), root);
    g_ptr_array_sort(search.found, compare);
    for (guint i = search.found->len; i > 1; i--)
        if (strcmp(search.found->pdata[i - 1], search.found->pdata[i - 2]) == 0)
            g_ptr_array_remove_index(search.found, i - 1);
    bool is_file = search.found->len == 1 && g_strcmp0(search.found->pdata[0], *root) == 0;
    if (is_file)
        *strrchr(*root, '/') = '\0';
    return search.found;
}
