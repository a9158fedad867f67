/* What a run in clear weather promises. */
#include "hand_made.h"

#include "harness/promise.h"

#include <criterion/criterion.h>

Test(promise, is_each_image_of_this_run_with_its_platforms)
{
    AUTO(hand_made) made = hand_made_new();

    AUTO(promises) promises = promises_of(made->outcome);

    const struct owed_image *owed = g_ptr_array_index(promises->images, 0);
    cr_assert_eq(promises->images->len, 1, "an image that is not there promises nothing");
    cr_assert_str_eq(owed->leg, "web");
    cr_assert_str_eq(owed->image, "ghcr.io/acme/web:main");
    cr_assert_eq(owed->platforms->len, 1);
    cr_assert_str_eq(owed->platforms->pdata[0], "linux/amd64");
}

Test(promise, has_what_another_leg_attaches_to_the_image)
{
    AUTO(hand_made) made = hand_made_new();
    struct attachment signature = {(char *)"sign", (char *)"signature"};
    g_autoptr(GPtrArray) attached = g_ptr_array_new();
    g_ptr_array_add(attached, &signature);
    hand_made_effect(made, 1)->attached = attachments_copy(attached);

    AUTO(promises) promises = promises_of(made->outcome);

    const struct owed_image *owed = g_ptr_array_index(promises->images, 0);
    const struct attachment *first = g_ptr_array_index(owed->attachments, 0);
    cr_assert_eq(owed->attachments->len, 1);
    cr_assert_str_eq(owed->leg, "web");
    cr_assert_str_eq(first->leg, "sign");
    cr_assert(attachments_have(owed->attachments, "signature"));
    cr_assert_not(attachments_have(owed->attachments, "signature of linux/amd64"));
}

Test(promise, is_no_image_from_before_the_run)
{
    AUTO(hand_made) made = hand_made_new();
    hand_made_effect(made, 1)->is_from_this_run = false;

    AUTO(promises) promises = promises_of(made->outcome);

    cr_assert_eq(promises->images->len, 0);
}

Test(promise, is_no_manifest_without_platforms)
{
    AUTO(hand_made) made = hand_made_new();
    g_ptr_array_set_size(hand_made_effect(made, 1)->after, 0);

    AUTO(promises) promises = promises_of(made->outcome);

    cr_assert_eq(promises->images->len, 0);
}

Test(promise, declared_in_the_scenario_comes_beside_and_its_platforms_win)
{
    AUTO(hand_made) made = hand_made_new();
    static const char *both[] = {"linux/arm64", "linux/amd64", NULL};
    struct promise_rule known = {
        .leg = (char *)"web", .image = (char *)"ghcr.io/acme/web:main", .platforms = (char **)both};
    struct promise_rule other = {
        .leg = (char *)"api", .image = (char *)"ghcr.io/acme/api:main", .platforms = (char **)both};
    g_autoptr(GPtrArray) declared = g_ptr_array_new();
    GPtrArray *before = made->scenario->promise_records;
    g_ptr_array_add(declared, &known);
    g_ptr_array_add(declared, &other);
    made->scenario->promise_records = declared;

    AUTO(promises) promises = promises_of(made->outcome);

    made->scenario->promise_records = before;
    const struct owed_image *first = g_ptr_array_index(promises->images, 0);
    const struct owed_image *second = g_ptr_array_index(promises->images, 1);
    cr_assert_eq(promises->images->len, 2);
    cr_assert_str_eq(first->platforms->pdata[0], "linux/amd64");
    cr_assert_str_eq(first->platforms->pdata[1], "linux/arm64");
    cr_assert_str_eq(second->leg, "api");
}
