/* What the machines of a world make once. */
#include "mocks/common_work.h"

#include <criterion/criterion.h>

Test(common_work, is_found_by_its_name)
{
    struct common_work *work = common_work_new(10);

    cr_assert(common_work_put(work, "layer", g_strdup("bytes"), 5, g_free));

    cr_assert_str_eq(common_work_find(work, "layer"), "bytes");
    cr_assert_null(common_work_find(work, "other"));
    common_work_free(work);
}

Test(common_work, keeps_no_more_than_its_room)
{
    struct common_work *work = common_work_new(10);
    g_autofree char *large = g_strdup("large");

    cr_assert(common_work_put(work, "first", g_strdup("a"), 6, g_free));
    cr_assert(!common_work_put(work, "second", large, 5, g_free));
    cr_assert(common_work_put(work, "third", g_strdup("c"), 4, g_free));

    cr_assert_null(common_work_find(work, "second"));
    common_work_free(work);
}

Test(common_work, keeps_the_first_of_a_name)
{
    struct common_work *work = common_work_new(10);
    g_autofree char *again = g_strdup("again");

    cr_assert(common_work_put(work, "layer", g_strdup("first"), 1, g_free));
    cr_assert(!common_work_put(work, "layer", again, 1, g_free));

    cr_assert_str_eq(common_work_find(work, "layer"), "first");
    common_work_free(work);
}
