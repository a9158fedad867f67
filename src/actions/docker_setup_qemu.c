/*
 * docker/setup-qemu-action: pulls the binfmt image and installs its emulators (engine-contract.md
 * F, failures.md I9). Nothing is caught: docker info, the pull, every run fail the step.
 */
#include "actions/actions.h"
#include "actions/list.h"
#include "actions/toolkit.h"

#include <string.h>

/* Version 4.3.0 brought actions-toolkit 0.96, which pulls again (actions-toolkit#1289). */
#define RETRY_DATE_MS INT64_C(1788220800000) /* 2026-09-01 */

/* Versions up to 2 and early 3 used exec(), whose failures are "The process … failed with exit
   code 1"; the newest 3 and 4 say the last line. */
static enum core_judgement judgement_of(const struct action_run *run)
{
    return action_major(run) < 3 ? CORE_EXIT_CODE : CORE_LAST_LINE;
}

static bool run_image(struct action_run *run, const char *title, const char *image,
                      const char *option, const char *value, GError **error)
{
    CORE_GROUP(run, title);
    g_autoptr(GPtrArray) arguments =
        core_arguments("docker", "run", "--rm", "--privileged", image, option, value, NULL);
    const struct core_command command = {.arguments = arguments, .judgement = judgement_of(run)};
    return core_exec(run, &command, NULL, error);
}

static bool pull_image(struct toolkit *toolkit, const char *image, bool is_cached, GError **error)
{
    CORE_GROUP(toolkit->run, "Pulling binfmt Docker image");
    if (action_major(toolkit->run) >= 3) {
        const struct toolkit_pull pull = {
            .image = image,
            .is_cached = is_cached,
            .attempts = toolkit_pull_attempts(toolkit->run, 3, RETRY_DATE_MS),
        };
        return toolkit_pull(toolkit, &pull, error);
    }
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "pull", image, NULL);
    const struct core_command command = {.arguments = arguments, .judgement = CORE_EXIT_CODE};
    return core_exec(toolkit->run, &command, NULL, error);
}

static bool inspect_image(struct action_run *run, const char *image, GError **error)
{
    CORE_GROUP(run, "Image info");
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "image", "inspect", image, NULL);
    const struct core_command command = {.arguments = arguments, .judgement = judgement_of(run)};
    return core_exec(run, &command, NULL, error);
}

static bool list_platforms(struct action_run *run, const char *image, GError **error)
{
    CORE_GROUP(run, "Extracting available platforms");
    g_autoptr(GPtrArray) arguments =
        core_arguments("docker", "run", "--rm", "--privileged", image, NULL);
    const struct core_command command = {
        .arguments = arguments,
        .judgement = action_major(run) < 3 ? CORE_ALL_LINES : CORE_LAST_LINE,
        .is_silent = true,
    };
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    g_autofree char *text = core_trimmed(result.output);
    g_autoptr(json_t) answer = json_parse_bytes(text, strlen(text), NULL);
    const json_t *supported = json_get_array(answer, "supported");
    if (supported == NULL)
        return core_throw(error, *text == '\0' ? "Unexpected end of JSON input"
                                               : "Unexpected token in JSON at position 0");
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    gsize i;
    json_t *name;
    json_array_foreach (supported, i, name)
        g_ptr_array_add(names, (char *)json_string_value(name));
    g_autofree char *platforms = list_join(names, ",");
    action_log(run, "%s", platforms);
    action_set_output(run, "platforms", platforms);
    return true;
}

static bool install(struct action_run *run, const char *image, bool is_reset, GError **error)
{
    g_autoptr(GPtrArray) asked = list_input(run, "platforms", 0, error);
    if (asked == NULL)
        return false;
    g_autofree char *platforms = asked->len > 0 ? list_join(asked, ",") : g_strdup("all");
    return (action_major(run) < 3 ||
            run_image(run, "Binfmt version", image, "--version", NULL, error)) &&
           (!is_reset || run_image(run, "Uninstalling current emulators", image, "--uninstall",
                                   "qemu-*", error)) &&
           run_image(run, "Installing QEMU static binaries", image, "--install", platforms, error);
}

static bool set_up(struct action_run *run, GError **error)
{
    TOOLKIT(toolkit);
    toolkit.run = run;
    bool is_cached = false, is_reset = false;
    if (!core_input_boolean(run, "reset", &is_reset, error) ||
        !core_input_boolean(run, "cache-image", &is_cached, error))
        return false;
    const char *asked = action_input(run, "image");
    const char *standard =
        action_major(run) < 3 ? "tonistiigi/binfmt:latest" : "docker.io/tonistiigi/binfmt:latest";
    const char *image = *asked != '\0' ? asked : standard;
    return toolkit_docker_info(&toolkit, /* is_caught= */ false, error) &&
           pull_image(&toolkit, image, is_cached, error) && inspect_image(run, image, error) &&
           install(run, image, is_reset && action_major(run) >= 4, error) &&
           list_platforms(run, image, error);
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, set_up, error);
}

static bool post_phase(struct action_run *run, GError **error)
{
    return action_major(run) < 3 || toolkit_post_cache(run, error);
}

static const struct action_input inputs[] = {
    {"image", "", false}, /* the default differs by version, see set_up() */
    {"platforms", "all", false},    {"reset", "false", false},
    {"cache-image", "true", false}, {NULL, NULL, false},
};

const struct action action_docker_setup_qemu = {
    .name = "docker/setup-qemu-action",
    .summary = "Pulls tonistiigi/binfmt and installs emulators for foreign platforms.",
    .first_major = 1,
    .last_major = 4,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = false,
};
