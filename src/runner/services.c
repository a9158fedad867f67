/* Service containers: network, pull with retries, create, start, wait for health, and their end
   (actions-semantics.md 1.9; the runner's ContainerOperationProvider.cs, DockerCommandManager.cs).
 */
#include "runner/use.h"
#include "workflow/literal.h"

#include <string.h>

#define LABEL "seatrl" /* six letters of a hash of the runner's folder, on a real machine */

struct service {
    const char *name;
    const struct node *node;
    char *image;
    char *container; /* its id */
};

struct starting {
    struct step_run *step;
    GArray *services; /* struct service */
    GError *error;
};

static void service_clear(void *argument)
{
    struct service *service = argument;
    g_free(service->image);
    g_free(service->container);
}

static bool fail(GError **error, const char *what, int exit_code)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "%s %d", what, exit_code);
    return false;
}

/* A docker command whose failure ends the step; output gets its stdout, trimmed, unless NULL. */
static bool demand(struct step_run *step, const char *what, const char *const *words, char **output,
                   GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!docker_perform(step, words, &result, error))
        return false;
    if (result.exit_code != 0)
        return fail(error, what, result.exit_code);
    if (output != NULL)
        *output = g_strstrip(g_strdup(result.output));
    return true;
}

static bool check_docker(struct step_run *step, GError **error)
{
    static const struct {
        const char *title;
        const char *format;
    } sides[] = {{"daemon", "'{{.Server.APIVersion}}'"}, {"client", "'{{.Client.APIVersion}}'"}};
    step_print(step, "##[group]Checking docker version");
    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *version = NULL;
        const char *const words[] = {"version", "--format", sides[i].format, NULL};
        if (!demand(step, "Exit code returned from docker version:", words, &version, error))
            return false;
        step_print(step, "Docker %s API version: %s", sides[i].title, version);
    }
    step_print(step, "##[endgroup]");
    return true;
}

static bool create_network(struct step_run *step, GError **error)
{
    struct leg_run *leg = step->leg;
    g_autofree char *id = leg_random_hex(leg, 32);
    g_autofree char *network = g_strconcat("github_network_", id, NULL);
    const char *const words[] = {"network", "create", "--label", LABEL, network, NULL};
    step_print(step, "##[group]Create local container network");
    if (!demand(step, "Docker network create failed with exit code", words, NULL, error))
        return false;
    leg->network = g_steal_pointer(&network);
    step_print(step, "##[endgroup]");
    return true;
}

/* ---- one service ---- */

static const struct node *member(const struct service *service, const char *key)
{
    return service->node->kind == NODE_MAPPING ? node_get(service->node, key) : NULL;
}

static bool read_image(struct step_run *step, struct service *service, GError **error)
{
    const struct node *node =
        service->node->kind == NODE_MAPPING ? node_get(service->node, "image") : service->node;
    service->image = NULL;
    return node == NULL || step_evaluate_text(step, node, &service->image, error);
}

/* "-p 5432:5432", "-e NAME=value" and so on. */
static bool add_list(struct step_run *step, const struct service *service, const char *key,
                     const char *option, GPtrArray *words, GError **error)
{
    const struct node *list = member(service, key);
    for (gsize i = 0; list != NULL && i < node_length(list); i++) {
        char *text = NULL;
        if (!step_evaluate_text(step, node_item(list, i), &text, error))
            return false;
        g_ptr_array_add(words, g_strdup(option));
        g_ptr_array_add(words, text);
    }
    return true;
}

static bool add_environment(struct step_run *step, const struct service *service, GPtrArray *words,
                            GError **error)
{
    const char *name;
    json_t *value;
    g_autoptr(json_t) texts = step_evaluate_map(step, member(service, "env"), error);
    if (texts == NULL)
        return false;
    json_object_foreach (texts, name, value) {
        g_ptr_array_add(words, g_strdup("-e"));
        g_ptr_array_add(words, g_strdup_printf("%s=%s", name, json_string_value(value)));
    }
    g_ptr_array_add(words, g_strdup("-e"));
    g_ptr_array_add(words, g_strdup("GITHUB_ACTIONS=true"));
    g_ptr_array_add(words, g_strdup("-e"));
    g_ptr_array_add(words, g_strdup("CI=true"));
    return true;
}

