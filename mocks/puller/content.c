/* Reading manifests, indexes and configs; choosing a platform. */
#include "mocks/puller/content.h"

#include "base/archive.h"
#include "base/digest.h"
#include "base/gzip.h"
#include "base/json.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

#define DOCKER_MANIFEST_TYPE "application/vnd.docker.distribution.manifest.v2+json"
#define DOCKER_INDEX_TYPE    "application/vnd.docker.distribution.manifest.list.v2+json"
#define OCI_MANIFEST_TYPE    "application/vnd.oci.image.manifest.v1+json"
#define OCI_INDEX_TYPE       "application/vnd.oci.image.index.v1+json"

#define DECLARED_KEY "dev.seatrial.declared-bytes"
#define UNPACKED_KEY "dev.seatrial.unpacked-bytes"

/* Compressed layers of Go and Debian images unpack to about two and a half times their size. */
enum {
    UNPACKED_TIMES_TWO = 5,
    DIGEST_SHORT_CHARACTERS = 12,
};

void descriptor_free(struct descriptor *descriptor)
{
    if (descriptor == NULL)
        return;
    g_free(descriptor->digest);
    g_free(descriptor->media_type);
    g_free(descriptor->platform);
    g_free(descriptor);
}

struct descriptor *descriptor_copy(const struct descriptor *descriptor)
{
    struct descriptor *copy = g_new0(struct descriptor, 1);
    *copy = *descriptor;
    copy->digest = g_strdup(descriptor->digest);
    copy->media_type = g_strdup(descriptor->media_type);
    copy->platform = g_strdup(descriptor->platform);
    return copy;
}

static void descriptor_destroy(void *pointer)
{
    descriptor_free(pointer);
}

static int64_t annotated_bytes(const json_t *annotations, const char *key, int64_t otherwise)
{
    const char *text = json_get_string(annotations, key, NULL);
    int64_t bytes = text != NULL ? g_ascii_strtoll(text, NULL, 10) : otherwise;
    return CLAMP(bytes, 0, BLOB_BYTES_MAX);
}

static char *platform_text(const json_t *platform)
{
    const char *os = json_get_string(platform, "os", "");
    const char *architecture = json_get_string(platform, "architecture", "");
    const char *variant = json_get_string(platform, "variant", "");
    if (*os == '\0' || *architecture == '\0')
        return NULL;
    return g_strconcat(os, "/", architecture, *variant != '\0' ? "/" : "", variant, NULL);
}

static struct descriptor *descriptor_read(const json_t *value)
{
    const json_t *annotations = json_get_object(value, "annotations");
    struct descriptor *descriptor = g_new0(struct descriptor, 1);
    int64_t size_bytes = CLAMP(json_get_integer(value, "size", 0), 0, BLOB_BYTES_MAX);
    int64_t declared_bytes = annotated_bytes(annotations, DECLARED_KEY, size_bytes);

    *descriptor = (struct descriptor){
        .digest = g_strdup(json_get_string(value, "digest", "")),
        .media_type = g_strdup(json_get_string(value, "mediaType", "")),
        .size_bytes = size_bytes,
        .declared_bytes = declared_bytes,
        .unpacked_bytes =
            annotated_bytes(annotations, UNPACKED_KEY, declared_bytes * UNPACKED_TIMES_TWO / 2),
        .platform = platform_text(json_get_object(value, "platform")),
    };
    return descriptor;
}

static GPtrArray *descriptors_read(const json_t *list)
{
    GPtrArray *descriptors = g_ptr_array_new_with_free_func(descriptor_destroy);
    for (gsize i = 0; i < json_array_size(list); i++)
        g_ptr_array_add(descriptors, descriptor_read(json_array_get(list, i)));
    return descriptors;
}

static bool is_known_type(const char *media_type)
{
    static const char *const types[] = {DOCKER_MANIFEST_TYPE, DOCKER_INDEX_TYPE, OCI_MANIFEST_TYPE,
                                        OCI_INDEX_TYPE};
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++)
        if (strcmp(types[i], media_type) == 0)
            return true;
    return false;
}

static bool refuse_text(GBytes *bytes, const char *media_type, GError **error)
{
    gsize length_bytes;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    g_autofree char *reason = go_json_error(data, length_bytes);
    mishap_set(error, MISHAP_OTHER, 0, "%s%s",
               is_known_type(media_type) ? "" : "error unmarshalling content: ",
               reason != NULL ? reason : "cannot unmarshal");
    return false;
}

