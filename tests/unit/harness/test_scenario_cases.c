/*
 * Bad scenarios: every file of tests/cases/scenario is wrong in one way, and NAME.expected is what
 * its author is told. UPDATE_GOLDEN=1 rewrites the expected texts. What is too big to keep is made
 * here.
 */
#include "hand_made.h"

#include "base/limits.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#define CASES "tests/cases/scenario"

/* What loading says, with a newline at its end. */
static char *message_of(const char *path)
{
    g_autoptr(GError) error = NULL;
    AUTO(scenario) scenario = scenario_load(path, &error);
    return g_strconcat(scenario == NULL ? error->message : "it loads", "\n", NULL);
}

static void check_case(const char *name)
{
    const char *dot = strrchr(name, '.');
    g_autofree char *path = g_build_filename(CASES, name, NULL);
    g_autofree char *stem = g_strndup(name, (gsize)(dot - name));
    g_autofree char *expected_path = g_strdup_printf("%s/%s.expected", CASES, stem);
    g_autofree char *expected = NULL;
    g_autofree char *message = message_of(path);

    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(expected_path, message, -1, NULL));
    cr_assert(g_file_get_contents(expected_path, &expected, NULL, NULL), "%s", expected_path);
    cr_expect_str_eq(message, expected, "%s\n  expected %s  got      %s", name, expected, message);
    cr_expect(g_str_has_prefix(message, CASES "/"), "%s: the message names no place: %s", name,
              message);
}

static void enter_source_folder(void)
{
    g_autofree char *folder = source_path(".");
    cr_assert_eq(chdir(folder), 0);
}

Test(scenario_cases, tell_the_author_where_and_what_would_be_right)
{
    enter_source_folder();
    GDir *folder = g_dir_open(CASES, 0, NULL);
    const char *name;
    int count = 0;
    cr_assert_not_null(folder);

    while ((name = g_dir_read_name(folder)) != NULL) {
        if (g_str_has_suffix(name, ".expected"))
            continue;
        check_case(name);
        count++;
    }

    g_dir_close(folder);
    cr_assert_geq(count, 25);
}

/* Loads a scenario whose end is count times before, its number and after. */
static char *message_of_made(const char *head, const char *before, const char *after, int count)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *path = NULL;
    int fd = g_file_open_tmp("scenario-XXXXXX.yaml", &path, NULL);
    cr_assert_geq(fd, 0);
    close(fd);
    g_string_append_printf(text, "seatrial: scenario/1\npurpose: x\nfate: failed\n%s", head);
    for (int i = 0; i < count; i++)
        g_string_append_printf(text, "%s%d%s", before, i, after);
    cr_assert(g_file_set_contents(path, text->str, (gssize)text->len, NULL));
    char *message = message_of(path);
    remove(path);
    return message;
}

#define INLINE_POLICY                                                                              \
    "policy:\n  tiers: [{id: t, driver: docker, timeout: 5min}]\n  platforms: [linux/amd64]\n"

Test(scenario_cases, of_too_many_bytes_are_refused)
{
    g_autofree char *message =
        message_of_made("", "# and so on: ", "\n", DOC_BYTES_MAX / (int)strlen("# and so on: "));

    cr_assert_not_null(strstr(message, "at most 4194304"), "%s", message);
}

Test(scenario_cases, of_too_many_nodes_are_refused)
{
    g_autofree char *message = message_of_made("expect:\n", "  - x", "\n", DOC_NODES_MAX);

    cr_assert_not_null(strstr(message, "more than 50000 values"), "%s", message);
}

Test(scenario_cases, of_too_great_depth_are_refused)
{
    g_autofree char *message = message_of_made("expect: ", "[", ", [", DOC_DEPTH_MAX);

    cr_assert_not_null(strstr(message, "deeper than 50"), "%s", message);
}

Test(scenario_cases, of_too_many_faults_are_refused)
{
    g_autofree char *message =
        message_of_made(INLINE_POLICY "  services: [{id: a, image: 'ghcr.io/a/b:c'}]\nfaults:\n",
                        "  - {id: f", ", do: {kind: reset}}\n", FAULT_RULES_MAX + 1);

    cr_assert_not_null(strstr(message, "FAULT_RULES_MAX"), "%s", message);
}

Test(scenario_cases, of_too_many_services_are_refused)
{
    g_autofree char *message = message_of_made(INLINE_POLICY "  services:\n", "    - {id: s",
                                               ", image: 'ghcr.io/a/b:c'}\n", SERVICES_MAX + 1);

    cr_assert_not_null(strstr(message, "SERVICES_MAX"), "%s", message);
}
