/* Containers of a job, its own and its services: network, pull with retries, create, start, and
   their end (actions-semantics.md 1.9; the runner's ContainerOperationProvider.cs). Their health is
   health.c's. */
#include "runner/services.h"
#include "workflow/literal.h"

#include <string.h>

static void service_clear(void *argument)
{
    struct service *service = argument;
    g_free(service->name);
    g_free(service->image);
    g_free(service->title);
    g_free(service->container);
}

GArray *services_new(void)
{
    GArray *services = g_array_new(FALSE, TRUE, sizeof(struct service));
    g_array_set_clear_func(services, service_clear);
    return services;
}

const struct node *service_member(const struct service *service, const char *key)
{
    return service->node->kind == NODE_MAPPING ? node_get(service->node, key) : NULL;
}

bool service_text(struct step_run *step, const struct node *node, char **text, GError **error)
{
    *text = NULL;
    return node == NULL || step_evaluate_text(step, node, text, error);
}

/* ---- before all ---- */

static bool check_docker(struct step_run *step, GError **error)
{
    static const struct {
        const char *title;
        const char *format;
    } sides[] = {{"daemon", "'{{.Server.APIVersion}}'"}, {"client", "'{{.Client.APIVersion}}'"}};
    step_print(step, "##[group]Checking docker version");
    for (gsize i = 0; i < G_N_ELEMENTS(sides); i++) {
        g_autofree char *version = NULL;
        DOCKER_LINE(line);
        docker_line_init(&line, "version", "--format", sides[i].format, NULL);
        if (!docker_demand(step, &line, &version, error))
            return false;
        step_print(step, "Docker %s API version: %s", sides[i].title, version);
    }
    step_print(step, "##[endgroup]");
    return true;
}

static bool clean_up(struct step_run *step, GError **error)
{
    const char *const filter = "label=" DOCKER_LABEL;
    DOCKER_LINE(list);
    DOCKER_LINE(prune);
    step_print(step, "##[group]Clean up resources from previous jobs");
    docker_line_init(&list, "ps", "--all", "--quiet", "--no-trunc", NULL);
    docker_add_quoted(&list, "--filter", filter);
    docker_line_init(&prune, "network", "prune", "--force", NULL);
    docker_add_quoted(&prune, "--filter", filter);
    if (!docker_demand(step, &list, NULL, error) ||
        !docker_try(step, &prune,
                    "Delete stale container networks failed, docker network prune fail with exit "
                    "code",
                    error))
        return false;
    step_print(step, "##[endgroup]");
    return true;
}

static bool create_network(struct step_run *step, GError **error)
{
    struct leg_run *leg = step->leg;
    g_autofree char *id = leg_random_hex(leg, 32);
    g_autofree char *network = g_strconcat("github_network_", id, NULL);
    DOCKER_LINE(line);
    step_print(step, "##[group]Create local container network");
    docker_line_init(&line, "network", "create", "--label", DOCKER_LABEL, network, NULL);
    if (!docker_expect(step, &line, "Docker network create failed with exit code", error))
        return false;
    leg->network = g_steal_pointer(&network);
    step_print(step, "##[endgroup]");
    return true;
}

/* ---- one service ---- */

/* Letters and digits of the image, between two random words. */
static char *title_of(struct leg_run *leg, const char *image)
{
    g_autofree char *alias = leg_random_hex(leg, 32);
    g_autofree char *tail = leg_random_hex(leg, 6);
    g_autoptr(GString) plain = g_string_new(NULL);
    for (const char *at = image; *at != '\0'; at++)
        if (g_ascii_isalnum(*at) || *at == '_')
            g_string_append_c(plain, *at);
    return g_strdup_printf("%s_%s_%s", alias, plain->str, tail);
}

/* A list of texts, each behind the option. */
static bool add_list(struct step_run *step, const struct node *list, const char *option,
                     struct docker_line *line, GError **error)
{
    for (gsize i = 0; list != NULL && i < node_length(list); i++) {
        g_autofree char *text = NULL;
        if (!step_evaluate_text(step, node_item(list, i), &text, error))
            return false;
        docker_add(line, option, text, NULL);
    }
    return true;
}

static bool add_volumes(struct step_run *step, const struct node *list, struct docker_line *line,
                        GError **error)
{
    for (gsize i = 0; list != NULL && i < node_length(list); i++) {
        g_autofree char *text = NULL;
        if (!step_evaluate_text(step, node_item(list, i), &text, error))
            return false;
        g_auto(GStrv) halves = g_strsplit(text, ":", 2);
        if (halves[0] != NULL && halves[1] != NULL)
            docker_add_volume(line, halves[0], halves[1]);
        else
            docker_add_quoted(line, "-v", text);
    }
    return true;
}

