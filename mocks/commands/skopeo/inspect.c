/* `skopeo inspect` (cmd/skopeo/inspect.go, manifest/oci.go, docker_schema2.go). */
#include "mocks/commands/skopeo/manifest.h"
#include "mocks/commands/skopeo/place.h"

#include "base/digest.h"
#include "mocks/commands/docker/go_template.h"

#include <string.h>

static const struct flag_row inspect_flags[] = {
    SKOPEO_SHARED_FLAGS,
    SKOPEO_IMAGE_FLAGS(""),
    {"config", 0, FLAG_BOOLEAN, NULL},
    {"format", 'f', FLAG_TEXT, NULL},
    {"no-tags", 'n', FLAG_BOOLEAN, NULL},
    {"raw", 0, FLAG_BOOLEAN, NULL},
    {0},
};

struct look {
    struct skopeo_run *run;
    struct skopeo_context context;
    struct skopeo_place place;
    struct skopeo_source source;
    struct skopeo_document image; /* of a list, the instance */
    const char *type;
    json_t *manifest;
    GBytes *config;
    GPtrArray *tags;
};

static void look_clear(struct look *look)
{
    skopeo_source_clear(&look->source);
    skopeo_place_clear(&look->place);
    skopeo_context_clear(&look->context);
    skopeo_document_clear(&look->image);
    g_clear_pointer(&look->manifest, json_decref);
    g_clear_pointer(&look->config, g_bytes_unref);
    g_clear_pointer(&look->tags, g_ptr_array_unref);
}

static void print_bytes(const struct look *look, GBytes *bytes)
{
    gsize length = 0;
    const char *text = g_bytes_get_data(bytes, &length);
    command_write(look->run->call, 1, text, (gssize)length);
}

/* ---- what is looked at ---- */

static bool try_open(void *self, GError **error)
{
    struct look *look = self;
    skopeo_source_clear(&look->source);
    look->source = (struct skopeo_source){0};
    return skopeo_source_open(&look->source, look->run, &look->context, &look->place, error);
}

static bool open_source(struct look *look, GError **error)
{
    const char *name = look->run->arguments[0];
    g_autofree char *quoted = human_quote(name);
    return skopeo_prefixed(skopeo_place_parse(name, &look->place, error) &&
                               skopeo_retry(look->run, try_open, look, error),
                           error, "Error parsing image name %s: ", quoted) &&
           skopeo_prefixed(skopeo_source_load(&look->source, error), error,
                           "Error retrieving manifest for image: ");
}

static bool choose_instance(struct look *look, GError **error)
{
    const struct skopeo_source *source = &look->source;
    g_autoptr(json_t) list = json_parse_gbytes(source->top.bytes, NULL);
    const char *digest = skopeo_choose_instance(look->run, list, look->type, error);
    if (digest == NULL)
        return skopeo_prefixed(false, error, "choosing image instance: ");
    if (!skopeo_prefixed(source->place->kind->manifest(&look->source, digest, &look->image, error),
                         error, "fetching target platform image selected from %s: ",
                         skopeo_type_is_oci(look->type) ? "image index" : "manifest list"))
        return false;
    g_autofree char *actual = digest_of_bytes(look->image.bytes);
    look->type = skopeo_type_normalized(look->image.media_type);
    return strcmp(actual, digest) == 0 ||
           skopeo_fail(error, "Image manifest does not match selected manifest digest %s", digest);
}

static bool read_top(struct look *look, GError **error)
{
    const struct skopeo_document *top = &look->source.top;
    const struct image_reference *reference = look->place.reference;
    g_autofree char *digest = digest_of_bytes(top->bytes);
    look->type = skopeo_type_normalized(top->media_type);
    if (reference != NULL && reference->digest != NULL &&
        !skopeo_digest_fits(look->run, reference->digest, digest))
        return skopeo_fail(error, "Manifest does not match provided manifest digest %s",
                           reference->digest);
    if (skopeo_type_is_list(look->type))
        return choose_instance(look, error);
    look->image = (struct skopeo_document){g_bytes_ref(top->bytes), g_strdup(top->media_type)};
    return true;
}

static bool read_image(struct look *look, GError **error)
{
    if (!skopeo_prefixed(read_top(look, error), error, "Error parsing manifest for image: "))
        return false;
    look->manifest = json_parse_gbytes(look->image.bytes, NULL);
    bool is_known = strcmp(look->type, SKOPEO_OCI_MANIFEST) == 0 ||
                    strcmp(look->type, SKOPEO_DOCKER_MANIFEST) == 0;
    return (is_known && look->manifest != NULL) || skopeo_fail_unknown(error);
}

