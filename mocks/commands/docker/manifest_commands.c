/* docker manifest: lists of images kept below ~/.docker/manifests until they are pushed. */
#include "mocks/commands/docker/manifest_list.h"
#include "mocks/commands/docker/manifest_store.h"
#include "mocks/commands/docker/registry_client.h"

#include "base/digest.h"

#include <string.h>

static const struct flag_row insecure_flags[] = {
    {"amend", 'a', FLAG_BOOLEAN, NULL},
    {"insecure", 0, FLAG_BOOLEAN, NULL},
    {"purge", 'p', FLAG_BOOLEAN, NULL},
    {"verbose", 'v', FLAG_BOOLEAN, NULL},
    {0},
};
static const struct flag_row *const insecure_tables[] = {insecure_flags, NULL};
static const struct flag_row *const no_tables[] = {NULL};

static struct image_reference *read_reference(const char *text, GError **error)
{
    struct image_reference *reference = image_reference_parse(text, error);
    if (reference != NULL && image_reference_is_name_only(reference))
        reference->tag = g_strdup("latest");
    return reference;
}

/* ---- an image of a registry ---- */

static json_t *platform_of(const json_t *config)
{
    const char *variant = json_get_string(config, "variant", "");
    json_t *platform =
        json_pack("{s:s, s:s}", "architecture", json_get_string(config, "architecture", ""), "os",
                  json_get_string(config, "os", ""));
    if (*variant != '\0')
        json_object_set_new(platform, "variant", json_string(variant));
    return platform;
}

/* What is kept of one image: descriptor with platform, raw bytes. */
static json_t *member_of(struct registry_client *client, GBytes *bytes, const char *media_type,
                         GError **error)
{
    g_autoptr(json_t) manifest = json_parse_gbytes(bytes, error);
    g_autoptr(GBytes) config_bytes = NULL;
    gsize length_bytes = 0;

    if (manifest == NULL ||
        !registry_client_blob(client,
                              json_get_string(json_get_object(manifest, "config"), "digest", ""),
                              &config_bytes, error))
        return NULL;
    g_autoptr(json_t) config = json_parse_gbytes(config_bytes, NULL);
    const guchar *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *raw = g_base64_encode(data, length_bytes);
    g_autofree char *digest = digest_of_bytes(bytes);
    g_autofree char *text = image_reference_text(client->reference);
    bool is_oci = strstr(media_type, ".oci.") != NULL;

    return json_pack("{s:s, s:{s:s, s:s, s:I, s:o}, s:s, s:O}", "Ref", text, "Descriptor",
                     "mediaType", media_type, "digest", digest, "size", (json_int_t)length_bytes,
                     "platform", platform_of(config), "Raw", raw,
                     is_oci ? "OCIManifest" : "SchemaV2Manifest", manifest);
}

static bool fetch(struct registry_client *client, GBytes **bytes, char **media_type, GError **error)
{
    g_autofree char *text = image_reference_text(client->reference);
    if (!registry_client_manifest(client, NULL, bytes, media_type, error))
        return false;
    return *bytes != NULL || cli_refuse(error, "no such manifest: %s", text);
}

/* ---- inspect ---- */

/* One tab a level. */
static char *tabbed(const json_t *value)
{
    g_autofree char *text = json_dumps(value, JSON_INDENT(1));
    GString *tabs = g_string_new(NULL);
    bool is_start = true;
    for (const char *byte = text; byte != NULL && *byte != '\0'; byte++) {
        is_start = *byte == '\n' || (is_start && *byte == ' ');
        g_string_append_c(tabs, is_start && *byte == ' ' ? '\t' : *byte);
    }
    return g_string_free(tabs, FALSE);
}

