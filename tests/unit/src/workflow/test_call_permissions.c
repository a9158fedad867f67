/* What jobs of called workflows may do, and calls that ask for more. */
#include "call_scene.h"

#include <string.h>

static bool may(const struct scene *scene, const struct call *call, const char *job,
                const char *level)
{
    const struct job *found = workflow_find_job(call->workflow, job);
    cr_assert_not_null(found);
    return permissions_allow(call, found, scene->event, "packages", level);
}

Test(permissions_allow, follow_the_job_then_the_workflow_then_the_repository)
{
    AUTO(scene) plain = scene_new();
    AUTO(scene) stated = scene_new();

    cr_assert(scene_load(plain, HEAD "  a: " STEPS "\n"
                                     "  b: {runs-on: x, permissions: {packages: write},"
                                     " steps: [{run: a}]}\n"
                                     "  c: {runs-on: x, permissions: {}, steps: [{run: a}]}\n"));
    cr_assert(scene_load(stated, "permissions: {packages: write}\n" HEAD "  a: " STEPS "\n"
                                 "  b: {runs-on: x, permissions: {contents: read},"
                                 " steps: [{run: a}]}\n"));

    cr_expect(may(plain, scene_root(plain), "a", "read"));
    cr_expect_not(may(plain, scene_root(plain), "a", "write"));
    cr_expect(may(plain, scene_root(plain), "b", "write"));
    cr_expect_not(may(plain, scene_root(plain), "c", "read"));
    cr_expect(may(stated, scene_root(stated), "a", "write"));
    cr_expect_not(may(stated, scene_root(stated), "b", "read"));
}

Test(permissions_allow, follow_the_setting_of_the_repository_and_forks_only_read)
{
    AUTO(scene) open = scene_new();
    AUTO(scene) fork = scene_new();

    cr_assert(scene_load_with(open, HEAD "  a: " STEPS "\n",
                              "{\"ref\": \"x\", \"default_workflow_permissions\": \"write\"}"));
    cr_assert(scene_load_with(fork, "permissions: write-all\n" HEAD "  a: " STEPS "\n",
                              "{\"pull_request\": {\"head\": {\"repo\": {\"fork\": true}}}}"));

    cr_expect(may(open, scene_root(open), "a", "write"));
    cr_expect_not(may(fork, scene_root(fork), "a", "write"));
    cr_expect(may(fork, scene_root(fork), "a", "read"));
}

Test(permissions_allow, a_called_workflow_what_its_callers_allow_and_no_more)
{
    static const char *const levels[] = {"read", "write"};
    for (gsize i = 0; i < G_N_ELEMENTS(levels); i++) {
        AUTO(scene) scene = scene_new();
        g_autofree char *caller = g_strdup_printf(HEAD "  b: {uses: ./.github/workflows/b.yml,"
                                                       " permissions: {packages: %s}}\n",
                                                  levels[i]);
        scene_put(scene, "b.yml",
                  "on: workflow_call\njobs:\n  a: " STEPS "\n"
                  "  c: {uses: ./.github/workflows/c.yml}\n");
        scene_put(scene, "c.yml", "on: workflow_call\njobs: {d: " STEPS "}\n");

        cr_assert(scene_load(scene, caller));
        const struct call *outer = call_of_job(scene_root(scene), "b");
        const struct call *inner = call_of_job(outer, "c");

        bool may_write = strcmp(levels[i], "write") == 0;
        cr_expect(may(scene, outer, "a", "read"));
        cr_expect(may(scene, inner, "d", "read"));
        cr_expect_eq(may(scene, outer, "a", "write"), may_write, "%s", levels[i]);
        cr_expect_eq(may(scene, inner, "d", "write"), may_write, "%s", levels[i]);
    }
}

/* b.yml asks for the permissions of its job; the repository's setting is what the event says. */
Test(call_permissions, are_asked_for_no_further_than_the_caller_has_them)
{
    static const struct {
        const char *asked, *stated, *event;
        const char *error; /* NULL: none */
    } cases[] = {
        {"{packages: write}", "permissions: {packages: write}\n", "{\"ref\": \"x\"}", NULL},
        /* A setting that nobody told may grant all of it. */
        {"{packages: write, id-token: write}", "", "{\"ref\": \"x\"}", NULL},
        {"{packages: write, id-token: write}", "permissions: {packages: write}\n",
         "{\"ref\": \"x\"}", "requesting 'id-token: write', but is only allowed 'id-token: none'"},
        {"{packages: write}", "", "{\"ref\": \"x\", \"default_workflow_permissions\": \"read\"}",
         "ci.yml:3:3: Error calling workflow './.github/workflows/b.yml'. The nested job 'push' is "
         "requesting 'packages: write', but is only allowed 'packages: read'."},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        AUTO(scene) scene = scene_new();
        g_autofree char *callee = g_strdup_printf(
            "on: workflow_call\njobs:\n  push: {runs-on: x, permissions: %s, steps: [{run: a}]}\n",
            cases[i].asked);
        g_autofree char *caller =
            g_strconcat(cases[i].stated, HEAD "  b: {uses: ./.github/workflows/b.yml}\n", NULL);
        scene_put(scene, "b.yml", callee);

        bool is_loaded = scene_load_with(scene, caller, cases[i].event);

        cr_expect_eq(is_loaded, cases[i].error == NULL, "%s%s", cases[i].stated, cases[i].asked);
        cr_expect(is_loaded || errors_tell(scene->errors, cases[i].error), "%s%s", cases[i].stated,
                  cases[i].asked);
    }
}
