/* Build options as data, and what buildx refuses before anything is built (build/opt.go). */
#include "mocks/commands/buildx/request.h"

#include "mocks/commands/buildx/commands.h"

#include <string.h>

static GPtrArray *texts_new(void)
{
    return g_ptr_array_new_with_free_func(g_free);
}

struct build_request *build_request_new(const char *name)
{
    struct build_request *request = g_new0(struct build_request, 1);
    request->name = g_strdup(name);
    request->arguments = texts_new();
    request->labels = texts_new();
    request->annotations = texts_new();
    request->tags = texts_new();
    request->platforms = texts_new();
    request->cache_from = texts_new();
    request->cache_to = texts_new();
    request->outputs = texts_new();
    request->attests = texts_new();
    request->contexts = texts_new();
    request->no_cache_filters = texts_new();
    request->secrets = texts_new();
    request->allowed = texts_new();
    request->agents = texts_new();
    return request;
}

void build_request_free(struct build_request *request)
{
    if (request == NULL)
        return;
    GPtrArray *const lists[] = {request->arguments, request->labels,           request->annotations,
                                request->tags,      request->platforms,        request->cache_from,
                                request->cache_to,  request->outputs,          request->attests,
                                request->contexts,  request->no_cache_filters, request->secrets,
                                request->agents,    request->allowed};
    for (gsize i = 0; i < G_N_ELEMENTS(lists); i++)
        g_ptr_array_unref(lists[i]);
    g_free(request->name);
    g_free(request->kept_as);
    g_free(request->context);
    g_free(request->dockerfile);
    g_free(request->inline_dockerfile);
    g_free(request->target);
    g_free(request->network);
    g_free(request);
}

char *build_attest_text(const char *type, const char *text)
{
    bool is_on = false;
    if (text == NULL || *text == '\0')
        return NULL;
    if (go_bool_parse(text, &is_on))
        return g_strdup_printf("type=%s,disabled=%s", type, is_on ? "false" : "true");
    return g_strdup_printf("type=%s,%s", type, text);
}

/* ---- outputs ---- */

void build_output_free(struct build_output *output)
{
    if (output == NULL)
        return;
    g_free(output->type);
    g_ptr_array_unref(output->pairs);
    g_free(output->destination);
    g_free(output);
}

bool build_output_has(const struct build_output *output, const char *name, const char *value)
{
    g_autofree char *pair = g_strconcat(name, "=", value, NULL);
    return g_ptr_array_find_with_equal_func(output->pairs, pair, g_str_equal, NULL);
}

static struct build_output *output_new(const char *type)
{
    struct build_output *output = g_new0(struct build_output, 1);
    output->type = g_strdup(type);
    output->pairs = texts_new();
    return output;
}

static void set_pair(struct build_output *output, const char *pair)
{
    if (!g_ptr_array_find_with_equal_func(output->pairs, pair, g_str_equal, NULL))
        g_ptr_array_add(output->pairs, g_strdup(pair));
}

static bool take_field(struct build_output *output, const char *field, GError **error)
{
    const char *equals = strchr(field, '=');
    if (equals == NULL)
        return run_fail(error, "invalid value %s", field);
    g_autofree char *raw = g_strndup(field, (gsize)(equals - field));
    g_autofree char *name = g_ascii_strdown(g_strstrip(raw), -1);
    if (strcmp(name, "type") == 0) {
        g_free(output->type);
        output->type = g_strdup(equals + 1);
    } else if (strcmp(name, "dest") == 0) {
        output->destination = g_strdup(equals + 1);
    } else {
        g_autofree char *pair = g_strconcat(name, equals, NULL);
        set_pair(output, pair);
    }
    return true;
}

/* "DIR" is type=local, "-" is type=tar (buildflags/export.go). */
static struct build_output *output_parse(const char *text, GError **error)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    struct build_output *output = output_new("");
    bool is_bare = fields->len == 1 && strcmp(g_ptr_array_index(fields, 0), text) == 0 &&
                   !g_str_has_prefix(text, "type=");
    bool is_fine = true;
    if (is_bare) {
        g_free(output->type);
        output->type = g_strdup(strcmp(text, "-") == 0 ? "tar" : "local");
        output->destination = g_strdup(text);
    }
    for (guint i = 0; !is_bare && is_fine && i < fields->len; i++)
        is_fine = take_field(output, g_ptr_array_index(fields, i), error);
    if (is_fine && *output->type == '\0')
        is_fine = run_fail(error, "type is required for output");
    if (is_fine)
        return output;
    build_output_free(output);
    return NULL;
}

static void normalize(struct build_output *output)
{
    bool is_file = strcmp(output->type, "oci") == 0 || strcmp(output->type, "tar") == 0;
    if (strcmp(output->type, "registry") == 0) {
        g_free(output->type);
        output->type = g_strdup("image");
        set_pair(output, "push=true");
    }
    if (is_file && output->destination == NULL)
        output->destination = g_strdup("-");
    output->is_load = strcmp(output->type, "docker") == 0 && output->destination == NULL;
}

