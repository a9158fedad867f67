/*
 * docker/setup-buildx-action: makes a builder and boots it (engine-contract.md F, failures.md G).
 * With `driver: docker` it makes none and switches to none: whatever builder is current stays so
 * ("The illusion of tier 2").
 */
#include "actions/docker_setup_buildx.h"
#include "actions/actions.h"
#include "actions/list.h"
#include "actions/semver.h"
#include "actions/tool.h"

#include "base/units.h"

#include <string.h>

#define BUILDX_DOWNLOAD_US (3 * SECOND_US)
#define BUILDKIT_IMAGE     "moby/buildkit:buildx-stable-1"

/* Version 4.4.0 was out by then. */
#define PULL_DATE_MS INT64_C(1789430400000) /* 2026-09-15 */

/* ---- buildx itself ---- */

/* Of a version that is one, where its release lies; which is the latest no site says. */
static bool download_buildx(struct action_run *run, const char *version, GError **error)
{
    SEMVER(parsed);
    if (!semver_parse(version, &parsed))
        return true;
    g_autofree char *number = semver_text(&parsed);
    g_autofree char *tag = g_strconcat("v", number, NULL);
    const char *architecture = strcmp(tool_architecture(run), "x64") == 0 ? "amd64" : "arm64";
    g_autofree char *shown =
        g_strdup_printf("https://github.com/docker/buildx/releases/download/%s/buildx-%s.linux-%s",
                        tag, tag, architecture);
    g_autofree char *url =
        g_strdup_printf("https://release-assets.githubusercontent.com/docker/buildx/%s/"
                        "buildx-%s.linux-%s",
                        tag, tag, architecture);
    action_log(run, "Downloading %s", shown);
    return tool_download(run, url, error);
}

/* A version that is asked for, or a machine without buildx: the binary comes from GitHub, and what
   it would be is not installed (failures.md G16). */
static bool install_buildx(struct toolkit *toolkit, GError **error)
{
    struct action_run *run = toolkit->run;
    const char *version = action_input(run, "version");
    bool is_source = toolkit_is_remote(version), has_buildx = false;
    if (!is_source && !toolkit_has_buildx(toolkit, &has_buildx, error))
        return false;
    if (!is_source && has_buildx && *version == '\0')
        return true;
    {
        CORE_GROUP(run,
                   is_source ? "Build buildx from source" : "Download buildx from GitHub Releases");
        g_autofree char *what = g_strdup_printf("buildx %s of docker/setup-buildx-action",
                                                *version != '\0' ? version : "latest");
        if (!is_source && !download_buildx(run, version, error))
            return false;
        if (!action_assume(run, what, BUILDX_DOWNLOAD_US, error))
            return false;
    }
    CORE_GROUP(run, "Install buildx");
    action_log(run, "Docker plugin mode");
    return true;
}

/* ---- the builder ---- */

/* A default context with TLS data cannot hold a container builder, so one is made (failures.md
   G11); since version 3. */
static bool context_has_tls(const char *text)
{
    g_autofree char *trimmed = core_trimmed(text);
    g_autoptr(json_t) contexts = json_parse_bytes(trimmed, strlen(trimmed), NULL);
    const json_t *context = json_array_get(contexts, 0);
    const char *name;
    json_t *endpoint;
    json_object_foreach (json_get_object(context, "Endpoints"), name, endpoint)
        return json_object_get(endpoint, "TLSData") != NULL ||
               json_object_size(json_get_object(context, "TLSMaterial")) > 0;
    return json_object_size(json_get_object(context, "TLSMaterial")) > 0;
}

static bool inspect_context(struct setup_buildx *setup, bool *has_tls, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    CORE_GROUP(run, "Inspecting default docker context");
    g_autoptr(GPtrArray) arguments =
        core_arguments("docker", "context", "inspect", "--format=json", "default", NULL);
    const struct core_command command = {.arguments = arguments, .is_silent = true};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    if (core_exec_failed(&result)) {
        g_autofree char *errors = core_trimmed(result.errors);
        action_log(run, "Cannot inspect default docker context: %s", errors);
        return true;
    }
    *has_tls = context_has_tls(result.output);
    g_autofree char *text = core_trimmed(result.output);
    g_autoptr(json_t) parsed = json_parse_bytes(text, strlen(text), NULL);
    g_autofree char *pretty = parsed != NULL ? core_pretty_json(parsed) : g_steal_pointer(&text);
    core_log_lines(run, pretty);
    return true;
}

