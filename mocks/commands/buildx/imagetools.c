/* `buildx imagetools create` (commands/imagetools, util/imagetools), and which commands there are.
 */
#include "mocks/commands/buildx/imagetools.h"
#include "mocks/commands/buildx/commands.h"
#include "mocks/commands/buildx/registry.h"
#include "mocks/commands/buildx/voice.h"

#include "base/digest.h"
#include "base/units.h"
#include "mocks/puller/mishap.h"

#include <string.h>

#define COPY_DELAY_MAX_US (4 * SECOND_US)

struct image_source {
    struct reference *reference;
    struct registry_document document;
};

static void source_free(void *pointer)
{
    struct image_source *source = pointer;
    reference_free(source->reference);
    registry_document_clear(&source->document);
    g_free(source);
}

/* A digest alone stands in the repository of the tags. */
static struct reference *parse_source(const char *text, const GPtrArray *tags, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (digest_is_valid(text) && tags->len > 0) {
        struct reference *reference = reference_copy(g_ptr_array_index(tags, 0));
        g_clear_pointer(&reference->tag, g_free);
        reference->digest = g_strdup(text);
        return reference;
    }
    struct reference *reference = reference_parse(text, /* default_tag= */ true, &reason);
    if (reference == NULL)
        run_fail(error,
                 "failed to parse source \"%s\", valid sources are digests, references and "
                 "descriptors: %s",
                 text, reason->message);
    return reference;
}

static bool add_source(struct registry_client *client, const char *text, const GPtrArray *tags,
                       GPtrArray *sources, GError **error)
{
    struct image_source *source = g_new0(struct image_source, 1);
    g_ptr_array_add(sources, source);
    source->reference = parse_source(text, tags, error);
    return source->reference != NULL &&
           registry_resolve(client, source->reference, &source->document, error);
}

static json_t *entry_of(struct registry_client *client, const struct image_source *source,
                        GError **error)
{
    g_autoptr(json_t) manifest = json_parse_gbytes(source->document.bytes, error);
    const char *digest = json_get_string(json_get_object(manifest, "config"), "digest", NULL);
    g_autoptr(GBytes) bytes = NULL;
    if (digest == NULL || !registry_get_blob(client, source->reference, digest, &bytes, error))
        return NULL;
    g_autoptr(json_t) config = json_parse_gbytes(bytes, error);
    if (config == NULL)
        return NULL;
    json_t *platform =
        json_pack("{s:s, s:s}", "architecture", json_get_string(config, "architecture", ""), "os",
                  json_get_string(config, "os", ""));
    if (json_get_string(config, "variant", NULL) != NULL)
        json_object_set_new(platform, "variant",
                            json_string(json_get_string(config, "variant", "")));
    return json_pack("{s:s, s:s, s:I, s:o}", "mediaType", source->document.media_type, "digest",
                     source->document.digest, "size",
                     (json_int_t)g_bytes_get_size(source->document.bytes), "platform", platform);
}

/* Each digest once. */
static void add_unique(json_t *entries, json_t *entry)
{
    size_t index;
    const json_t *known;
    const char *digest = json_get_string(entry, "digest", "");
    json_array_foreach (entries, index, known)
        if (strcmp(json_get_string(known, "digest", ""), digest) == 0)
            return;
    json_array_append(entries, entry);
}

static bool add_entries(struct registry_client *client, const struct image_source *source,
                        json_t *entries, GError **error)
{
    size_t index;
    json_t *entry;
    if (!registry_is_index(source->document.media_type)) {
        g_autoptr(json_t) made = entry_of(client, source, error);
        if (made != NULL)
            add_unique(entries, made);
        return made != NULL;
    }
    g_autoptr(json_t) document = json_parse_gbytes(source->document.bytes, error);
    json_array_foreach (json_get_array(document, "manifests"), index, entry)
        add_unique(entries, entry);
    return document != NULL;
}