static bool add_environment(struct step_run *step, const struct service *service,
                            struct docker_line *line, GError **error)
{
    const char *name;
    json_t *value;
    g_autoptr(json_t) texts = step_evaluate_map(step, service_member(service, "env"), error);
    if (texts == NULL)
        return false;
    json_object_foreach (texts, name, value) {
        g_autofree char *pair = g_strconcat(name, "=", json_string_value(value), NULL);
        docker_add_quoted(line, "-e", json_string_length(value) > 0 ? pair : name);
    }
    docker_add(line, "-e", "GITHUB_ACTIONS=true", NULL);
    if (json_object_get(texts, "CI") == NULL)
        docker_add(line, "-e", "CI=true", NULL);
    if (service->is_job)
        docker_add_quoted(line, "-e", "HOME=/github/home");
    return true;
}

static bool add_text(struct step_run *step, const struct service *service, const char *key,
                     struct docker_line *line, GError **error)
{
    g_autofree char *text = NULL;
    if (!service_text(step, service_member(service, key), &text, error))
        return false;
    if (text != NULL)
        docker_add_text(line, text);
    return true;
}

/* It does nothing; steps come by `docker exec`. */
static bool create_job_container(struct step_run *step, struct service *service,
                                 struct docker_line *line, GError **error)
{
    job_container_add_mounts(step, line);
    docker_add_quoted(line, "--entrypoint", "tail");
    docker_add(line, service->image, NULL);
    docker_add_text(line, "\"-f\" \"/dev/null\"");
    return docker_demand(step, line, &service->container, error);
}

static bool create_container(struct step_run *step, struct service *service, GError **error)
{
    g_autofree char *entrypoint = NULL;
    DOCKER_LINE(line);
    docker_line_init(&line, "create", "--name", service->title, "--label", DOCKER_LABEL, NULL);
    if (service->is_job)
        job_container_add_place(step, &line);
    docker_add(&line, "--network", step->leg->network, NULL);
    if (!service->is_job)
        docker_add(&line, "--network-alias", service->name, NULL);
    if (!add_list(step, service_member(service, "ports"), "-p", &line, error) ||
        !add_text(step, service, "options", &line, error) ||
        !add_environment(step, service, &line, error) ||
        !add_volumes(step, service_member(service, "volumes"), &line, error) ||
        !service_text(step, service_member(service, "entrypoint"), &entrypoint, error))
        return false;
    if (service->is_job)
        return create_job_container(step, service, &line, error);
    if (entrypoint != NULL && entrypoint[0] != '\0')
        docker_add_quoted(&line, "--entrypoint", entrypoint);
    docker_add(&line, service->image, NULL);
    return add_text(step, service, "command", &line, error) &&
           docker_demand(step, &line, &service->container, error);
}

/* "5432/tcp -> 0.0.0.0:49153" gives job.services.<name>.ports['5432']. */
static json_t *ports_of(const char *output)
{
    json_t *ports = json_object();
    g_auto(GStrv) lines = g_strsplit(output, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        const char *colon = strrchr(*line, ':');
        g_autofree char *inner = g_strndup(*line, strcspn(*line, "/"));
        if (colon != NULL && strstr(*line, " -> ") != NULL)
            json_object_set_new(ports, inner, json_text_or_null(colon + 1));
    }
    return ports;
}

static bool note_ports(struct step_run *step, const struct service *service, json_t *row,
                       GError **error)
{
    ACTION_EXEC_RESULT(result);
    DOCKER_LINE(line);
    docker_line_init(&line, "port", service->container, NULL);
    if (!docker_run(step, &line, &result, error))
        return false;
    json_object_set_new(row, "ports", ports_of(result.output));
    return true;
}

/* Looks whether it runs, and which ports a service got. */
static bool note_container(struct step_run *step, const struct service *service, GError **error)
{
    g_autofree char *filter = g_strconcat("id=", service->container, NULL);
    DOCKER_LINE(line);
    docker_line_init(&line, "ps", "--all", "--filter", filter, "--filter", "status=running",
                     "--no-trunc", NULL);
    docker_add_quoted(&line, "--format", "{{.ID}} {{.Status}}");
    if (!docker_demand(step, &line, NULL, error))
        return false;
    g_autoptr(json_t) row = json_object();
    json_object_set_new(row, "id", json_text_or_null(service->container));
    json_object_set_new(row, "network", json_text_or_null(step->leg->network));
    if (service->is_job) {
        step->leg->job_container = json_incref(row);
        return true;
    }
    json_object_set(step->leg->services, service->name, row);
    return note_ports(step, service, row, error);
}

