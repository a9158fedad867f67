/* compose up and down: a project's containers. */
#include "mocks/commands/docker/compose_private.h"

#include <string.h>

int project_fail(const struct project *project, const char *text)
{
    command_complain(project->call, "%s\n", text);
    return 1;
}

/* ---- containers ---- */

/* A question to docker: its output without the line's end; NULL: it failed. g_free. */
char *project_ask(const struct project *project, struct words *words)
{
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    if (project_docker(project, words, output, errors) != 0)
        return NULL;
    return g_strchomp(g_string_free(g_steal_pointer(&output), FALSE));
}

/* "running", "exited", …; NULL: there is none. */
char *project_state_of(const struct project *project, const char *container)
{
    WORDS(words);
    words_init(&words, "container", "inspect", "--format", "{{.State.Status}}", container, NULL);
    return project_ask(project, &words);
}

/* One docker command for a container, told as progress: "Starting", "Started". */
bool project_step(const struct project *project, struct words *words, const char *container,
                  const char *before, const char *after)
{
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);

    project_say(project, "Container", container, before);
    if (project_docker(project, words, output, errors) == 0) {
        project_say(project, "Container", container, after);
        return true;
    }
    project_say(project, "Container", container, "Error");
    command_complain(project->call, "%s", errors->str);
    return false;
}

void project_add_command(const struct project *project, const char *service, struct words *words)
{
    const json_t *command = json_object_get(project_service(project, service), "command");
    g_auto(GStrv) split = NULL;

    if (json_is_string(command) &&
        g_shell_parse_argv(json_string_value(command), NULL, &split, NULL))
        for (gsize i = 0; split[i] != NULL; i++)
            words_add(words, split[i], NULL);
    g_autoptr(GPtrArray) list = json_is_array(command) ? model_texts(command) : g_ptr_array_new();
    for (guint i = 0; i < list->len; i++)
        words_add(words, g_ptr_array_index(list, i), NULL);
}

bool project_create_container(const struct project *project, const char *service,
                              const char *container)
{
    g_autofree char *image = project_image(project, service);
    WORDS(words);

    words_init(&words, "create", "--pull", "never", NULL);
    project_add_service(project, service, container, /* is_one_off= */ false, &words);
    words_add(&words, image, NULL);
    project_add_command(project, service, &words);
    return project_step(project, &words, container, "Creating", "Created");
}

static bool remove_container(const struct project *project, const char *container)
{
    WORDS(words);
    words_init(&words, "rm", "--force", "--volumes", container, NULL);
    return project_step(project, &words, container, "Removing", "Removed");
}

static bool start_service(const struct compose_call *compose, const char *service, bool is_started)
{
    const struct project *project = compose->project;
    g_autofree char *container = project_container(project, service);
    g_autofree char *state = project_state_of(project, container);
    WORDS(words);

    if (state != NULL && flags_boolean(compose->flags, "force-recreate")) {
        if (!remove_container(project, container))
            return false;
        g_clear_pointer(&state, g_free);
    }
    if (g_strcmp0(state, "running") == 0) {
        project_say(project, "Container", container, "Running");
        return true;
    }
    if (state == NULL && !project_create_container(project, service, container))
        return false;
    if (!is_started)
        return true;
    if (!flags_boolean(compose->flags, "no-deps") && !project_await_needs(project, service))
        return false;
    words_init(&words, "start", container, NULL);
    return project_step(project, &words, container, "Starting", "Started");
}

/* ---- up ---- */

static bool prepare(const struct compose_call *compose, const GPtrArray *order)
{
    const struct flags *flags = compose->flags;
    for (guint i = 0; i < order->len; i++)
        if (!project_obtain_image(compose->project, g_ptr_array_index(order, i),
                                  flags_boolean(flags, "build"),
                                  flags_boolean(flags, "quiet-pull")))
            return false;
    return project_make_networks(compose->project);
}

/* One that has ended is what up --wait fails on, unless that is what another waits for. */
static int wait_for_all(const struct project *project, const GPtrArray *order)
{
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        g_autofree char *container = project_container(project, service);
        if (!project_may_end(project, service) && !project_await_health(project, container))
            return 1;
    }
    return 0;
}

/* Lines with the service in front: "web-1  | text". */
void project_print_log(const struct project *project, const char *service, const GString *text,
                       int stream, bool has_prefix)
{
    g_auto(GStrv) lines = g_strsplit(text->str, "\n", -1);
    for (gsize i = 0; lines[i] != NULL; i++) {
        if (lines[i + 1] == NULL && *lines[i] == '\0')
            break;
        g_autofree char *line = has_prefix ? g_strdup_printf("%s-1  | %s\n", service, lines[i])
                                           : g_strdup_printf("%s\n", lines[i]);
        command_write(project->call, stream, line, -1);
    }
}

/* Follows one container to its end. */
static void follow(const struct project *project, const char *service)
{
    g_autofree char *container = project_container(project, service);
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(GString) errors = g_string_new(NULL);
    WORDS(words);
    WORDS(question);

    words_init(&words, "logs", "--follow", container, NULL);
    int code = project_docker(project, &words, output, errors);
    project_print_log(project, service, output, 1, true);
    project_print_log(project, service, errors, 2, true);
    words_init(&question, "wait", container, NULL);
    g_autofree char *ended = code == 0 ? project_ask(project, &question) : NULL;
    command_print(project->call, "%s-1 exited with code %s\n", service,
                  ended != NULL ? ended : "1");
}

