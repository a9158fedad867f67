/* The command line of `buildctl build` for a request: what the real plugin puts into its solve. */
#include "mocks/commands/buildx/local_cache.h"
#include "mocks/commands/buildx/solve.h"

#include "mocks/commands/buildx/commands.h"

#include <string.h>

static void add(GPtrArray *words, const char *option, char *value)
{
    g_ptr_array_add(words, g_strdup(option));
    g_ptr_array_add(words, value);
}

static void add_prefixed(GPtrArray *words, const char *prefix, const GPtrArray *list)
{
    for (guint i = 0; i < list->len; i++)
        add(words, "--opt", g_strconcat(prefix, g_ptr_array_index(list, i), NULL));
}

/* ---- attestations ---- */

static bool is_on_variable(const struct plugin_run *run, const char *name)
{
    const char *text = command_variable(run->call, name);
    bool is_on = false;
    return text != NULL && go_bool_parse(text, &is_on) && is_on;
}

/* "type=provenance,mode=max" to attest:provenance=mode=max; what is disabled is left out. */
static void add_attest(GPtrArray *words, const char *text, bool *has_provenance)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    g_autoptr(GString) rest = g_string_new(NULL);
    const char *type = "";
    bool is_disabled = false;
    for (guint i = 0; i < fields->len; i++) {
        const char *field = g_ptr_array_index(fields, i);
        if (g_str_has_prefix(field, "type="))
            type = field + strlen("type=");
        else if (strcmp(field, "disabled=true") == 0)
            is_disabled = true;
        else if (strcmp(field, "disabled=false") != 0)
            g_string_append_printf(rest, "%s%s", rest->len > 0 ? "," : "", field);
    }
    *has_provenance = *has_provenance || strcmp(type, "provenance") == 0;
    if (!is_disabled && *type != '\0')
        add(words, "--opt", g_strdup_printf("attest:%s=%s", type, rest->str));
}

static void add_attests(struct plugin_run *run, const struct build_request *request,
                        const struct builder_node *node, GPtrArray *words)
{
    bool is_supported = node->container != NULL || node->has_snapshotter;
    bool has_provenance = false;
    for (guint i = 0; i < request->attests->len; i++)
        add_attest(words, g_ptr_array_index(request->attests, i), &has_provenance);
    if (!has_provenance && is_supported && !is_on_variable(run, "BUILDX_NO_DEFAULT_ATTESTATIONS"))
        add(words, "--opt", g_strdup("attest:provenance=mode=min,inline-only=true"));
}

bool build_argument_is_on(const struct build_request *request, const char *name)
{
    g_autofree char *prefix = g_strconcat(name, "=", NULL);
    bool is_on = false;
    for (guint i = 0; i < request->arguments->len; i++) {
        const char *argument = g_ptr_array_index(request->arguments, i);
        bool is_true = false;
        if (g_str_has_prefix(argument, prefix))
            is_on = go_bool_parse(argument + strlen(prefix), &is_true) && is_true;
    }
    return is_on;
}

/* ---- cache ---- */

static bool has_field(const GPtrArray *fields, const char *prefix)
{
    for (guint i = 0; i < fields->len; i++)
        if (g_str_has_prefix(g_ptr_array_index(fields, i), prefix))
            return true;
    return false;
}

static void append_variable(const struct plugin_run *run, GString *text, const char *field,
                            const char *variable)
{
    const char *value = command_variable(run->call, variable);
    if (value != NULL && *value != '\0')
        g_string_append_printf(text, ",%s=%s", field, value);
}

/* type=gha with what the job's environment adds; g_free. */
static char *gha_text(const struct plugin_run *run, const char *text)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    GString *full = g_string_new(text);
    if (!has_field(fields, "token="))
        append_variable(run, full, "token", "ACTIONS_RUNTIME_TOKEN");
    if (!has_field(fields, "url="))
        append_variable(run, full, "url",
                        command_variable(run->call, "ACTIONS_CACHE_URL") != NULL
                            ? "ACTIONS_CACHE_URL"
                            : "ACTIONS_RESULTS_URL");
    return g_string_free(full, /* free_segment= */ false);
}

bool build_cache_is_active(const struct plugin_run *run, const char *text)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    g_autofree char *full = gha_text(run, text);
    return !has_field(fields, "type=gha") ||
           (strstr(full, "token=") != NULL && strstr(full, "url=") != NULL);
}

