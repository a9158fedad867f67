/* compose ps: docker's list of a project's containers, in compose's columns. */
#include "mocks/commands/docker/cli_private.h"
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

#define SERVICE_LABEL "{{.Label \"com.docker.compose.service\"}}"

static const struct view_column columns[] = {
    {"Command", "COMMAND"},    {"CreatedAt", "CREATED AT"},
    {"ExitCode", "EXIT CODE"}, {"Health", "HEALTH"},
    {"ID", "CONTAINER ID"},    {"Image", "IMAGE"},
    {"Labels", "LABELS"},      {"LocalVolumes", "LOCAL VOLUMES"},
    {"Mounts", "MOUNTS"},      {"Name", "NAME"},
    {"Names", "NAMES"},        {"Networks", "NETWORKS"},
    {"Ports", "PORTS"},        {"Project", "PROJECT"},
    {"RunningFor", "CREATED"}, {"Service", "SERVICE"},
    {"Size", "SIZE"},          {"State", "STATE"},
    {"Status", "STATUS"},      {0},
};
static const struct view ps_view = {"*formatter.ContainerContext", columns};

/* One answer of docker about a container, a line. */
static char *tell(const struct project *project, const char *container, const char *format)
{
    WORDS(words);
    words_init(&words, "container", "inspect", "--format", format, container, NULL);
    return project_ask(project, &words);
}

/* docker's row with what compose adds. */
static void complete(const struct project *project, json_t *row, const char *service)
{
    g_autofree char *name = g_strdup(json_get_string(row, "Names", ""));
    g_autofree char *code = tell(project, name, "{{.State.ExitCode}}");
    g_autofree char *health =
        tell(project, name, "{{if .State.Health}}{{.State.Health.Status}}{{end}}");

    json_object_set_new(row, "Name", json_string(name));
    json_object_set_new(row, "Project", json_string(project->name));
    json_object_set_new(row, "Service", json_string(service));
    json_object_set_new(row, "Health", json_string(health != NULL ? health : ""));
    json_object_set_new(row, "ExitCode",
                        json_integer(code != NULL ? g_ascii_strtoll(code, NULL, 10) : 0));
    json_object_set_new(row, "Publishers", json_array());
}

static bool is_wanted(const struct compose_call *compose, const char *service, const char *state)
{
    const char *const *states = flags_list(compose->flags, "status");
    bool is_service = compose->arguments[0] == NULL || g_strv_contains(compose->arguments, service);
    return is_service && (states[0] == NULL || g_strv_contains(states, state));
}

/* Lines of "SERVICE {JSON}". */
static GPtrArray *rows_of(const struct compose_call *compose, const char *lines)
{
    g_auto(GStrv) list = g_strsplit(lines, "\n", -1);
    GPtrArray *rows = view_rows_new();

    for (gsize i = 0; list[i] != NULL; i++) {
        char *blank = strchr(list[i], ' ');
        if (blank == NULL)
            continue;
        *blank = '\0';
        g_autoptr(json_t) row = json_parse_bytes(blank + 1, strlen(blank + 1), NULL);
        if (row == NULL || !is_wanted(compose, list[i], json_get_string(row, "State", "")))
            continue;
        complete(compose->project, row, list[i]);
        g_ptr_array_add(rows, json_incref(row));
    }
    return rows;
}

static char *ask_docker(const struct compose_call *compose)
{
    const struct project *project = compose->project;
    g_autofree char *filter = g_strconcat("label=com.docker.compose.project=", project->name, NULL);
    bool is_quiet = flags_boolean(compose->flags, "quiet");
    WORDS(words);

    words_init(&words, "ps", "--filter", filter, "--filter",
               "label=com.docker.compose.oneoff=False", "--format", SERVICE_LABEL " {{json .}}",
               NULL);
    if (flags_boolean(compose->flags, "all") || flags_list(compose->flags, "status")[0] != NULL)
        words_add(&words, "--all", NULL);
    if (is_quiet || flags_boolean(compose->flags, "no-trunc"))
        words_add(&words, "--no-trunc", NULL);
    return project_ask(project, &words);
}

int compose_ps(struct compose_call *compose)
{
    const struct flags *flags = compose->flags;
    const char *asked = flags_text(flags, "format");
    g_autoptr(GError) error = NULL;
    g_autofree char *lines = ask_docker(compose);

    if (lines == NULL)
        return 1;
    for (gsize i = 0; compose->arguments[i] != NULL; i++)
        if (project_service(compose->project, compose->arguments[i]) == NULL) {
            g_autofree char *text = g_strdup_printf("no such service: %s", compose->arguments[i]);
            return project_fail(compose->project, text);
        }
    g_autoptr(GPtrArray) rows = rows_of(compose, lines);
    const char *format = flags_boolean(flags, "quiet")      ? "{{.ID}}"
                         : flags_boolean(flags, "services") ? "{{.Service}}"
                         : g_str_equal(asked, "table")
                             ? "table {{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t"
                               "{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
                             : asked;
    struct invocation invocation = {.cli = compose->project->cli, .call = compose->project->call};
    if (!view_print(&invocation, &ps_view, format, rows, &error))
        return project_fail(compose->project, error->message);
    return 0;
}
