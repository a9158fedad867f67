/* Labels and the machines they mean. */
#include "workflow/runs_on.h"

#include <criterion/criterion.h>
#include <string.h>

#define TODAY "2026-11-26"

static char *text_of(const char *json, const char *date)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) runs_on = json_loads(json, JSON_DECODE_ANY, NULL);
    struct runner runner;
    cr_assert(runner_choose(runs_on, date, &runner, &error), "%s", json);
    char *text = runner_text(&runner);
    runner_clear(&runner);
    return text;
}

Test(runs_on, labels_mean_machines)
{
    static const char *const rows[][2] = {
        {"\"ubuntu-24.04\"", "ubuntu-24.04 (linux/amd64)"},
        {"\"Ubuntu-22.04\"", "ubuntu-22.04 (linux/amd64)"},
        {"[\"ubuntu-26.04-arm\"]", "ubuntu-26.04-arm (linux/arm64)"},
        {"\"windows-latest\"", "windows-2025 (windows/amd64)"},
        {"\"macos-15\"", "macos-15 (macos/arm64)"},
        {"\"ubuntu-20.04\"", "ubuntu-20.04, which GitHub no longer has"},
        {"[\"self-hosted\", \"linux\", \"ARM64\"]",
         "self-hosted [self-hosted, linux, ARM64] (linux/arm64)"},
        {"[\"self-hosted\"]", "self-hosted [self-hosted] (linux/amd64, assumed)"},
        {"\"ubuntu-latest-4-cores\"", "self-hosted [ubuntu-latest-4-cores] (linux/amd64, assumed)"},
        {"\"ubuntu-24.04-arm64-8\"", "self-hosted [ubuntu-24.04-arm64-8] (linux/arm64)"},
        {"[\"ubuntu-latest\", \"gpu\"]", "self-hosted [ubuntu-latest, gpu] (linux/amd64, assumed)"},
        {"{\"group\": \"big\"}", "self-hosted [group big] (linux/amd64, assumed)"},
        {"{\"group\": \"big\", \"labels\": \"linux-x64\"}",
         "self-hosted [group big: linux-x64] (linux/amd64)"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = text_of(rows[i][0], TODAY);
        cr_expect_str_eq(text, rows[i][1], "%s: %s", rows[i][0], text);
    }
}

Test(runs_on, what_latest_means_depends_on_the_day)
{
    g_autofree char *before = text_of("\"ubuntu-latest\"", "2026-10-18");
    g_autofree char *from = text_of("\"ubuntu-latest\"", "2026-10-19");
    g_autofree char *old = text_of("\"macos-13\"", "2025-12-03");

    cr_expect_str_eq(before, "ubuntu-24.04 (linux/amd64)");
    cr_expect_str_eq(from, "ubuntu-26.04 (linux/amd64)");
    cr_expect_str_eq(old, "macos-13 (macos/amd64)");
}

Test(runs_on, what_names_no_runner_is_an_error)
{
    static const char *const rows[] = {
        "\"\"", "[]", "1", "null", "[1]", "{}", "{\"group\": 1}", "{\"labels\": {}}"};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(json_t) runs_on = json_loads(rows[i], JSON_DECODE_ANY, NULL);
        struct runner runner;
        cr_expect_not(runner_choose(runs_on, TODAY, &runner, &error), "%s", rows[i]);
        cr_expect_not_null(error);
        runner_clear(&runner);
    }
}