/* An import is dropped as well on an Engine that does not know it (failures.md H7). */
static char *cache_text(const struct plugin_run *run, const struct builder_node *node,
                        const char *text)
{
    g_autoptr(GPtrArray) fields = csv_fields(text);
    bool is_known = node->container != NULL || node->has_snapshotter;
    if (fields->len == 1 && strchr(text, '=') == NULL)
        return g_strconcat("type=registry,ref=", text, NULL);
    if (!has_field(fields, "type="))
        return g_strconcat("type=registry,", text, NULL);
    if (!has_field(fields, "type=gha"))
        return g_strdup(text);
    return is_known && build_cache_is_active(run, text) ? gha_text(run, text) : NULL;
}

/* This world has neither the service nor its credentials. */
static void note_elsewhere(struct plugin_run *run, const char *text)
{
    static const char *const types[] = {"type=s3", "type=azblob"};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (strstr(text, types[i]) != NULL)
            docker_cli_assume(run->cli, run->call, "buildx build: a build cache outside this world",
                              /* touches_images= */ false);
}

static void add_caches(const struct solve *solve)
{
    const struct build_request *request = solve->request;
    for (guint i = 0; i < request->cache_from->len; i++) {
        const char *given = g_ptr_array_index(request->cache_from, i);
        char *text = local_cache_is(given) ? local_cache_import(solve->run, given, solve->folder, i)
                                           : cache_text(solve->run, solve->node, given);
        note_elsewhere(solve->run, given);
        if (text != NULL)
            add(solve->words, "--import-cache", text);
    }
    for (guint i = 0; i < request->cache_to->len; i++) {
        const char *given = g_ptr_array_index(request->cache_to, i);
        char *text = local_cache_is(given) ? local_cache_export(given, solve->folder, i)
                                           : cache_text(solve->run, solve->node, given);
        note_elsewhere(solve->run, given);
        if (text != NULL)
            add(solve->words, "--export-cache", text);
    }
    if (build_argument_is_on(request, "BUILDKIT_INLINE_CACHE"))
        add(solve->words, "--export-cache", g_strdup("type=inline"));
}

/* ---- outputs ---- */

static void append_field(GString *text, const char *field)
{
    bool is_quoted = strchr(field, ',') != NULL;
    g_string_append_printf(text, is_quoted ? ",\"%s\"" : ",%s", field);
}

/* "index,manifest:key=value" of --annotation to the exporter's "annotation-index.key=value". */
static void append_annotation(GString *text, const char *annotation)
{
    gsize key_length = strcspn(annotation, "=");
    const char *colon = memchr(annotation, ':', key_length);
    if (colon == NULL) {
        g_autofree char *field = g_strconcat("annotation.", annotation, NULL);
        append_field(text, field);
        return;
    }
    g_autofree char *types = g_strndup(annotation, (gsize)(colon - annotation));
    g_auto(GStrv) each = g_strsplit(types, ",", -1);
    for (gsize i = 0; each[i] != NULL; i++) {
        g_autofree char *field = g_strconcat("annotation-", each[i], ".", colon + 1, NULL);
        append_field(text, field);
    }
}

static bool is_image(const struct build_output *output)
{
    static const char *const types[] = {"image", "oci", "docker", NULL};
    return g_strv_contains(types, output->type);
}

/* The docker driver loads by its own exporter; an Engine that takes indexes gets an OCI layout. */
static const char *type_for(const struct build_output *output, const struct builder_node *node)
{
    if (!output->is_load)
        return output->type;
    return node->container == NULL ? "image" : node->has_image_index ? "oci" : "docker";
}

static void add_output(const struct solve *solve, const struct build_output *output, guint index)
{
    const struct build_request *request = solve->request;
    g_autoptr(GString) text = g_string_new("type=");
    const char *type = type_for(output, solve->node);
    g_string_append(text, type);
    if (is_image(output) && request->tags->len > 0) {
        g_ptr_array_add(request->tags, NULL);
        g_autofree char *names = g_strjoinv(",", (char **)request->tags->pdata);
        g_ptr_array_set_size(request->tags, (gint)request->tags->len - 1);
        g_autofree char *field = g_strconcat("name=", names, NULL);
        append_field(text, field);
    }
    for (guint i = 0; i < output->pairs->len; i++)
        append_field(text, g_ptr_array_index(output->pairs, i));
    for (guint i = 0; is_image(output) && i < request->annotations->len; i++)
        append_annotation(text, g_ptr_array_index(request->annotations, i));
    if (strcmp(type, "image") != 0)
        g_string_append_printf(text, ",dest=%s/out%u", solve->folder, index);
    add(solve->words, "--output", g_strdup(text->str));
}