static bool create_context(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    CORE_GROUP(run, "Creating temp docker context (TLS data loaded in default one)");
    g_autofree char *uuid = core_uuid(run);
    g_autofree char *name = g_strconcat("buildx-", uuid, NULL);
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "context", "create", name, NULL);
    const struct core_command command = {.arguments = arguments};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    if (core_exec_failed(&result)) {
        g_autofree char *line = core_last_line(result.errors);
        action_warn(run, "Cannot create docker context %s: %s", name, line);
        return true;
    }
    action_log(run, "Setting builder endpoint to %s context", name);
    action_save_state(run, "tmpDockerContext", name);
    g_free(setup->endpoint);
    setup->endpoint = g_steal_pointer(&name);
    return true;
}

static bool escape_tls(struct setup_buildx *setup, GError **error)
{
    bool is_container = strcmp(setup->driver, "docker-container") == 0;
    if (action_major(setup->toolkit->run) < 3 || !is_container)
        return true;
    g_autofree char *current = NULL;
    bool has_tls = false;
    if (!toolkit_context(setup->toolkit, &current, error))
        return false;
    if (strcmp(current, "default") != 0 || *setup->endpoint != '\0')
        return true;
    return inspect_context(setup, &has_tls, error) && (!has_tls || create_context(setup, error));
}

/* Since 4.4 BuildKit is pulled before it boots, with tries of the toolkit's, and a failing pull
   fails the step (setup-buildx-action#609, #623); for an endpoint of one's own it is not, but in
   4.4.0 itself (#624). */
static bool pull_buildkit(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    unsigned attempts = toolkit_pull_attempts(run, 4, PULL_DATE_MS);
    bool is_elsewhere = *setup->endpoint != '\0' && strcmp(action_ref(run), "v4.4.0") != 0;
    if (strcmp(setup->driver, "docker-container") != 0 || attempts < 2 || is_elsewhere)
        return true;
    const char *image = BUILDKIT_IMAGE;
    for (guint i = 0; i < setup->driver_options->len; i++) {
        const char *option = g_ptr_array_index(setup->driver_options, i);
        if (g_str_has_prefix(option, "image="))
            image = option + strlen("image=");
    }
    CORE_GROUP(run, "Pulling BuildKit image");
    const struct toolkit_pull pull = {.image = image, .attempts = attempts};
    return toolkit_pull(setup->toolkit, &pull, error);
}

static bool create_builder(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    if (strcmp(setup->driver, "docker") == 0)
        return true;
    CORE_GROUP(run, "Creating a new builder instance");
    bool exists = false;
    if (action_major(run) >= 3 &&
        !toolkit_builder_exists(setup->toolkit, setup->name, &exists, error))
        return false;
    if (exists) {
        action_log(run, "Builder %s already exists, skipping creation", setup->name);
        return true;
    }
    g_autoptr(GPtrArray) arguments = setup_buildx_create_arguments(setup, error);
    const struct core_command command = {
        .arguments = arguments,
        .judgement = action_major(run) >= 3 ? CORE_LAST_LINE : CORE_EXIT_CODE,
    };
    return arguments != NULL && core_exec(run, &command, NULL, error);
}

static bool boot_builder(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    CORE_GROUP(run, "Booting builder");
    bool names_builder = false;
    if (!toolkit_buildx_is_at_least(setup->toolkit, "0.4.0", &names_builder, error))
        return false;
    g_autoptr(GPtrArray) arguments =
        core_arguments("docker", "buildx", "inspect", "--bootstrap", NULL);
    if (names_builder)
        core_arguments_add(arguments, "--builder", setup->name, NULL);
    const struct core_command command = {
        .arguments = arguments,
        .judgement = action_major(run) >= 3 ? CORE_LAST_LINE : CORE_EXIT_CODE,
    };
    return core_exec(run, &command, NULL, error);
}