static bool start_service(struct step_run *step, struct service *service, GError **error)
{
    const struct node *node =
        service->node->kind == NODE_MAPPING ? node_get(service->node, "image") : service->node;
    DOCKER_LINE(line);
    if (!service_text(step, node, &service->image, error))
        return false;
    if (service->image == NULL || service->image[0] == '\0') {
        step_print(step,
                   "The service '%s' will not be started because the container definition has an "
                   "empty image.",
                   service->name);
        return true;
    }
    service->title = title_of(step->leg, service->image);
    if (service->is_job)
        step_print(step, "##[group]Starting job container");
    else
        step_print(step, "##[group]Starting %s service container", service->name);
    if (!service_pull(step, service, error) || !create_container(step, service, error))
        return false;
    docker_line_init(&line, "start", service->container, NULL);
    if (!docker_expect(step, &line, "Docker start fail with exit code", error) ||
        !note_container(step, service, error))
        return false;
    step_print(step, "##[endgroup]");
    return true;
}

/* ---- all of them ---- */

struct starting {
    struct step_run *step;
    GError *error;
};

static bool start_all(struct step_run *step, GError **error)
{
    GArray *services = step->leg->containers;
    if (!check_docker(step, error) || !clean_up(step, error) || !create_network(step, error))
        return false;
    for (guint i = 0; i < services->len; i++)
        if (!start_service(step, &g_array_index(services, struct service, i), error))
            return false;
    return services_wait(step, services, error);
}

static void run_start(void *argument)
{
    struct starting *starting = argument;
    if (!start_all(starting->step, &starting->error))
        g_assert(starting->error != NULL);
}

static void run_stop(void *argument);

static void job_stop_services(struct step_run *step)
{
    step_run_in_fiber(step, run_stop, step);
}

static void add_stop(struct leg_run *leg)
{
    struct step_run *stop = step_new(leg, NULL, leg->scope, NULL, PHASE_COMPLETE);
    stop->result->title = g_strdup("Stop containers");
    stop->condition = "always()";
    stop->work = job_stop_services;
    g_ptr_array_add(leg->posts, stop);
}

/* The job's own comes first. */
static void list_containers(struct step_run *step)
{
    GArray *containers = step->leg->containers;
    const struct node *node = step->leg->options.job->services;
    if (job_container_is_wanted(step->leg)) {
        const struct service own = {
            .name = g_strdup("job"), .node = step->leg->options.job->container, .is_job = true};
        g_array_append_val(containers, own);
    }
    if (node != NULL && node->kind != NODE_MAPPING && node->kind != NODE_NULL)
        leg_assume_gap(step->leg, step, /* touches_images= */ false,
                       "services made by an expression");
    for (gsize i = 0; node != NULL && node->kind == NODE_MAPPING && i < node_length(node); i++) {
        const struct node_entry *entry = node_entry(node, i);
        const struct service service = {.name = g_strdup(entry->key), .node = entry->value};
        g_array_append_val(containers, service);
    }
}

void job_start_services(struct step_run *step)
{
    struct starting starting = {.step = step};
    add_stop(step->leg);
    step->leg->services = json_object();
    step->leg->containers = services_new();
    list_containers(step);
    if (step->leg->containers->len > 0)
        step_run_in_fiber(step, run_start, &starting);
    if (starting.error != NULL && !step_is_interrupted(step))
        step_fail(step, starting.error);
    g_clear_error(&starting.error);
}

static bool stop_service(struct step_run *step, const struct service *service, GError **error)
{
    DOCKER_LINE(logs);
    DOCKER_LINE(rm);
    docker_line_init(&logs, "logs", "--details", service->container, NULL);
    docker_line_init(&rm, "rm", "--force", service->container, NULL);
    if (!service->has_failed && !service->is_job) {
        step_print(step, "Print service container logs: %s", service->title);
        if (!docker_try(step, &logs, "Docker logs fail with exit code", error))
            return false;
    }
    step_print(step, "Stop and remove container: %s", service->title);
    return docker_try(step, &rm, "Docker rm fail with exit code", error);
}

static void run_stop(void *argument)
{
    struct step_run *step = argument;
    const GArray *services = step->leg->containers;
    DOCKER_LINE(line);
    for (guint i = 0; i < services->len; i++) {
        const struct service *service = &g_array_index(services, struct service, i);
        if (service->container != NULL && !stop_service(step, service, NULL))
            return;
    }
    if (step->leg->network == NULL)
        return;
    step_print(step, "Remove container network: %s", step->leg->network);
    docker_line_init(&line, "network", "rm", step->leg->network, NULL);
    if (!docker_try(step, &line, "Docker network rm failed with exit code", NULL))
        return;
}
