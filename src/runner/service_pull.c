/* Getting a service's image: credentials, log-in, pull (the runner's
 * ContainerOperationProvider.cs). */
#include "runner/services.h"

#include <string.h>

/* The host of an image's name, "" for Docker Hub. */
static char *registry_of(const char *image)
{
    g_auto(GStrv) parts = g_strsplit(image, "/", -1);
    guint count = g_strv_length(parts);
    bool is_host = count > 2 || (count == 2 && strpbrk(parts[0], ".:") != NULL);
    return g_strdup(is_host ? parts[0] : "");
}

/* Where neither is given, ghcr.io gets the job's token, from any runner of github.com. */
static bool read_credentials(struct step_run *step, const struct service *service,
                             const char *registry, char **user, char **password, GError **error)
{
    const struct node *node = service_member(service, "credentials");
    bool is_mapping = node != NULL && node->kind == NODE_MAPPING;
    if (!service_text(step, is_mapping ? node_get(node, "username") : NULL, user, error) ||
        !service_text(step, is_mapping ? node_get(node, "password") : NULL, password, error))
        return false;
    bool takes_token =
        strcmp(registry, "ghcr.io") == 0 || strcmp(registry, "containers.pkg.github.com") == 0;
    if (!takes_token || *user != NULL || *password != NULL)
        return true;
    return step_evaluate_raw(step, "${{ github.actor }}", user, error) &&
           step_evaluate_raw(step, "${{ github.token }}", password, error);
}

/* Where docker finds the credentials; NULL: none are needed. g_free. */
static bool log_in(struct step_run *step, const struct service *service, char **folder,
                   GError **error)
{
    g_autofree char *registry = registry_of(service->image);
    g_autofree char *user = NULL;
    g_autofree char *password = NULL;
    g_autofree char *what = g_strdup_printf("Docker login for '%s'", registry);
    DOCKER_LINE(line);
    if (!read_credentials(step, service, registry, &user, &password, error))
        return false;
    if (user == NULL || password == NULL)
        return true;
    g_autofree char *id = leg_uuid(step->leg);
    *folder = g_strconcat(step->leg->temp, "/.docker_", id, NULL);
    docker_line_init(&line, "--config", *folder, "login", NULL);
    if (registry[0] != '\0')
        docker_add(&line, registry, NULL);
    docker_add(&line, "-u", user, "--password-stdin", NULL);
    line.input = password;
    return docker_persist(step, &line, what, error);
}

bool service_pull(struct step_run *step, const struct service *service, GError **error)
{
    g_autofree char *folder = NULL;
    DOCKER_LINE(line);
    if (!log_in(step, service, &folder, error))
        return false;
    docker_line_init(&line, NULL);
    if (folder != NULL)
        docker_add(&line, "--config", folder, NULL);
    docker_add(&line, "pull", service->image, NULL);
    return docker_persist(step, &line, "Docker pull", error);
}
