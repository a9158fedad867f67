/* Docker and buildx as docker's actions ask them. */
#include "actions/toolkit.h"
#include "actions/semver.h"

#include <string.h>

void toolkit_clear(struct toolkit *toolkit)
{
    g_free(toolkit->buildx_version);
    g_free(toolkit->directory);
}

static bool run_docker(struct toolkit *toolkit, const char *const *words,
                       enum core_judgement judgement, struct action_exec_result *result,
                       GError **error)
{
    g_autoptr(GPtrArray) arguments = core_arguments("docker", NULL);
    for (const char *const *word = words; *word != NULL; word++)
        core_arguments_add(arguments, *word, NULL);
    const struct core_command command = {
        .arguments = arguments, .judgement = judgement, .is_silent = result != NULL};
    return core_exec(toolkit->run, &command, result, error);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool print_info(struct toolkit *toolkit, GError **error)
{
    return run_docker(toolkit, WORDS("version"), CORE_EXIT_CODE, NULL, error) &&
           run_docker(toolkit, WORDS("info"), CORE_EXIT_CODE, NULL, error);
}

bool toolkit_docker_info(struct toolkit *toolkit, bool is_caught, GError **error)
{
    CORE_GROUP(toolkit->run, "Docker info");
    GError *thrown = NULL;
    if (print_info(toolkit, &thrown))
        return true;
    g_autofree char *message = NULL;
    if (!is_caught) {
        g_propagate_error(error, thrown);
        return false;
    }
    if (!core_catch(thrown, &message, error))
        return false;
    action_log(toolkit->run, "%s", message);
    return true;
}

bool toolkit_has_buildx(struct toolkit *toolkit, bool *has, GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!run_docker(toolkit, WORDS("buildx"), CORE_ANY_END, &result, error))
        return false;
    *has = result.exit_code == 0;
    return true;
}

bool toolkit_print_buildx_version(struct toolkit *toolkit, GError **error)
{
    CORE_GROUP(toolkit->run, "Buildx version");
    return run_docker(toolkit, WORDS("buildx", "version"), CORE_EXIT_CODE, NULL, error);
}

/* "github.com/docker/buildx v0.26.1 1a8287f" to 0.26.1; seven hex digits for a build of a commit.
 */
static bool read_version(struct toolkit *toolkit, const char *text, GError **error)
{
    g_autoptr(GRegex) pattern = g_regex_new("\\sv?([0-9a-f]{7}|[0-9.]+)", G_REGEX_RAW, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(pattern, text, 0, &match))
        return core_throw(error, "Cannot parse buildx version");
    toolkit->buildx_version = g_match_info_fetch(match, 1);
    return true;
}

static bool ask_version(struct toolkit *toolkit, GError **error)
{
    if (toolkit->buildx_version != NULL)
        return true;
    ACTION_EXEC_RESULT(result);
    if (!run_docker(toolkit, WORDS("buildx", "version"), CORE_ALL_LINES, &result, error))
        return false;
    return read_version(toolkit, result.output, error);
}

static bool is_version_at_least(const char *version, const char *minimum)
{
    bool is_commit = strlen(version) == 7 && strspn(version, "0123456789abcdef") == 7;
    return is_commit || semver_is_at_least(version, minimum);
}

bool toolkit_buildx_is_at_least(struct toolkit *toolkit, const char *minimum, bool *is,
                                GError **error)
{
    if (!ask_version(toolkit, error))
        return false;
    *is = is_version_at_least(toolkit->buildx_version, minimum);
    return true;
}

bool toolkit_builder_exists(struct toolkit *toolkit, const char *name, bool *exists, GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!run_docker(toolkit, WORDS("buildx", "inspect", name), CORE_ANY_END, &result, error))
        return false;
    *exists = result.exit_code == 0;
    return true;
}

