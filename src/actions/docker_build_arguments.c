/* How build-push-action turns its inputs into `docker buildx build` (src/context.ts of v4 to v7).
 */
#include "actions/docker_build_arguments.h"
#include "actions/list.h"

#include <string.h>

void build_command_clear(struct build_command *command)
{
    g_clear_pointer(&command->arguments, g_ptr_array_unref);
    g_free(command->image_id_file);
    g_free(command->metadata_file);
}

/* ---- parts that say nothing but an input ---- */

static bool add_list(struct build_maker *maker, const char *input, const char *option,
                     unsigned flags, GError **error)
{
    g_autoptr(GPtrArray) values = list_input(maker->run, input, flags, error);
    if (values == NULL)
        return false;
    core_arguments_add_each(maker->arguments, option, values);
    return true;
}

void build_add_text(struct build_maker *maker, const char *input, const char *option)
{
    if (action_input_is_given(maker->run, input))
        core_arguments_add(maker->arguments, option, action_input(maker->run, input), NULL);
}

static bool add_flag(struct build_maker *maker, const char *input, const char *option,
                     GError **error)
{
    bool is_set = false;
    if (!core_input_boolean(maker->run, input, &is_set, error))
        return false;
    if (is_set)
        core_arguments_add(maker->arguments, option, NULL);
    return true;
}

bool build_is_buildx(struct build_maker *maker, const char *minimum, bool *is, GError **error)
{
    return toolkit_buildx_is_at_least(maker->toolkit, minimum, is, error);
}

/* Until version 5 entitlements are one argument. */
static bool add_allow(struct build_maker *maker, GError **error)
{
    if (action_major(maker->run) >= 6)
        return add_list(maker, "allow", "--allow", 0, error);
    g_autoptr(GPtrArray) values = list_input(maker->run, "allow", 0, error);
    if (values == NULL)
        return false;
    g_autofree char *joined = list_join(values, ",");
    if (values->len > 0)
        core_arguments_add(maker->arguments, "--allow", joined, NULL);
    return true;
}

static bool add_annotations(struct build_maker *maker, GError **error)
{
    bool is = false;
    if (action_major(maker->run) < 5)
        return true;
    if (!build_is_buildx(maker, "0.12.0", &is, error))
        return false;
    if (is)
        return add_list(maker, "annotations", "--annotation", LIST_KEEPS_COMMAS, error);
    if (action_input_is_given(maker->run, "annotations"))
        action_warn(maker->run, "Annotations are only supported by buildx >= 0.12.0; the input "
                                "'annotations' is ignored.");
    return true;
}

static bool add_contexts(struct build_maker *maker, GError **error)
{
    bool is = false;
    if (!build_is_buildx(maker, "0.8.0", &is, error))
        return false;
    g_autoptr(GPtrArray) contexts =
        list_input(maker->run, "build-contexts", LIST_KEEPS_COMMAS, error);
    if (contexts == NULL)
        return false;
    if (!is && contexts->len > 0)
        action_warn(maker->run, "Build contexts are only supported by buildx >= 0.8.0; the input "
                                "'build-contexts' is ignored.");
    for (guint i = 0; is && i < contexts->len; i++) {
        const char *given = g_ptr_array_index(contexts, i);
        g_autofree char *text = action_major(maker->run) >= 6
                                    ? build_expand_context(given, maker->default_context, error)
                                    : g_strdup(given);
        if (text == NULL)
            return false;
        core_arguments_add(maker->arguments, "--build-context", text, NULL);
    }
    return true;
}

static bool add_call(struct build_maker *maker, GError **error)
{
    bool is = false;
    if (action_major(maker->run) < 6 || !action_input_is_given(maker->run, "call"))
        return true;
    if (!build_is_buildx(maker, "0.15.0", &is, error))
        return false;
    if (!is)
        return core_throw(error, "Buildx >= 0.15.0 is required to use the call flag.");
    build_add_text(maker, "call", "--call");
    return true;
}

/* A local or tar export has no image, and so no id. */
static bool add_image_id_file(struct build_maker *maker, GError **error)
{
    if (build_has_exporter(maker->outputs, "local") || build_has_exporter(maker->outputs, "tar"))
        return true;
    const char *directory = toolkit_directory(maker->toolkit, error);
    if (directory == NULL)
        return false;
    g_autofree char *digits = action_random_hex(maker->run, 10);
    maker->command->image_id_file = g_strdup_printf("%s/build-iidfile-%s.txt", directory, digits);
    core_arguments_add(maker->arguments, "--iidfile", maker->command->image_id_file, NULL);
    return true;
}

