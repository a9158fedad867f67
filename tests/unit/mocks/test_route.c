/* Route tables. */
#include "mocks/route.h"

#include "base/limits.h"

#include <criterion/criterion.h>

static const struct route routes[] = {
    {"GET", "/_ping", NULL, NULL},
    {"GET", "[/v{version}]/info", NULL, NULL},
    {"POST", "[/v{version}]/containers/{id}/start", NULL, NULL},
    {"GET", "[/v{version}]/images/{name*}/json", NULL, NULL},
    {"DELETE", "[/v{version}]/images/{name*}", NULL, NULL},
    {NULL, "/any", NULL, NULL},
    {"GET", "/{first}/{second}", NULL, NULL},
};

struct route_case {
    const char *method;
    const char *path;
    int row;              /* or -1: 404, -2: 405 */
    const char *captures; /* name=value; */
};

static const struct route_case cases[] = {
    {"GET", "/_ping", 0, ""},
    {"POST", "/_ping", -2, ""},
    {"HEAD", "/_ping", -2, ""},
    {"GET", "/info", 1, ""},
    {"GET", "/v1.47/info", 1, "version=1.47;"},
    {"GET", "/v/info", 6, "first=v;second=info;"},
    {"POST", "/containers/a%20b/start", 2, "id=a b;"},
    {"POST", "/v1.24/containers/x%2Fy/start", 2, "version=1.24;id=x/y;"},
    {"GET", "/v1.24/containers/x/start", -2, ""},
    {"POST", "/containers//start", -1, ""},
    {"POST", "/containers/x/start/", -1, ""},
    {"GET", "/images/busybox/json", 3, "name=busybox;"},
    {"GET", "/v1.47/images/ghcr.io/o/app:1/json", 3, "version=1.47;name=ghcr.io/o/app:1;"},
    {"GET", "/images/json/json/json", 3, "name=json/json;"},
    {"DELETE", "/images/a/b/c", 4, "name=a/b/c;"},
    {"DELETE", "/images/", -1, ""},
    {"PATCH", "/any", 5, ""},
    {"GET", "/a/b", 6, "first=a;second=b;"},
    {"GET", "", -1, ""},
    {"GET", "/", -1, ""},
    {"GET", "//", -1, ""},
    {"GET", "info", -1, ""},
};

static const char *const capture_names[] = {"version", "id", "name", "first", "second"};

static void check(const struct route_case *row)
{
    struct route_match match;
    g_autoptr(GString) captures = g_string_new(NULL);
    enum route_result result =
        route_look_up(routes, G_N_ELEMENTS(routes), row->method, row->path, &match);
    for (gsize i = 0; i < G_N_ELEMENTS(capture_names); i++)
        if (route_value(&match, capture_names[i]) != NULL)
            g_string_append_printf(captures, "%s=%s;", capture_names[i],
                                   route_value(&match, capture_names[i]));

    if (row->row >= 0)
        cr_assert(result == ROUTE_FOUND && match.route == &routes[row->row], "%s", row->path);
    else
        cr_assert_eq(result, row->row == -1 ? ROUTE_UNKNOWN : ROUTE_OTHER_METHOD, "%s", row->path);
    cr_assert_str_eq(captures->str, row->captures, "%s", row->path);
    route_match_clear(&match);
}

Test(route, is_the_first_row_that_matches)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check(&cases[i]);
}

Test(route, of_many_segments_copes_with_the_longest_path)
{
    g_autofree char *slashes = g_strnfill(HTTP_TARGET_BYTES_MAX, 'a');
    for (gsize i = 0; i < HTTP_TARGET_BYTES_MAX; i += 2)
        slashes[i] = '/';
    g_autofree char *path = g_strconcat("/images", slashes, NULL);
    struct route_match match;

    enum route_result result = route_look_up(routes, G_N_ELEMENTS(routes), "GET", path, &match);

    cr_assert_eq(result, ROUTE_OTHER_METHOD);
    route_match_clear(&match);
}