static bool add_options(struct step_run *step, const struct service *service, GPtrArray *words,
                        GError **error)
{
    const struct node *node = member(service, "options");
    g_autofree char *text = NULL;
    char **parsed = NULL;
    if (node == NULL)
        return true;
    if (!step_evaluate_text(step, node, &text, error))
        return false;
    if (g_shell_parse_argv(text, NULL, &parsed, NULL))
        for (char **each = parsed; *each != NULL; each++)
            g_ptr_array_add(words, g_strdup(*each));
    g_strfreev(parsed);
    return true;
}

/* The id that `docker create` prints, kept in the service. */
static bool create_container(struct step_run *step, struct service *service, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *id = leg_random_hex(step->leg, 32);
    const char *const head[] = {
        "create",           "--name",          id,           "--label", LABEL, "--network",
        step->leg->network, "--network-alias", service->name};
    for (gsize i = 0; i < G_N_ELEMENTS(head); i++)
        g_ptr_array_add(words, g_strdup(head[i]));
    if (!add_options(step, service, words, error) ||
        !add_list(step, service, "ports", "-p", words, error) ||
        !add_environment(step, service, words, error) ||
        !add_list(step, service, "volumes", "-v", words, error))
        return false;
    g_ptr_array_add(words, g_strdup(service->image));
    g_ptr_array_add(words, NULL);
    if (!demand(step, "Docker create failed with exit code", (const char *const *)words->pdata,
                &service->container, error))
        return false;
    g_ptr_array_add(step->leg->containers, g_strdup(service->container));
    return true;
}

/* "5432/tcp -> 0.0.0.0:49153" gives job.services.<name>.ports['5432']. */
static json_t *ports_of(const char *output)
{
    json_t *ports = json_object();
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        const char *colon = strrchr(*line, ':');
        g_autofree char *inner = g_strndup(*line, strcspn(*line, "/"));
        if (colon != NULL && strstr(*line, "->") != NULL)
            json_object_set_new(ports, inner, json_text_or_null(colon + 1));
    }
    return ports;
}

static bool note_service(struct step_run *step, const struct service *service, GError **error)
{
    g_autofree char *output = NULL;
    const char *const words[] = {"port", service->container, NULL};
    if (!demand(step, "Docker port failed with exit code", words, &output, error))
        return false;
    json_t *row = json_object();
    json_object_set_new(row, "id", json_text_or_null(service->container));
    json_object_set_new(row, "network", json_text_or_null(step->leg->network));
    json_object_set_new(row, "ports", ports_of(output));
    json_object_set_new(step->leg->services, service->name, row);
    return true;
}

static bool start_service(struct step_run *step, struct service *service, GError **error)
{
    int exit_code = 0;
    if (!read_image(step, service, error))
        return false;
    if (service->image == NULL || service->image[0] == '\0')
        return true; /* skipped */
    const char *const pull[] = {"pull", service->image, NULL};
    step_print(step, "##[group]Starting %s service container", service->name);
    if (!docker_persist(step, "pull", pull, &exit_code, error))
        return false;
    if (exit_code != 0)
        return fail(error, "Docker pull failed with exit code", exit_code);
    if (!create_container(step, service, error))
        return false;
    const char *const start[] = {"start", service->container, NULL};
    if (!demand(step, "Docker start fail with exit code", start, NULL, error) ||
        !note_service(step, service, error))
        return false;
    step_print(step, "##[endgroup]");
    return true;
}

/* ---- health ---- */

