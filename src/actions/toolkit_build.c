/* Attestations, exporters, contexts and the common beginning of building actions. */
#include "actions/toolkit_build.h"
#include "actions/handlebars.h"
#include "actions/list.h"

#include <string.h>

static bool is_one_of(const char *text, const char *const *texts)
{
    return g_strv_contains(texts, text);
}

char *build_provenance(const struct action_run *run, const char *attributes, GError **error)
{
    g_autofree char *url = toolkit_run_url(run);
    if (*attributes == '\0')
        return g_strconcat("builder-id=", url, NULL);
    g_autoptr(GPtrArray) fields = list_fields(attributes, error);
    if (fields == NULL)
        return NULL;
    for (guint i = 0; i < fields->len; i++) {
        g_autofree char *key = NULL, *value = NULL;
        list_split(g_ptr_array_index(fields, i), &key, &value);
        if (strcmp(key, "builder-id") == 0)
            return g_strdup(attributes);
    }
    return g_strdup_printf("%s,builder-id=%s", attributes, url);
}

char *build_provenance_input(const struct action_run *run, GError **error)
{
    static const char *const yes[] = {"true", "True", "TRUE", NULL};
    static const char *const no[] = {"false", "False", "FALSE", NULL};
    const char *input = action_input(run, "provenance");
    if (*input == '\0')
        return g_strdup("");
    if (is_one_of(input, no))
        return g_strdup("false");
    return build_provenance(run, is_one_of(input, yes) ? "" : input, error);
}

char *build_attestation(const char *attributes, GError **error)
{
    g_autoptr(GPtrArray) fields = list_fields(attributes, error);
    if (fields == NULL)
        return NULL;
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < fields->len; i++) {
        const char *field = g_ptr_array_index(fields, i);
        bool value = false;
        g_autoptr(GError) no_boolean = NULL;
        bool is_boolean = core_parse_bool(field, &value, &no_boolean);
        g_ptr_array_add(texts, is_boolean ? g_strdup_printf("disabled=%s", value ? "false" : "true")
                                          : g_strdup(field));
    }
    return list_join(texts, ",");
}

static bool has_field(const GPtrArray *fields, const char *wanted, const char *text)
{
    for (guint i = 0; i < fields->len; i++) {
        g_autofree char *key = NULL, *value = NULL;
        list_split(g_ptr_array_index(fields, i), &key, &value);
        if (strcmp(key, wanted) == 0 && value != NULL && strcmp(value, text) == 0)
            return true;
    }
    return false;
}

bool build_has_attestation(const char *attributes, const char *type)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) fields = list_fields(attributes, &error);
    return fields != NULL && has_field(fields, "type", type);
}

bool build_has_exporter(const GPtrArray *outputs, const char *type)
{
    for (guint i = 0; i < outputs->len; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) fields = list_fields(g_ptr_array_index(outputs, i), &error);
        if (fields == NULL)
            continue;
        bool is_path = fields->len == 1 && !g_str_has_prefix(g_ptr_array_index(fields, 0), "type=");
        if (is_path)
            return strcmp(type, "local") == 0;
        if (has_field(fields, "type", type))
            return true;
    }
    return false;
}

char *build_default_provenance(const struct action_run *run, GError **error)
{
    bool is_private = strcmp(action_context(run, "github.event.repository.private"), "true") == 0;
    return build_provenance(run, is_private ? "mode=min,inline-only=true" : "mode=max", error);
}

static char *context_value(void *self, const struct handlebars_call *call, GError **error)
{
    (void)error;
    return strcmp(call->name, "defaultContext") == 0 ? g_strdup(self) : NULL;
}

char *build_expand_context(const char *text, const char *context, GError **error)
{
    g_autofree char *copy = g_strdup(context);
    return handlebars_expand(text, context_value, copy, error);
}

static bool show_builder(struct toolkit *toolkit, GError **error)
{
    CORE_GROUP(toolkit->run, "Builder info");
    g_autoptr(json_t) builder = NULL;
    if (!toolkit_inspect(toolkit, action_input(toolkit->run, "builder"), &builder, error))
        return false;
    g_autofree char *text = core_pretty_json(builder);
    core_log_lines(toolkit->run, text);
    return true;
}