/* Docker's type must be repeated inside, OCI's may be missing. */
static bool check_media_type(const json_t *value, const char *media_type, GError **error)
{
    const char *stated = json_get_string(value, "mediaType", "");
    bool may_miss = strcmp(media_type, DOCKER_MANIFEST_TYPE) != 0;
    if (strcmp(stated, media_type) == 0 || (may_miss && *stated == '\0'))
        return true;
    mishap_set(error, MISHAP_OTHER, 0, "%smediaType in manifest should be '%s' not '%s'",
               may_miss ? "if present, " : "", media_type, stated);
    return false;
}

static char *plain_type(const char *media_type, const json_t *value)
{
    if (media_type == NULL || *media_type == '\0')
        return g_strdup(json_get_string(value, "mediaType", ""));
    return g_strndup(media_type, strcspn(media_type, "; "));
}

struct content *content_read(GBytes *bytes, const char *media_type, GError **error)
{
    g_autoptr(json_t) value = json_parse_gbytes(bytes, NULL);
    g_autofree char *type = plain_type(media_type, value);
    if (!json_is_object(value)) {
        refuse_text(bytes, type, error);
        return NULL;
    }
    if (!is_known_type(type)) {
        mishap_set(error, MISHAP_OTHER, 0,
                   "unsupported manifest media type and no default available: %s", type);
        return NULL;
    }
    if (!check_media_type(value, type, error))
        return NULL;
    if (json_array_size(json_get_array(value, "layers")) > IMAGE_LAYERS_MAX) {
        mishap_set(error, MISHAP_FINAL, 0, "manifest is over the limit of %d layers",
                   IMAGE_LAYERS_MAX);
        return NULL;
    }
    const json_t *config = json_get_object(value, "config");
    bool is_index = strcmp(type, DOCKER_INDEX_TYPE) == 0 || strcmp(type, OCI_INDEX_TYPE) == 0;
    struct content *content = g_new0(struct content, 1);
    *content = (struct content){
        .digest = digest_of_bytes(bytes),
        .media_type = g_steal_pointer(&type),
        .bytes = g_bytes_ref(bytes),
        .is_index = is_index,
        .config = config != NULL ? descriptor_read(config) : NULL,
        .layers = descriptors_read(json_get_array(value, "layers")),
        .children = descriptors_read(json_get_array(value, "manifests")),
    };
    return content;
}

void content_free(struct content *content)
{
    if (content == NULL)
        return;
    g_free(content->digest);
    g_free(content->media_type);
    g_bytes_unref(content->bytes);
    descriptor_free(content->config);
    g_ptr_array_unref(content->layers);
    g_ptr_array_unref(content->children);
    g_free(content);
}

/* ---- platforms ---- */

struct platform {
    char **parts; /* os, architecture, variant or NULL */
    const char *os;
    const char *architecture;
    const char *variant;
};

static struct platform platform_parse(const char *text)
{
    char **parts = g_strsplit(text, "/", 3);
    bool is_whole = parts[0] != NULL && parts[1] != NULL;
    const char *variant = is_whole && parts[2] != NULL ? parts[2] : "";
    const char *architecture = is_whole ? parts[1] : "";

    if (strcmp(architecture, "x86_64") == 0)
        architecture = "amd64";
    if (strcmp(architecture, "aarch64") == 0)
        architecture = "arm64";
    bool is_default = (strcmp(architecture, "arm64") == 0 && strcmp(variant, "v8") == 0) ||
                      (strcmp(architecture, "amd64") == 0 && strcmp(variant, "v1") == 0);
    if (is_default)
        variant = "";
    if (strcmp(architecture, "arm") == 0 && *variant == '\0')
        variant = "v7";
    return (struct platform){parts, is_whole ? parts[0] : "", architecture, variant};
}

/* An amd64 machine runs older levels of its instruction set and, last of all, 386. */
static int amd64_fit(const struct platform *wanted, const struct platform *offered)
{
    if (strcmp(offered->architecture, "386") == 0)
        return 1;
    if (strcmp(offered->architecture, "amd64") != 0)
        return 0;
    int limit = wanted->variant[0] == 'v' ? wanted->variant[1] - '0' : 1;
    int level = offered->variant[0] == 'v' ? offered->variant[1] - '0' : 1;
    return level >= 1 && level <= limit ? 1 + level : 0;
}

/* 0: does not fit; more is better (containerd's platforms.Only). An arm machine runs older
   variants, an arm64 machine arm too. */
