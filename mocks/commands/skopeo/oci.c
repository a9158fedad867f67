/* oci: and oci-archive: (oci/layout/, oci/archive/). */
#include "mocks/commands/skopeo/folder.h"

#include "base/archive.h"
#include "base/digest.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

#define REF_NAME "org.opencontainers.image.ref.name"

static bool parse_oci_as(const char *name, const char *rest, struct skopeo_place *place)
{
    const char *colon = strchr(rest, ':');
    place->path = g_strndup(rest, strcspn(rest, ":"));
    place->image = g_strdup(colon != NULL ? colon + 1 : "");
    place->name = g_strconcat(name, ":", place->path, ":", place->image, NULL);
    return true;
}

static bool parse_oci(const char *rest, struct skopeo_place *place, GError **error)
{
    (void)error;
    return parse_oci_as("oci", rest, place);
}

static bool parse_oci_archive(const char *rest, struct skopeo_place *place, GError **error)
{
    (void)error;
    return parse_oci_as("oci-archive", rest, place);
}

/* With its list, which may have been left out. */
static json_t *read_index(const struct skopeo_files *files, GError **error)
{
    g_autoptr(GBytes) bytes = skopeo_files_read(files, "index.json", error);
    if (bytes == NULL)
        return NULL;
    g_autoptr(json_t) index = json_parse_gbytes(bytes, NULL);
    const json_t *list = json_object_get(index, "manifests");
    bool has_none = list == NULL || json_is_null(list);
    if (!json_is_object(index) || !(has_none || json_is_array(list))) {
        (void)skopeo_fail_unknown(error);
        return NULL;
    }
    if (has_none)
        json_object_set_new(index, "manifests", json_array());
    return g_steal_pointer(&index);
}

/* The one that the name is about: lent by the index. */
static const json_t *find_descriptor(const struct skopeo_source *source, GError **error)
{
    const json_t *list = json_get_array(source->index, "manifests");
    const char *wanted = source->place->image;
    size_t index;
    const json_t *entry;
    if (*wanted == '\0' && json_array_size(list) == 1)
        return json_array_get(list, 0);
    json_array_foreach (list, index, entry)
        if (*wanted != '\0' &&
            strcmp(json_get_string(json_get_object(entry, "annotations"), REF_NAME, ""), wanted) ==
                0)
            return entry;
    g_autofree char *quoted = human_quote(wanted);
    (void)(*wanted == '\0' ? skopeo_fail(error, "more than one image in oci, choose an image")
                           : skopeo_fail(error, "no descriptor found for reference %s", quoted));
    return NULL;
}

static bool is_there(const struct skopeo_run *run, const char *path)
{
    g_autofree char *host_path = command_host_path(run->call, path);
    return host_path == NULL || g_file_test(host_path, G_FILE_TEST_EXISTS);
}

static bool open_oci(struct skopeo_source *source, GError **error)
{
    source->files =
        skopeo_files_open(source->run, source->place->path, /* is_archive= */ false, error);
    source->index = source->files != NULL ? read_index(source->files, error) : NULL;
    return source->index != NULL && find_descriptor(source, error) != NULL;
}

static bool unpack(struct skopeo_source *source, GError **error)
{
    g_autofree char *path = command_absolute_path(source->run->call, source->place->path);
    g_autofree char *quoted = human_quote(path);
    if (!is_there(source->run, path))
        return skopeo_fail(error, "archive file not found: %s", quoted);
    source->files = skopeo_files_open(source->run, path, /* is_archive= */ true, error);
    return source->files != NULL;
}

static bool open_oci_archive(struct skopeo_source *source, GError **error)
{
    if (!skopeo_prefixed(unpack(source, error), error, "creating temp directory: "))
        return false;
    source->index = read_index(source->files, error);
    return source->index != NULL && find_descriptor(source, error) != NULL;
}

static GBytes *read_blob(const struct skopeo_source *source, const char *digest, GError **error)
{
    if (!digest_is_valid(digest)) {
        (void)skopeo_fail_unknown(error);
        return NULL;
    }
    g_autofree char *name = g_strconcat("blobs/", digest, NULL);
    *strchr(name, ':') = '/';
    return skopeo_files_read(source->files, name, error);
}

static bool oci_manifest(struct skopeo_source *source, const char *digest,
                         struct skopeo_document *document, GError **error)
{
    const json_t *entry = digest == NULL ? find_descriptor(source, error) : NULL;
    const char *wanted = digest != NULL ? digest : json_get_string(entry, "digest", "");
    document->bytes = read_blob(source, wanted, error);
    if (document->bytes == NULL)
        return false;
    const char *type = skopeo_manifest_type(document->bytes);
    document->media_type = g_strdup(json_get_string(entry, "mediaType", type != NULL ? type : ""));
    return true;
}

static bool oci_blob(struct skopeo_source *source, const char *digest, struct skopeo_blob *blob,
                     GError **error)
{
    return skopeo_folder_take(read_blob(source, digest, error), digest, blob);
}

