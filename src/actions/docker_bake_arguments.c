/* How bake-action turns its inputs into `docker buildx bake` (src/context.ts, toolkit's bake.ts).
 */
#include "actions/docker_bake.h"
#include "actions/list.h"

#include <string.h>

/* Until 5 `workdir` says where and `source` what; 6 builds from git when source is empty; 7 takes a
   folder as source. */
static bool read_source(struct bake *bake, GError **error)
{
    struct action_run *run = bake->run;
    unsigned major = action_major(run);
    g_autofree char *standard = toolkit_git_context(run, major >= 7);
    g_autofree char *given = build_expand_context(action_input(run, "source"), standard, error);
    if (given == NULL)
        return false;
    const char *source = *given == '\0' && major >= 6 ? standard : given;
    if (major < 7) {
        bake->source = g_strdup(strcmp(source, ".") == 0 ? "" : source);
        bake->directory = g_strdup(action_input(run, "workdir"));
        return true;
    }
    bool is_remote = toolkit_is_remote(source);
    bake->source = g_strdup(is_remote ? source : "");
    if (is_remote)
        return true;
    g_autofree char *place = action_host_path(run, source);
    if (place == NULL || !g_file_test(place, G_FILE_TEST_EXISTS))
        return core_throw(error, "Invalid source: %s does not exist or is not a directory.",
                          action_input(run, "source"));
    bake->directory = g_strdup(source);
    return true;
}

bool bake_read_inputs(struct bake *bake, GError **error)
{
    unsigned lines = LIST_KEEPS_COMMAS | LIST_KEEPS_QUOTES;
    const struct {
        GPtrArray **list;
        const char *input;
        unsigned flags;
    } lists[] = {
        {&bake->allow, "allow", 0},     {&bake->files, "files", 0},
        {&bake->sets, "set", lines},    {&bake->variables, "vars", lines},
        {&bake->targets, "targets", 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
        *lists[i].list = list_input(bake->run, lists[i].input, lists[i].flags, error);
        if (*lists[i].list == NULL)
            return false;
    }
    bake->provenance = build_provenance_input(bake->run, error);
    return bake->provenance != NULL && read_source(bake, error);
}

static bool add_flag(struct bake *bake, GPtrArray *arguments, const char *input, const char *option,
                     GError **error)
{
    bool is_set = false;
    if (!core_input_boolean(bake->run, input, &is_set, error))
        return false;
    if (is_set)
        core_arguments_add(arguments, option, NULL);
    return true;
}

static void add_text(GPtrArray *arguments, const char *option, const char *value)
{
    if (*value != '\0')
        core_arguments_add(arguments, option, value, NULL);
}

static void add_all(GPtrArray *arguments, const GPtrArray *texts)
{
    for (guint i = 0; i < texts->len; i++)
        core_arguments_add(arguments, g_ptr_array_index(texts, i), NULL);
}

/* ---- the definition ---- */

/* What getDefinition() asks: only one definition may be remote. */
static bool add_sources(struct bake *bake, GPtrArray *arguments, GError **error)
{
    g_autoptr(GPtrArray) local = g_ptr_array_new();
    const char *remote = NULL;
    g_autoptr(GPtrArray) all = g_ptr_array_new();
    for (guint i = 0; i < bake->files->len; i++)
        g_ptr_array_add(all, g_ptr_array_index(bake->files, i));
    if (*bake->source != '\0')
        g_ptr_array_add(all, bake->source);
    for (guint i = 0; i < all->len; i++) {
        const char *source = g_ptr_array_index(all, i);
        if (!toolkit_is_remote(source)) {
            g_ptr_array_add(local, (char *)source);
            continue;
        }
        if (remote != NULL)
            return core_throw(error, "Only one remote bake definition can be defined");
        remote = source;
    }
    if (remote != NULL)
        core_arguments_add(arguments, remote, NULL);
    core_arguments_add_each(arguments, "--file", local);
    return true;
}

GPtrArray *bake_definition_arguments(struct bake *bake, GError **error)
{
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "bake", NULL);
    if (!add_sources(bake, arguments, error))
        return NULL;
    core_arguments_add_each(arguments, "--set", bake->sets);
    core_arguments_add_each(arguments, "--var", bake->variables);
    core_arguments_add_each(arguments, "--allow", bake->allow);
    if (!add_flag(bake, arguments, "load", "--load", error) ||
        !add_flag(bake, arguments, "no-cache", "--no-cache", error))
        return NULL;
    add_text(arguments, "--provenance", bake->provenance);
    if (!add_flag(bake, arguments, "push", "--push", error))
        return NULL;
    add_text(arguments, "--sbom", action_input(bake->run, "sbom"));
    core_arguments_add(arguments, "--print", NULL);
    add_all(arguments, bake->targets);
    return g_steal_pointer(&arguments);
}

/* ---- what is built ---- */

static bool has_docker_exporter(const struct bake *bake)
{
    const char *name;
    json_t *target, *output;
    gsize i;
    json_object_foreach (json_get_object(bake->definition, "target"), name, target)
        json_array_foreach (json_get_array(target, "output"), i, output)
            if (strcmp(json_get_string(output, "type", ""), "docker") == 0)
                return true;
    return false;
}

static bool has_provenance(const json_t *target)
{
    gsize i;
    json_t *attestation;
    json_array_foreach (json_get_array(target, "attest"), i, attestation)
        if (strcmp(json_get_string(attestation, "type", ""), "provenance") == 0)
            return true;
    return false;
}

