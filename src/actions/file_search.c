/* Walking the action's world for files. */
#include "actions/file_search.h"
#include "actions/core.h"

#include "base/limits.h"

#include <string.h>

/* The pattern as a regular expression, and what is below what it fits; g_free. */
static char *expression_of(const char *pattern, bool has_below)
{
    GString *text = g_string_new("^");
    for (const char *at = pattern; *at != '\0'; at++) {
        if (g_str_has_prefix(at, "**/")) {
            g_string_append(text, "(?:.*/)?");
            at += 2;
        } else if (g_str_has_prefix(at, "**")) {
            g_string_append(text, ".*");
            at++;
        } else if (*at == '*') {
            g_string_append(text, "[^/]*");
        } else if (*at == '?') {
            g_string_append(text, "[^/]");
        } else {
            g_autofree char *plain = g_regex_escape_string(at, 1);
            g_string_append(text, plain);
        }
    }
    g_string_append(text, has_below ? "(?:/.*)?$" : "$");
    return g_string_free(text, FALSE);
}

static GRegex *regex_of(const char *pattern, bool has_below)
{
    g_autofree char *expression = expression_of(pattern, has_below);
    return g_regex_new(expression, G_REGEX_RAW | G_REGEX_DOTALL | G_REGEX_DOLLAR_ENDONLY, 0, NULL);
}

static bool regex_fits(const GRegex *regex, const char *path)
{
    return regex != NULL && g_regex_match(regex, path, 0, NULL);
}

bool file_search_matches(const char *pattern, const char *path)
{
    g_autoptr(GRegex) regex = regex_of(pattern, /* has_below= */ false);
    return regex_fits(regex, path);
}

struct search {
    const struct action_run *run;
    bool has_hidden;
    const char *pattern; /* NULL: everything */
    const GRegex *regex; /* of it */
    GPtrArray *found;
    GError **error;
};

static int compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_file(struct search *search, const char *path, const char *place)
{
    bool is_wanted = search->pattern == NULL || regex_fits(search->regex, path);
    if (!is_wanted || !g_file_test(place, G_FILE_TEST_EXISTS))
        return true;
    if (search->found->len >= ACTION_FILES_MAX)
        return core_throw(search->error, "more than %d files are asked for", ACTION_FILES_MAX);
    g_ptr_array_add(search->found, g_strdup(path));
    return true;
}

static bool walk(struct search *search, const char *path, const char *place, unsigned depth)
{
    if (!g_file_test(place, G_FILE_TEST_IS_DIR))
        return add_file(search, path, place);
    if (depth > ACTION_FILES_DEPTH_MAX)
        return core_throw(search->error, "%s lies in more than %d folders", path,
                          ACTION_FILES_DEPTH_MAX);
    g_autoptr(GDir) directory = g_dir_open(place, 0, NULL);
    bool is_link = depth > 0 && g_file_test(place, G_FILE_TEST_IS_SYMLINK);
    if (directory == NULL || is_link)
        return true;
    for (const char *name = g_dir_read_name(directory); name != NULL;
         name = g_dir_read_name(directory)) {
        if (*name == '.' && !search->has_hidden)
            continue;
        g_autofree char *inner = g_build_filename(place, name, NULL);
        g_autofree char *inner_path = g_build_filename(path, name, NULL);
        if (!walk(search, inner_path, inner, depth + 1))
            return false;
    }
    return true;
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
    g_autoptr(GRegex) regex = regex_of(pattern, /* has_below= */ true);
    for (guint i = found->len; i > 0; i--) {
        if (regex_fits(regex, g_ptr_array_index(found, i - 1)))
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

static bool search_line(struct search *search, const char *line, char **root)
{
    if (*line == '!') {
        g_autofree char *pattern = absolute_path(search->run, line + 1);
        take_away(search->found, pattern);
        return true;
    }
    g_autofree char *pattern = absolute_path(search->run, line);
    g_autofree char *start = search_root(pattern);
    g_autofree char *place = action_host_path(search->run, start);
    *root = common_root(*root, start);
    g_autoptr(GRegex) regex = regex_of(pattern, /* has_below= */ true);
    search->pattern = strcmp(start, pattern) == 0 ? NULL : pattern;
    search->regex = regex;
    return place == NULL || walk(search, start, place, 0);
}

/* Sorted, each once. */
static void put_in_order(GPtrArray *found)
{
    g_ptr_array_sort(found, compare);
    for (guint i = found->len; i > 1; i--)
        if (strcmp(found->pdata[i - 1], found->pdata[i - 2]) == 0)
            g_ptr_array_remove_index(found, i - 1);
}

GPtrArray *file_search(const struct action_run *run, const GPtrArray *lines, bool has_hidden,
                       char **root, GError **error)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    struct search search = {.run = run, .has_hidden = has_hidden, .found = found, .error = error};
    *root = NULL;
    for (guint i = 0; i < lines->len; i++)
        if (!search_line(&search, g_ptr_array_index(lines, i), root))
            return NULL;
    put_in_order(found);
    bool is_file = found->len == 1 && g_strcmp0(found->pdata[0], *root) == 0;
    if (is_file)
        *strrchr(*root, '/') = '\0';
    return g_steal_pointer(&found);
}
