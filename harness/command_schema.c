/* `seatrial schema`: JSON Schema of the files people write, from the tables that parse them. */
#include "harness/cli.h"
#include "harness/scenario.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    const struct record_type *(*record)(void);
} schemas[] = {
    {"policy", policy_record},
    {"scenario", scenario_record},
};

static int schema(const struct app *app, int argc, char **argv)
{
    const GOptionEntry entries[] = {{0}};
    (void)app;
    if (!cli_parse(&command_schema, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    for (gsize i = 0; argc == 2 && i < G_N_ELEMENTS(schemas); i++) {
        if (strcmp(schemas[i].name, argv[1]) != 0)
            continue;
        g_autoptr(json_t) json = record_json_schema(schemas[i].record());
        g_autofree char *text = json_pretty_text(json);
        fputs(text, stdout);
        return EXIT_AS_EXPECTED;
    }
    cli_complain("schema: of what? policy or scenario");
    return EXIT_BAD_INPUT;
}

const struct command command_schema = {
    .name = "schema",
    .arguments = "policy|scenario",
    .summary = "print a file format's JSON Schema",
    .run = schema,
};
