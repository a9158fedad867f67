/* `seatrial plan` and `seatrial list`: what would run, without running it. */
#include "harness/cli.h"
#include "harness/suite.h"

#include <stdio.h>

static int print_errors(const struct suite *suite)
{
    for (guint i = 0; i < suite->errors->len; i++)
        fprintf(stderr, "%s\n", (const char *)g_ptr_array_index(suite->errors, i));
    return suite->errors->len > 0 ? EXIT_BAD_INPUT : EXIT_AS_EXPECTED;
}

static struct suite *load(const char *name, char **paths)
{
    g_autoptr(GError) error = NULL;
    if (paths[0] == NULL) {
        cli_complain("%s: no scenario given", name);
        return NULL;
    }
    struct suite *suite = suite_load((const char *const *)paths, &error);
    if (suite == NULL)
        cli_complain("%s: %s", name, error->message);
    return suite;
}

static void print_plan_json(const struct suite *suite)
{
    json_t *plans = json_array();
    g_autoptr(json_t) document =
        json_pack("{s:s, s:o}", "format", "seatrial.plan/1", "plans", plans);
    for (guint i = 0; i < suite->scenarios->len; i++) {
        AUTO(plan) plan = plan_new(g_ptr_array_index(suite->scenarios, i), NULL);
        json_array_append_new(plans, plan_json(plan));
    }
    g_autofree char *text = json_pretty_text(document);
    fputs(text, stdout);
}

static int plan(const struct app *app, int argc, char **argv)
{
    gboolean is_json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &is_json, "Print seatrial.plan/1", NULL}, {0}};
    (void)app;
    if (!cli_parse(&command_plan, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    AUTO(suite) suite = load("plan", argv + 1);
    if (suite == NULL)
        return EXIT_BAD_INPUT;
    if (is_json)
        print_plan_json(suite);
    for (guint i = 0; i < suite->scenarios->len && !is_json; i++) {
        AUTO(plan) each = plan_new(g_ptr_array_index(suite->scenarios, i), NULL);
        g_autofree char *text = plan_text(each);
        fputs(text, stdout);
    }
    return print_errors(suite);
}

static int list(const struct app *app, int argc, char **argv)
{
    const GOptionEntry entries[] = {{0}};
    (void)app;
    if (!cli_parse(&command_list, entries, &argc, &argv))
        return EXIT_BAD_INPUT;
    AUTO(suite) suite = load("list", argv + 1);
    if (suite == NULL)
        return EXIT_BAD_INPUT;
    for (guint i = 0; i < suite->scenarios->len; i++) {
        const struct scenario *scenario = g_ptr_array_index(suite->scenarios, i);
        g_autofree char *cites = g_strjoinv(" ", scenario->cites);
        printf("%s  [%s]\n    %s\n", scenario->name, cites, scenario->purpose);
    }
    return print_errors(suite);
}

const struct command command_plan = {
    .name = "plan",
    .arguments = "PATH…",
    .summary = "print what a scenario resolves to",
    .run = plan,
};

const struct command command_list = {
    .name = "list",
    .arguments = "PATH…",
    .summary = "list scenarios with their purposes",
    .run = list,
};