/* Until one ends; then all are stopped. The code is that of the service that is asked for, else of
   the one that has ended. */
static int attach_to_any(const struct compose_call *compose, const GPtrArray *order,
                         const char *from)
{
    const struct project *project = compose->project;
    bool is_failure_only =
        *from == '\0' && flags_boolean(compose->flags, "abort-on-container-failure");
    const char *ended = project_await_any_end(project, order, from, is_failure_only);
    const char *counted = *from != '\0' ? from : ended;

    if (ended == NULL)
        return 1;
    for (guint i = order->len; i > 0; i--) {
        g_autofree char *container = project_container(project, g_ptr_array_index(order, i - 1));
        g_autofree char *state = project_state_of(project, container);
        WORDS(words);
        words_init(&words, "stop", container, NULL);
        if (g_strcmp0(state, "running") == 0)
            (void)project_step(project, &words, container, "Stopping", "Stopped");
    }
    for (guint i = 0; i < order->len; i++)
        follow(project, g_ptr_array_index(order, i));
    g_autofree char *container = project_container(project, counted);
    return project_exit_code(project, container);
}

/* Without -d: until every container has ended. */
static int attach(const struct compose_call *compose, const GPtrArray *order)
{
    const struct flags *flags = compose->flags;
    const char *from = flags_text(flags, "exit-code-from");
    g_autoptr(GString) names = g_string_new(NULL);

    for (guint i = 0; i < order->len; i++)
        g_string_append_printf(names, "%s%s-1", i > 0 ? ", " : "",
                               (const char *)g_ptr_array_index(order, i));
    command_print(compose->project->call, "Attaching to %s\n", names->str);
    if (*from != '\0' || flags_boolean(flags, "abort-on-container-exit") ||
        flags_boolean(flags, "abort-on-container-failure"))
        return attach_to_any(compose, order, from);
    for (guint i = 0; i < order->len; i++)
        follow(compose->project, g_ptr_array_index(order, i));
    return 0;
}

/* The order of the services that are there now, created and, if that is asked for, started. */
static GPtrArray *bring_up(const struct compose_call *compose, bool has_needs, bool is_started)
{
    const struct project *project = compose->project;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) order = project_order(project, compose->arguments, has_needs, &error);

    if (order == NULL) {
        project_fail(project, error->message);
        return NULL;
    }
    if (!prepare(compose, order))
        return NULL;
    for (guint i = 0; i < order->len; i++)
        if (!start_service(compose, g_ptr_array_index(order, i), is_started))
            return NULL;
    return g_steal_pointer(&order);
}

int compose_create(struct compose_call *compose)
{
    g_autoptr(GPtrArray) order = bring_up(compose, /* has_needs= */ true, /* is_started= */ false);
    return order == NULL;
}

int compose_up(struct compose_call *compose)
{
    const struct flags *flags = compose->flags;
    bool is_started = !flags_boolean(flags, "no-start");
    g_autoptr(GPtrArray) order = bring_up(compose, !flags_boolean(flags, "no-deps"), is_started);

    if (order == NULL)
        return 1;
    if (flags_boolean(flags, "wait"))
        return wait_for_all(compose->project, order);
    return flags_boolean(flags, "detach") || !is_started ? 0 : attach(compose, order);
}

/* ---- down ---- */

/* Names of what carries the project's label. */
static char **labelled(const struct project *project, const char *kind, const char *field)
{
    g_autofree char *filter = g_strconcat("label=com.docker.compose.project=", project->name, NULL);
    g_autofree char *format = g_strconcat("{{.", field, "}}", NULL);
    WORDS(words);

    words_init(&words, kind, "ls", "--filter", filter, "--format", format, NULL);
    if (g_str_equal(kind, "container"))
        words_add(&words, "--all", NULL);
    g_autofree char *names = project_ask(project, &words);
    return g_strsplit(names != NULL ? names : "", "\n", -1);
}

static bool stop_and_remove(const struct project *project, const char *container)
{
    g_autofree char *state = project_state_of(project, container);
    WORDS(words);

    words_init(&words, "stop", container, NULL);
    if (g_strcmp0(state, "running") == 0 &&
        !project_step(project, &words, container, "Stopping", "Stopped"))
        return false;
    return remove_container(project, container);
}

static void remove_things(const struct project *project, const char *kind, const char *shown,
                          const char *name)
{
    WORDS(words);
    words_init(&words, kind, "rm", name, NULL);
    project_say(project, shown, name, "Removing");
    g_autofree char *answer = project_ask(project, &words);
    project_say(project, shown, name, answer != NULL ? "Removed" : "Error");
}

int compose_down(struct compose_call *compose)
{
    const struct project *project = compose->project;
    g_auto(GStrv) containers = labelled(project, "container", "Names");
    g_autofree char *network = g_strconcat(project->name, "_default", NULL);
    const char *name;
    json_t *value;

    for (gsize i = 0; containers[i] != NULL; i++)
        if (*containers[i] != '\0' && !stop_and_remove(project, containers[i]))
            return 1;
    json_object_foreach (json_get_object(project->model, "volumes"), name, value) {
        g_autofree char *volume = g_strconcat(project->name, "_", name, NULL);
        if (flags_boolean(compose->flags, "volumes"))
            remove_things(project, "volume", "Volume", volume);
    }
    WORDS(words);
    words_init(&words, "network", "inspect", "--format", "{{.Name}}", network, NULL);
    g_autofree char *known = project_ask(project, &words);
    if (known != NULL)
        remove_things(project, "network", "Network", network);
    return 0;
}