/* What a layout has is added to; one that makes no sense is not written over. */
static json_t *index_to_write(const struct skopeo_target *target, GError **error)
{
    const char *folder = target->place->path;
    g_autofree char *path = g_build_filename(folder, "index.json", NULL);
    if (target->archive != NULL || !is_there(target->run, path))
        return json_pack("{s:i,s:[]}", "schemaVersion", 2, "manifests");
    struct skopeo_files *files =
        skopeo_files_open(target->run, folder, /* is_archive= */ false, error);
    json_t *index = read_index(files, error);
    skopeo_files_free(files);
    return index;
}

static bool begin_oci(struct skopeo_target *target, GError **error)
{
    if (!skopeo_has_path(target->run, target->place->path))
        return skopeo_fail_unknown(error);
    target->written = skopeo_folder_digests();
    if (target->place->kind == &skopeo_oci_archive_kind)
        target->archive = archive_writer_new();
    target->index = index_to_write(target, error);
    return target->index != NULL;
}

static bool oci_put_bytes(struct skopeo_target *target, const char *digest, GBytes *bytes,
                          GError **error)
{
    g_autofree char *name = g_strconcat("blobs/sha256/", skopeo_folder_hex(digest), NULL);
    return !skopeo_folder_note(target, digest) || skopeo_folder_write(target, name, bytes, error);
}

static bool oci_put(struct skopeo_target *target, struct skopeo_blob *blob, bool is_known,
                    GError **error)
{
    g_autofree char *name = g_strconcat("blobs/sha256/", skopeo_folder_hex(blob->digest), NULL);
    (void)is_known;
    return skopeo_folder_put(target, name, blob, error);
}

static const char *ref_name(const json_t *entry)
{
    return json_get_string(json_get_object(entry, "annotations"), REF_NAME, "");
}

/* addManifest: another of the same name loses it, an unnamed one of the same digest goes. */
static void add_to_index(struct skopeo_target *target, json_t *made)
{
    json_t *list = json_get_array(target->index, "manifests");
    size_t index;
    json_t *entry;
    json_array_foreach (list, index, entry)
        if (*ref_name(made) != '\0' && strcmp(ref_name(entry), ref_name(made)) == 0) {
            json_object_del(json_get_object(entry, "annotations"), REF_NAME);
            if (json_object_size(json_get_object(entry, "annotations")) == 0)
                json_object_del(entry, "annotations");
            break;
        }
    json_array_foreach (list, index, entry)
        if (*ref_name(entry) == '\0' && strcmp(json_get_string(entry, "digest", ""),
                                               json_get_string(made, "digest", "")) == 0) {
            json_array_set_new(list, index, made);
            return;
        }
    json_array_append_new(list, made);
}

static bool oci_put_manifest(struct skopeo_target *target, GBytes *bytes, const char *part,
                             GError **error)
{
    g_autofree char *digest = digest_of_bytes(bytes);
    const char *type = skopeo_manifest_type(bytes);
    if (!oci_put_bytes(target, digest, bytes, error))
        return false;
    if (part != NULL)
        return true;
    json_t *entry = json_object();
    json_object_set_new(entry, "mediaType", json_string(type != NULL ? type : ""));
    json_object_set_new(entry, "digest", json_string(digest));
    json_object_set_new(entry, "size", json_integer((json_int_t)g_bytes_get_size(bytes)));
    if (*target->place->image != '\0')
        json_object_set_new(entry, "annotations",
                            json_pack("{s:s}", REF_NAME, target->place->image));
    add_to_index(target, entry);
    return true;
}

static bool end_oci(struct skopeo_target *target, GError **error)
{
    g_autofree char *index = skopeo_json_compact(target->index);
    if (!skopeo_folder_write_text(target, "oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}",
                                  error) ||
        !skopeo_folder_write_text(target, "index.json", index, error))
        return false;
    if (target->archive == NULL)
        return true;
    g_autoptr(GBytes) bytes = archive_writer_finish(target->archive);
    return skopeo_path_write(target->run, target->place->path, bytes, error);
}

const struct skopeo_kind skopeo_oci_kind = {
    .name = "oci",
    .parse = parse_oci,
    .open = open_oci,
    .manifest = oci_manifest,
    .blob = oci_blob,
    .begin = begin_oci,
    .has = skopeo_folder_has,
    .put = oci_put,
    .put_manifest = oci_put_manifest,
    .end = end_oci,
    .wants_packed = true,
    .only_type = SKOPEO_OCI_MANIFEST,
};

const struct skopeo_kind skopeo_oci_archive_kind = {
    .name = "oci-archive",
    .parse = parse_oci_archive,
    .open = open_oci_archive,
    .manifest = oci_manifest,
    .blob = oci_blob,
    .begin = begin_oci,
    .has = skopeo_folder_has,
    .put = oci_put,
    .put_manifest = oci_put_manifest,
    .end = end_oci,
    .wants_packed = true,
    .only_type = SKOPEO_OCI_MANIFEST,
};
