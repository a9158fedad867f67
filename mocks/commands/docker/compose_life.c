/* compose create, start, stop, restart, kill, rm and port: docker's commands for a project's
   containers. */
#include "mocks/commands/docker/compose_private.h"

/* What one command does to each container that is there. */
struct act {
    const char *verb; /* docker's */
    const char *before;
    const char *after;
    bool is_of_running; /* leaves those alone that do not run */
};

static bool act_on(const struct compose_call *compose, const struct act *act, const char *service,
                   bool *is_any)
{
    const struct project *project = compose->project;
    g_autofree char *container = project_container(project, service);
    g_autofree char *state = project_state_of(project, container);
    WORDS(words);

    if (state == NULL || (act->is_of_running && !g_str_equal(state, "running")))
        return true;
    *is_any = true;
    words_init(&words, act->verb, NULL);
    if (g_str_equal(act->verb, "rm") && flags_boolean(compose->flags, "volumes"))
        words_add(&words, "--volumes", NULL);
    words_add(&words, container, NULL);
    return project_step(project, &words, container, act->before, act->after);
}

/* In the order in which services start; the other way round to take them down. */
static int act_on_all(const struct compose_call *compose, const struct act *act, bool is_reversed,
                      bool *is_any)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) order =
        project_order(compose->project, compose->arguments, ORDER_ALONE, &error);

    if (order == NULL)
        return project_fail(compose->project, error->message);
    for (guint i = 0; i < order->len; i++) {
        guint place = is_reversed ? order->len - 1 - i : i;
        if (!act_on(compose, act, g_ptr_array_index(order, place), is_any))
            return 1;
    }
    return 0;
}

int compose_stop(struct compose_call *compose)
{
    static const struct act stop = {"stop", "Stopping", "Stopped", true};
    bool is_any = false;
    return act_on_all(compose, &stop, /* is_reversed= */ true, &is_any);
}

int compose_kill(struct compose_call *compose)
{
    static const struct act kill = {"kill", "Killing", "Killed", true};
    bool is_any = false;
    int code = act_on_all(compose, &kill, /* is_reversed= */ true, &is_any);
    if (code == 0 && !is_any)
        command_complain(compose->project->call, "no container to kill\n");
    return code;
}

int compose_restart(struct compose_call *compose)
{
    static const struct act restart = {"restart", "Restarting", "Started", false};
    bool is_any = false;
    return act_on_all(compose, &restart, /* is_reversed= */ false, &is_any);
}

int compose_start(struct compose_call *compose)
{
    static const struct act start = {"start", "Starting", "Started", false};
    bool is_any = false;
    int code = act_on_all(compose, &start, /* is_reversed= */ false, &is_any);
    if (code != 0 || is_any)
        return code;
    g_autofree char *text =
        g_strdup_printf("service \"%s\" has no container to start",
                        compose->arguments[0] != NULL ? compose->arguments[0] : "");
    return project_fail(compose->project, text);
}

/* Without --force it asks, and nobody answers. */
int compose_rm(struct compose_call *compose)
{
    static const struct act remove = {"rm", "Removing", "Removed", false};
    bool is_any = false;
    int code = flags_boolean(compose->flags, "stop") ? compose_stop(compose) : 0;

    if (code != 0 || !flags_boolean(compose->flags, "force"))
        return code;
    code = act_on_all(compose, &remove, /* is_reversed= */ false, &is_any);
    if (code == 0 && !is_any)
        command_complain(compose->project->call, "No stopped containers\n");
    return code;
}

int compose_port(struct compose_call *compose)
{
    const struct project *project = compose->project;
    const char *service = compose->arguments[0];
    const char *port = service != NULL ? compose->arguments[1] : NULL;
    WORDS(words);

    if (port == NULL)
        return project_fail(project, "requires 2 args(s)");
    if (project_service(project, service) == NULL) {
        g_autofree char *text = g_strdup_printf("no such service: %s", service);
        return project_fail(project, text);
    }
    g_autofree char *container = project_container(project, service);
    g_autofree char *whole = g_strconcat(port, "/", flags_text(compose->flags, "protocol"), NULL);
    words_init(&words, "port", container, whole, NULL);
    g_autofree char *answer = project_ask(project, &words);
    if (answer == NULL) {
        g_autofree char *text = g_strdup_printf("no port %s for container %s", whole, container);
        return project_fail(project, text);
    }
    answer[strcspn(answer, "\n")] = '\0'; /* one of the host's addresses */
    command_print(project->call, "%s\n", answer);
    return 0;
}