/* The input `install`, which ended with version 4. */
static bool install_alias(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    bool is_install = false;
    if (action_major(run) >= 4)
        return true;
    if (!core_input_boolean(run, "install", &is_install, error))
        return false;
    if (!is_install)
        return true;
    CORE_GROUP(run, "Setting buildx as default builder");
    action_save_state(run, "buildxIsDefaultBuilder", "true");
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "install", NULL);
    const struct core_command command = {.arguments = arguments, .judgement = CORE_LAST_LINE};
    return core_exec(run, &command, NULL, error);
}

/* ---- the phase ---- */

static bool name_builder(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    const char *name = action_input(run, "name");
    if (strcmp(setup->driver, "docker") == 0)
        return toolkit_context(setup->toolkit, &setup->name, error);
    g_autofree char *uuid = *name == '\0' ? core_uuid(run) : NULL;
    setup->name = uuid != NULL ? g_strconcat("builder-", uuid, NULL) : g_strdup(name);
    return true;
}

static bool check_keep_state(struct setup_buildx *setup, bool is_kept, GError **error)
{
    bool is_container = strcmp(setup->driver, "docker-container") == 0;
    action_save_state(setup->toolkit->run, "keepState", is_kept ? "true" : "");
    return !is_kept || is_container ||
           core_throw(error, "Cannot use keep-state with %s driver", setup->driver);
}

static bool set_up(struct setup_buildx *setup, GError **error)
{
    struct action_run *run = setup->toolkit->run;
    bool is_cleanup = false, is_kept = false;
    setup->driver_options =
        list_input(run, "driver-opts", LIST_KEEPS_COMMAS | LIST_KEEPS_QUOTES, error);
    if (setup->driver_options == NULL || !name_builder(setup, error))
        return false;
    if (!core_input_boolean(run, "keep-state", &is_kept, error) ||
        !core_input_boolean(run, "cleanup", &is_cleanup, error))
        return false;
    action_save_state(run, "cleanup", is_cleanup ? "true" : "false");
    if (!check_keep_state(setup, is_kept, error) ||
        !toolkit_docker_info(setup->toolkit, /* is_caught= */ true, error) ||
        !install_buildx(setup->toolkit, error) ||
        !toolkit_print_buildx_version(setup->toolkit, error))
        return false;
    action_set_output(run, "name", setup->name);
    action_save_state(run, "builderName", setup->name);
    action_save_state(run, "builderDriver", setup->driver);
    if (action_major(run) >= 2)
        action_save_state(run, "certsDir", "true");
    return escape_tls(setup, error) && pull_buildkit(setup, error) &&
           create_builder(setup, error) && setup_buildx_append(setup, error) &&
           boot_builder(setup, error) && install_alias(setup, error) &&
           setup_buildx_show(setup, error);
}

static bool perform(struct action_run *run, GError **error)
{
    TOOLKIT(toolkit);
    toolkit.run = run;
    const char *driver = action_input(run, "driver");
    struct setup_buildx setup = {
        .toolkit = &toolkit,
        .driver = *driver != '\0' ? driver : "docker-container",
        .endpoint = g_strdup(action_input(run, "endpoint")),
    };
    bool is_done = set_up(&setup, error);
    g_free(setup.name);
    g_free(setup.endpoint);
    g_clear_pointer(&setup.driver_options, g_ptr_array_unref);
    return is_done;
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static const struct action_input inputs[] = {
    {"version", "", false},
    {"driver", "docker-container", false},
    {"driver-opts", "", false},
    {"buildkitd-flags", "", false},
    {"buildkitd-config", "", false},
    {"buildkitd-config-inline", "", false},
    {"config", "", false},        /* until 3 */
    {"config-inline", "", false}, /* until 3 */
    {"install", "false", false},  /* until 3 */
    {"use", "true", false},
    {"name", "", false},
    {"endpoint", "", false},
    {"platforms", "", false},
    {"append", "", false},
    {"keep-state", "false", false},
    {"cache-binary", "true", false},
    {"cleanup", "true", false},
    {NULL, NULL, false},
};

const struct action action_docker_setup_buildx = {
    .name = "docker/setup-buildx-action",
    .summary = "Makes a builder with `docker buildx create` and boots it; removes it at the end.",
    .first_major = 1,
    .last_major = 4,
    .inputs = inputs,
    .main = main_phase,
    .post = setup_buildx_post,
    .touches_images = false,
};
