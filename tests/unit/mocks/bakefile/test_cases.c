/* tests/cases/bakefile against what the real buildx said (tests/README.md). */
#include "mocks/bakefile/bakefile.h"

#include <criterion/criterion.h>
#include <string.h>

/* The lines of NAME.args: "env A=b", "set x.y=z", "target t". */
struct arguments {
    GPtrArray *targets;
    GPtrArray *overrides;
    GHashTable *environment;
};

static const char *environment(const char *name, const void *context)
{
    return g_hash_table_lookup((GHashTable *)context, name);
}

static void arguments_read(struct arguments *arguments, const char *path)
{
    g_autofree char *text = NULL;
    arguments->targets = g_ptr_array_new_with_free_func(g_free);
    arguments->overrides = g_ptr_array_new_with_free_func(g_free);
    arguments->environment = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_file_get_contents(path, &text, NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(text == NULL ? "" : text, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        char *value = strchr(lines[i], ' ');
        if (value == NULL)
            continue;
        *value++ = '\0';
        g_auto(GStrv) pair = g_strsplit(value, "=", 2);
        if (strcmp(lines[i], "env") == 0)
            g_hash_table_insert(arguments->environment, g_strdup(pair[0]), g_strdup(pair[1]));
        else
            g_ptr_array_add(strcmp(lines[i], "set") == 0 ? arguments->overrides
                                                         : arguments->targets,
                            g_strdup(value));
    }
    g_ptr_array_add(arguments->targets, NULL);
    g_ptr_array_add(arguments->overrides, NULL);
}

static void arguments_finish(struct arguments *arguments)
{
    g_ptr_array_unref(arguments->targets);
    g_ptr_array_unref(arguments->overrides);
    g_hash_table_unref(arguments->environment);
}

/* Files beside a case, as buildx sees them that runs in the folder of the cases. */
static GBytes *read_beside(const char *path, const void *folder)
{
    g_autofree char *whole = g_build_filename(folder, path, NULL);
    char *bytes = NULL;
    gsize length = 0;
    return g_file_get_contents(whole, &bytes, &length, NULL) ? g_bytes_new_take(bytes, length)
                                                             : NULL;
}

static bool is_folder_beside(const char *path, const void *folder)
{
    g_autofree char *whole = g_build_filename(folder, path, NULL);
    return g_file_test(whole, G_FILE_TEST_IS_DIR);
}

/* What is printed, or the excerpt and the error. */
static char *answer_of(const struct bakefile_source *source, const struct arguments *arguments,
                       const char *folder)
{
    const struct bake_files files = {read_beside, is_folder_beside, folder, NULL};
    const struct bake_request request = {
        .environment = environment,
        .context = arguments->environment,
        .targets = (const char *const *)arguments->targets->pdata,
        .overrides = (const char *const *)arguments->overrides->pdata,
        .files = &files,
    };
    g_autoptr(GError) error = NULL;
    AUTO(bakefile) file = bakefile_read(source, 1, &error);
    AUTO(bake_result) result = file == NULL ? NULL : bakefile_resolve(file, &request, &error);
    if (result != NULL)
        return g_strdup(result->print);
    g_autofree char *excerpt = bakefile_error_excerpt(source, 1, error);
    /* Recorded answers have no empty lines. */
    g_auto(GStrv) lines = g_strsplit(error->message, "\n\n", -1);
    g_autofree char *message = g_strjoinv("\n", lines);
    return g_strdup_printf("%sERROR: %s\n", excerpt == NULL ? "" : excerpt, message);
}

static bool check(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL), *bytes = NULL, *expected = NULL;
    g_autofree char *stem = g_strndup(path, (gsize)(strrchr(path, '.') - path));
    g_autofree char *arguments_path = g_strconcat(stem, ".args", NULL);
    g_autofree char *expected_path = g_strconcat(stem, ".expected", NULL);
    gsize length = 0;
    struct arguments arguments;
    cr_assert(g_file_get_contents(path, &bytes, &length, NULL));
    cr_assert(g_file_get_contents(expected_path, &expected, NULL, NULL), "%s", expected_path);
    arguments_read(&arguments, arguments_path);
    g_autoptr(GBytes) copy = g_bytes_new(bytes, length);
    const struct bakefile_source source = {name, copy};
    g_autofree char *answer = answer_of(&source, &arguments, folder);
    arguments_finish(&arguments);
    if (strcmp(answer, expected) == 0)
        return true;
    cr_log_error("%s:\n%s\nwanted:\n%s", name, answer, expected);
    return false;
}

Test(bakefile, every_case_is_answered_as_buildx_answers_it)
{
    g_autofree char *folder =
        g_build_filename(g_getenv("SEATRIAL_SOURCE_DIR"), "tests/cases/bakefile", NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    int count = 0, failed = 0;
    cr_assert(dir != NULL);

    for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
        if (strchr(name, '.') == NULL || g_str_has_suffix(name, ".args") ||
            g_str_has_suffix(name, ".expected"))
            continue; /* folders hold what compose files name */
        count++;
        failed += check(folder, name) ? 0 : 1;
    }

    cr_assert(count >= 60);
    cr_assert_eq(failed, 0, "%d of %d cases", failed, count);
}
