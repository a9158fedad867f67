/* actions/setup-go, setup-node and setup-python. */
#include "actions/actions.h"
#include "actions/go_releases.h"

#include "fake_run.h"

#include <criterion/criterion.h>
#include <string.h>

#define CACHE "/opt/hostedtoolcache/"
#define GOMOD "/home/runner/work/app/app/go.mod"

static void set_up(struct action_run *run)
{
    fake_date(run, "2025-06-01T00:00:00Z");
}

Test(setup_go, resolves_versions_known_at_the_date)
{
    static const struct {
        const char *wanted, *date, *version;
    } cases[] = {
        {"1.22", "2025-06-01T00:00:00Z", "1.22.12"},
        {"1.22", "2024-06-01T00:00:00Z", "1.22.3"},
        {"1.22.4", "2025-06-01T00:00:00Z", "1.22.4"},
        {"^1.21.3", "2024-02-01T00:00:00Z", "1.21.6"},
        {">=1.20 <1.22", "2025-06-01T00:00:00Z", "1.21.13"},
        {"1.x", "2025-06-01T00:00:00Z", "1.24.3"},
        {"stable", "2025-06-01T00:00:00Z", "1.24.3"},
        {"oldstable", "2025-06-01T00:00:00Z", "1.23.9"},
        {"~1.23.1", "2025-06-01T00:00:00Z", "1.23.9"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_setup_go, "v5");
        fake_date(run, cases[i].date);
        fake_input(run, "go-version", cases[i].wanted);
        fake_main(run);
        cr_expect_null(fake_failure(run), "%s: %s", cases[i].wanted, fake_failure(run));
        fake_expect_text(fake_output(run, "go-version"), cases[i].version);
    }
}

Test(setup_go, puts_the_version_on_path)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    set_up(run);
    fake_input(run, "go-version", "1.23");

    fake_main(run);

    fake_expect_text(fake_path(run), CACHE "go/1.23.9/x64/bin:/home/runner/go/bin");
    fake_expect_part(fake_log(run), "Setup go version spec 1.23\nFound in cache @ " CACHE
                                    "go/1.23.9/x64\nAdded go to the path\n"
                                    "Successfully set up Go version 1.23\n");
    fake_expect_part(fake_log(run), "go version go1.23.9 linux/amd64\n");
    fake_expect_text(fake_assumed(run), "");
}

Test(setup_go, refuses_a_version_that_never_was)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    set_up(run);
    fake_input(run, "go-version", "1.22.99");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Unable to find Go version '1.22.99' for platform linux "
                                        "and architecture x64.");
}

Test(setup_go, refuses_a_version_of_a_later_day)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    set_up(run);
    fake_input(run, "go-version", "1.25");

    fake_main(run);

    fake_expect_part(fake_failure(run), "Unable to find Go version '1.25'");
}

static void expect_unlisted(const char *date, const char *version, bool is_assumed)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    fake_date(run, date);
    fake_input(run, "go-version", version);

    fake_main(run);

    g_autofree char *what = g_strdup_printf("that there is Go %s\n", version);
    if (!is_assumed) {
        fake_expect_part(fake_failure(run), "Unable to find Go version");
        return;
    }
    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_assumed(run), what);
    fake_expect_text(fake_output(run, "go-version"), version);
}

Test(setup_go, assumes_what_its_list_is_too_old_to_know)
{
    expect_unlisted("2027-02-01T00:00:00Z", "1.27.9", true);
    expect_unlisted("2027-02-01T00:00:00Z", "1.28.0", true);
    expect_unlisted("2026-11-25T00:00:00Z", "1.27.9", false);
}

Test(setup_go, assumes_a_patch_whose_day_is_a_guess)
{
    expect_unlisted("2026-09-01T00:00:00Z", "1.27.1", true);
    expect_unlisted("2026-08-18T00:00:00Z", "1.27.1", false);
}

Test(setup_go, downloads_what_the_image_does_not_hold)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    set_up(run);
    fake_input(run, "go-version", "1.18");

    fake_main(run);

    fake_expect_part(fake_log(run), "Attempting to download 1.18...\nmatching 1.18...\n"
                                    "Acquiring 1.18.10 from ");
    fake_expect_text(fake_assumed(run), "the download of Go 1.18.10\n");
}

