/* The ceilings of bake files, what is not modelled, and files together. */
#include "base/limits.h"
#include "mocks/bakefile/bakefile.h"

#include <criterion/criterion.h>
#include <string.h>

static struct bake_result *resolve(const char *const *names, const char *const *texts, gsize count,
                                   GError **error)
{
    struct bakefile_source sources[4] = {0};
    for (gsize i = 0; i < count; i++)
        sources[i] = (struct bakefile_source){names[i], g_bytes_new(texts[i], strlen(texts[i]))};
    AUTO(bakefile) file = bakefile_read(sources, count, error);
    for (gsize i = 0; i < count; i++)
        g_bytes_unref(sources[i].bytes);
    const struct bake_request request = {.now_s = 0};
    return file == NULL ? NULL : bakefile_resolve(file, &request, error);
}

static void fails(const char *text, enum bakefile_error code, const char *message)
{
    g_autoptr(GError) error = NULL;
    AUTO(bake_result) result = resolve((const char *const[]){"docker-bake.hcl"}, &text, 1, &error);
    cr_assert_null(result);
    cr_assert(g_error_matches(error, BAKEFILE_ERROR, (int)code), "%s", error->message);
    cr_assert(strstr(error->message, message) != NULL, "%s", error->message);
}

static void fails_with_argument(const char *expression, enum bakefile_error code,
                                const char *message)
{
    g_autofree char *text =
        g_strdup_printf("target \"default\" {\n  args = { A = %s }\n}\n", expression);
    fails(text, code, message);
}

Test(bakefile_limits, a_file_above_its_ceiling_is_refused)
{
    g_autofree char *text = g_strnfill(BAKE_FILE_BYTES_MAX + 1, ' ');

    fails(text, BAKEFILE_ERROR_LIMIT, "bytes");
}

Test(bakefile_limits, brackets_nest_to_a_ceiling)
{
    g_autofree char *open = g_strnfill(BAKE_DEPTH_MAX + 1, '[');

    fails_with_argument(open, BAKEFILE_ERROR_LIMIT, "nests deeper");
}

Test(bakefile_limits, a_long_chain_of_operators_is_refused)
{
    GString *text = g_string_new("1");
    for (int i = 0; i < BAKE_EVALUATION_DEPTH_MAX; i++)
        g_string_append(text, "+1");

    fails_with_argument(text->str, BAKEFILE_ERROR_LIMIT, "nests deeper");
    g_string_free(text, TRUE);
}

Test(bakefile_limits, range_and_setproduct_have_a_ceiling)
{
    fails_with_argument("range(100000)", BAKEFILE_ERROR_LIMIT, "range()");
    fails_with_argument("setproduct(range(200), range(200))", BAKEFILE_ERROR_LIMIT, "setproduct()");
}

Test(bakefile_limits, lists_maps_and_blocks_have_a_ceiling)
{
    GString *list = g_string_new("["), *map = g_string_new("{"), *block = g_string_new(NULL);
    for (int i = 0; i <= BAKE_ITEMS_MAX; i++) {
        g_string_append(list, "1,");
        g_string_append_printf(map, "a%d=1,", i);
        g_string_append_printf(block, "a%d = 1\n", i);
    }
    g_string_append_c(list, ']');
    g_string_append_c(map, '}');

    fails_with_argument(list->str, BAKEFILE_ERROR_LIMIT, "a list of more than");
    fails_with_argument(map->str, BAKEFILE_ERROR_LIMIT, "a map of more than");
    fails(block->str, BAKEFILE_ERROR_LIMIT, "a block of more than");
    g_string_free(list, TRUE);
    g_string_free(map, TRUE);
    g_string_free(block, TRUE);
}

Test(bakefile_limits, a_matrix_has_a_ceiling)
{
    fails("target \"default\" {\n  name = \"a${x}\"\n  matrix = { x = range(1001) }\n}\n",
          BAKEFILE_ERROR_LIMIT, "matrix");
}

Test(bakefile_limits, evaluation_has_a_ceiling_of_steps)
{
    fails_with_argument("length([for a in range(2000) : [for b in range(2000) : 1]])",
                        BAKEFILE_ERROR_LIMIT, "");
}

Test(bakefile_limits, a_text_has_a_ceiling)
{
    fails_with_argument("join(\"\", [for a in range(3000) : format(\"%500d\", a)])",
                        BAKEFILE_ERROR_LIMIT, "a text of more than");
}

Test(bakefile_limits, what_is_not_modelled_says_so_and_where)
{
    fails_with_argument("uuidv4()", BAKEFILE_ERROR_UNKNOWN,
                        "docker-bake.hcl:2,16-24: Not modelled; the function uuidv4()");
    fails_with_argument("1 / 3", BAKEFILE_ERROR_UNKNOWN, "Not modelled");
    fails_with_argument("try(bcrypt(\"x\"), \"y\")", BAKEFILE_ERROR_UNKNOWN, "bcrypt()");
}

Test(bakefile_limits, later_files_win)
{
    const char *const names[] = {"docker-bake.hcl", "docker-bake.override.json"};
    const char *const texts[] = {
        "variable \"T\" { default = \"a\" }\ntarget \"default\" {\n  tags = [T]\n  target = "
        "\"x\"\n}\n",
        "{\"variable\": {\"T\": {\"default\": \"b\"}}, \"target\": {\"default\": {\"target\": "
        "\"y\"}}}",
    };
    g_autoptr(GError) error = NULL;

    AUTO(bake_result) result = resolve(names, texts, 2, &error);

    cr_assert_not_null(result, "%s", error == NULL ? "" : error->message);
    const struct bake_target *target = result->targets->pdata[0];
    g_autofree char *text = json_text(target->attributes);
    cr_assert_str_eq(text, "{\"context\":\".\",\"dockerfile\":\"Dockerfile\",\"tags\":[\"b\"],"
                           "\"target\":\"y\"}");
}

Test(bakefile_limits, entries_are_written_as_the_command_line_has_them)
{
    g_autoptr(json_t) cache = json_pack("{s:s,s:s}", "scope", "a,b", "type", "gha");
    g_autoptr(json_t) ref = json_pack("{s:s,s:s}", "ref", "x/y", "type", "registry");
    g_autoptr(json_t) ssh = json_pack("{s:s,s:[s,s]}", "id", "k", "paths", "a", "b");
    g_autofree char *cache_text = bake_entry_text(cache), *ref_text = bake_entry_text(ref),
                    *ssh_text = bake_entry_text(ssh);

    cr_assert_str_eq(cache_text, "type=gha,\"scope=a,b\"");
    cr_assert_str_eq(ref_text, "x/y");
    cr_assert_str_eq(ssh_text, "k=a,b");
}

Test(bakefile_limits, targets_that_inherit_twice_do_not_double_what_they_inherit)
{
    GString *text = g_string_new("target \"t0\" {\n  tags = [\"a\"]\n}\n");
    for (int i = 1; i < 60; i++)
        g_string_append_printf(text, "target \"t%d\" {\n  inherits = [\"t%d\", \"t%d\"]\n}\n", i,
                               i - 1, i - 1);
    g_string_append(text, "target \"default\" {\n  inherits = [\"t59\"]\n}\n");
    g_autofree char *file = g_string_free(text, FALSE);
    g_autoptr(GError) error = NULL;

    AUTO(bake_result)
    result =
        resolve((const char *const[]){"docker-bake.hcl"}, (const char *const[]){file}, 1, &error);

    cr_assert_not_null(result);
}