/* ---- the whole ---- */

/* --build-context */
static void add_contexts(const struct solve *solve)
{
    const GPtrArray *contexts = solve->request->contexts;
    for (guint i = 0; i < contexts->len; i++) {
        const char *text = g_ptr_array_index(contexts, i);
        g_auto(GStrv) pair = g_strsplit(text, "=", 2);
        if (!build_context_is_path(text)) {
            add(solve->words, "--opt", g_strconcat("context:", text, NULL));
            continue;
        }
        add(solve->words, "--local",
            g_strdup_printf("%s=%s/named/%s", pair[0], solve->folder, pair[0]));
        add(solve->words, "--opt", g_strdup_printf("context:%s=local:%s", pair[0], pair[0]));
    }
}

static void add_platforms(const struct build_request *request, GPtrArray *words)
{
    g_autoptr(GString) text = g_string_new("platform=");
    for (guint i = 0; i < request->platforms->len; i++)
        g_string_append_printf(text, "%s%s", i > 0 ? "," : "",
                               (const char *)g_ptr_array_index(request->platforms, i));
    if (request->platforms->len > 0)
        add(words, "--opt", g_strdup(text->str));
}

static void add_cache_modes(const struct build_request *request, const struct builder_node *node,
                            GPtrArray *words)
{
    if (request->is_pull)
        add(words, "--opt", g_strdup("image-resolve-mode=pull"));
    else if (node->container == NULL)
        add(words, "--opt", g_strdup("image-resolve-mode=local"));
    g_autoptr(GString) filters = g_string_new("no-cache=");
    for (guint i = 0; i < request->no_cache_filters->len; i++)
        g_string_append_printf(filters, "%s%s", i > 0 ? "," : "",
                               (const char *)g_ptr_array_index(request->no_cache_filters, i));
    if (request->ignores_cache || request->no_cache_filters->len > 0)
        add(words, "--opt", g_strdup(filters->str));
}

static void add_all(GPtrArray *words, const char *flag, const GPtrArray *values)
{
    for (guint i = 0; i < values->len; i++)
        add(words, flag, g_strdup(g_ptr_array_index(values, i)));
}

void solve_make_words(struct solve *solve, const char *filename, const char *url,
                      const GPtrArray *secrets)
{
    const struct build_request *request = solve->request;
    GPtrArray *words = solve->words;
    g_ptr_array_add(words, g_strdup("buildctl"));
    g_ptr_array_add(words, g_strdup("build"));
    add(words, "--frontend", g_strdup("dockerfile.v0"));
    add(words, "--local", g_strdup_printf("context=%s/context", solve->folder));
    add(words, "--local", g_strdup_printf("dockerfile=%s/dockerfile", solve->folder));
    add(words, "--opt", g_strconcat("filename=", filename, NULL));
    if (url != NULL)
        add(words, "--opt", g_strconcat("context=", url, NULL));
    add_platforms(request, words);
    if (request->target != NULL && *request->target != '\0')
        add(words, "--opt", g_strconcat("target=", request->target, NULL));
    if (request->is_check)
        add(words, "--opt", g_strdup("requestid=frontend.lint"));
    if (request->kept_as != NULL)
        add(words, "--opt", g_strconcat("keep-result=", request->kept_as, NULL));
    add_contexts(solve);
    add_cache_modes(request, solve->node, words);
    add_prefixed(words, "build-arg:", request->arguments);
    add_prefixed(words, "label:", request->labels);
    add_all(words, "--allow", request->allowed);
    add_all(words, "--secret", secrets);
    add_all(words, "--ssh", request->agents);
    add_attests(solve->run, request, solve->node, words);
    add_caches(solve);
    for (guint i = 0; i < solve->outputs->len; i++) {
        const struct build_output *output = g_ptr_array_index(solve->outputs, i);
        if (strcmp(output->type, "cacheonly") != 0)
            add_output(solve, output, i);
    }
    add(words, "--progress", g_strdup("plain"));
    add(words, "--metadata-file", g_strconcat(solve->folder, "/metadata.json", NULL));
    g_ptr_array_add(words, NULL);
}