static struct build_output *find_output(GPtrArray *outputs, const char *type)
{
    for (guint i = 0; i < outputs->len; i++) {
        struct build_output *output = g_ptr_array_index(outputs, i);
        if (strcmp(output->type, type) == 0)
            return output;
    }
    return NULL;
}

/* --push and --load (commands/build.go RunBuild). */
static void add_shorthands(const struct build_request *request, GPtrArray *outputs)
{
    if (request->is_push) {
        bool is_used = false;
        for (guint i = 0; i < outputs->len; i++) {
            struct build_output *output = g_ptr_array_index(outputs, i);
            if (strcmp(output->type, "image") == 0) {
                set_pair(output, "push=true");
                is_used = true;
            }
        }
        if (!is_used) {
            struct build_output *output = output_new("image");
            set_pair(output, "push=true");
            g_ptr_array_add(outputs, output);
        }
    }
    const struct build_output *docker = find_output(outputs, "docker");
    if (request->is_load && (docker == NULL || !docker->is_load)) {
        struct build_output *output = output_new("docker");
        output->is_load = true;
        g_ptr_array_add(outputs, output);
    }
}

static bool check_output(const struct build_output *output, GError **error)
{
    bool is_local = strcmp(output->type, "local") == 0;
    if (is_local && output->destination == NULL)
        return run_fail(error, "dest is required for local exporter");
    if (is_local && strcmp(output->destination, "-") == 0)
        return run_fail(error, "dest cannot be stdout for local exporter");
    return true;
}

GPtrArray *build_request_outputs(const struct build_request *request, GError **error)
{
    g_autoptr(GPtrArray) outputs =
        g_ptr_array_new_with_free_func((GDestroyNotify)build_output_free);
    for (guint i = 0; i < request->outputs->len; i++) {
        const char *text = g_ptr_array_index(request->outputs, i);
        if (*text == '\0')
            continue;
        struct build_output *output = output_parse(text, error);
        if (output == NULL)
            return NULL;
        normalize(output);
        g_ptr_array_add(outputs, output);
        if (!check_output(output, error))
            return NULL;
    }
    add_shorthands(request, outputs);
    return g_steal_pointer(&outputs);
}

/* ---- checks without a builder ---- */

static bool check_pairs(GPtrArray *list, GError **error)
{
    for (guint i = 0; i < list->len; i++) {
        const char *text = g_ptr_array_index(list, i);
        if (*text == '=' || *text == '\0')
            return run_fail(error, "invalid key-value pair \"%s\": empty key", text);
    }
    return true;
}

static bool check_contexts(GPtrArray *list, GError **error)
{
    for (guint i = 0; i < list->len; i++) {
        const char *text = g_ptr_array_index(list, i);
        const char *equals = strchr(text, '=');
        if (equals == NULL)
            return run_fail(error, "invalid context value: %s, expected key=value", text);
        if (g_str_has_prefix(equals, "=target:") || g_str_has_prefix(equals, "=oci-layout:"))
            return run_unmodelled(error, "the build context %s", text);
    }
    return true;
}

/* buildflags.ParseAttests() */
static bool check_attests(GPtrArray *list, GError **error)
{
    for (guint i = 0; i < list->len; i++) {
        g_autoptr(GPtrArray) fields = csv_fields(g_ptr_array_index(list, i));
        for (guint j = 0; j < fields->len; j++)
            if (strchr(g_ptr_array_index(fields, j), '=') == NULL)
                return run_fail(error, "invalid value %s",
                                (const char *)g_ptr_array_index(fields, j));
    }
    return true;
}

static bool check_annotations(GPtrArray *list, GError **error)
{
    for (guint i = 0; i < list->len; i++)
        if (strchr(g_ptr_array_index(list, i), '=') == NULL)
            return run_fail(error,
                            "parse annotations: invalid annotation \"%s\", expected "
                            "key=value",
                            (const char *)g_ptr_array_index(list, i));
    return true;
}

bool build_request_check_words(const struct build_request *request, GError **error)
{
    return check_contexts(request->contexts, error) && check_attests(request->attests, error) &&
           build_request_check_secrets(request, error);
}

bool build_request_check(const struct build_request *request, GError **error)
{
    if (request->ignores_cache && request->no_cache_filters->len > 0)
        return run_fail(error,
                        "--no-cache and --no-cache-filter cannot currently be used together");
    return check_pairs(request->arguments, error) && check_pairs(request->labels, error) &&
           check_annotations(request->annotations, error);
}

/* ---- checks with the driver known ---- */

static bool refuse(const char *feature, const char *page, GError **error)
{
    return run_fail(error,
                    "%s is not supported for the docker driver.\nSwitch to a different driver, or "
                    "turn on the containerd image store, and try again.\nLearn more at "
                    "https://docs.docker.com/go/%s/",
                    feature, page);
}

