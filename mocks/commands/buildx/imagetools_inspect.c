/* `buildx imagetools inspect`: a table, the bytes, or a template (util/imagetools/printers.go). */
#include "mocks/commands/buildx/commands.h"
#include "mocks/commands/buildx/imagetools.h"
#include "mocks/commands/buildx/voice.h"
#include "mocks/commands/docker/go_template.h"

#include <string.h>

bool registry_is_index(const char *media_type)
{
    return strcmp(media_type, DOCKER_LIST) == 0 || strcmp(media_type, OCI_INDEX) == 0;
}

/* ---- the table ---- */

static char *platform_text(const json_t *platform)
{
    return g_strjoin("/", json_get_string(platform, "os", ""),
                     json_get_string(platform, "architecture", ""),
                     json_get_string(platform, "variant", NULL), NULL);
}

static void add_entry(GString *text, const char *name, const json_t *entry, bool is_first)
{
    const json_t *platform = json_get_object(entry, "platform");
    const char *key;
    json_t *value;
    g_string_append_printf(text, "%s  Name:\t%s@%s\n  MediaType:\t%s\n", is_first ? "" : "\t\n",
                           name, json_get_string(entry, "digest", ""),
                           json_get_string(entry, "mediaType", ""));
    if (platform == NULL)
        return;
    g_autofree char *words = platform_text(platform);
    g_string_append_printf(text, "  Platform:\t%s\n", words);
    if (json_object_size(json_get_object(entry, "annotations")) == 0)
        return;
    g_string_append(text, "  Annotations:\t\n");
    json_object_foreach (json_get_object(entry, "annotations"), key, value)
        g_string_append_printf(text, "    %s:\t%s\n", key, json_string_value(value));
}

