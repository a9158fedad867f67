/* Runs tests/cases/expr/strict.cases. */
#include "cases.h"

#include "base/glob.h"
#include "base/units.h"
#include "expr/expr.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const request_lines[] = {
    "GET /v2/library/golang/manifests/1.22",
    "GET /v2/o/app/manifests/main",
    "HEAD /v2/o/app/blobs/sha256:1",
};

static bool call_requests(void *context, const struct value *arguments, gsize count,
                          struct value *out, GError **error)
{
    (void)context;
    (void)count;
    (void)error;
    *out = value_of_array();
    for (gsize i = 0; i < G_N_ELEMENTS(request_lines); i++)
        if (glob_match(arguments[0].string, request_lines[i]))
            value_append(out, value_of_string(request_lines[i]));
    return true;
}

static const struct expr_function more_functions[] = {
    {"requests", 1, 1, "the requests that match a pattern", call_requests}, {0}};

static bool call_image(void *context, const struct value *arguments, gsize count, struct value *out,
                       GError **error)
{
    static const char *const platforms[] = {"linux/amd64", NULL};
    (void)context;
    (void)count;
    if (arguments[0].kind != VALUE_STRING) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "image takes a text");
        return false;
    }
    if (strcmp(arguments[0].string, "ghcr.io/o/app:main") != 0)
        return true;
    *out = value_of_map();
    value_set(out, "exists", value_of_boolean(true));
    value_set(out, "platforms", value_of_strings(platforms));
    return true;
}

static const struct expr_function effect_methods[] = {
    {"image", 1, 1, "an image in the registry", call_image}, {0}};

static bool effects_get(void *self, const char *name, struct value *out)
{
    (void)self;
    (void)name;
    (void)out;
    return false;
}

static void effects_list(void *self, GPtrArray *names)
{
    (void)self;
    (void)names;
}

static const struct object_type effects_type = {
    .kind_text = "an effect",
    .get = effects_get,
    .list = effects_list,
    .methods = effect_methods,
};

/* Values of JSON, with {"$duration": …} and {"$size": …} undone. */
static struct value value_of_case(const json_t *json)
{
    int64_t amount = 0;
    if (duration_parse(json_get_string(json, "$duration", ""), &amount, NULL))
        return value_of_duration(amount);
    if (size_parse(json_get_string(json, "$size", ""), &amount, NULL))
        return value_of_size(amount);
    if (!json_is_object(json))
        return value_from_json(json);
    struct value map = value_of_map();
    const char *name;
    json_t *member;
    json_object_foreach ((json_t *)(uintptr_t)json, name, member) {
        value_set(&map, name, value_of_case(member));
    }
    return map;
}

static struct value scope_of(const char *names_json)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) json = json_parse_bytes(names_json, strlen(names_json), &error);
    cr_assert_not_null(json, "%s", names_json);
    struct value names = value_of_case(json);
    value_set(&names, "effects", value_of_object(&effects_type, NULL));
    return names;
}

static char *outcome_of(const char *program, const char *names_json)
{
    struct dialect dialect = dialect_strict;
    VALUE(names);
    names = scope_of(names_json);
    const struct expr_scope scope = {.names = &names};
    g_autoptr(GError) error = NULL;
    VALUE(value);

    dialect.more_functions = more_functions;
    AUTO(expr) expr = expr_parse(&dialect, program, (struct position){0}, &error);
    if (expr == NULL || !expr_evaluate(expr, &scope, &value, &error))
        return g_strconcat("error: ", error->message, NULL);
    return value_text(&value);
}

Test(expr_cases, every_case_of_the_strict_dialect_comes_out_as_written)
{
    expr_cases_check("strict.cases", outcome_of, 120);
}