static bool wants_default(struct bake *bake, bool *wants, GError **error)
{
    bool is_off = false, is_load = false, is = false;
    *wants = false;
    if (!core_variable_boolean(bake->run, "BUILDX_NO_DEFAULT_ATTESTATIONS", false, &is_off,
                               error) ||
        !core_input_boolean(bake->run, "load", &is_load, error))
        return false;
    if (is_off && action_major(bake->run) >= 6)
        return true;
    if (!toolkit_buildkit_is_at_least(bake->toolkit, action_input(bake->run, "builder"), "0.11.0",
                                      &is, error))
        return false;
    *wants = is && !is_load && !has_docker_exporter(bake);
    return true;
}

/* Until 6 one option for all targets; 7 sets each target that has none. */
static void add_default(struct bake *bake, GPtrArray *arguments, const char *provenance)
{
    if (action_major(bake->run) < 7) {
        core_arguments_add(arguments, "--provenance", provenance, NULL);
        return;
    }
    const char *name;
    json_t *target;
    json_object_foreach (json_get_object(bake->definition, "target"), name, target) {
        if (has_provenance(target))
            continue;
        g_autofree char *setting =
            g_strdup_printf("%s.attest=type=provenance,%s", name, provenance);
        core_arguments_add(arguments, "--set", setting, NULL);
    }
}

static bool add_attestations(struct bake *bake, GPtrArray *arguments, GError **error)
{
    bool is = false, wants = false;
    if (!toolkit_buildx_is_at_least(bake->toolkit, "0.10.0", &is, error))
        return false;
    if (!is)
        return true;
    add_text(arguments, "--provenance", bake->provenance);
    if (*bake->provenance == '\0' && !wants_default(bake, &wants, error))
        return false;
    g_autofree char *standard = wants ? build_default_provenance(bake->run, error) : NULL;
    if (wants && standard == NULL)
        return false;
    if (wants)
        add_default(bake, arguments, standard);
    add_text(arguments, "--sbom", action_input(bake->run, "sbom"));
    return true;
}

/* Since buildx 0.18 the file system is allowed without asking; in version 4 there was no input. */
static bool add_allow(struct bake *bake, GPtrArray *arguments, GError **error)
{
    bool has_allow = false, has_files = false;
    if (action_major(bake->run) < 5)
        return true;
    if (!toolkit_buildx_is_at_least(bake->toolkit, "0.17.0", &has_allow, error) ||
        !toolkit_buildx_is_at_least(bake->toolkit, "0.18.0", &has_files, error))
        return false;
    if (has_files)
        g_ptr_array_add(bake->allow, g_strdup("fs=*"));
    if (has_allow)
        core_arguments_add_each(arguments, "--allow", bake->allow);
    return true;
}

static bool add_checked(struct bake *bake, GPtrArray *arguments, GError **error)
{
    const char *call = action_input(bake->run, "call");
    bool is = false;
    if (*call != '\0' && action_major(bake->run) >= 6) {
        if (!toolkit_buildx_is_at_least(bake->toolkit, "0.16.0", &is, error))
            return false;
        if (!is)
            return core_throw(error, "Buildx >= 0.16.0 is required to use the call %s.",
                              action_major(bake->run) >= 7 ? "input" : "flag");
        core_arguments_add(arguments, "--call", call, NULL);
    }
    core_arguments_add_each(arguments, "--file", bake->files);
    core_arguments_add_each(arguments, "--set", bake->sets);
    if (bake->variables->len == 0)
        return true;
    if (!toolkit_buildx_is_at_least(bake->toolkit, "0.31.0", &is, error))
        return false;
    if (!is)
        return core_throw(error, "Buildx >= 0.31.0 is required to use the vars input.");
    core_arguments_add_each(arguments, "--var", bake->variables);
    return true;
}

static bool add_metadata_file(struct bake *bake, GPtrArray *arguments, GError **error)
{
    bool is = false;
    const char *directory = toolkit_directory(bake->toolkit, error);
    if (directory == NULL || !toolkit_buildx_is_at_least(bake->toolkit, "0.6.0", &is, error))
        return false;
    if (!is)
        return true;
    g_autofree char *digits = action_random_hex(bake->run, 10);
    bake->metadata_file = g_strdup_printf("%s/bake-metadata-%s.json", directory, digits);
    core_arguments_add(arguments, "--metadata-file", bake->metadata_file, NULL);
    return true;
}

GPtrArray *bake_build_arguments(struct bake *bake, GError **error)
{
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "buildx", "bake", NULL);
    if (*bake->source != '\0')
        core_arguments_add(arguments, bake->source, NULL);
    if (!add_allow(bake, arguments, error) || !add_checked(bake, arguments, error) ||
        !add_metadata_file(bake, arguments, error) || !add_attestations(bake, arguments, error) ||
        !add_flag(bake, arguments, "no-cache", "--no-cache", error))
        return NULL;
    add_text(arguments, "--builder", action_input(bake->run, "builder"));
    if (!add_flag(bake, arguments, "pull", "--pull", error) ||
        !add_flag(bake, arguments, "load", "--load", error) ||
        !add_flag(bake, arguments, "push", "--push", error))
        return NULL;
    add_all(arguments, bake->targets);
    return g_steal_pointer(&arguments);
}