static bool try_config(void *self, GError **error)
{
    struct look *look = self;
    SKOPEO_BLOB(blob);
    const json_t *config = json_get_object(look->manifest, "config");
    const char *digest = json_get_string(config, "digest", "");
    const char *kind = json_get_string(config, "mediaType", "");
    bool is_oci = skopeo_type_is_oci(look->type);
    if (is_oci && strcmp(kind, SKOPEO_OCI_CONFIG) != 0 && !flags_boolean(look->run->flags, "raw"))
        return skopeo_fail(
            error, "unsupported image-specific operation on artifact with type \"%s\"", kind);
    if (!look->place.kind->blob(&look->source, digest, &blob, error))
        return false;
    g_autoptr(GError) reason = NULL;
    if (skopeo_blob_read(&blob, &reason)) {
        look->config = g_bytes_ref(blob.bytes);
        return true;
    }
    if (blob.bytes == NULL || !g_str_has_prefix(reason->message, "Digest did not match")) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    g_autofree char *actual = digest_of_bytes(blob.bytes);
    return skopeo_fail(error, "Download config.json digest %s does not match expected %s", actual,
                       digest);
}

static bool read_config(struct look *look, const char *prefix, GError **error)
{
    return skopeo_prefixed(skopeo_retry(look->run, try_config, look, error), error, "%s", prefix);
}

/* What others have pushed is made up when it is asked for. */
static bool is_of_others(const struct look *look)
{
    const struct skopeo_options *options = look->run->options;
    return look->place.kind == &skopeo_docker_kind && options->has_all_tags != NULL &&
           !options->has_all_tags(options->self, look->place.reference->path);
}

/* Of what others have pushed nobody knows all tags. */
static void mark_unknown_tags(const struct look *look)
{
    if (is_of_others(look))
        g_ptr_array_add(look->tags, g_strdup(COMMAND_UNKNOWN_WORD));
}

/* ECR denies the list, and public.ecr.aws has none. */
static bool is_denied(const GError *error)
{
    return skopeo_is_said(error) &&
           (strstr(error->message, "access to the resource is denied") != NULL ||
            strstr(error->message, ": denied") != NULL ||
            g_str_has_suffix(error->message, "unknown: 404 page not found"));
}

/* A client of its own asks, once. */
static bool read_tags(struct look *look, GError **error)
{
    SKOPEO_REGISTRY(registry);
    GError *reason = NULL;
    look->tags = g_ptr_array_new_with_free_func(g_free);
    if (flags_boolean(look->run->flags, "no-tags") || look->place.kind != &skopeo_docker_kind)
        return true;
    skopeo_registry_init(&registry, look->run, &look->context, "pull");
    if (skopeo_registry_open(&registry, look->place.reference, &reason) &&
        skopeo_registry_tags(&registry, look->tags, &reason)) {
        mark_unknown_tags(look);
        return true;
    }
    if (!is_denied(reason)) {
        g_propagate_error(error, reason);
        return skopeo_prefixed(false, error, "Error determining repository tags: ");
    }
    g_error_free(reason);
    g_clear_pointer(&look->tags, g_ptr_array_unref);
    skopeo_log(look->run, "warning", "Registry disallows tag list retrieval; skipping");
    return true;
}

/* ---- what is shown ---- */

static json_t *texts(const json_t *list)
{
    return json_is_array(list) ? json_incref((json_t *)(uintptr_t)list) : json_null();
}

static json_t *sorted_or_null(const json_t *map)
{
    if (!json_is_object(map))
        return json_null();
    g_autofree char *text = json_dumps(map, JSON_SORT_KEYS | JSON_COMPACT);
    return json_loads(text, 0, NULL);
}

static void add_layers(json_t *output, const struct look *look)
{
    json_t *digests = json_array();
    json_t *data = json_array();
    bool is_oci = skopeo_type_is_oci(look->type);
    size_t index;
    const json_t *layer;
    json_array_foreach (json_get_array(look->manifest, "layers"), index, layer) {
        json_t *entry = json_object();
        const json_t *annotations = is_oci ? json_object_get(layer, "annotations") : NULL;
        const char *digest = json_get_string(layer, "digest", "");
        json_array_append_new(digests, json_string(digest));
        json_object_set_new(entry, "MIMEType",
                            json_string(json_get_string(layer, "mediaType", "")));
        json_object_set_new(entry, "Digest", json_string(digest));
        json_object_set_new(entry, "Size", json_integer(json_get_integer(layer, "size", 0)));
        json_object_set_new(entry, "Annotations", sorted_or_null(annotations));
        json_array_append_new(data, entry);
    }
    json_object_set_new(output, "Layers", digests);
    json_object_set_new(output, "LayersData", data);
}

