/* Workflow commands in lines (actions-semantics.md 5.4). */
#include "runner/command_line.h"

#include <criterion/criterion.h>

static const char *const names[] = {"error", "set-output", "group", NULL};

struct row {
    const char *line;
    const char *name; /* NULL: none */
    const char *data;
    const char *property; /* of "name", or NULL */
};

static const struct row rows[] = {
    {"::error::text", "error", "text", NULL},
    {"  ::error::text", "error", "text", NULL},
    {"::ERROR::text", "ERROR", "text", NULL},
    {"::error::", "error", "", NULL},
    {"::set-output name=a::b", "set-output", "b", "a"},
    {"::set-output name=a,x=y::b::c", "set-output", "b::c", "a"},
    {"::set-output x=y,name=a=b::", "set-output", "", "a=b"},
    {"::set-output name=a%2Cb%3Ac%25::1%0D%0A%252", "set-output", "1\r\n%2", "a,b:c%"},
    {"::set-output name=::b", "set-output", "b", ""},
    {"::set-output name::b", "set-output", "b", NULL},
    {"x ::error::text", NULL, NULL, NULL},
    {"::unknown::text", NULL, NULL, NULL},
    {"::error", NULL, NULL, NULL},
    {":error::text", NULL, NULL, NULL},
    {"##[error]text", "error", "text", NULL},
    {"at any place ##[error]text", "error", "text", NULL},
    {"##[set-output name=a;x=y;]b", "set-output", "b", "a"},
    {"##[set-output name=a%3Bb%5D;]c%5D", "set-output", "c]", "a;b]"},
    {"##[error", NULL, NULL, NULL},
    {"##[unknown]text", NULL, NULL, NULL},
    {"::tok::", "tok", "", NULL},
    {"", NULL, NULL, NULL},
};

Test(command_line, is_read_as_the_runner_reads_it)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        COMMAND_LINE(line);

        bool is_command = command_line_read(rows[i].line, names, "tok", &line);

        cr_expect_eq(is_command, rows[i].name != NULL, "%s", rows[i].line);
        if (!is_command || rows[i].name == NULL)
            continue;
        cr_expect_str_eq(line.name, rows[i].name, "%s", rows[i].line);
        cr_expect_str_eq(line.data, rows[i].data, "%s", rows[i].line);
        const char *property = command_line_property(&line, "NAME");
        cr_expect(g_strcmp0(property, rows[i].property) == 0, "%s: %s", rows[i].line, property);
    }
}
