/* What setup-buildx-action does at the end of the job: the builder goes (src/main.ts). */
#include "actions/docker_setup_buildx.h"

#include <string.h>

/* Failures of what is put away are warnings. */
static bool clean(struct action_run *run, const char *title, GPtrArray *arguments, GError **error)
{
    CORE_GROUP(run, title);
    const struct core_command command = {.arguments = arguments};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    g_autofree char *line = core_last_line(result.errors);
    if (core_exec_failed(&result))
        action_warn(run, "%s", line);
    return true;
}

static bool remove_builder(struct action_run *run, GError **error)
{
    TOOLKIT(toolkit);
    toolkit.run = run;
    const char *name = action_state(run, "builderName");
    bool exists = false;
    CORE_GROUP(run, "Removing builder");
    if (!toolkit_builder_exists(&toolkit, name, &exists, error))
        return false;
    if (!exists) {
        action_log(run, "%s does not exist", name);
        return true;
    }
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "rm", name, NULL);
    if (*action_state(run, "keepState") != '\0')
        core_arguments_add(arguments, "--keep-state", NULL);
    const struct core_command command = {.arguments = arguments};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    g_autofree char *line = core_last_line(result.errors);
    if (core_exec_failed(&result))
        action_warn(run, "%s", line);
    return true;
}

static bool show_logs(struct action_run *run, GError **error)
{
    const char *container = action_state(run, "containerName");
    if (*action_state(run, "debug") == '\0' || *container == '\0')
        return true;
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "logs", container, NULL);
    return clean(run, "BuildKit container logs", arguments, error);
}

/* The folder of BUILDER_NODE_0_AUTH_TLS_…, which is made for every builder; nothing is in it here.
 */
static void remove_certificates(struct action_run *run)
{
    CORE_GROUP(run, "Cleaning up certificates");
}

static bool put_away(struct action_run *run, GError **error)
{
    if (!show_logs(run, error))
        return false;
    if (strcmp(action_state(run, "cleanup"), "true") != 0)
        return true;
    const char *context = action_state(run, "tmpDockerContext");
    g_autoptr(GPtrArray) uninstall = core_arguments("docker", "buildx", "uninstall", NULL);
    g_autoptr(GPtrArray) drop = core_arguments("docker", "context", "rm", "-f", context, NULL);
    bool has_builder = *action_state(run, "builderName") != '\0' &&
                       strcmp(action_state(run, "builderDriver"), "docker") != 0;
    if ((has_builder && !remove_builder(run, error)) ||
        (*context != '\0' && !clean(run, "Removing temp docker context", drop, error)))
        return false;
    if (*action_state(run, "certsDir") != '\0')
        remove_certificates(run);
    return *action_state(run, "buildxIsDefaultBuilder") == '\0' ||
           clean(run, "Restoring default builder", uninstall, error);
}

bool setup_buildx_post(struct action_run *run, GError **error)
{
    if (!core_run(run, put_away, error))
        return false;
    return action_major(run) < 3 || toolkit_post_cache(run, error);
}