Test(setup_go, reads_version_files)
{
    static const struct {
        const char *ref, *name, *text, *version;
    } cases[] = {
        {"v5", "go.mod", "module x\n\ngo 1.22\n", "1.22.12"},
        {"v5", "go.mod", "module x\n\ngo 1.22.0\ntoolchain go1.23.4\n", "1.22.0"},
        {"v6", "go.mod", "module x\n\ngo 1.22.0\ntoolchain go1.23.4\n", "1.23.4"},
        {"v6", "go.mod", "module x\n\ngo 1.22.0\n", "1.22.0"},
        {"v5", ".go-version", "1.21.5\n", "1.21.5"},
        {"v6", ".tool-versions", "nodejs 20\ngolang 1.22.3 # x\n", "1.22.3"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_setup_go, cases[i].ref);
        set_up(run);
        g_autofree char *path = g_strconcat("/home/runner/work/app/app/", cases[i].name, NULL);
        fake_file(run, path, cases[i].text);
        fake_input(run, "go-version-file", cases[i].name);
        fake_main(run);
        fake_expect_text(fake_output(run, "go-version"), cases[i].version);
    }
}

Test(setup_go, fails_without_its_version_file)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    fake_input(run, "go-version-file", "go.mod");

    fake_main(run);

    fake_expect_text(fake_failure(run), "The specified go version file at: go.mod does not exist");
}

Test(setup_go, takes_the_machines_own_without_a_version)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    fake_answer(run, (struct fake_answer){.pattern = "go version",
                                          .output = "go version go1.24.9 linux/amd64\n"});

    fake_main(run);

    fake_expect_text(fake_output(run, "go-version"), "1.24.9");
    fake_expect_part(fake_log(run), "[warning]go-version input was not specified.");
}

Test(setup_go, of_version_6_keeps_to_the_local_toolchain)
{
    FAKE_RUN(run, &action_setup_go, "v6");
    set_up(run);
    fake_input(run, "go-version", "1.23");

    fake_main(run);

    fake_expect_text(fake_exported(run, "GOTOOLCHAIN"), "local");
}

#define SERVICE "https://results-receiver.actions.githubusercontent.com/"

Test(setup_go, looks_for_a_cache_by_the_hash_of_its_dependencies)
{
    FAKE_RUN(run, &action_setup_go, "v6");
    set_up(run);
    fake_variable(run, "ACTIONS_RESULTS_URL", SERVICE);
    fake_variable(run, "ImageOS", "ubuntu24");
    fake_file(run, GOMOD, "module x\n");
    fake_input(run, "go-version", "1.23");
    fake_reply(run, "POST " SERVICE "*", 200, "{\"ok\": false}");

    fake_main(run);

    fake_expect_part(fake_requests(run), "{\"key\":\"setup-go-Linux-x64-ubuntu24-go-1.23.9-");
    fake_expect_text(fake_output(run, "cache-hit"), "false");
    fake_expect_part(fake_log(run), "Cache is not found\n");
}

Test(setup_go, warns_when_dependencies_are_nowhere)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    set_up(run);
    fake_variable(run, "ACTIONS_RESULTS_URL", SERVICE);
    fake_input(run, "go-version", "1.23");

    fake_main(run);

    fake_expect_text(fake_warnings(run),
                     "Restore cache failed: Dependencies file is not found in "
                     "/home/runner/work/app/app. Supported file pattern: go.sum\n");
    cr_expect_null(fake_failure(run));
}

Test(setup_go, of_version_3_caches_only_when_asked)
{
    FAKE_RUN(run, &action_setup_go, "v3");
    set_up(run);
    fake_variable(run, "ACTIONS_RESULTS_URL", SERVICE);
    fake_input(run, "go-version", "1.23");

    fake_main(run);

    fake_expect_text(fake_requests(run), "");
    fake_expect_text(fake_warnings(run), "");
}

