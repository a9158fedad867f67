/*
 * docker/build-push-action: one `docker buildx build` (engine-contract.md F). Only the last line of
 * what buildx says becomes the annotation (failures.md 0). Without a context the build is of the
 * commit on GitHub, not of the checked-out files.
 */
#include "actions/actions.h"
#include "actions/docker_build_arguments.h"

#include <string.h>

static void show(struct action_run *run, const char *title, const char *output, const char *text)
{
    CORE_GROUP(run, title);
    action_log(run, "%s", text);
    action_set_output(run, output, text);
}

static void show_image_id(struct toolkit *toolkit, const char *path)
{
    g_autofree char *text = path != NULL ? toolkit_read_file(toolkit, path) : NULL;
    if (text != NULL && *g_strstrip(text) != '\0')
        show(toolkit->run, "ImageID", "imageid", text);
}

/* Until version 5 a failed build sets no outputs; later ones set what there is and then fail. */
static bool show_results(struct toolkit *toolkit, const struct build_command *command,
                         GError **error)
{
    struct action_run *run = toolkit->run;
    GError *failure = NULL;
    g_autoptr(json_t) metadata = command->metadata_file != NULL
                                     ? build_metadata(toolkit, command->metadata_file, &failure)
                                     : NULL;
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    show_image_id(toolkit, command->image_id_file);
    const char *digest = json_get_string(metadata, "containerimage.digest", "");
    if (*digest != '\0')
        show(run, "Digest", "digest", digest);
    build_show_metadata(run, metadata);
    if (action_major(run) < 6)
        return true;

    g_autoptr(GPtrArray) references = g_ptr_array_new_with_free_func(g_free);
    return build_show_references(toolkit, metadata, references, error) &&
           build_show_summary(toolkit, references, error);
}

static bool judge(struct action_run *run, const struct action_exec_result *result, GError **error)
{
    bool is_check = strcmp(action_input(run, "call"), "check") == 0 && action_major(run) >= 6;
    if (result->exit_code != 0 && is_check && *result->output != '\0') {
        g_autofree char *line = g_strndup(result->output, strcspn(result->output, "\n"));
        return core_throw(error, "%s", g_strstrip(line));
    }
    g_autofree char *line = core_last_line(result->errors);
    return !core_exec_failed(result) || core_throw(error, "buildx failed with: %s", line);
}

static bool build(struct toolkit *toolkit, GError **error)
{
    static const char *const environment[] = {"BUILDX_METADATA_WARNINGS=true", NULL};
    struct action_run *run = toolkit->run;
    BUILD_COMMAND(command);
    ACTION_EXEC_RESULT(result);
    if (!build_command_make(toolkit, &command, error))
        return false;
    const struct core_command exec = {
        .arguments = command.arguments,
        .environment = action_major(run) >= 6 ? environment : NULL,
    };
    if (!core_exec(run, &exec, &result, error))
        return false;
    if (action_major(run) < 6)
        return judge(run, &result, error) && show_results(toolkit, &command, error);
    return show_results(toolkit, &command, error) && judge(run, &result, error);
}

static bool perform(struct action_run *run, GError **error)
{
    TOOLKIT(toolkit);
    toolkit.run = run;
    bool has_buildx = false;
    return build_begin(&toolkit, /* with_builder= */ action_major(run) >= 5, &has_buildx, error) &&
           (!has_buildx || build(&toolkit, error));
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static bool post_phase(struct action_run *run, GError **error)
{
    toolkit_remove_directory(run, action_state(run, "tmpDir"));
    return action_major(run) < 6 || toolkit_post_cache(run, error);
}

static const struct action_input inputs[] = {
    {"add-hosts", "", false},
    {"allow", "", false},
    {"annotations", "", false}, /* since 5 */
    {"attests", "", false},
    {"build-args", "", false},
    {"build-contexts", "", false},
    {"builder", "", false},
    {"cache-from", "", false},
    {"cache-to", "", false},
    {"call", "", false}, /* since 6 */
    {"cgroup-parent", "", false},
    {"context", "", false},
    {"file", "", false},
    {"labels", "", false},
    {"load", "false", false},
    {"network", "", false},
    {"no-cache", "false", false},
    {"no-cache-filters", "", false},
    {"outputs", "", false},
    {"platforms", "", false},
    {"provenance", "", false},
    {"pull", "false", false},
    {"push", "false", false},
    {"sbom", "", false},
    {"secrets", "", false},
    {"secret-envs", "", false}, /* since 5 */
    {"secret-files", "", false},
    {"shm-size", "", false},
    {"ssh", "", false},
    {"tags", "", false},
    {"target", "", false},
    {"ulimit", "", false},
    {"github-token", "${{ github.token }}", false},
    {NULL, NULL, false},
};

const struct action action_docker_build_push = {
    .name = "docker/build-push-action",
    .summary = "Builds with `docker buildx build`, and pushes when asked to.",
    .first_major = 2,
    .last_major = 7,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = true,
};