/* A single image, or a manifest list for an index. */
static char *shown(GBytes *bytes, const char *media_type)
{
    g_autoptr(json_t) document = json_parse_gbytes(bytes, NULL);
    json_t *entries = json_array();
    size_t i;
    json_t *descriptor;

    json_array_foreach (json_get_array(document, "manifests"), i, descriptor)
        json_array_append_new(entries, manifest_list_entry(descriptor));
    g_autoptr(json_t) list = manifest_list_document(entries);
    return manifest_is_list(media_type) ? manifest_list_text(list) : tabbed(document);
}

/* --verbose: all that is known of one image, or a list of that for each of an index; NULL with an
   error. */
static char *shown_whole(struct registry_client *client, GBytes *bytes, const char *media_type,
                         GError **error)
{
    g_autoptr(json_t) document = json_parse_gbytes(bytes, NULL);
    g_autoptr(json_t) whole = json_array();
    size_t i;
    json_t *descriptor;

    if (!manifest_is_list(media_type)) {
        g_autoptr(json_t) member = member_of(client, bytes, media_type, error);
        return member != NULL ? tabbed(member) : NULL;
    }
    json_array_foreach (json_get_array(document, "manifests"), i, descriptor) {
        const char *digest = json_get_string(descriptor, "digest", "");
        g_autoptr(GBytes) inner = NULL;
        g_autofree char *type = NULL;
        if (!registry_client_manifest(client, digest, &inner, &type, error))
            return NULL;
        g_autoptr(json_t) member = inner != NULL ? member_of(client, inner, type, error) : NULL;
        if (member == NULL)
            return NULL;
        g_autofree char *ref = g_strconcat(json_get_string(member, "Ref", ""), "@", digest, NULL);
        json_object_set_new(member, "Ref", json_string(ref));
        json_object_set(json_get_object(member, "Descriptor"), "platform",
                        json_get_object(descriptor, "platform"));
        json_array_append(whole, member);
    }
    return tabbed(whole);
}

static int run_inspect(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    const char *last = invocation->arguments[invocation->argument_count - 1];
    AUTO(image_reference) reference = read_reference(last, &error);
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *media_type = NULL;
    struct registry_client client = {0};

    if (reference == NULL)
        return invocation_fail(invocation, error);
    g_autofree char *text = NULL;
    if (registry_client_open(&client, invocation, reference, false, &error) &&
        fetch(&client, &bytes, &media_type, &error))
        text = flags_boolean(invocation->flags, "verbose")
                   ? shown_whole(&client, bytes, media_type, &error)
                   : shown(bytes, media_type);
    registry_client_clear(&client);
    if (text == NULL)
        return invocation_fail(invocation, error);
    command_print(invocation->call, "%s\n", text);
    return 0;
}

/* ---- create ---- */

static bool add_member(struct invocation *invocation, const struct image_reference *list,
                       const char *name, GError **error)
{
    AUTO(image_reference) reference = read_reference(name, error);
    struct registry_client client = {0};
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *media_type = NULL;
    g_autoptr(json_t) member = NULL;

    if (reference == NULL)
        return false;
    g_autofree char *text = image_reference_text(reference);
    if (registry_client_open(&client, invocation, reference, false, error) &&
        fetch(&client, &bytes, &media_type, error)) {
        if (manifest_is_list(media_type))
            cli_refuse(error, "%s is a manifest list", text);
        else
            member = member_of(&client, bytes, media_type, error);
    }
    registry_client_clear(&client);
    g_autofree char *path = manifest_store_path(invocation, list, reference);
    return member != NULL && manifest_store_write(invocation, path, member, error);
}

static int run_create(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    AUTO(image_reference) list = read_reference(invocation->arguments[0], &error);

    if (list == NULL)
        return invocation_end(invocation, 1, "error parsing name for manifest list %s: %s",
                              invocation->arguments[0], error->message);
    g_autoptr(GPtrArray) known = manifest_store_list(invocation, list);
    if (known->len > 0 && !flags_boolean(invocation->flags, "amend"))
        return invocation_end(invocation, 1,
                              "refusing to amend an existing manifest list with no --amend flag");
    for (gsize i = 1; i < invocation->argument_count; i++)
        if (!add_member(invocation, list, invocation->arguments[i], &error))
            return invocation_fail(invocation, error);
    g_autofree char *text = image_reference_text(list);
    command_print(invocation->call, "Created manifest list %s\n", text);
    return 0;
}