static void add_name(json_t *output, const struct look *look)
{
    const struct image_reference *reference = look->place.reference;
    g_autofree char *digest = digest_of_bytes(look->source.top.bytes);
    g_autofree char *name = reference != NULL ? image_reference_name(reference) : NULL;
    if (name != NULL)
        json_object_set_new(output, "Name", json_string(name));
    json_object_set_new(output, "Digest", json_string(digest));
    json_t *tags = look->tags != NULL ? json_array() : json_null();
    for (guint i = 0; look->tags != NULL && i < look->tags->len; i++)
        json_array_append_new(tags, json_string(g_ptr_array_index(look->tags, i)));
    json_object_set_new(output, "RepoTags", tags);
}

/* json_decref; NULL with an error: it is none. */
static json_t *parse_config(const struct look *look, GError **error)
{
    g_autoptr(json_t) config = json_parse_gbytes(look->config, NULL);
    if (json_is_object(config))
        return g_steal_pointer(&config);
    (void)skopeo_fail_unknown(error);
    return NULL;
}

static json_t *output_of(const struct look *look, const json_t *image)
{
    json_t *output = json_object();
    const json_t *config = json_get_object(image, "config");
    const char *created = json_get_string(image, "created", NULL);
    g_autofree char *time = created != NULL ? skopeo_time(created) : NULL;
    add_name(output, look);
    json_object_set_new(output, "Created", json_text_or_null(time));
    json_object_set_new(output, "DockerVersion",
                        json_string(json_get_string(image, "docker_version", "")));
    json_object_set_new(output, "Labels", sorted_or_null(json_object_get(config, "Labels")));
    json_object_set_new(output, "Architecture",
                        json_string(json_get_string(image, "architecture", "")));
    json_object_set_new(output, "Os", json_string(json_get_string(image, "os", "")));
    add_layers(output, look);
    json_object_set_new(output, "Env", texts(json_object_get(config, "Env")));
    return output;
}

/* The real one has variables and labels that a script may live on: PHP_VERSION of php. */
static void note_made_up(const struct look *look)
{
    const struct skopeo_options *options = look->run->options;
    const char *format = flags_text(look->run->flags, "format");
    bool shows_content = skopeo_shows_json(format) || strstr(format, ".Env") != NULL ||
                         strstr(format, ".Labels") != NULL || strstr(format, ".Created") != NULL;
    if (shows_content && is_of_others(look) && options->note_doubt != NULL)
        options->note_doubt(options->self, "inspect");
}

static bool show_config(struct look *look, GError **error)
{
    bool is_raw = flags_boolean(look->run->flags, "raw");
    if (!read_config(look,
                     is_raw ? "Error reading configuration blob: "
                            : "Error reading OCI-formatted configuration data: ",
                     error))
        return false;
    note_made_up(look);
    if (is_raw) {
        print_bytes(look, look->config);
        return true;
    }
    g_autoptr(json_t) config = parse_config(look, error);
    if (config == NULL)
        return false;
    g_autoptr(json_t) output = skopeo_config_as_oci(config);
    if (!skopeo_shows_json(flags_text(look->run->flags, "format")))
        return skopeo_fail_unknown(error);
    return skopeo_show(look->run, output, error);
}

static bool show(struct look *look, GError **error)
{
    const struct flags *flags = look->run->flags;
    if (flags_boolean(flags, "raw") && *flags_text(flags, "format") != '\0')
        return skopeo_fail(error, "raw output does not support format option");
    if (!skopeo_context_read(look->run, "", &look->context, error) || !open_source(look, error))
        return false;
    if (flags_boolean(flags, "raw") && !flags_boolean(flags, "config")) {
        print_bytes(look, look->source.top.bytes);
        return true;
    }
    if (!read_image(look, error))
        return false;
    if (flags_boolean(flags, "config"))
        return show_config(look, error);
    if (!read_config(look, "", error) || !read_tags(look, error))
        return false;
    g_autoptr(json_t) config = parse_config(look, error);
    if (config == NULL)
        return false;
    note_made_up(look);
    g_autoptr(json_t) output = output_of(look, config);
    return skopeo_show(look->run, output, error);
}

static bool run_inspect(struct skopeo_run *run, GError **error)
{
    __attribute__((cleanup(look_clear))) struct look look = {.run = run};
    if (run->argument_count != 1)
        return skopeo_fail(error, "Exactly one argument expected");
    return show(&look, error);
}

const struct skopeo_command skopeo_inspect = {
    .name = "inspect", .flags = inspect_flags, .run = run_inspect};
