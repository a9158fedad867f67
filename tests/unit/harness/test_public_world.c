/* The public world of a workflow: what is invented, what is founded. */
#include "base/limits.h"
#include "harness/folders.h"
#include "harness/public_world.h"
#include "harness/scenario.h"

#include <criterion/criterion.h>
#include <glib/gstdio.h>

struct scene {
    const char *owner; /* NULL: acme */
    char *root;
    struct scenario *scenario;
    struct plan *plan;
    struct loop *loop;
    struct stage *stage;
};

static void write_file(const char *root, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);
    cr_assert_eq(g_mkdir_with_parents(folder, 0700), 0);
    cr_assert(g_file_set_contents(path, text, -1, NULL));
}

/* lines: of the scenario, besides. */
static void scene_begin_with(struct scene *scene, const char *lines)
{
    g_autoptr(GError) error = NULL;
    scene->root = g_dir_make_tmp("seatrial-test-XXXXXX", NULL);
    write_file(scene->root, ".github/workflows/ci.yml",
               "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{run: 'true'}]\n");
    g_autofree char *event = g_strdup_printf(
        "{\"ref\": \"refs/heads/main\", \"repository\": {\"full_name\": \"%s/app\"}}",
        scene->owner != NULL ? scene->owner : "acme");
    write_file(scene->root, "event.json", event);
    g_autofree char *text = g_strconcat("seatrial: scenario/1\npurpose: x\nfate: delivered\n"
                                        "workflow: .github/workflows/ci.yml\nevent: event.json\n",
                                        lines, NULL);
    write_file(scene->root, "s.yaml", text);
    g_autofree char *path = g_build_filename(scene->root, "s.yaml", NULL);
    scene->scenario = scenario_load(path, &error);
    cr_assert_not_null(scene->scenario, "%s", error != NULL ? error->message : "");
    scene->plan = plan_new(scene->scenario, NULL);
    scene->loop = loop_new(CLOCK_VIRTUAL, 1);
    scene->stage = stage_new(scene->plan, scene->loop, NULL, NULL, /* is_clear= */ false, &error);
    cr_assert_not_null(scene->stage, "%s", error != NULL ? error->message : "");
}

static void scene_begin(struct scene *scene)
{
    scene_begin_with(scene, "");
}

static void scene_end(struct scene *scene)
{
    stage_free(scene->stage);
    loop_free(scene->loop);
    plan_free(scene->plan);
    scenario_free(scene->scenario);
    folder_remove(scene->root);
    g_free(scene->root);
}

Test(public_world, has_no_image_below_the_owners_name_before_the_run)
{
    struct scene scene = {0};
    scene_begin(&scene);
    g_autofree char *own = g_strconcat(scene.scenario->pipeline->owner, "/app", NULL);

    struct registry *registry = stage_registry(scene.stage, "ghcr.io");

    cr_assert_not_null(registry);
    AUTO(image_facts) facts = registry_find(registry, own, "main");
    cr_assert_null(facts);
    scene_end(&scene);
}

Test(public_world, has_none_below_the_name_of_an_owner_in_capitals)
{
    struct scene scene = {0};
    scene.owner = "Mona";
    scene_begin(&scene);

    cr_expect(public_world_is_own(scene.stage, "mona/hello"));
    cr_expect_not(public_world_is_own(scene.stage, "monalisa/hello"));
    scene_end(&scene);
}

Test(public_world, knows_a_scenarios_registry_on_the_runner_before_any_machine_is_there)
{
    struct scene scene = {0};
    scene_begin_with(&scene, "world: {registries: [{service: 'localhost:5000'}]}\n");

    cr_assert_not_null(stage_registry(scene.stage, "localhost:5000"));
    scene_end(&scene);
}

Test(public_world, begins_without_registries_that_nobody_has_dialled)
{
    struct scene scene = {0};
    scene_begin(&scene);

    struct registry *registry = stage_registry(scene.stage, "registry.example.org");

    cr_assert_null(registry);
    scene_end(&scene);
}

Test(public_world, admits_secrets_of_computed_names_up_to_the_ceiling)
{
    struct scene scene = {0};
    scene_begin(&scene);

    for (int i = 0; i < COMPUTED_SECRETS_MAX; i++) {
        g_autofree char *secret = g_strdup_printf("secret-%d", i);
        cr_assert(public_world_admit_secret(scene.stage, secret));
    }

    cr_expect_not(public_world_admit_secret(scene.stage, "secret-more"));
    scene_end(&scene);
}
