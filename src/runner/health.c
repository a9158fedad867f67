/* Waiting for services to be healthy: without an upper bound, only docker's own retries or the
   job's clock end it (actions-semantics.md 1.9). */
#include "runner/services.h"

#include <string.h>

static bool ask(struct step_run *step, const struct service *service, char **status, GError **error)
{
    DOCKER_LINE(line);
    docker_line_init(&line, "inspect", NULL);
    g_ptr_array_add(line.words, g_strdup("--format={{if .Config.Healthcheck}}{{print "
                                         ".State.Health.Status}}{{end}}"));
    g_string_append(line.shown, " --format=\"{{if .Config.Healthcheck}}{{print "
                                ".State.Health.Status}}{{end}}\"");
    docker_add(&line, service->container, NULL);
    return docker_demand(step, &line, status, error);
}

static bool wait_for_one(struct step_run *step, struct service *service, GError **error)
{
    enum {
        PAUSE_S_FIRST = 2,
        PAUSE_S_MAX = 32
    };
    for (int pause_s = PAUSE_S_FIRST;; pause_s = MIN(pause_s * 2, PAUSE_S_MAX)) {
        g_autofree char *status = NULL;
        if (!ask(step, service, &status, error))
            return false;
        if (g_ascii_strcasecmp(status, "starting") != 0) {
            /* Nothing at all: it has no health check. */
            service->has_failed = status[0] != '\0' && g_ascii_strcasecmp(status, "healthy") != 0;
            return true;
        }
        step_print(step, "%s service is starting, waiting %d seconds before checking again.",
                   service->name, pause_s);
        if (!fiber_sleep(step->leg->loop, pause_s * INT64_C(1000000), error))
            return false;
    }
}

static bool tell_failure(struct step_run *step, const struct service *service, GError **error)
{
    ACTION_EXEC_RESULT(result);
    DOCKER_LINE(line);
    step_print(step, "##[group]Service container %s failed.", service->name);
    docker_line_init(&line, "logs", "--details", service->container, NULL);
    if (!docker_run(step, &line, &result, error))
        return false;
    step_error(step, "Failed to initialize container %s", service->image);
    step_print(step, "##[endgroup]");
    return true;
}

bool services_wait(struct step_run *step, GArray *services, GError **error)
{
    bool has_failed = false;
    step_print(step, "##[group]Waiting for all services to be ready");
    for (guint i = 0; i < services->len; i++) {
        struct service *service = &g_array_index(services, struct service, i);
        if (service->container == NULL || service->is_job)
            continue;
        if (!wait_for_one(step, service, error))
            return false;
        if (!service->has_failed)
            step_print(step, "%s service is healthy.", service->name);
        has_failed = has_failed || service->has_failed;
    }
    step_print(step, "##[endgroup]");
    for (guint i = 0; i < services->len; i++) {
        const struct service *service = &g_array_index(services, struct service, i);
        if (service->has_failed && !tell_failure(step, service, error))
            return false;
    }
    if (has_failed)
        g_set_error_literal(error, BASE_ERROR, BASE_ERROR_INVALID,
                            "One or more containers failed to start.");
    return !has_failed;
}