static void print_document(struct plugin_run *run, const struct reference *reference,
                           const struct registry_document *document)
{
    g_autofree char *name = reference_text(reference);
    g_autoptr(GString) head = g_string_new(NULL);
    g_string_append_printf(head, "Name:\t%s\nMediaType:\t%s\nDigest:\t%s\n", name,
                           document->media_type, document->digest);
    g_autofree char *head_table = table_format(head->str, 0, 1);
    command_write(run->call, 1, head_table, -1);
    if (!registry_is_index(document->media_type))
        return;
    g_autoptr(json_t) index = json_parse_gbytes(document->bytes, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    size_t position;
    const json_t *entry;
    json_array_foreach (json_get_array(index, "manifests"), position, entry)
        add_entry(text, name, entry, position == 0);
    g_autofree char *table = table_format(text->str, 0, 1);
    command_print(run->call, "           \nManifests: \n%s", table);
}

/* ---- templates ---- */

/* What a template is executed over. */
struct inspection {
    struct registry_client *client;
    const struct reference *reference;
    const struct registry_document *document;
};

/* Adds the config of a manifest under its platform. */
static bool add_config(const struct inspection *inspection, const struct reference *reference,
                       const struct registry_document *document, json_t *configs, GError **error)
{
    g_autoptr(json_t) manifest = json_parse_gbytes(document->bytes, error);
    const char *digest = json_get_string(json_get_object(manifest, "config"), "digest", NULL);
    g_autoptr(GBytes) bytes = NULL;
    if (manifest == NULL)
        return false;
    if (digest == NULL)
        return true;
    if (!registry_get_blob(inspection->client, reference, digest, &bytes, error))
        return false;
    g_autoptr(json_t) config = json_parse_gbytes(bytes, error);
    if (config == NULL)
        return false;
    g_autofree char *platform = platform_text(config);
    json_object_set(configs, platform, config);
    return true;
}

static bool add_entry_config(const struct inspection *inspection, const json_t *entry,
                             json_t *configs, GError **error)
{
    const char *os = json_get_string(json_get_object(entry, "platform"), "os", "unknown");
    REGISTRY_DOCUMENT(document);
    AUTO(reference) reference = reference_copy(inspection->reference);
    if (strcmp(os, "unknown") == 0) /* an attestation */
        return true;
    g_clear_pointer(&reference->tag, g_free);
    g_free(reference->digest);
    reference->digest = g_strdup(json_get_string(entry, "digest", ""));
    return registry_resolve(inspection->client, reference, &document, error) &&
           add_config(inspection, reference, &document, configs, error);
}

/* Of an image for several platforms by platform, else that one; NULL with an error. */
static json_t *read_configs(const struct inspection *inspection, GError **error)
{
    g_autoptr(json_t) configs = json_object();
    g_autoptr(json_t) index = json_parse_gbytes(inspection->document->bytes, error);
    size_t position;
    const json_t *entry;
    if (index == NULL)
        return NULL;
    if (!registry_is_index(inspection->document->media_type) &&
        !add_config(inspection, inspection->reference, inspection->document, configs, error))
        return NULL;
    json_array_foreach (json_get_array(index, "manifests"), position, entry)
        if (!add_entry_config(inspection, entry, configs, error))
            return NULL;
    if (json_object_size(configs) != 1)
        return g_steal_pointer(&configs);
    return json_incref(json_object_iter_value(json_object_iter(configs)));
}

/* Of an index its own fields, of a manifest its descriptor. */
static json_t *manifest_facts(const struct registry_document *document)
{
    g_autoptr(json_t) parsed = json_parse_gbytes(document->bytes, NULL);
    json_t *facts = json_object();
    bool is_list = registry_is_index(document->media_type);
    if (is_list)
        json_object_set(facts, "schemaVersion", json_object_get(parsed, "schemaVersion"));
    json_object_set_new(facts, "mediaType", json_string(document->media_type));
    json_object_set_new(facts, "digest", json_string(document->digest));
    json_object_set_new(facts, "size", json_integer((json_int_t)g_bytes_get_size(document->bytes)));
    for (gsize i = 0; is_list && i < 2; i++) {
        const char *key = i == 0 ? "manifests" : "annotations";
        if (json_object_get(parsed, key) != NULL)
            json_object_set(facts, key, json_object_get(parsed, key));
    }
    return facts;
}

/* Of the statements that lie beside an image only their index is modelled. */
static bool is_modelled(const char *format)
{
    return strstr(format, ".Provenance") == NULL && strstr(format, ".SBOM") == NULL;
}

static bool print_template(struct plugin_run *run, const struct inspection *inspection,
                           const struct go_template *template, GError **error)
{
    g_autoptr(json_t) configs = read_configs(inspection, error);
    if (configs == NULL)
        return false;
    bool is_one = json_object_get(configs, "architecture") != NULL;
    const struct go_template_options options = {
        .type_name = is_one ? "imagetools.tplInput" : "imagetools.tplInputs", .is_by_json = true};
    g_autoptr(GString) output = g_string_new(NULL);
    g_autoptr(json_t) data =
        json_pack("{s:s, s:o, s:O}", "name", plugin_flags_argument(run->flags, 1), "manifest",
                  manifest_facts(inspection->document), "image", configs);
    bool is_fine = go_template_execute(template, data, &options, output, error);
    command_write(run->call, 1, output->str, (gssize)output->len);
    return is_fine;
}

/* A template that begins with a field of the manifest is none: the table is printed instead. */
static bool print_format(struct plugin_run *run, struct registry_client *client,
                         const struct reference *reference,
                         const struct registry_document *document, GError **error)
{
    const char *format = plugin_flags_text(run->flags, "format");
    const struct inspection inspection = {client, reference, document};
    AUTO(go_template) template = go_template_parse("", format, error);
    if (template == NULL)
        return false;
    if (g_regex_match_simple("^\\{\\{-? *\\.Manifest", format, 0, 0)) {
        print_document(run, reference, document);
        return true;
    }
    return is_modelled(format) ? print_template(run, &inspection, template, error)
                               : run_unmodelled(error, "the format %s of inspect", format);
}

/* ---- the command ---- */

int imagetools_inspect(struct plugin_run *run, GError **error)
{
    const char *name = plugin_flags_argument(run->flags, 1);
    const char *format = plugin_flags_text(run->flags, "format");
    AUTO(registry_client) client = registry_client_new(run);
    REGISTRY_DOCUMENT(document);
    if (name == NULL || plugin_flags_argument_count(run->flags) > 2) {
        run_fail(error, "docker: 'docker buildx imagetools inspect' requires 1 argument\n\nUsage:  "
                        "docker buildx imagetools inspect [OPTIONS] NAME\n\nRun 'docker buildx "
                        "imagetools inspect --help' for more information");
        return 1;
    }
    AUTO(reference) reference = reference_parse(name, /* default_tag= */ true, error);
    if (reference == NULL || !registry_resolve(client, reference, &document, error))
        return 1;
    if (plugin_flags_is_on(run->flags, "raw")) {
        gsize length_bytes = 0;
        const char *bytes = g_bytes_get_data(document.bytes, &length_bytes);
        command_write(run->call, 1, bytes, (gssize)length_bytes);
    } else if (format != NULL && *format != '\0') {
        return print_format(run, client, reference, &document, error) ? 0 : 1;
    } else {
        print_document(run, reference, &document);
    }
    return 0;
}
