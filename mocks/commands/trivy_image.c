/* Where trivy finds the image that it scans (its pkg/fanal/image/image.go). The runner may not
   speak to containerd, and Podman's socket is not there. */
#include "mocks/commands/trivy.h"

#include "docker/docker.h"
#include "loop/fiber.h"

#include <string.h>

#define ENGINE "unix:///var/run/docker.sock"

static const char *endpoint_of(const struct trivy *trivy)
{
    const char *given = trivy->values[TRIVY_DOCKER_HOST];
    const char *host = given != NULL ? given : command_variable(trivy->call, "DOCKER_HOST");
    return host != NULL && *host != '\0' ? host : ENGINE;
}

/* By the full name, then by what was said, which may be an id. */
static bool find_in_engine(struct trivy *trivy, const char *name, GError **error)
{
    const char *endpoint = endpoint_of(trivy);
    AUTO(docker) docker = docker_new(trivy->set->options.http, endpoint, NULL);
    if (docker == NULL)
        return trivy_refuse(error,
                            "failed to initialize a docker client: unable to parse docker "
                            "host `%s`",
                            endpoint);
    const char *const names[] = {name, trivy->target};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        AUTO(docker_image) image = NULL;
        g_autoptr(GError) wrong = NULL;
        bool is_answered = docker_image_inspect(docker, names[i], &image, &wrong);
        if (!is_answered && wrong->domain == FIBER_ERROR) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return false;
        }
        if (image != NULL)
            return true;
        if (!is_answered)
            return trivy_refuse(error, "unable to inspect the image (%s): %s", trivy->target,
                                wrong->message);
    }
    return trivy_refuse(error,
                        "unable to inspect the image (%s): Error response from daemon: No such "
                        "image: %s",
                        trivy->target, trivy->target);
}

static bool find_in_containerd(struct trivy *trivy, const char *name, GError **error)
{
    (void)trivy, (void)name;
    return trivy_refuse(error, "failed to initialize a containerd client: failed to dial "
                               "\"/run/containerd/containerd.sock\": connection error: desc = "
                               "\"transport: error while dialing: dial unix "
                               "/run/containerd/containerd.sock: connect: permission denied\"");
}

static bool find_in_podman(struct trivy *trivy, const char *name, GError **error)
{
    (void)trivy, (void)name;
    return trivy_refuse(error, "unable to initialize Podman client: no podman socket found: stat "
                               "/run/user/1001/podman/podman.sock: no such file or directory");
}

static bool find_in_registry(struct trivy *trivy, const char *name, GError **error)
{
    __attribute__((cleanup(trivy_remote_clear))) struct trivy_remote remote = {0};
    (void)name;
    return trivy_remote_init(&remote, trivy, trivy->target, error) &&
           trivy_remote_get(&remote, /* with_layers= */ true, error);
}

static const struct {
    const char *name;
    bool (*find)(struct trivy *trivy, const char *name, GError **error);
} sources[] = {
    {"docker", find_in_engine},
    {"containerd", find_in_containerd},
    {"podman", find_in_podman},
    {"remote", find_in_registry},
};

bool trivy_image_find(struct trivy *trivy, GError **error)
{
    __attribute__((cleanup(trivy_remote_clear))) struct trivy_remote remote = {0};
    g_autoptr(GString) errors = g_string_new(NULL);
    g_autoptr(GString) names = g_string_new(NULL);
    guint count = 0;
    if (!trivy_remote_init(&remote, trivy, trivy->target, error))
        return false;
    g_autofree char *full = trivy_remote_name(&remote);
    for (gsize i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autoptr(GError) wrong = NULL;
        if (trivy->values[TRIVY_IMAGE_SRC] != NULL &&
            !trivy_has(trivy, TRIVY_IMAGE_SRC, sources[i].name))
            continue;
        if (sources[i].find(trivy, full, &wrong))
            return true;
        if (wrong->domain == FIBER_ERROR) {
            g_propagate_error(error, g_steal_pointer(&wrong));
            return false;
        }
        g_string_append_printf(names, "%s\"%s\"", count > 0 ? " " : "", sources[i].name);
        g_string_append_printf(errors, "\t* %s error: %s\n", sources[i].name, wrong->message);
        count++;
    }
    return trivy_refuse(error,
                        "unable to find the specified image \"%s\" in [%s]: %u error%s "
                        "occurred:\n%s\n",
                        trivy->target, names->str, count, count == 1 ? "" : "s", errors->str);
}
