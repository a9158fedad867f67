/* actions/setup-python. */
#include "actions/actions.h"

#include "fake_run.h"

#include <criterion/criterion.h>

#define CACHE "/opt/hostedtoolcache/"

Test(setup_python, puts_a_version_on_path)
{
    FAKE_RUN(run, &action_setup_python, "v5");
    fake_contexts(run, "{\"runner\": {\"arch\": \"ARM64\"}}");
    fake_input(run, "python-version", "3.12");

    fake_main(run);

    fake_expect_text(fake_output(run, "python-version"), "3.12.12");
    fake_expect_text(fake_exported(run, "pythonLocation"), CACHE "Python/3.12.12/arm64");
    fake_expect_text(fake_path(run),
                     CACHE "Python/3.12.12/arm64:" CACHE "Python/3.12.12/arm64/bin");
}

/* A line that the list is too old to know, and one that images hold no more. */
Test(setup_python, assumes_versions_that_no_image_holds)
{
    static const struct {
        const char *wanted, *version;
    } cases[] = {{"3.15", "3.15.0"}, {"3.8", "3.8.18"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_setup_python, "v5");
        fake_input(run, "python-version", cases[i].wanted);
        g_autofree char *assumed = g_strdup_printf("Python %s\n", cases[i].version);

        fake_main(run);

        fake_expect_text(fake_output(run, "python-version"), cases[i].version);
        fake_expect_text(fake_assumed(run), assumed);
    }
}

Test(setup_python, installs_each_of_several_versions_and_leaves_the_last_first_on_path)
{
    FAKE_RUN(run, &action_setup_python, "v5");
    fake_input(run, "python-version", "3.11\n3.12\n");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_output(run, "python-version"), "3.12.12");
    fake_expect_part(fake_path(run), CACHE "Python/3.11.14/x64");
}

Test(setup_python, assumes_a_python_that_is_not_cpython)
{
    FAKE_RUN(run, &action_setup_python, "v5");
    fake_input(run, "python-version", "pypy3.10");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_assumed(run), "PyPy pypy3.10\n");
}

Test(setup_python, refuses_a_line_that_never_was)
{
    FAKE_RUN(run, &action_setup_python, "v5");
    fake_input(run, "python-version", "3.99");

    fake_main(run);

    fake_expect_part(fake_failure(run),
                     "The version '3.99' with architecture 'x64' was not found for Ubuntu 24.04.");
}
