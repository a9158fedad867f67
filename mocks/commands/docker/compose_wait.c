/* What compose waits for: health, the end of what others depend on, the end of an attached up. */
#include "mocks/commands/docker/compose_private.h"

#include "base/units.h"

#define POLL_US (SECOND_US / 2) /* compose's own interval (pkg/compose/convergence.go) */

/* For ends that are known to come. */
#define PATIENCE_US MINUTE_US

static char *ask_state(const struct project *project, const char *container, const char *format)
{
    WORDS(words);
    words_init(&words, "container", "inspect", "--format", format, container, NULL);
    return project_ask(project, &words);
}

static bool pause_a_while(const struct project *project)
{
    return fiber_sleep(docker_cli_loop(project->cli), POLL_US, NULL);
}

int project_exit_code(const struct project *project, const char *container)
{
    g_autofree char *code = ask_state(project, container, "{{.State.ExitCode}}");
    return code != NULL ? (int)g_ascii_strtoll(code, NULL, 10) : 1;
}

bool project_await_health(const struct project *project, const char *container)
{
    static const char format[] =
        "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{else}}healthy{{end}}";

    project_say(project, "Container", container, "Waiting");
    for (;;) {
        g_autofree char *state = ask_state(project, container, format);
        if (g_strcmp0(state, "running healthy") == 0)
            break;
        if (g_strcmp0(state, "running starting") != 0) {
            bool is_sick = g_strcmp0(state, "running unhealthy") == 0;
            if (is_sick)
                command_complain(project->call, "container %s is unhealthy\n", container);
            else
                command_complain(project->call, "container %s exited (%d)\n", container,
                                 project_exit_code(project, container));
            return false;
        }
        if (!pause_a_while(project))
            return false;
    }
    project_say(project, "Container", container, "Healthy");
    return true;
}

static bool await_success(const struct project *project, const char *service, const char *container)
{
    WORDS(words);
    words_init(&words, "wait", container, NULL);
    project_say(project, "Container", container, "Waiting");
    g_autofree char *code = project_ask(project, &words);
    if (g_strcmp0(code, "0") == 0) {
        project_say(project, "Container", container, "Exited");
        return true;
    }
    command_complain(project->call, "service \"%s\" didn't complete successfully: exit %s\n",
                     service, code != NULL ? code : "1");
    return false;
}

bool project_await_needs(const struct project *project, const char *service)
{
    const char *need;
    json_t *how;

    json_object_foreach (json_get_object(project_service(project, service), "depends_on"), need,
                         how) {
        const char *condition = json_get_string(how, "condition", "service_started");
        if (project_service(project, need) == NULL) /* it is off, and need not be there */
            continue;
        g_autofree char *container = project_container(project, need);
        if (g_str_equal(condition, "service_healthy") && !project_await_health(project, container))
            return false;
        if (g_str_equal(condition, "service_completed_successfully") &&
            !await_success(project, need, container))
            return false;
    }
    return true;
}

/* Whether a service depends on the end of this one, which then may have ended. */
bool project_may_end(const struct project *project, const char *service)
{
    const char *name;
    json_t *shape;

    json_object_foreach (json_get_object(project->model, "services"), name, shape) {
        const json_t *how = json_object_get(json_get_object(shape, "depends_on"), service);
        if (g_str_equal(json_get_string(how, "condition", ""), "service_completed_successfully"))
            return true;
    }
    return false;
}

/* The one that is asked for while it runs, else the uppermost that runs. */
static const char *find_running(const struct project *project, const GPtrArray *order,
                                const char *wanted)
{
    const char *found = NULL;
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        g_autofree char *container = project_container(project, service);
        g_autofree char *state = project_state_of(project, container);
        bool is_wanted = found != NULL && g_str_equal(found, wanted);
        if (g_strcmp0(state, "running") == 0 && !is_wanted)
            found = service;
    }
    return found;
}

/* What is assumed to serve never ends by itself, but does for whoever waits for it. */
static void wait_for_one(const struct project *project, const GPtrArray *order, const char *wanted)
{
    const char *service = find_running(project, order, wanted);
    g_autofree char *container = service != NULL ? project_container(project, service) : NULL;
    WORDS(words);
    if (container == NULL)
        return;
    words_init(&words, "wait", container, NULL);
    g_autofree char *code = project_ask(project, &words);
    (void)code;
}

/* The service that has ended so that the command ends, the last one when all have; NULL: none. */
static const char *find_end(const struct project *project, const GPtrArray *order,
                            bool is_failure_only)
{
    guint running_count = 0;
    for (guint i = 0; i < order->len; i++) {
        const char *service = g_ptr_array_index(order, i);
        g_autofree char *container = project_container(project, service);
        g_autofree char *state = project_state_of(project, container);
        bool is_running = g_strcmp0(state, "running") == 0;
        running_count += is_running;
        if (!is_running && (!is_failure_only || project_exit_code(project, container) != 0))
            return service;
    }
    return running_count == 0 ? g_ptr_array_index(order, order->len - 1) : NULL;
}

const char *project_await_any_end(const struct project *project, const GPtrArray *order,
                                  const char *wanted, bool is_failure_only)
{
    struct loop *loop = docker_cli_loop(project->cli);
    const int64_t patience_end_us = loop_now_us(loop) + PATIENCE_US;

    for (;;) {
        const char *ended = find_end(project, order, is_failure_only);
        if (ended != NULL)
            return ended;
        if (!pause_a_while(project))
            return NULL;
        if (loop_now_us(loop) >= patience_end_us)
            wait_for_one(project, order, wanted);
    }
}