/* create.go Combine: one index stays as it is; all Docker's make a list of Docker's. */
static GBytes *combine(struct registry_client *client, const GPtrArray *sources, bool keeps_single,
                       char **media_type, GError **error)
{
    const struct image_source *first = g_ptr_array_index(sources, 0);
    g_autoptr(json_t) entries = json_array();
    size_t index;
    const json_t *entry;
    bool is_docker = true;
    if (sources->len == 1 && (keeps_single || registry_is_index(first->document.media_type))) {
        *media_type = g_strdup(first->document.media_type);
        return g_bytes_ref(first->document.bytes);
    }
    for (guint i = 0; i < sources->len; i++)
        if (!add_entries(client, g_ptr_array_index(sources, i), entries, error))
            return NULL;
    json_array_foreach (entries, index, entry)
        is_docker = is_docker && g_str_has_prefix(json_get_string(entry, "mediaType", ""),
                                                  "application/vnd.docker.");
    *media_type = g_strdup(is_docker ? DOCKER_LIST : OCI_INDEX);
    g_autoptr(json_t) document = json_pack("{s:i, s:s, s:O}", "schemaVersion", 2, "mediaType",
                                           *media_type, "manifests", entries);
    char *text = json_dumps(document, JSON_INDENT(2));
    GBytes *bytes = g_bytes_new(text, strlen(text));
    free(text);
    return bytes;
}

/* ---- copying and pushing ---- */

struct transfer {
    const struct reference *from;
    const struct reference *to;
    const char *digest;
    const struct registry_document *manifest; /* of a manifest */
};

static bool try_blob(struct registry_client *client, const struct transfer *transfer,
                     GError **error)
{
    return registry_copy_blob(client, transfer->from, transfer->to, transfer->digest, error);
}

static bool try_manifest(struct registry_client *client, const struct transfer *transfer,
                         GError **error)
{
    const struct registry_document *manifest = transfer->manifest;
    return registry_put_manifest(client, transfer->to, transfer->digest, manifest->media_type,
                                 manifest->bytes, error);
}

/* BuildKit's retry handler round each part of a copy (util/contentutil/copy.go): 4 tries. */
static bool copy_part(struct registry_client *client, const struct plugin_run *run,
                      const struct transfer *transfer,
                      bool (*attempt)(struct registry_client *, const struct transfer *, GError **),
                      GError **error)
{
    for (int64_t delay_us = HANDLER_DELAY_US;; delay_us *= 2) {
        g_autoptr(GError) reason = NULL;
        if (attempt(client, transfer, &reason))
            return true;
        if (!mishap_is_transient(reason) || delay_us > COPY_DELAY_MAX_US) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return false;
        }
        if (!fiber_sleep(run_loop(run), delay_us, error))
            return false;
    }
}

static bool copy_manifest(struct registry_client *client, const struct plugin_run *run,
                          const struct transfer *transfer, GError **error)
{
    AUTO(reference) pinned = reference_copy(transfer->from);
    REGISTRY_DOCUMENT(document);
    struct transfer part = *transfer;
    size_t index;
    const json_t *layer;
    g_free(pinned->digest);
    pinned->digest = g_strdup(transfer->digest);
    if (!registry_resolve(client, pinned, &document, error))
        return false;
    g_autoptr(json_t) manifest = json_parse_gbytes(document.bytes, error);
    json_array_foreach (json_get_array(manifest, "layers"), index, layer) {
        part.digest = json_get_string(layer, "digest", "");
        if (!copy_part(client, run, &part, try_blob, error))
            return false;
    }
    part.digest = json_get_string(json_get_object(manifest, "config"), "digest", NULL);
    if (part.digest != NULL && !copy_part(client, run, &part, try_blob, error))
        return false;
    part.digest = transfer->digest;
    part.manifest = &document;
    return copy_part(client, run, &part, try_manifest, error);
}

static bool copy_source(struct registry_client *client, const struct plugin_run *run,
                        const struct image_source *source, const struct reference *to,
                        GError **error)
{
    struct transfer transfer = {source->reference, to, source->document.digest, NULL};
    size_t index;
    const json_t *entry;
    if (!registry_is_index(source->document.media_type))
        return copy_manifest(client, run, &transfer, error);
    g_autoptr(json_t) document = json_parse_gbytes(source->document.bytes, error);
    json_array_foreach (json_get_array(document, "manifests"), index, entry) {
        transfer.digest = json_get_string(entry, "digest", "");
        if (!copy_manifest(client, run, &transfer, error))
            return false;
    }
    return document != NULL;
}

static bool is_same_repository(const struct reference *left, const struct reference *right)
{
    return strcmp(left->domain, right->domain) == 0 && strcmp(left->path, right->path) == 0;
}

