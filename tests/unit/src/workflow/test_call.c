/* Calls of reusable workflows: what is loaded, what is refused, what inputs they get. */
#include "call_scene.h"

#include "base/limits.h"
#include "workflow/resolve.h"

#include <string.h>

#define DECLARED                                                                                   \
    "on:\n  workflow_call:\n"                                                                      \
    "    inputs:\n"                                                                                \
    "      image: {type: string, required: true}\n"                                                \
    "      push: {type: boolean, default: true}\n"                                                 \
    "      jobs: {type: number}\n"                                                                 \
    "    secrets:\n      token: {required: true}\n      other:\n"                                  \
    "    outputs:\n      digest: {value: '${{ jobs.a.outputs.d }}'}\n"                             \
    "jobs:\n  a: " STEPS "\n"

Test(call, finds_the_workflow_that_a_job_calls_with_what_it_declares)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml", DECLARED);

    cr_assert(scene_load(scene,
                         HEAD "  own: " STEPS "\n"
                              "  b:\n    uses: ./.github/workflows/b.yml\n"
                              "    with: {IMAGE: a, jobs: 3, push: '${{ github.ref != 1 }}'}\n"
                              "    secrets: {Token: a}\n"));
    const struct call *call = call_of_job(scene_root(scene), "b");

    cr_expect_null(call_of_job(scene_root(scene), "own"));
    cr_expect_eq(call->state, CALL_LOADED);
    cr_expect_eq(call->depth, 1);
    cr_expect_eq(call->inputs->len, 3);
    cr_expect_eq(call->secrets->len, 2);
    cr_expect_str_eq(((struct call_output *)call->outputs->pdata[0])->name, "digest");
    g_autoptr(json_t) inputs = resolve_call_inputs(call, scene->event);
    g_autofree char *text = json_text(inputs);
    cr_expect_str_eq(text, "{\"image\":\"a\",\"push\":true,\"jobs\":3}");
}

Test(call, that_does_not_fit_what_is_declared_is_refused_with_all_reasons)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml", DECLARED);

    cr_expect_not(scene_load(scene, HEAD "  b:\n    uses: ./.github/workflows/b.yml\n"
                                         "    with: {push: 'yes', jobs: a, more: 1}\n"
                                         "    secrets: {more: a}\n"));

    cr_expect_eq(scene->errors->len, 6);
    cr_expect(errors_tell(scene->errors, "ci.yml:4:11: Input image is required, but not provided "
                                         "while calling."));
    cr_expect(errors_tell(scene->errors, "ci.yml:5:18: Unexpected value 'yes'"));
    cr_expect(errors_tell(scene->errors, "Unexpected value 'a'"));
    cr_expect(errors_tell(scene->errors,
                          "Invalid input, more is not defined in the referenced workflow."));
    cr_expect(errors_tell(scene->errors, "Secret token is required, but not provided while "
                                         "calling."));
    cr_expect(errors_tell(scene->errors,
                          "Invalid secret, more is not defined in the referenced workflow."));
}

Test(call, that_inherits_secrets_gives_them_all)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml", DECLARED);

    cr_expect(scene_load(scene, HEAD "  b:\n    uses: ./.github/workflows/b.yml\n"
                                     "    with: {image: a}\n    secrets: inherit\n"));
}

Test(call, of_a_workflow_that_cannot_be_called_is_refused)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml", "on: push\njobs: {a: " STEPS "}\n");

    cr_expect_not(scene_load(scene, HEAD "  b: {uses: ./.github/workflows/b.yml}\n"));

    cr_expect(errors_tell(scene->errors, "b.yml:1:5: workflow_call key is not defined in the "
                                         "referenced workflow."));
    cr_expect(errors_tell(scene->errors, "ci.yml:3:13: Error from called workflow"));
}

Test(call, of_a_workflow_with_mistakes_tells_them_and_where_it_is_called)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml", "on: workflow_call\njobs: {a: {steps: [{rnu: a}]}}\n");

    cr_expect_not(scene_load(scene, HEAD "  b: {uses: ./.github/workflows/b.yml}\n"
                                         "  c: {uses: ./.github/workflows/b.yml}\n"));

    cr_expect(errors_tell(scene->errors, "b.yml:2:21: Unexpected value 'rnu'"));
    cr_expect(errors_tell(scene->errors, "ci.yml:3:13: Error from called workflow"));
    cr_expect(errors_tell(scene->errors, "ci.yml:4:13: Error from called workflow"));
}

