/* actions/setup-go. */
#include "actions/actions.h"

#include "fake_services.h"

#include <criterion/criterion.h>

#define CACHE "/opt/hostedtoolcache/"

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

Test(setup_go, refuses_versions_that_never_were_or_came_later)
{
    const char *const versions[] = {"1.22.99", "1.25"};
    for (gsize i = 0; i < G_N_ELEMENTS(versions); i++) {
        FAKE_RUN(run, &action_setup_go, "v5");
        set_up(run);
        fake_input(run, "go-version", versions[i]);
        g_autofree char *failure = g_strdup_printf(
            "Unable to find Go version '%s' for platform linux and architecture x64.", versions[i]);

        fake_main(run);

        fake_expect_text(fake_failure(run), failure);
    }
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
        fake_workspace_file(run, cases[i].name, cases[i].text);
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
    fake_prints(run, "go version", "go version go1.24.9 linux/amd64\n");

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

Test(setup_go, looks_for_a_cache_by_the_hash_of_its_dependencies)
{
    FAKE_RUN(run, &action_setup_go, "v6");
    set_up(run);
    fake_results_service(run);
    fake_variable(run, "ImageOS", "ubuntu24");
    fake_workspace_file(run, "go.mod", "module x\n");
    fake_input(run, "go-version", "1.23");
    fake_reply(run, FAKE_CACHE "*", 200, "{\"ok\": false}");

    fake_main(run);

    fake_expect_part(fake_requests(run), "{\"key\":\"setup-go-Linux-x64-ubuntu24-go-1.23.9-");
    fake_expect_text(fake_output(run, "cache-hit"), "false");
    fake_expect_part(fake_log(run), "Cache is not found\n");
}

Test(setup_go, warns_when_dependencies_are_nowhere)
{
    FAKE_RUN(run, &action_setup_go, "v5");
    set_up(run);
    fake_results_service(run);
    fake_input(run, "go-version", "1.23");

    fake_main(run);

    fake_expect_text(fake_warnings(run),
                     "Restore cache failed: Dependencies file is not found in " FAKE_WORKSPACE
                     ". Supported file pattern: go.sum\n");
    cr_expect_null(fake_failure(run));
}

Test(setup_go, of_version_3_caches_only_when_asked)
{
    FAKE_RUN(run, &action_setup_go, "v3");
    set_up(run);
    fake_results_service(run);
    fake_input(run, "go-version", "1.23");

    fake_main(run);

    fake_expect_text(fake_output(run, "go-version"), "1.23.9");
    fake_expect_text(fake_requests(run), "");
    fake_expect_text(fake_warnings(run), "");
}
