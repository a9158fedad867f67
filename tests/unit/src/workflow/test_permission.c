/* What tokens may do. */
#include "workflow/permission.h"

#include <criterion/criterion.h>
#include <string.h>

static struct permissions read_permissions(const char *yaml)
{
    g_autoptr(GError) error = NULL;
    AUTO(doc) doc = doc_load_text("p.yml", yaml, strlen(yaml), DOC_DEFAULT, &error);
    cr_assert_not_null(doc);
    return permissions_of(doc_root(doc));
}

Test(permissions, that_are_not_named_are_none)
{
    struct permissions permissions = read_permissions("{packages: write, contents: read}");

    cr_expect_eq(permissions_get(&permissions, "packages"), PERMISSION_WRITE);
    cr_expect_eq(permissions_get(&permissions, "contents"), PERMISSION_READ);
    cr_expect_eq(permissions_get(&permissions, "issues"), PERMISSION_NONE);
    cr_expect_eq(permissions_get(&permissions, "no-such-scope"), PERMISSION_NONE);
}

Test(permissions, of_all_scopes_stay_within_what_a_scope_can_be)
{
    struct permissions read = read_permissions("read-all");
    struct permissions write = read_permissions("write-all");

    cr_expect_eq(permissions_get(&read, "packages"), PERMISSION_READ);
    cr_expect_eq(permissions_get(&write, "id-token"), PERMISSION_WRITE);
    cr_expect_eq(permissions_get(&write, "models"), PERMISSION_READ);
}

Test(permissions, by_default_read_contents_and_packages_alone)
{
    struct permissions restricted = permissions_default(false, true);
    struct permissions permissive = permissions_default(true, false);

    cr_expect_eq(permissions_get(&restricted, "packages"), PERMISSION_READ);
    cr_expect_eq(permissions_get(&restricted, "issues"), PERMISSION_NONE);
    cr_expect_eq(permissions_get(&permissive, "packages"), PERMISSION_WRITE);
    cr_expect_eq(permissions_get(&permissive, "id-token"), PERMISSION_NONE);
}

Test(permissions, that_exceed_others_are_listed_on_both_sides)
{
    struct permissions wanted = read_permissions("{packages: write, issues: read, contents: read}");
    struct permissions allowed = permissions_default(false, true);
    g_autofree char *above = NULL;
    g_autofree char *below = NULL;
    g_autofree char *nothing = NULL;
    g_autofree char *nothing_either = NULL;

    cr_expect(permissions_exceed(&wanted, &allowed, &above, &below));
    cr_expect_str_eq(above, "issues: read, packages: write");
    cr_expect_str_eq(below, "issues: none, packages: read");
    cr_expect_not(permissions_exceed(&allowed, &allowed, &nothing, &nothing_either));
}