Test(call, of_a_file_that_is_not_there_is_refused_in_githubs_words)
{
    AUTO(scene) scene = scene_new();

    cr_expect_not(scene_load(scene, HEAD "  b: {uses: ./.github/workflows/b.yml}\n"));

    cr_expect(errors_tell(scene->errors, "-> \"./.github/workflows/b.yml\": workflow was not "
                                         "found. See https://docs.github.com"));
}

Test(call, of_a_repository_that_nobody_mapped_is_unknown_and_not_wrong)
{
    AUTO(scene) scene = scene_new();

    cr_assert(scene_load(scene, HEAD "  b: {uses: o/r/.github/workflows/b.yml@v1}\n"));
    const struct call *call = call_of_job(scene_root(scene), "b");

    cr_expect_eq(call->state, CALL_NOT_MAPPED);
    cr_expect_null(call->workflow);
    cr_expect_str_eq(call->origin, "o/r@v1");
}

Test(call, in_a_mapped_repository_leads_on_inside_it)
{
    AUTO(scene) scene = scene_new();
    g_autoptr(GError) error = NULL;
    g_autofree char *map = g_strdup_printf("o/r@v1=%s/other", scene->folder->path);
    folder_write(scene->folder, "other/.github/workflows/b.yml",
                 "on: workflow_call\njobs: {c: {uses: ./.github/workflows/c.yml}}\n");
    folder_write(scene->folder, "other/.github/workflows/c.yml",
                 "on: workflow_call\njobs: {a: " STEPS "}\n");
    cr_assert(repository_map_add(scene->map, map, &error));

    cr_assert(scene_load(scene, HEAD "  b: {uses: o/r/.github/workflows/b.yml@v1}\n"));
    const struct call *inner = call_of_job(call_of_job(scene_root(scene), "b"), "c");

    cr_expect_eq(inner->state, CALL_LOADED);
    cr_expect_not_null(strstr(inner->path, "other/.github/workflows/c.yml"));
    cr_expect_eq(inner->depth, 2);
}

Test(call, in_a_circle_is_refused)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml", "on: workflow_call\njobs: {c: {uses: ./.github/workflows/c.yml}}\n");
    scene_put(scene, "c.yml", "on: workflow_call\njobs: {b: {uses: ./.github/workflows/b.yml}}\n");

    cr_expect_not(scene_load(scene, HEAD "  b: {uses: ./.github/workflows/b.yml}\n"));

    cr_expect(errors_tell(scene->errors, "the calls go round in a circle"));
}

/* w0 calls w1, …; the last runs steps. */
static bool load_chain(struct scene *scene, int length)
{
    for (int i = 1; i <= length; i++) {
        g_autofree char *name = g_strdup_printf("w%d.yml", i);
        g_autofree char *text =
            i < length ? g_strdup_printf("on: workflow_call\n"
                                         "jobs: {a: {uses: ./.github/workflows/w%d.yml}}\n",
                                         i + 1)
                       : g_strdup("on: workflow_call\njobs: {a: " STEPS "}\n");
        scene_put(scene, name, text);
    }
    return scene_load(scene, HEAD "  a: {uses: ./.github/workflows/w1.yml}\n");
}

Test(call, nests_as_deep_as_github_lets_it_and_no_deeper)
{
    AUTO(scene) most = scene_new();
    AUTO(scene) more = scene_new();

    cr_expect(load_chain(most, CALL_DEPTH_MAX));
    cr_expect_not(load_chain(more, CALL_DEPTH_MAX + 1));

    cr_expect(errors_tell(more->errors, "Nested reusable workflow depth exceeded 9."));
}

static bool load_many_files(struct scene *scene, int count)
{
    g_autoptr(GString) caller = g_string_new(HEAD);
    for (int i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("w%d.yml", i);
        scene_put(scene, name, "on: workflow_call\njobs: {a: " STEPS "}\n");
        g_string_append_printf(caller, "  j%d: {uses: ./.github/workflows/w%d.yml}\n", i, i);
    }
    return scene_load(scene, caller->str);
}

Test(call, leads_to_as_many_files_as_github_takes_and_to_no_more)
{
    AUTO(scene) most = scene_new();
    AUTO(scene) more = scene_new();

    cr_expect(load_many_files(most, CALL_FILES_MAX - 1));
    cr_expect_not(load_many_files(more, CALL_FILES_MAX));

    cr_expect(errors_tell(more->errors, "The maximum file count of 51 has been exceeded"));
}