static bool add_platforms(struct build_maker *maker, GError **error)
{
    g_autoptr(GPtrArray) platforms = list_input(maker->run, "platforms", 0, error);
    if (platforms == NULL)
        return false;
    g_autofree char *joined = list_join(platforms, ",");
    if (platforms->len > 0)
        core_arguments_add(maker->arguments, "--platform", joined, NULL);
    return true;
}

/* ---- secrets ---- */

/* "key=value", both not empty; NULL for what is no secret, after a warning; g_free both. */
static char *split_secret(struct build_maker *maker, const char *text, char **key)
{
    const char *sign = strchr(text, '=');
    if (sign == NULL || sign == text || sign[1] == '\0') {
        action_warn(maker->run, "%s is not a valid secret", text);
        return NULL;
    }
    *key = g_strndup(text, (gsize)(sign - text));
    return g_strdup(sign + 1);
}

/* The value goes into a file that only the build reads. */
static bool add_secret(struct build_maker *maker, const char *text, GError **error)
{
    g_autofree char *key = NULL;
    g_autofree char *value = split_secret(maker, text, &key);
    if (value == NULL)
        return true;
    action_mask(maker->run, value);
    g_autofree char *path = toolkit_temporary_name(maker->toolkit, error);
    if (path == NULL || !toolkit_write_file(maker->toolkit, path, value, error))
        return false;
    g_autofree char *option = g_strdup_printf("id=%s,src=%s", key, path);
    core_arguments_add(maker->arguments, "--secret", option, NULL);
    return true;
}

static bool add_secret_file(struct build_maker *maker, const char *text)
{
    g_autofree char *key = NULL;
    g_autofree char *path = split_secret(maker, text, &key);
    if (path == NULL)
        return true;
    g_autofree char *place = action_host_path(maker->run, path);
    if (place == NULL || !g_file_test(place, G_FILE_TEST_EXISTS)) {
        action_warn(maker->run, "secret file %s not found", path);
        return true;
    }
    g_autofree char *option = g_strdup_printf("id=%s,src=%s", key, path);
    core_arguments_add(maker->arguments, "--secret", option, NULL);
    return true;
}

static bool add_secret_variables(struct build_maker *maker, GError **error)
{
    g_autoptr(GPtrArray) texts = list_input(maker->run, "secret-envs", 0, error);
    if (texts == NULL)
        return false;
    for (guint i = 0; i < texts->len; i++) {
        g_autofree char *key = NULL;
        g_autofree char *name = split_secret(maker, g_ptr_array_index(texts, i), &key);
        if (name == NULL)
            continue;
        g_autofree char *option = g_strdup_printf("id=%s,env=%s", key, name);
        core_arguments_add(maker->arguments, "--secret", option, NULL);
    }
    return true;
}

/* The token for the default git context, unless a secret of that name is given. */
static bool add_token(struct build_maker *maker, const GPtrArray *secrets, GError **error)
{
    const char *token = action_input(maker->run, "github-token");
    if (*token == '\0' || !g_str_has_prefix(maker->context, maker->default_context))
        return true;
    for (guint i = 0; i < secrets->len; i++)
        if (g_str_has_prefix(g_ptr_array_index(secrets, i), "GIT_AUTH_TOKEN="))
            return true;
    g_autofree char *secret = g_strdup_printf(
        action_major(maker->run) >= 7 ? "GIT_AUTH_TOKEN.github.com=%s" : "GIT_AUTH_TOKEN=%s",
        token);
    return add_secret(maker, secret, error);
}

static bool add_secrets(struct build_maker *maker, GError **error)
{
    g_autoptr(GPtrArray) secrets = list_input(maker->run, "secrets", LIST_KEEPS_COMMAS, error);
    if (secrets == NULL)
        return false;
    g_autoptr(GPtrArray) files = list_input(maker->run, "secret-files", LIST_KEEPS_COMMAS, error);
    if (files == NULL)
        return false;
    for (guint i = 0; i < secrets->len; i++)
        if (!add_secret(maker, g_ptr_array_index(secrets, i), error))
            return false;
    for (guint i = 0; i < files->len; i++)
        if (!add_secret_file(maker, g_ptr_array_index(files, i)))
            return false;
    return add_token(maker, secrets, error);
}