bool build_begin(struct toolkit *toolkit, bool with_builder, bool *has_buildx, GError **error)
{
    toolkit_print_token(toolkit);
    if (!toolkit_docker_info(toolkit, /* is_caught= */ true, error))
        return false;
    toolkit_print_proxies(toolkit);
    if (!toolkit_has_buildx(toolkit, has_buildx, error))
        return false;
    if (!*has_buildx) {
        action_fail(toolkit->run,
                    "Docker buildx is required. See "
                    "https://github.com/docker/setup-buildx-action to set up buildx.");
        return true;
    }
    const char *directory = toolkit_directory(toolkit, error);
    if (directory == NULL)
        return false;
    action_save_state(toolkit->run, "tmpDir", directory);
    return toolkit_print_buildx_version(toolkit, error) &&
           (!with_builder || show_builder(toolkit, error));
}

json_t *build_metadata(struct toolkit *toolkit, const char *path, GError **error)
{
    g_autofree char *text = toolkit_read_file(toolkit, path);
    if (text == NULL || strcmp(g_strstrip(text), "null") == 0)
        return NULL;
    g_autoptr(GError) failure = NULL;
    json_t *metadata = json_parse_bytes(text, strlen(text), &failure);
    if (metadata == NULL)
        core_throw(error, "%s", *text == '\0' ? "Unexpected end of JSON input" : failure->message);
    return metadata;
}

void build_show_metadata(struct action_run *run, const json_t *metadata)
{
    if (metadata == NULL)
        return;
    CORE_GROUP(run, "Metadata");
    g_autofree char *text = core_pretty_json(metadata);
    core_log_lines(run, text);
    action_set_output(run, "metadata", text);
}

/* Of build itself, and of each target of bake. */
static void add_references(const json_t *metadata, GPtrArray *references)
{
    const char *name;
    json_t *member;
    const char *own = json_get_string(metadata, "buildx.build.ref", "");
    if (*own != '\0')
        g_ptr_array_add(references, g_strdup(own));
    json_object_foreach ((json_t *)metadata, name, member) {
        const char *reference = json_get_string(member, "buildx.build.ref", "");
        if (*reference != '\0')
            g_ptr_array_add(references, g_strdup(reference));
    }
}

bool build_show_references(struct toolkit *toolkit, const json_t *metadata, GPtrArray *references,
                           GError **error)
{
    struct action_run *run = toolkit->run;
    CORE_GROUP(run, toolkit->is_bake ? "Build references" : "Reference");
    add_references(metadata, references);
    for (guint i = 0; i < references->len; i++)
        action_log(run, "%s", (const char *)g_ptr_array_index(references, i));
    if (references->len > 0)
        return true;
    g_autoptr(json_t) current = NULL;
    if (!action_input_is_given(run, "builder") && !toolkit_inspect(toolkit, "", &current, error))
        return false;
    action_log(run, toolkit->is_bake ? "No build references found" : "No build reference found");
    return true;
}

bool build_show_summary(struct toolkit *toolkit, const GPtrArray *references, GError **error)
{
    struct action_run *run = toolkit->run;
    CORE_GROUP(run, "Check build summary support");
    const char *minimum = action_major(run) >= 7 ? "0.23.0" : "0.13.0";
    const char *call = action_input(run, "call");
    bool is_enabled = true, is_supported = false;
    if (!core_variable_boolean(run, "DOCKER_BUILD_SUMMARY", true, &is_enabled, error) ||
        !toolkit_buildx_is_at_least(toolkit, minimum, &is_supported, error))
        return false;
    if (!is_enabled)
        action_log(run, "Build summary disabled");
    else if (*call != '\0' && strcmp(call, "build") != 0)
        action_log(run, "Build summary skipped for %s subrequest", call);
    else if (!is_supported)
        action_log(run, "Build summary requires Buildx >= %s", minimum);
    else if (references->len == 0)
        action_log(run, toolkit->is_bake ? "Build summary requires at least one build reference"
                                         : "Build summary requires a build reference");
    else
        action_log(run, "Build summary supported!");
    return true;
}