Test(call, counts_the_jobs_of_all_files_each_time_they_are_called)
{
    AUTO(scene) scene = scene_new();
    g_autoptr(GString) many = g_string_new("on: workflow_call\njobs:\n");
    for (int i = 0; i < 100; i++)
        g_string_append_printf(many, "  j%d: " STEPS "\n", i);
    scene_put(scene, "b.yml", many->str);

    cr_expect_not(scene_load(scene, HEAD "  a: {uses: ./.github/workflows/b.yml}\n"
                                         "  b: {uses: ./.github/workflows/b.yml}\n"
                                         "  c: {uses: ./.github/workflows/b.yml}\n"
                                         "  d: {uses: ./.github/workflows/b.yml}\n"));

    cr_expect_eq(scene->errors->len, 1);
    cr_expect(errors_tell(scene->errors, "ci.yml:5:13: Workflows may not contain more than 256 "
                                         "jobs across all referenced files"));
}

static char *inputs_text(const struct scene *scene, const struct call *call)
{
    g_autoptr(json_t) inputs = resolve_call_inputs(call, scene->event);
    return inputs != NULL ? json_text(inputs) : g_strdup("unknown");
}

Test(call, passes_inputs_down_level_by_level_with_defaults)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml",
              "on:\n  workflow_call:\n    inputs:\n"
              "      image: {type: string, default: '${{ github.event_name }}-${{ vars.A }}'}\n"
              "      fast: {type: boolean}\n"
              "jobs:\n  c:\n    uses: ./.github/workflows/c.yml\n"
              "    with: {count: '${{ inputs.fast && 1 || 2 }}', name: 'x-${{ inputs.image }}'}\n");
    scene_put(scene, "c.yml",
              "on: {workflow_call: {inputs: {count: {type: number},"
              " name: {type: string}}}}\njobs: {a: " STEPS "}\n");

    cr_assert(scene_load_with(scene,
                              HEAD "  b: {uses: ./.github/workflows/b.yml, with: {fast: true}}\n",
                              "{\"ref\": \"refs/heads/main\", \"vars\": {\"A\": \"b\"}}"));
    const struct call *outer = call_of_job(scene_root(scene), "b");
    g_autofree char *of_outer = inputs_text(scene, outer);
    g_autofree char *of_inner = inputs_text(scene, call_of_job(outer, "c"));

    cr_expect_str_eq(of_outer, "{\"image\":\"push-b\",\"fast\":true}");
    cr_expect_str_eq(of_inner, "{\"count\":1,\"name\":\"x-push-b\"}");
}

Test(call, whose_inputs_need_a_job_or_a_leg_is_not_known_before_the_run)
{
    AUTO(scene) scene = scene_new();
    scene_put(scene, "b.yml",
              "on: {workflow_call: {inputs: {x: {type: string}}}}\n"
              "jobs: {a: " STEPS "}\n");

    cr_assert(scene_load(scene,
                         HEAD "  first: " STEPS "\n"
                              "  b: {uses: ./.github/workflows/b.yml, needs: first,"
                              " with: {x: '${{ needs.first.outputs.x }}'}}\n"
                              "  c: {uses: ./.github/workflows/b.yml,"
                              " strategy: {matrix: {v: [1]}}, with: {x: '${{ matrix.v }}'}}\n"));
    g_autofree char *of_b = inputs_text(scene, call_of_job(scene_root(scene), "b"));
    g_autofree char *of_c = inputs_text(scene, call_of_job(scene_root(scene), "c"));

    cr_expect_str_eq(of_b, "unknown");
    cr_expect_str_eq(of_c, "unknown");
}

Test(call, given_a_value_of_another_type_at_run_time_is_an_error_in_githubs_words)
{
    AUTO(scene) scene = scene_new();
    g_autoptr(GError) error = NULL;
    scene_put(scene, "b.yml",
              "on: {workflow_call: {inputs: {x: {type: number}}}}\n"
              "jobs: {a: " STEPS "}\n");
    cr_assert(scene_load(scene, HEAD "  b: {uses: ./.github/workflows/b.yml}\n"));
    g_autoptr(json_t) given = json_pack("{s:s}", "x", "many");

    json_t *inputs = resolve_inputs(call_of_job(scene_root(scene), "b"), scene->event,
                                    scene->event->inputs, given, &error);

    cr_expect_null(inputs);
    cr_expect_not_null(strstr(error->message, "Unexpected value 'many'"));
}