/* ---- the rest ---- */

static bool add_old_list(struct build_maker *maker, GError **error)
{
    return action_major(maker->run) >= 5 ||
           add_list(maker, "attests", "--attest", LIST_KEEPS_COMMAS, error);
}

static bool add_metadata_file(struct build_maker *maker, GError **error)
{
    bool is = false;
    if (!build_is_buildx(maker, "0.6.0", &is, error))
        return false;
    const char *directory = toolkit_directory(maker->toolkit, error);
    if (!is || directory == NULL)
        return directory != NULL;
    g_autofree char *digits = action_random_hex(maker->run, 10);
    maker->command->metadata_file = g_strdup_printf("%s/build-metadata-%s.json", directory, digits);
    core_arguments_add(maker->arguments, "--metadata-file", maker->command->metadata_file, NULL);
    return true;
}

static bool add_build_parts(struct build_maker *maker, GError **error)
{
    const unsigned lines = LIST_KEEPS_COMMAS;
    if (!add_list(maker, "add-hosts", "--add-host", 0, error) || !add_allow(maker, error) ||
        !add_old_list(maker, error) || !add_annotations(maker, error) ||
        !add_list(maker, "build-args", "--build-arg", lines, error) ||
        !add_contexts(maker, error) ||
        !add_list(maker, "cache-from", "--cache-from", lines, error) ||
        !add_list(maker, "cache-to", "--cache-to", lines, error) || !add_call(maker, error))
        return false;
    build_add_text(maker, "cgroup-parent", "--cgroup-parent");
    if (!add_secret_variables(maker, error))
        return false;
    build_add_text(maker, "file", "--file");
    if (!add_image_id_file(maker, error) || !add_list(maker, "labels", "--label", lines, error) ||
        !add_list(maker, "no-cache-filters", "--no-cache-filter", 0, error))
        return false;
    core_arguments_add_each(maker->arguments, "--output", maker->outputs);
    if (!add_platforms(maker, error) || !build_add_attestations(maker, error) ||
        !add_secrets(maker, error))
        return false;
    build_add_text(maker, "shm-size", "--shm-size");
    if (!add_list(maker, "ssh", "--ssh", 0, error) || !add_list(maker, "tags", "--tag", 0, error))
        return false;
    build_add_text(maker, "target", "--target");
    return add_list(maker, "ulimit", "--ulimit", lines, error);
}

static bool add_common_parts(struct build_maker *maker, GError **error)
{
    build_add_text(maker, "builder", "--builder");
    if (!add_flag(maker, "load", "--load", error) || !add_metadata_file(maker, error))
        return false;
    build_add_text(maker, "network", "--network");
    return add_flag(maker, "no-cache", "--no-cache", error) &&
           add_flag(maker, "pull", "--pull", error) && add_flag(maker, "push", "--push", error);
}

static bool make(struct build_maker *maker, GError **error)
{
    struct action_run *run = maker->run;
    unsigned flags = LIST_KEEPS_COMMAS | (action_major(run) >= 5 ? LIST_KEEPS_QUOTES : 0U);
    maker->outputs = list_input(run, "outputs", flags, error);
    maker->default_context = toolkit_git_context(run, action_major(run) >= 7);
    g_autofree char *context =
        build_expand_context(action_input(run, "context"), maker->default_context, error);
    if (maker->outputs == NULL || context == NULL)
        return false;
    maker->context =
        *context != '\0' ? g_steal_pointer(&context) : g_strdup(maker->default_context);
    if (!add_build_parts(maker, error) || !add_common_parts(maker, error))
        return false;
    core_arguments_add(maker->arguments, maker->context, NULL);
    return true;
}

bool build_command_make(struct toolkit *toolkit, struct build_command *command, GError **error)
{
    command->arguments = core_arguments("docker", "buildx", "build", NULL);
    struct build_maker maker = {
        .toolkit = toolkit,
        .run = toolkit->run,
        .arguments = command->arguments,
        .command = command,
    };
    bool is_made = make(&maker, error);
    g_clear_pointer(&maker.outputs, g_ptr_array_unref);
    g_free(maker.default_context);
    g_free(maker.context);
    return is_made;
}
