/* actions/setup-node. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

#define CACHE "/opt/hostedtoolcache/"

Test(setup_node, puts_a_version_on_path)
{
    FAKE_RUN(run, &action_setup_node, "v4");
    fake_input(run, "node-version", "20");

    fake_main(run);

    fake_expect_text(fake_output(run, "node-version"), "v20.19.6");
    fake_expect_text(fake_path(run), CACHE "node/20.19.6/x64/bin");
    fake_expect_text(fake_assumed(run), "");
}

Test(setup_node, reads_version_files_and_assumes_what_it_does_not_hold)
{
    FAKE_RUN(run, &action_setup_node, "v4");
    fake_workspace_file(run, "package.json", "{\"engines\": {\"node\": \"18.17.1\"}}");
    fake_input(run, "node-version-file", "package.json");

    fake_main(run);

    fake_expect_text(fake_output(run, "node-version"), "v18.17.1");
    fake_expect_text(fake_assumed(run), "Node.js 18.17.1\n");
}

/* Lines and minor versions before the newest, and lines that the list is too old to know. */
Test(setup_node, assumes_versions_that_no_image_holds)
{
    static const struct {
        const char *wanted, *version;
    } cases[] = {
        {"22.4", "22.4.0"},         {"18.17.x", "18.17.0"}, {"~16.13", "16.13.0"},
        {">=18.1 <18.5", "18.4.0"}, {"12", "12.22.12"},     {"10.x", "10.24.1"},
        {"^17 || ^15", "17.9.1"},   {"26.x", "26.0.0"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_setup_node, "v4");
        fake_input(run, "node-version", cases[i].wanted);
        g_autofree char *output = g_strconcat("v", cases[i].version, NULL);
        g_autofree char *assumed = g_strdup_printf("Node.js %s\n", cases[i].version);

        fake_main(run);

        cr_expect_null(fake_failure(run), "%s: %s", cases[i].wanted, fake_failure(run));
        fake_expect_text(fake_output(run, "node-version"), output);
        fake_expect_text(fake_assumed(run), assumed);
    }
}

/* A minor version that never was, a line of another century, and no version at all. */
Test(setup_node, refuses_versions_that_are_nowhere)
{
    const char *const versions[] = {"18.99", "62", "banana"};
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        FAKE_RUN(run, &action_setup_node, "v4");
        fake_input(run, "node-version", versions[i]);
        g_autofree char *failure = g_strdup_printf(
            "Unable to find Node version '%s' for platform linux and architecture x64.",
            versions[i]);

        fake_main(run);

        fake_expect_text(fake_failure(run), failure);
    }
}

Test(setup_node, leaves_without_a_version_what_is_there)
{
    FAKE_RUN(run, &action_setup_node, "v4");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_path(run), "");
}