/* ---- annotate ---- */

static const struct flag_row annotate_flags[] = {
    {"arch", 0, FLAG_TEXT, NULL},        {"os", 0, FLAG_TEXT, NULL},
    {"os-features", 0, FLAG_LIST, NULL}, {"os-version", 0, FLAG_TEXT, NULL},
    {"variant", 0, FLAG_TEXT, NULL},     {0},
};
static const struct flag_row *const annotate_tables[] = {annotate_flags, NULL};

static int run_annotate(struct invocation *invocation)
{
    static const char *const members[][2] = {{"arch", "architecture"},
                                             {"os", "os"},
                                             {"os-version", "os.version"},
                                             {"variant", "variant"}};
    g_autoptr(GError) error = NULL;
    AUTO(image_reference) list = read_reference(invocation->arguments[0], &error);
    AUTO(image_reference)
    image = list != NULL ? read_reference(invocation->arguments[1], &error) : NULL;

    if (image == NULL)
        return invocation_end(invocation, 1, "annotate: error parsing name for manifest %s%s: %s",
                              list == NULL ? "list " : "",
                              invocation->arguments[list == NULL ? 0 : 1], error->message);
    g_autofree char *path = manifest_store_path(invocation, list, image);
    g_autoptr(json_t) member = manifest_store_read(invocation, path, NULL);
    if (member == NULL)
        return invocation_end(invocation, 1, "manifest for image %s does not exist in %s",
                              invocation->arguments[1], invocation->arguments[0]);
    json_t *platform = json_get_object(json_get_object(member, "Descriptor"), "platform");
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (*flags_text(invocation->flags, members[i][0]) != '\0')
            json_object_set_new(platform, members[i][1],
                                json_string(flags_text(invocation->flags, members[i][0])));
    if (!manifest_store_write(invocation, path, member, &error))
        return invocation_fail(invocation, error);
    return 0;
}

/* ---- push ---- */

static GBytes *raw_of(const json_t *member)
{
    gsize length_bytes = 0;
    guchar *bytes = g_base64_decode(json_get_string(member, "Raw", ""), &length_bytes);
    return g_bytes_new_take(bytes, length_bytes);
}

static bool mount_blobs(struct registry_client *client, const json_t *manifest, const char *from,
                        GError **error)
{
    const char *config = json_get_string(json_get_object(manifest, "config"), "digest", "");
    size_t i;
    json_t *layer;

    if (!registry_client_mount(client, config, from, error))
        return false;
    json_array_foreach (json_get_array(manifest, "layers"), i, layer)
        if (!registry_client_mount(client, json_get_string(layer, "digest", ""), from, error))
            return false;
    return true;
}

/* An image of another repository of the registry comes over into this one. */
static bool bring_over(struct registry_client *client, const json_t *member, GError **error)
{
    const json_t *descriptor = json_get_object(member, "Descriptor");
    const char *digest = json_get_string(descriptor, "digest", "");
    AUTO(image_reference) from = image_reference_parse(json_get_string(member, "Ref", ""), error);
    g_autoptr(GBytes) raw = raw_of(member);
    g_autoptr(json_t) manifest = json_parse_gbytes(raw, NULL);
    g_autofree char *name = image_reference_name(client->reference);

    if (from == NULL)
        return false;
    if (!g_str_equal(from->domain, client->reference->domain))
        return cli_refuse(
            error,
            "cannot use source images from a different registry than the target image: "
            "%s != %s",
            from->domain, client->reference->domain);
    if (g_str_equal(from->path, client->reference->path))
        return true;
    if (!mount_blobs(client, manifest, from->path, error) ||
        !registry_client_put_manifest(client, digest, raw,
                                      json_get_string(descriptor, "mediaType", ""), error))
        return false;
    command_print(client->invocation->call, "Pushed ref %s@%s with digest: %s\n", name, digest,
                  digest);
    return true;
}

