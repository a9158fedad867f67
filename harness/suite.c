/* Finds and loads scenario files. */
#include "harness/suite.h"

#include <string.h>

enum {
    FOLDER_DEPTH_MAX = 16
};

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool has_known_ending(const char *name)
{
    return g_str_has_suffix(name, ".yaml") || g_str_has_suffix(name, ".yml") ||
           g_str_has_suffix(name, ".json");
}

static void load(struct suite *suite, const char *path)
{
    g_autoptr(GError) error = NULL;
    struct scenario *scenario = scenario_load(path, &error);
    if (scenario != NULL)
        g_ptr_array_add(suite->scenarios, scenario);
    else
        g_ptr_array_add(suite->errors, g_strdup(error->message));
}

static void walk(struct suite *suite, const char *path, int depth)
{
    GDir *folder = depth < FOLDER_DEPTH_MAX ? g_dir_open(path, 0, NULL) : NULL;
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    if (folder == NULL)
        return;
    while ((name = g_dir_read_name(folder)) != NULL)
        g_ptr_array_add(names, g_strdup(name));
    g_dir_close(folder);
    g_ptr_array_sort(names, compare_texts);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *child = g_build_filename(path, g_ptr_array_index(names, i), NULL);
        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            walk(suite, child, depth + 1);
        else if (has_known_ending(child) && scenario_is_one(child))
            load(suite, child);
    }
}

/* Two scenarios of one name could not be told apart in a report. */
static void check_names(struct suite *suite)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < suite->scenarios->len; i++) {
        const struct scenario *each = g_ptr_array_index(suite->scenarios, i);
        const struct scenario *other = g_hash_table_lookup(seen, each->name);
        if (other != NULL)
            g_ptr_array_add(suite->errors,
                            g_strdup_printf("%s: is called '%s', and so is %s; names are unique",
                                            each->path, each->name, other->path));
        g_hash_table_insert(seen, each->name, (void *)each);
    }
}

static void free_scenario(void *scenario)
{
    scenario_free(scenario);
}

bool suite_has_workflow(const struct suite *suite)
{
    for (guint i = 0; i < suite->scenarios->len; i++)
        if (((const struct scenario *)g_ptr_array_index(suite->scenarios, i))->pipeline != NULL)
            return true;
    return false;
}

struct suite *suite_new(void)
{
    struct suite *suite = g_new0(struct suite, 1);
    suite->scenarios = g_ptr_array_new_with_free_func(free_scenario);
    suite->errors = g_ptr_array_new_with_free_func(g_free);
    return suite;
}

struct suite *suite_load(const char *const *paths, GError **error)
{
    AUTO(suite) suite = suite_new();

    for (; *paths != NULL; paths++) {
        if (!g_file_test(*paths, G_FILE_TEST_EXISTS)) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "%s: no such file or folder", *paths);
            return NULL;
        }
        if (g_file_test(*paths, G_FILE_TEST_IS_DIR))
            walk(suite, *paths, 0);
        else
            load(suite, *paths);
    }
    check_names(suite);
    if (suite->scenarios->len == 0 && suite->errors->len == 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "no scenario found; scenario files open with `seatrial: scenario/1`");
        return NULL;
    }
    return g_steal_pointer(&suite);
}

void suite_free(struct suite *suite)
{
    if (suite == NULL)
        return;
    g_ptr_array_unref(suite->scenarios);
    g_ptr_array_unref(suite->errors);
    g_free(suite);
}
