/* Programs of the tests of expressions. */
#include "cases.h"

#include <criterion/criterion.h>
#include <string.h>

/* Reads the cases; how many there were. */
static int check_lines(char **lines,
                       char *(*outcome_of)(const char *program, const char *names_json))
{
    const char *standard = "{}";
    int case_count = 0;

    for (char **line = lines; *line != NULL; line++) {
        if (g_str_has_prefix(*line, "# ") || **line == '\0')
            continue;
        if (g_str_has_prefix(*line, "@ ")) {
            standard = *line + 2;
            continue;
        }
        cr_assert(line[1] != NULL && line[2] != NULL, "line %d: a case has three lines",
                  (int)(line - lines) + 1);
        const char *names = strcmp(line[1], "-") == 0   ? "{}"
                            : strcmp(line[1], "@") == 0 ? standard
                                                        : line[1];
        g_autofree char *outcome = outcome_of(line[0], names);
        cr_expect_str_eq(outcome, line[2], "line %d: %s\n  expected %s\n  got      %s",
                         (int)(line - lines) + 1, line[0], line[2], outcome);
        line += 2;
        case_count++;
    }
    return case_count;
}

void expr_cases_check(const char *name,
                      char *(*outcome_of)(const char *program, const char *names_json),
                      int count_min)
{
    const char *tree = g_getenv("SEATRIAL_SOURCE_DIR");
    g_autofree char *path =
        g_build_filename(tree != NULL ? tree : ".", "tests/cases/expr", name, NULL);
    g_autofree char *text = NULL;
    cr_assert(g_file_get_contents(path, &text, NULL, NULL), "%s", path);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    cr_assert_geq(check_lines(lines, outcome_of), count_min);
}

char *program_repeat(const char *before, const char *middle, const char *after, int times)
{
    GString *text = g_string_new(NULL);
    for (int i = 0; i < times; i++)
        g_string_append(text, before);
    g_string_append(text, middle);
    for (int i = 0; i < times; i++)
        g_string_append(text, after);
    return g_string_free(text, FALSE);
}
