/* Golden reports. */
#include "golden.h"

#include <criterion/criterion.h>

static char *golden_path(const char *name)
{
    const char *folder = g_getenv("SEATRIAL_SOURCE_DIR");
    return g_build_filename(folder != NULL ? folder : ".", "tests/golden", name, NULL);
}

json_t *golden_read(const char *name)
{
    g_autofree char *path = golden_path(name);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    cr_assert(g_file_get_contents(path, &text, &length, NULL), "%s", path);
    json_t *run = json_parse_bytes(text, length, &error);
    cr_assert_not_null(run, "%s: %s", path, error != NULL ? error->message : "");
    return run;
}

void golden_check(const char *name, const char *report)
{
    g_autofree char *path = golden_path(name);
    g_autofree char *expected = NULL;
    if (g_getenv("UPDATE_GOLDEN") != NULL)
        cr_assert(g_file_set_contents(path, report, -1, NULL));
    cr_assert(g_file_get_contents(path, &expected, NULL, NULL), "%s", path);
    cr_assert_str_eq(report, expected, "%s is now:\n%s", name, report);
}

void golden_check_harmless(const char *report)
{
    for (const char *each = report; *each != '\0'; each++)
        cr_assert((unsigned char)*each >= 0x20 || *each == '\n', "%s", each);
}
