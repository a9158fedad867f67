/* The ceilings of compose files, what of them is not modelled, and several of them together. */
#include "base/limits.h"
#include "mocks/bakefile/bakefile.h"

#include <criterion/criterion.h>
#include <string.h>

/* Files of one machine: name, text, …, NULL. */
static GBytes *read_shelf(const char *path, const void *context)
{
    for (const char *const *shelf = context; *shelf != NULL; shelf += 2)
        if (strcmp(shelf[0], path) == 0)
            return g_bytes_new(shelf[1], strlen(shelf[1]));
    return NULL;
}

/* Every file includes the next one: "1" includes "2" … */
static GBytes *read_endless(const char *path, const void *context)
{
    (void)context;
    g_autofree char *text = g_strdup_printf("include: [\"%d\"]\n", atoi(path) + 1);
    return g_bytes_new(text, strlen(text));
}

static bool is_no_folder(const char *path, const void *context)
{
    (void)path;
    (void)context;
    return false;
}

static struct bake_result *resolve(const char *const *texts, gsize count,
                                   const struct bake_files *files, GError **error)
{
    struct bakefile_source sources[2] = {0};
    for (gsize i = 0; i < count; i++)
        sources[i] = (struct bakefile_source){i == 0 ? "compose.yaml" : "more.yaml",
                                              g_bytes_new(texts[i], strlen(texts[i]))};
    AUTO(bakefile) file = bakefile_read(sources, count, error);
    for (gsize i = 0; i < count; i++)
        g_bytes_unref(sources[i].bytes);
    const struct bake_request request = {.files = files};
    return file == NULL ? NULL : bakefile_resolve(file, &request, error);
}

static void fails(const char *text, const struct bake_files *files, enum bakefile_error code,
                  const char *message)
{
    g_autoptr(GError) error = NULL;
    AUTO(bake_result) result = resolve(&text, 1, files, &error);
    cr_assert_null(result);
    cr_assert(g_error_matches(error, BAKEFILE_ERROR, (int)code), "%s", error->message);
    cr_assert(strstr(error->message, message) != NULL, "%s", error->message);
}

Test(compose_limits, files_that_include_each_other_have_a_ceiling)
{
    const struct bake_files files = {read_endless, is_no_folder, NULL, NULL};

    fails("include: [\"1\"]\n", &files, BAKEFILE_ERROR_LIMIT, "name more than");
}

Test(compose_limits, services_extend_each_other_to_a_ceiling)
{
    GString *text = g_string_new("services:\n");
    for (int i = 0; i <= COMPOSE_EXTENDS_MAX; i++)
        g_string_append_printf(text, "  s%d: {extends: s%d}\n", i, i + 1);
    g_string_append_printf(text, "  s%d: {build: .}\n", COMPOSE_EXTENDS_MAX + 1);

    fails(text->str, NULL, BAKEFILE_ERROR_LIMIT, "extend each other");
    g_string_free(text, TRUE);
}

Test(compose_limits, variables_nest_to_a_ceiling)
{
    GString *text = g_string_new("services:\n  a:\n    build: .\n    image: ");
    for (int i = 0; i <= BAKE_DEPTH_MAX; i++)
        g_string_append(text, "${N:-");
    for (int i = 0; i <= BAKE_DEPTH_MAX; i++)
        g_string_append_c(text, '}');
    g_string_append_c(text, '\n');

    fails(text->str, NULL, BAKEFILE_ERROR_LIMIT, "nest deeper");
    g_string_free(text, TRUE);
}

Test(compose_limits, variables_make_texts_to_a_ceiling)
{
    g_autofree char *value = g_strnfill(BAKE_FILE_BYTES_MAX - 16, 'x');
    g_autofree char *env = g_strconcat("LONG=", value, "\n", NULL);
    const char *const shelf[] = {".env", env, NULL};
    const struct bake_files files = {read_shelf, is_no_folder, shelf, NULL};
    GString *text = g_string_new("x-all:\n");
    for (int i = 0; i <= BAKE_MEMORY_BYTES_MAX / BAKE_FILE_BYTES_MAX; i++)
        g_string_append(text, "  - $LONG\n");

    fails(text->str, &files, BAKEFILE_ERROR_LIMIT, "variables of compose files make more than");
    g_string_free(text, TRUE);
}

Test(compose_limits, a_file_beside_has_the_ceiling_of_all)
{
    g_autofree char *env = g_strnfill(BAKE_FILE_BYTES_MAX + 1, '\n');
    const char *const shelf[] = {".env", env, NULL};
    const struct bake_files files = {read_shelf, is_no_folder, shelf, NULL};

    fails("services: {}\n", &files, BAKEFILE_ERROR_LIMIT, ".env: more than");
}

Test(compose_limits, what_is_not_modelled_says_so_and_where)
{
    fails("services: {a: {build: {context: ., provenance: true}}}\n", NULL, BAKEFILE_ERROR_UNKNOWN,
          "services.a.build.provenance");
    fails("services: {a: {build: .}}\n---\nservices: {b: {build: .}}\n", NULL,
          BAKEFILE_ERROR_UNKNOWN, "not modelled");
    fails("services: {a: {build: {context: ., args: {A: 2024-01-01}}}}\n", NULL,
          BAKEFILE_ERROR_UNKNOWN, "the date 2024-01-01");
}

Test(compose_limits, files_merge_and_variables_come_from_the_env_file_beside)
{
    const char *const shelf[] = {".env", "TAG=1\n", NULL};
    const struct bake_files files = {read_shelf, is_no_folder, shelf, NULL};
    const char *const texts[] = {
        "services: {a: {image: \"o/a:$TAG\", build: .}}\n",
        "services: {a: {build: {args: [B=2], platforms: [linux/arm64]}}}\n"};
    g_autoptr(GError) error = NULL;

    AUTO(bake_result) result = resolve(texts, 2, &files, &error);

    cr_assert_not_null(result, "%s", error == NULL ? "" : error->message);
    const struct bake_target *target = result->targets->pdata[0];
    g_autofree char *text = json_text(target->attributes);
    cr_assert_str_eq(text,
                     "{\"context\":\".\",\"dockerfile\":\"Dockerfile\",\"args\":{\"B\":\"2\"},"
                     "\"tags\":[\"o/a:1\"],\"platforms\":[\"linux/arm64\"]}");
}

Test(compose_limits, a_text_whose_name_says_nothing_may_be_a_compose_file)
{
    static const char text[] = "services: {a: {build: .}}\n";
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));
    const struct bakefile_source source = {"-", bytes};
    const struct bake_request request = {0};
    AUTO(bakefile) file = bakefile_read(&source, 1, &error);
    cr_assert_not_null(file);

    AUTO(bake_result) result = bakefile_resolve(file, &request, &error);

    cr_assert_not_null(result);
    cr_assert_str_eq(((struct bake_target *)g_ptr_array_index(result->targets, 0))->name, "a");
}