static int platform_fit(const struct platform *wanted, const struct platform *offered)
{
    bool wants_arm = strcmp(wanted->architecture, "arm") == 0;
    bool wants_arm64 = strcmp(wanted->architecture, "arm64") == 0;
    bool offers_arm = strcmp(offered->architecture, "arm") == 0;

    if (wanted->os[0] == '\0' || strcmp(wanted->os, offered->os) != 0)
        return 0;
    if (strcmp(wanted->architecture, offered->architecture) == 0 &&
        strcmp(wanted->variant, offered->variant) == 0)
        return 100;
    if (strcmp(wanted->architecture, "amd64") == 0)
        return amd64_fit(wanted, offered);
    if (!offers_arm || (!wants_arm && !wants_arm64) || offered->variant[0] != 'v')
        return 0;
    int limit = wants_arm ? wanted->variant[1] - '0' : 8;
    int version = offered->variant[1] - '0';
    return version >= 5 && version <= limit ? version : 0;
}

bool content_platform_fits(const char *wanted_text, const char *offered_text)
{
    struct platform wanted = platform_parse(wanted_text);
    struct platform offered = platform_parse(offered_text);
    bool fits = platform_fit(&wanted, &offered) > 0;
    g_strfreev(wanted.parts);
    g_strfreev(offered.parts);
    return fits;
}

const struct descriptor *content_choose(const struct content *index, const char *text)
{
    struct platform wanted = platform_parse(text);
    const struct descriptor *best = NULL;
    int best_fit = 0;

    for (guint i = 0; i < index->children->len; i++) {
        const struct descriptor *child = g_ptr_array_index(index->children, i);
        struct platform offered = platform_parse(child->platform != NULL ? child->platform : "");
        int fit = platform_fit(&wanted, &offered);
        if (fit > best_fit) {
            best = child;
            best_fit = fit;
        }
        g_strfreev(offered.parts);
    }
    g_strfreev(wanted.parts);
    return best;
}

/* ---- configs ---- */

struct image_config *image_config_read(GBytes *bytes, GError **error)
{
    g_autoptr(json_t) value = json_parse_gbytes(bytes, NULL);
    const json_t *list = json_get_array(json_get_object(value, "rootfs"), "diff_ids");
    if (list == NULL) {
        mishap_set(error, MISHAP_OTHER, 0, "invalid rootfs in image configuration");
        return NULL;
    }
    struct image_config *config = g_new0(struct image_config, 1);
    config->platform = platform_text(value);
    config->diff_ids = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; i < json_array_size(list); i++) {
        const char *diff_id = json_string_value(json_array_get(list, i));
        g_ptr_array_add(config->diff_ids, g_strdup(diff_id != NULL ? diff_id : ""));
    }
    return config;
}

void image_config_free(struct image_config *config)
{
    if (config == NULL)
        return;
    g_free(config->platform);
    g_ptr_array_unref(config->diff_ids);
    g_free(config);
}

/* ---- layers ---- */

char *digest_short(const char *digest)
{
    const char *colon = strchr(digest, ':');
    return g_strndup(colon != NULL ? colon + 1 : digest, DIGEST_SHORT_CHARACTERS);
}

static GBytes *layer_tar(GBytes *bytes)
{
    gsize length_bytes;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    GBytes *tar = NULL;
    if (gzip_is_compressed(data, length_bytes))
        tar = gzip_decompress(data, length_bytes, ARCHIVE_BYTES_MAX, NULL);
    return tar != NULL ? tar : g_bytes_ref(bytes);
}

char *layer_diff_id(GBytes *bytes)
{
    g_autoptr(GBytes) tar = layer_tar(bytes);
    return digest_of_bytes(tar);
}

char *layer_file_name(GBytes *bytes)
{
    g_autoptr(GBytes) tar = layer_tar(bytes);
    gsize length_bytes;
    const void *data = g_bytes_get_data(tar, &length_bytes);
    AUTO(archive_reader) reader = archive_reader_new(data, length_bytes, /* is_confined= */ false);
    const struct archive_member *member = NULL;
    char *name = g_strdup("layer");

    while (archive_reader_next(reader, &member, NULL) && member != NULL) {
        if (member->kind == ARCHIVE_FILE) {
            g_free(name);
            name = g_strdup(member->name);
        }
    }
    char *path = g_strconcat(name[0] == '/' ? "" : "/", name, NULL);
    g_free(name);
    return path;
}
