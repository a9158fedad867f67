/* `seatrial faults`: the kinds of faults, as a Markdown table made from their rows. */
#include "harness/cli.h"
#include "mocks/faults/faults.h"

#include <stdio.h>

static void print_kind(const struct fault_kind_row *row)
{
    g_autofree char *help = record_help(row->parameters);
    printf("## %s\n\n%s. Acts at: %s. Evidence: %s.\n\n%s\n", row->name, row->summary, row->acts_at,
           row->evidence, help);
}

static int faults(const struct app *app, int argc, char **argv)
{
    gboolean is_long = FALSE;
    const GOptionEntry entries[] = {
        {"long", 0, 0, G_OPTION_ARG_NONE, &is_long, "With the parameters of each kind", NULL}, {0}};
    (void)app;
    if (!cli_parse(&command_faults, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    if (argc > 1) {
        cli_complain("faults: what is '%s'? faults takes options only", argv[1]);
        return EXIT_BAD_INPUT;
    }
    if (!is_long)
        printf("| kind | acts at | what it does | evidence |\n|---|---|---|---|\n");
    for (gsize i = 0; i < faults_kind_count(); i++) {
        struct fault_kind_row row = faults_kind_row(i);
        if (is_long)
            print_kind(&row);
        else
            printf("| %s | %s | %s | %s |\n", row.name, row.acts_at, row.summary, row.evidence);
    }
    return EXIT_AS_EXPECTED;
}

const struct command command_faults = {
    .name = "faults",
    .arguments = "",
    .summary = "list the kinds of faults",
    .run = faults,
};