static bool push_list(struct registry_client *client, const GPtrArray *paths, GError **error)
{
    g_autoptr(json_t) entries = json_array();

    for (guint i = 0; i < paths->len; i++) {
        g_autoptr(json_t) member =
            manifest_store_read(client->invocation, g_ptr_array_index(paths, i), error);
        const json_t *descriptor = json_get_object(member, "Descriptor");
        const json_t *platform = json_get_object(descriptor, "platform");
        if (member == NULL || !bring_over(client, member, error))
            return false;
        if (*json_get_string(platform, "os", "") == '\0' ||
            *json_get_string(platform, "architecture", "") == '\0')
            return cli_refuse(error,
                              "manifest %s must have an OS and Architecture to be pushed to a "
                              "registry",
                              json_get_string(member, "Ref", ""));
        json_array_append_new(entries, manifest_list_entry(descriptor));
    }
    g_autoptr(json_t) list = manifest_list_document(json_incref(entries));
    g_autofree char *text = manifest_list_text(list);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    if (!registry_client_put_manifest(client, NULL, bytes, manifest_list_type(entries), error))
        return false;
    g_autofree char *digest = digest_of_bytes(bytes);
    command_print(client->invocation->call, "%s\n", digest);
    return true;
}

static int run_push(struct invocation *invocation)
{
    g_autoptr(GError) error = NULL;
    AUTO(image_reference) list = read_reference(invocation->arguments[0], &error);
    struct registry_client client = {0};

    if (list == NULL)
        return invocation_fail(invocation, error);
    g_autoptr(GPtrArray) paths = manifest_store_list(invocation, list);
    g_autofree char *text = image_reference_text(list);
    if (paths->len == 0)
        return invocation_end(invocation, 1, "No such manifest: %s", text);
    bool is_pushed = registry_client_open(&client, invocation, list, /* is_push= */ true, &error) &&
                     push_list(&client, paths, &error);
    registry_client_clear(&client);
    if (!is_pushed)
        return invocation_fail(invocation, error);
    if (flags_boolean(invocation->flags, "purge"))
        manifest_store_remove(invocation, list);
    return 0;
}

static bool remove_one(struct invocation *invocation, const char *name, GError **error)
{
    AUTO(image_reference) list = read_reference(name, error);
    if (list == NULL)
        return false;
    g_autoptr(GPtrArray) paths = manifest_store_list(invocation, list);
    g_autofree char *text = image_reference_text(list);
    if (paths->len == 0)
        return cli_refuse(error, "No such manifest: %s", text);
    manifest_store_remove(invocation, list);
    return true;
}

static int run_remove(struct invocation *invocation)
{
    return invocation_each(invocation, remove_one);
}

const struct command_row manifest_commands[] = {
    {"manifest annotate", "[OPTIONS] MANIFEST_LIST MANIFEST",
     "Add additional information to a local image manifest", ARGUMENTS_EXACT, 2, annotate_tables,
     run_annotate, true},
    {"manifest create", "MANIFEST_LIST MANIFEST [MANIFEST...]",
     "Create a local manifest list for annotating and pushing to a registry", ARGUMENTS_AT_LEAST, 2,
     insecure_tables, run_create, true},
    {"manifest inspect", "[OPTIONS] [MANIFEST_LIST] MANIFEST",
     "Display an image manifest, or manifest list", ARGUMENTS_AT_LEAST, 1, insecure_tables,
     run_inspect, true},
    {"manifest push", "[OPTIONS] MANIFEST_LIST", "Push a manifest list to a repository",
     ARGUMENTS_EXACT, 1, insecure_tables, run_push, true},
    {"manifest rm", "MANIFEST_LIST [MANIFEST_LIST...]",
     "Delete one or more manifest lists from local storage", ARGUMENTS_AT_LEAST, 1, no_tables,
     run_remove, true},
    {0},
};
