/* The secrets context: members that were given, and names that are made up when they are asked for.
 */
#include "runner/secrets.h"

#include "expr/github.h"

#include <criterion/criterion.h>
#include <string.h>

static char *make(void *self, const char *name)
{
    int *count = self;
    (*count)++;
    return strcmp(name, "UNSET") == 0 ? NULL : g_strconcat("made-", name, NULL);
}

static char *text_of(struct secrets *secrets, const char *text)
{
    const struct position nowhere = {0};
    VALUE(contexts);
    VALUE(value);
    contexts = value_of_folded_map();
    value_set(&contexts, "secrets", secrets_value(secrets));
    const struct expr_scope scope = {.names = &contexts};
    cr_assert(github_template_evaluate(&dialect_github, text, nowhere, &scope, &value, NULL), "%s",
              text);
    return github_value_string(&value);
}

static void expect(struct secrets *secrets, const char *text, const char *expected)
{
    g_autofree char *actual = text_of(secrets, text);
    cr_expect_str_eq(actual, expected, "%s is %s", text, actual);
}

Test(secrets, a_name_that_is_computed_is_made_up_and_is_no_member)
{
    int count = 0;
    struct secrets secrets;
    g_autoptr(json_t) given = json_pack("{s:s}", "TOKEN", "t");
    AUTO(masks) masks = masks_new();
    secrets_init(&secrets, given, make, &count);
    secrets.masks = masks;

    expect(&secrets, "${{ secrets.token }}", "t");
    cr_expect_eq(count, 0, "a member is not asked for");
    expect(&secrets, "${{ secrets[format('HUB_{0}', 'A')] }}", "made-HUB_A");
    expect(&secrets, "${{ secrets['UNSET'] }}", "");
    expect(&secrets, "${{ join(secrets.*, ',') }}", "t");
    expect(&secrets, "${{ toJSON(secrets) }}", "{\n  \"TOKEN\": \"t\"\n}");
    g_autofree char *masked = masks_apply(masks, "login made-HUB_A");
    cr_expect_str_eq(masked, "login ***");
    secrets_clear(&secrets);
}

Test(secrets, where_nothing_may_be_made_up_a_name_is_empty)
{
    struct secrets secrets;
    secrets_init(&secrets, NULL, NULL, NULL);
    expect(&secrets, "${{ secrets['TOKEN'] }}", "");
    secrets_clear(&secrets);
}
