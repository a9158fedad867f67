/* The stage: what a plan's world has. */
#include "hand_made.h"

#include "harness/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#define SCENARIO                                                                                   \
    "seatrial: scenario/1\npurpose: x\nfate: delivered\n"                                          \
    "policy: {tiers: [{id: t, driver: docker, timeout: 5min}], platforms: [linux/amd64],\n"        \
    "  services: [{id: a, image: 'ghcr.io/a/b:c'}]}\n"

/* A scenario with these lines more; its file is gone again. */
static struct scenario *scenario_with(const char *lines)
{
    g_autofree char *folder = g_dir_make_tmp("seatrial-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "made.yaml", NULL);
    g_autofree char *text = g_strconcat(SCENARIO, lines, NULL);
    g_autoptr(GError) error = NULL;
    cr_assert(g_file_set_contents(path, text, -1, NULL));
    struct scenario *scenario = scenario_load(path, &error);
    cr_assert_not_null(scenario, "%s", error != NULL ? error->message : "");
    cr_assert_eq(remove(path), 0);
    cr_assert_eq(rmdir(folder), 0);
    return scenario;
}

Test(stage, has_the_registry_of_every_image)
{
    AUTO(scenario) scenario = scenario_with("world: {images: [{name: 'quay.io/acme/tool:1'}]}\n");
    AUTO(plan) plan = plan_new(scenario, NULL);
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    g_autoptr(GError) error = NULL;

    AUTO(stage) stage = stage_new(plan, loop, NULL, NULL, /* is_clear= */ false, &error);

    cr_assert_not_null(stage, "%s", error != NULL ? error->message : "");
    struct registry *quay = stage_registry(stage, "quay.io");
    cr_assert_not_null(quay);
    AUTO(image_facts) facts = registry_find(quay, "acme/tool", "1");
    cr_assert_not_null(facts);
}

Test(stage, lives_at_the_date_of_its_setting)
{
    AUTO(scenario) scenario = scenario_with("world: {date: 1744675200}\n");
    AUTO(plan) plan = plan_new(scenario, NULL);
    AUTO(loop) loop = loop_new(CLOCK_VIRTUAL, 1);
    g_autoptr(GError) error = NULL;

    AUTO(stage) stage = stage_new(plan, loop, NULL, NULL, /* is_clear= */ false, &error);

    cr_assert_not_null(stage, "%s", error != NULL ? error->message : "");
    cr_assert_eq(world_date_s(stage->world), 1744675200);
}