Test(semver_range, holds_what_node_semver_says)
{
    static const struct {
        const char *range, *version;
        bool holds;
    } cases[] = {
        {"1.22", "1.22.5", true},
        {"1.22", "1.23.0", false},
        {"^1.2.3", "1.9.0", true},
        {"^1.2.3", "2.0.0", false},
        {"^0.2.3", "0.2.9", true},
        {"^0.2.3", "0.3.0", false},
        {"~1.2.3", "1.2.9", true},
        {"~1.2.3", "1.3.0", false},
        {"~1", "1.9.0", true},
        {">1.2", "1.2.9", false},
        {">1.2", "1.3.0", true},
        {"<=1.2", "1.2.9", true},
        {"<1.2", "1.1.9", true},
        {">= 1.2 < 1.4", "1.3.0", true},
        {"1.2 - 1.4", "1.4.9", true},
        {"1.2 - 1.4.1", "1.4.2", false},
        {"1.2 || 3.x", "3.1.4", true},
        {"*", "9.9.9", true},
        {"", "9.9.9", true},
        {"=1.2.3", "1.2.3", true},
        {"1.2.3", "1.2.3-rc.1", false},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SEMVER_RANGE(range);
        SEMVER(version);
        cr_assert(semver_range_parse(cases[i].range, &range), "%s", cases[i].range);
        cr_assert(semver_parse(cases[i].version, &version));
        cr_expect_eq(semver_range_has(&range, &version), cases[i].holds, "%s in %s",
                     cases[i].version, cases[i].range);
    }
    SEMVER_RANGE(none);
    cr_expect_not(semver_range_parse("latest", &none));
    cr_expect_not(semver_range_parse("1.2.3.4", &none));
}

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
    fake_file(run, "/home/runner/work/app/app/package.json",
              "{\"engines\": {\"node\": \"18.17.1\"}}");
    fake_input(run, "node-version-file", "package.json");

    fake_main(run);

    fake_expect_text(fake_output(run, "node-version"), "v18.17.1");
    fake_expect_text(fake_assumed(run), "Node.js 18.17.1\n");
}

Test(setup_node, assumes_a_line_that_its_list_is_too_old_to_know)
{
    FAKE_RUN(run, &action_setup_node, "v4");
    fake_input(run, "node-version", "26.x");

    fake_main(run);

    fake_expect_text(fake_output(run, "node-version"), "v26.0.0");
    fake_expect_text(fake_assumed(run), "Node.js 26.0.0\n");
}

Test(setup_node, assumes_lines_and_minor_versions_before_the_newest)
{
    static const struct {
        const char *wanted, *version;
    } cases[] = {
        {"22.4", "v22.4.0"},         {"18.17.x", "v18.17.0"}, {"~16.13", "v16.13.0"},
        {">=18.1 <18.5", "v18.4.0"}, {"12", "v12.22.12"},     {"10.x", "v10.24.1"},
        {"^17 || ^15", "v17.9.1"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        FAKE_RUN(run, &action_setup_node, "v4");
        fake_input(run, "node-version", cases[i].wanted);
        fake_main(run);
        cr_expect_null(fake_failure(run), "%s: %s", cases[i].wanted, fake_failure(run));
        fake_expect_text(fake_output(run, "node-version"), cases[i].version);
        cr_expect_str_not_empty(fake_assumed(run));
    }
}

Test(setup_node, refuses_a_minor_version_that_never_was)
{
    FAKE_RUN(run, &action_setup_node, "v4");
    fake_input(run, "node-version", "18.99");

    fake_main(run);

    fake_expect_part(fake_failure(run), "Unable to find Node version '18.99'");
}

Test(setup_node, refuses_a_line_of_another_century)
{
    FAKE_RUN(run, &action_setup_node, "v4");
    fake_input(run, "node-version", "62");

    fake_main(run);

    fake_expect_part(fake_failure(run), "Unable to find Node version '62'");
}

Test(setup_node, refuses_what_is_no_version)
{
    FAKE_RUN(run, &action_setup_node, "v4");
    fake_input(run, "node-version", "banana");

    fake_main(run);

    fake_expect_text(fake_failure(run), "Unable to find Node version 'banana' for platform linux "
                                        "and architecture x64.");
}

Test(setup_node, leaves_without_a_version_what_is_there)
{
    FAKE_RUN(run, &action_setup_node, "v4");

    fake_main(run);

    cr_expect_null(fake_failure(run));
    fake_expect_text(fake_path(run), "");
}

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

Test(setup_python, assumes_a_line_that_its_list_is_too_old_to_know)
{
    FAKE_RUN(run, &action_setup_python, "v5");
    fake_input(run, "python-version", "3.15");

    fake_main(run);

    fake_expect_text(fake_output(run, "python-version"), "3.15.0");
    fake_expect_text(fake_assumed(run), "Python 3.15.0\n");
}

Test(setup_python, downloads_a_line_that_no_image_holds_any_more)
{
    FAKE_RUN(run, &action_setup_python, "v5");
    fake_input(run, "python-version", "3.8");

    fake_main(run);

    fake_expect_text(fake_output(run, "python-version"), "3.8.18");
    fake_expect_text(fake_assumed(run), "Python 3.8.18\n");
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