#define PATH_COMPONENT "[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*"
#define DOMAIN_PART    "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
#define REFERENCE                                                                                  \
    "^(?:(?:" DOMAIN_PART "(?:\\." DOMAIN_PART                                                     \
    ")*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?/)?" PATH_COMPONENT "(?:/" PATH_COMPONENT                  \
    ")*(?::[\\w][\\w.-]{0,127})?"                                                                  \
    "(?:@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$"

/* distribution/reference, Parse: one that lower case would heal says so (failures.md K13, K14). */
static bool check_tag(const char *tag, GError **error)
{
    g_autofree char *lower = g_ascii_strdown(tag, -1);
    if (g_regex_match_simple(REFERENCE, tag, G_REGEX_DOLLAR_ENDONLY, 0))
        return true;
    bool is_healed = g_regex_match_simple(REFERENCE, lower, G_REGEX_DOLLAR_ENDONLY, 0);
    return run_fail(error, "invalid tag \"%s\": %s", tag,
                    is_healed ? "repository name must be lowercase" : "invalid reference format");
}

static bool is_attested(const struct build_request *request)
{
    for (guint i = 0; i < request->attests->len; i++)
        if (strstr(g_ptr_array_index(request->attests, i), "disabled=true") == NULL)
            return true;
    return false;
}

static bool check_cache(const struct plugin_run *run, const struct build_request *request,
                        bool is_limited, GError **error)
{
    for (guint i = 0; is_limited && i < request->cache_to->len; i++) {
        const char *text = g_ptr_array_index(request->cache_to, i);
        if (strstr(text, "type=inline") == NULL && build_cache_is_active(run, text))
            return refuse("Cache export", "build-cache-backends", error);
    }
    return true;
}

static bool check_names(const struct build_request *request, GPtrArray *outputs, GError **error)
{
    for (guint i = 0; i < request->tags->len; i++)
        if (!check_tag(g_ptr_array_index(request->tags, i), error))
            return false;
    for (guint i = 0; i < outputs->len && request->tags->len == 0; i++) {
        const struct build_output *output = g_ptr_array_index(outputs, i);
        bool has_name = false;
        for (guint j = 0; j < output->pairs->len; j++)
            has_name = has_name || g_str_has_prefix(g_ptr_array_index(output->pairs, j), "name=");
        if (strcmp(output->type, "image") == 0 && !has_name &&
            build_output_has(output, "push", "true"))
            return run_fail(error, "tag is needed when pushing to registry");
    }
    return true;
}

static bool check_exporter(const struct build_request *request, const struct builder_node *node,
                           const struct build_output *output, bool is_limited, GError **error)
{
    bool is_docker = strcmp(output->type, "docker") == 0;
    bool is_list = request->platforms->len > 1 || is_attested(request);
    if (strcmp(output->type, "oci") == 0 && is_limited)
        return refuse("OCI exporter", "build-exporters", error);
    if (is_docker && output->is_load && is_list && !node->has_image_index) /* failures.md H8 */
        return run_fail(error, "docker exporter does not currently support exporting manifest "
                               "lists");
    if (is_docker && !output->is_load && is_list)
        return run_fail(error, "docker exporter does not support exporting manifest lists, use the "
                               "oci exporter instead");
    if (is_docker && !output->is_load && is_limited)
        return refuse("Docker exporter", "build-exporters", error);
    if (strcmp(output->type, "image") == 0 && node->container == NULL &&
        build_output_has(output, "push", "true") &&
        build_output_has(output, "push-by-digest", "true"))
        return run_fail(error, "push-by-digest is currently not implemented for docker driver, "
                               "please create a new builder instance");
    return true;
}

static bool check_network(const struct build_request *request, GError **error)
{
    static const char *const known[] = {"", "default", "host", "none", NULL};
    if (request->network == NULL || g_strv_contains(known, request->network))
        return true;
    return run_fail(error,
                    "network mode \"%s\" not supported by buildkit - you can define a custom "
                    "network for your builder using the network driver-opt in buildx create",
                    request->network);
}

bool build_request_check_driver(const struct plugin_run *run, const struct build_request *request,
                                const struct builder_node *node, GPtrArray *outputs, GError **error)
{
    bool is_limited = node->container == NULL && !node->has_snapshotter;
    if (!check_cache(run, request, is_limited, error))
        return false;
    if (is_limited && is_attested(request))
        return refuse("Attestation", "attestations", error);
    if (!check_names(request, outputs, error))
        return false;
    for (guint i = 0; i < outputs->len; i++)
        if (!check_exporter(request, node, g_ptr_array_index(outputs, i), is_limited, error))
            return false;
    if (request->platforms->len > 1 && is_limited)
        return refuse("Multi-platform build", "build-multi-platform", error);
    return check_network(request, error);
}