/* Without an upper bound: only docker's own retries or the job's clock end it. */
static bool wait_healthy(struct step_run *step, const struct service *service, bool *is_healthy,
                         GError **error)
{
    enum {
        PAUSE_S_FIRST = 2,
        PAUSE_S_MAX = 32
    };
    const char *const words[] = {
        "inspect", "--format=\"{{if .Config.Healthcheck}}{{print .State.Health.Status}}{{end}}\"",
        service->container, NULL};
    for (int pause_s = PAUSE_S_FIRST;; pause_s = MIN(pause_s * 2, PAUSE_S_MAX)) {
        g_autofree char *status = NULL;
        if (!demand(step, "Docker inspect failed with exit code", words, &status, error))
            return false;
        g_autofree char *word = g_strdup(g_strdelimit(status, "\"'", ' '));
        g_strstrip(word);
        *is_healthy = strcmp(word, "healthy") == 0 || word[0] == '\0';
        if (strcmp(word, "starting") != 0) {
            if (strcmp(word, "healthy") == 0)
                step_print(step, "%s service is healthy.", service->name);
            return true;
        }
        step_print(step, "%s service is starting, waiting %d seconds before checking again.",
                   service->name, pause_s);
        if (!fiber_sleep(step->leg->loop, pause_s * INT64_C(1000000), error))
            return false;
    }
}

static bool wait_all(struct step_run *step, const GArray *services, GError **error)
{
    bool are_fine = true;
    step_print(step, "##[group]Waiting for all services to be ready");
    for (guint i = 0; i < services->len; i++) {
        const struct service *service = &g_array_index(services, struct service, i);
        bool is_healthy = true;
        if (service->container != NULL && !wait_healthy(step, service, &is_healthy, error))
            return false;
        if (!is_healthy) {
            step_error(step, "Failed to initialize container %s", service->image);
            are_fine = false;
        }
    }
    step_print(step, "##[endgroup]");
    if (!are_fine)
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID,
                            "One or more containers failed to start.");
    return are_fine;
}

static bool start_all(struct starting *starting, GError **error)
{
    struct step_run *step = starting->step;
    if (!check_docker(step, error) || !create_network(step, error))
        return false;
    for (guint i = 0; i < starting->services->len; i++)
        if (!start_service(step, &g_array_index(starting->services, struct service, i), error))
            return false;
    return wait_all(step, starting->services, error);
}

static void run_start(void *argument)
{
    struct starting *starting = argument;
    if (!start_all(starting, &starting->error))
        g_assert(starting->error != NULL);
}

void job_start_services(struct step_run *step)
{
    const struct node *node = step->leg->options.job->services;
    g_autoptr(GArray) services = g_array_new(FALSE, TRUE, sizeof(struct service));
    struct starting starting = {.step = step, .services = services};
    g_array_set_clear_func(services, service_clear);
    step->leg->services = json_object();
    if (node->kind != NODE_MAPPING)
        leg_assume(step->leg, step, /* touches_images= */ false, "services made by an expression");
    for (gsize i = 0; i < node_length(node) && node->kind == NODE_MAPPING; i++) {
        const struct node_entry *entry = node_entry(node, i);
        const struct service service = {.name = entry->key, .node = entry->value};
        g_array_append_val(services, service);
    }
    if (services->len > 0)
        step_run_in_fiber(step, run_start, &starting);
    if (starting.error != NULL && !step_is_interrupted(step))
        step_fail(step, starting.error);
    g_clear_error(&starting.error);
}

/* ---- their end ---- */

static void run_stop(void *argument)
{
    struct step_run *step = argument;
    const GPtrArray *containers = step->leg->containers;
    for (guint i = 0; i < containers->len; i++) {
        ACTION_EXEC_RESULT(result);
        const char *const words[] = {"rm", "--force", containers->pdata[i], NULL};
        step_print(step, "Stop and remove container: %s", (const char *)containers->pdata[i]);
        if (!docker_perform(step, words, &result, NULL))
            return;
    }
    if (step->leg->network == NULL)
        return;
    ACTION_EXEC_RESULT(result);
    const char *const words[] = {"network", "rm", step->leg->network, NULL};
    step_print(step, "Remove container network: %s", step->leg->network);
    if (!docker_perform(step, words, &result, NULL))
        return;
}

void job_stop_services(struct step_run *step)
{
    step_run_in_fiber(step, run_stop, step);
}