bool toolkit_inspect(struct toolkit *toolkit, const char *name, json_t **builder, GError **error)
{
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "inspect", NULL);
    if (*name != '\0')
        core_arguments_add(arguments, name, NULL);
    const struct core_command command = {
        .arguments = arguments,
        .judgement = CORE_ALL_LINES,
        .is_silent = true,
        .environment = WORDS("DEBUG=1"), /* for features, labels and policies */
    };
    ACTION_EXEC_RESULT(result);
    if (!core_exec(toolkit->run, &command, &result, error))
        return false;
    *builder = builder_info_parse(result.output != NULL ? result.output : "");
    return true;
}

bool toolkit_context(struct toolkit *toolkit, char **name, GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!run_docker(toolkit, WORDS("context", "inspect", "--format", "{{.Name}}"), CORE_ALL_LINES,
                    &result, error))
        return false;
    *name = core_trimmed(result.output);
    return true;
}

static bool ask_image(struct toolkit *toolkit, const char *image, char **version, GError **error)
{
    ACTION_EXEC_RESULT(result);
    if (!run_docker(toolkit, WORDS("run", "--rm", image, "--version"), CORE_ANY_END, &result,
                    error))
        return false;
    g_autofree char *text = core_trimmed(result.output);
    if (result.exit_code == 0 && *text != '\0')
        *version = g_strdup_printf("%s => %s", image, text);
    else if (result.errors != NULL && *result.errors != '\0')
        return core_throw(error, "%s", ""); /* of the other command's stderr, which is empty */
    return true;
}

static bool ask_container(struct toolkit *toolkit, const char *node, char **version, GError **error)
{
    g_autofree char *container = g_strconcat("buildx_buildkit_", node, NULL);
    ACTION_EXEC_RESULT(result);
    if (!run_docker(toolkit, WORDS("inspect", "--format", "{{.Config.Image}}", container),
                    CORE_ANY_END, &result, error))
        return false;
    g_autofree char *image = core_trimmed(result.output);
    if (result.exit_code == 0 && *image != '\0')
        return ask_image(toolkit, image, version, error);
    g_autofree char *errors = core_trimmed(result.errors);
    return *errors == '\0' || core_throw(error, "%s", errors);
}

bool toolkit_buildkit_version(struct toolkit *toolkit, const json_t *node, char **version,
                              GError **error)
{
    const char *name = json_get_string(node, "name", "");
    *version = g_strdup(json_get_string(node, "buildkit", NULL));
    if (*version != NULL && **version == '\0')
        g_clear_pointer(version, g_free);
    if (*version != NULL || *name == '\0')
        return true;
    GError *thrown = NULL;
    if (ask_container(toolkit, name, version, &thrown))
        return true;
    g_autofree char *message = NULL;
    if (!core_catch(thrown, &message, error))
        return false;
    action_warn(toolkit->run, "Error: %s", message);
    return true;
}

/* The version that a node states; Docker's own BuildKit must say "-moby" (failures.md H3). */
static bool is_node_at_least(const json_t *node, bool is_docker, const char *minimum)
{
    const char *stated = json_get_string(node, "buildkit", "");
    bool is_moby = g_str_has_suffix(stated, "-moby");
    g_autofree char *version = g_strndup(stated, strlen(stated) - (is_moby ? strlen("-moby") : 0));
    return (!is_docker || is_moby) && semver_is_at_least(version, minimum);
}

bool toolkit_buildkit_is_at_least(struct toolkit *toolkit, const char *name, const char *minimum,
                                  bool *is, GError **error)
{
    g_autoptr(json_t) builder = NULL;
    if (!toolkit_inspect(toolkit, name, &builder, error))
        return false;
    bool is_docker = strcmp(json_get_string(builder, "driver", ""), "docker") == 0;
    gsize i;
    json_t *node;
    *is = true;
    json_array_foreach (json_get_array(builder, "nodes"), i, node)
        *is = *is && is_node_at_least(node, is_docker, minimum);
    return true;
}
