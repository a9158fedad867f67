/*
 * docker/bake-action: the definition is printed twice (read, then shown), then built
 * (src/context.ts and main.ts of v4 to v7).
 */
#include "actions/docker_bake.h"
#include "actions/actions.h"

#include <string.h>

static void bake_clear(struct bake *bake)
{
    GPtrArray *lists[] = {bake->allow, bake->files, bake->sets, bake->variables, bake->targets};
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(&lists[i], g_ptr_array_unref);
    g_free(bake->source);
    g_free(bake->directory);
    g_free(bake->provenance);
    g_free(bake->metadata_file);
    json_decref(bake->definition);
}

static bool exec_bake(struct bake *bake, GPtrArray *arguments, struct action_exec_result *result,
                      GError **error)
{
    const char *token = action_variable(bake->run, "BUILDX_BAKE_GIT_AUTH_TOKEN");
    g_autofree char *variable =
        g_strconcat("BUILDX_BAKE_GIT_AUTH_TOKEN=",
                    token != NULL ? token : action_input(bake->run, "github-token"), NULL);
    const char *const environment[] = {variable, "BUILDX_METADATA_WARNINGS=true", NULL};
    bool has_directory =
        bake->directory != NULL && strcmp(bake->directory, ".") != 0 && *bake->directory != '\0';
    const struct core_command command = {
        .arguments = arguments,
        .environment = environment,
        .directory = has_directory ? bake->directory : NULL,
    };
    return core_exec(bake->run, &command, result, error);
}

static bool read_definition(struct bake *bake, GError **error)
{
    CORE_GROUP(bake->run, "Parsing raw definition");
    ACTION_EXEC_RESULT(result);
    g_autoptr(GPtrArray) arguments = bake_definition_arguments(bake, error);
    if (arguments == NULL || !exec_bake(bake, arguments, &result, error))
        return false;
    if (core_exec_failed(&result)) {
        g_autofree char *line = core_last_line(result.errors);
        return core_throw(error, "cannot parse bake definitions: %s", line);
    }
    g_autofree char *text = core_trimmed(result.output);
    g_autoptr(GError) failure = NULL;
    bake->definition = json_parse_bytes(text, strlen(text), &failure);
    return bake->definition != NULL || core_throw(error, "Bake definition not set");
}

/* ---- the build ---- */

static bool show_definition(struct bake *bake, const GPtrArray *arguments, GError **error)
{
    CORE_GROUP(bake->run, "Bake definition");
    ACTION_EXEC_RESULT(result);
    g_autoptr(GPtrArray) printing = g_ptr_array_new();
    for (guint i = 0; i < arguments->len; i++)
        g_ptr_array_add(printing, g_ptr_array_index(arguments, i));
    g_ptr_array_add(printing, (char *)"--print");
    if (!exec_bake(bake, printing, &result, error))
        return false;
    if (action_major(bake->run) < 5 && result.exit_code != 0)
        return core_throw(error, "The process '/usr/bin/docker' failed with exit code %d",
                          result.exit_code);
    return !core_exec_failed(&result) || core_throw(error, "%s", result.errors);
}

static bool show_results(struct bake *bake, GError **error)
{
    GError *failure = NULL;
    g_autoptr(json_t) metadata = bake->metadata_file != NULL
                                     ? build_metadata(bake->toolkit, bake->metadata_file, &failure)
                                     : NULL;
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return false;
    }
    build_show_metadata(bake->run, metadata);
    return true;
}

/* The sum of the warnings that checks of several targets report; 0 for none. */
static unsigned count_warnings(const char *output)
{
    g_autoptr(GRegex) pattern =
        g_regex_new("^Check complete, (\\d+) warnings? (?:has|have) been found!",
                    G_REGEX_MULTILINE | G_REGEX_RAW, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    unsigned count = 0;
    g_regex_match(pattern, output, 0, &match);
    while (g_match_info_matches(match)) {
        g_autofree char *number = g_match_info_fetch(match, 1);
        count += (unsigned)g_ascii_strtoull(number, NULL, 10);
        if (!g_match_info_next(match, NULL))
            break;
    }
    return count;
}

static bool judge(struct bake *bake, const struct action_exec_result *result, GError **error)
{
    bool is_check = strcmp(action_input(bake->run, "call"), "check") == 0;
    if (is_check && action_major(bake->run) >= 6 && result->exit_code != 0 &&
        *result->output != '\0') {
        unsigned count = count_warnings(result->output);
        g_autofree char *first = g_strndup(result->output, strcspn(result->output, "\n"));
        if (count == 0)
            return core_throw(error, "%s", g_strstrip(first));
        return core_throw(error, "Check complete, %u %s been found!", count,
                          count == 1 ? "warning has" : "warnings have");
    }
    g_autofree char *line = core_last_line(result->errors);
    return !core_exec_failed(result) || core_throw(error, "buildx bake failed with: %s", line);
}

static bool build(struct bake *bake, GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!read_definition(bake, error))
        return false;
    g_autoptr(GPtrArray) arguments = bake_build_arguments(bake, error);
    if (arguments == NULL || !show_definition(bake, arguments, error) ||
        !exec_bake(bake, arguments, &result, error))
        return false;
    if (action_major(bake->run) < 5)
        return judge(bake, &result, error) && show_results(bake, error);
    return show_results(bake, error) && judge(bake, &result, error);
}

static bool perform(struct action_run *run, GError **error)
{
    TOOLKIT(toolkit);
    toolkit.run = run;
    __attribute__((cleanup(bake_clear))) struct bake bake = {.toolkit = &toolkit, .run = run};
    bool has_buildx = false;
    return bake_read_inputs(&bake, error) &&
           build_begin(&toolkit, /* with_builder= */ true, &has_buildx, error) &&
           (!has_buildx || build(&bake, error));
}

static bool main_phase(struct action_run *run, GError **error)
{
    return core_run(run, perform, error);
}

static bool post_phase(struct action_run *run, GError **error)
{
    toolkit_remove_directory(run, action_state(run, "tmpDir"));
    return action_major(run) < 5 || toolkit_post_cache(run, error);
}

static const struct action_input inputs[] = {
    {"builder", "", false},
    {"allow", "", false}, /* since 5 */
    {"call", "", false},  /* since 6 */
    {"files", "", false},
    {"workdir", ".", false}, /* until 6 */
    {"no-cache", "false", false},
    {"pull", "false", false},
    {"load", "false", false},
    {"provenance", "", false},
    {"push", "false", false},
    {"sbom", "", false},
    {"set", "", false},
    {"source", "", false},
    {"targets", "", false},
    {"vars", "", false}, /* since 7 */
    {"github-token", "${{ github.token }}", false},
    {NULL, NULL, false},
};

const struct action action_docker_bake = {
    .name = "docker/bake-action",
    .summary = "Builds the targets of a bake definition with `docker buildx bake`.",
    .first_major = 2,
    .last_major = 7,
    .inputs = inputs,
    .main = main_phase,
    .post = post_phase,
    .touches_images = true,
};