static bool push_tag(struct registry_client *client, const GPtrArray *sources,
                     const struct reference *to, const char *media_type, GBytes *bytes,
                     struct voice *voice, GError **error)
{
    g_autofree char *name = reference_text(to);
    g_autofree char *digest = digest_of_bytes(bytes);
    for (guint i = 0; i < sources->len; i++) {
        const struct image_source *source = g_ptr_array_index(sources, i);
        if (is_same_repository(source->reference, to))
            continue;
        g_autofree char *from = reference_text(source->reference);
        g_autofree char *line =
            g_strdup_printf("copying %s from %s to %s", source->document.digest, from, name);
        voice_log(voice, line);
        if (!copy_source(client, voice->run, source, to, error))
            return false;
    }
    g_autofree char *line = g_strdup_printf("pushing %s to %s", digest, name);
    voice_log(voice, line);
    return registry_put_manifest(client, to, to->tag, media_type, bytes, error);
}

static bool push_all(struct registry_client *client, struct plugin_run *run,
                     const GPtrArray *sources, const GPtrArray *tags, const char *media_type,
                     GBytes *bytes, GError **error)
{
    VOICE(voice);
    voice.run = run;
    for (guint i = 0; i < tags->len; i++) {
        const struct reference *to = g_ptr_array_index(tags, i);
        g_autofree char *full = reference_text(to);
        g_autofree char *name = g_strconcat("[internal] pushing ", full, NULL);
        g_autoptr(GError) reason = NULL;
        voice_begin(&voice, name);
        if (push_tag(client, sources, to, media_type, bytes, &voice, &reason)) {
            voice_end(&voice);
            continue;
        }
        voice_fail(&voice, reason->message);
        g_propagate_error(error, g_steal_pointer(&reason));
        return false;
    }
    return true;
}

static bool read_tags(struct plugin_run *run, GPtrArray *tags, GError **error)
{
    g_autoptr(GPtrArray) names = plugin_flags_list(run->flags, "tag");
    for (guint i = 0; i < names->len; i++) {
        struct reference *tag =
            reference_parse(g_ptr_array_index(names, i), /* default_tag= */ true, error);
        if (tag == NULL)
            return false;
        g_ptr_array_add(tags, tag);
    }
    return true;
}

static bool read_sources(struct plugin_run *run, struct registry_client *client,
                         const GPtrArray *tags, GPtrArray *sources, GError **error)
{
    const char *first = plugin_flags_text(run->flags, "tag");
    if (plugin_flags_is_on(run->flags, "append") && first != NULL &&
        !add_source(client, first, tags, sources, error))
        return false;
    for (guint i = 1; i < plugin_flags_argument_count(run->flags); i++)
        if (!add_source(client, plugin_flags_argument(run->flags, i), tags, sources, error))
            return false;
    return true;
}

static int create(struct plugin_run *run, GError **error)
{
    AUTO(registry_client) client = registry_client_new(run);
    g_autoptr(GPtrArray) tags = g_ptr_array_new_with_free_func((GDestroyNotify)reference_free);
    g_autoptr(GPtrArray) sources = g_ptr_array_new_with_free_func(source_free);
    g_autofree char *media_type = NULL;
    bool is_dry = plugin_flags_is_on(run->flags, "dry-run");
    const char *prefers = plugin_flags_text(run->flags, "prefer-index");
    bool keeps_single = prefers != NULL && !plugin_flags_is_on(run->flags, "prefer-index");
    if (plugin_flags_argument_count(run->flags) < 2)
        run_fail(error, "no sources specified");
    else if (!is_dry && !plugin_flags_has(run->flags, "tag"))
        run_fail(error, "can't push with no tags specified, please set --tag or --dry-run");
    if (*error != NULL || !read_tags(run, tags, error) ||
        !read_sources(run, client, tags, sources, error))
        return 1;
    g_autoptr(GBytes) bytes = combine(client, sources, keeps_single, &media_type, error);
    if (bytes == NULL)
        return 1;
    if (!is_dry)
        return push_all(client, run, sources, tags, media_type, bytes, error) ? 0 : 1;
    command_print(run->call, "%.*s\n", (int)g_bytes_get_size(bytes),
                  (const char *)g_bytes_get_data(bytes, NULL));
    return 0;
}

int command_imagetools(struct plugin_run *run, GError **error)
{
    const char *name = plugin_flags_argument(run->flags, 0);
    if (g_strcmp0(name, "inspect") == 0)
        return imagetools_inspect(run, error);
    if (g_strcmp0(name, "create") == 0)
        return create(run, error);
    command_print(
        run->call,
        "Usage:  docker buildx imagetools [OPTIONS] COMMAND\n\nCommands to work on images "
        "in registry\n\nCommands:\n  create      Create a new image based on source "
        "images\n  inspect     Show details of an image in the registry\n");
    if (name == NULL)
        return 0;
    run_fail(error, "unknown command: \"%s\"", name);
    return 1;
}
