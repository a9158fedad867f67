/* Which images a served world has, and how people name more of them. */
#include "harness/serve_image.h"

#include "base/platform.h"
#include "base/units.h"

#include <string.h>

#define OFFICIAL_PATH     "library/"
#define ADDED_LAYER_BYTES (512 * KIB_BYTES)

static const char *const default_platforms[] = {"linux/amd64", "linux/arm64", NULL};
static const char *const busybox_platforms[] = {"linux/amd64", "linux/arm64", "linux/arm/v7", NULL};
static const char *const hello_entrypoint[] = {"/hello", NULL};

/* Sizes of the order of the real images' layers. */
static const struct {
    const char *path;
    const char *tag;
    const char *const *platforms;
    int64_t layer_bytes;
    const char *const *entrypoint;
} defaults[] = {
    {OFFICIAL_PATH "alpine", "latest", default_platforms, 3 * MIB_BYTES, NULL},
    {OFFICIAL_PATH "alpine", "3.20", default_platforms, 3 * MIB_BYTES, NULL},
    {OFFICIAL_PATH "busybox", "latest", busybox_platforms, 2 * MIB_BYTES, NULL},
    {OFFICIAL_PATH "hello-world", "latest", default_platforms, 12 * KIB_BYTES, hello_entrypoint},
};

static bool parse_platforms(struct served_image *image, const char *text, GError **error)
{
    if (text == NULL) {
        image->platforms = g_strdupv((char **)default_platforms);
        return true;
    }
    image->platforms = g_strsplit(text, ",", -1);
    bool is_fine = image->platforms[0] != NULL;
    for (char **each = image->platforms; *each != NULL; each++)
        is_fine = is_fine && platform_is_valid(*each);
    if (!is_fine)
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "'%s' is no list of platforms; write 'linux/amd64,linux/arm64'", text);
    return is_fine;
}

static bool parse_name(struct served_image *image, const char *name, GError **error)
{
    g_autoptr(GError) cause = NULL;
    image->reference = reference_parse(name, /* default_tag= */ true, &cause);
    if (image->reference == NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "'%s': %s", name, cause->message);
        return false;
    }
    if (image->reference->digest != NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                    "'%s': an image to make has a tag, its digest comes of itself", name);
        return false;
    }
    gsize length = strlen(image->reference->domain);
    image->has_domain = strncmp(name, image->reference->domain, length) == 0 && name[length] == '/';
    return true;
}

struct served_image *served_image_parse(const char *text, GError **error)
{
    AUTO(served_image) image = g_new0(struct served_image, 1);
    const char *equals = strchr(text, '=');
    g_autofree char *name =
        equals != NULL ? g_strndup(text, (gsize)(equals - text)) : g_strdup(text);

    if (!parse_name(image, name, error) ||
        !parse_platforms(image, equals != NULL ? equals + 1 : NULL, error))
        return NULL;
    return g_steal_pointer(&image);
}

void served_image_free(struct served_image *image)
{
    if (image == NULL)
        return;
    reference_free(image->reference);
    g_strfreev(image->platforms);
    g_free(image);
}

/* A registry that stands in for Docker Hub is asked for "library/alpine", any other for "alpine".
 */
static void add(struct registry *registry, struct image_spec *spec, bool is_served)
{
    registry_add_image(registry, spec);
    if (!is_served || !g_str_has_prefix(spec->repository, OFFICIAL_PATH))
        return;
    spec->repository += strlen(OFFICIAL_PATH);
    registry_add_image(registry, spec);
}

void served_image_add(const struct served_image *image, struct registry *registry, bool is_served)
{
    static const int64_t layer_bytes[] = {ADDED_LAYER_BYTES};
    struct image_spec spec = {
        .repository = image->reference->path,
        .tag = image->reference->tag,
        .platforms = (const char *const *)image->platforms,
        .layer_bytes = layer_bytes,
        .layer_count = G_N_ELEMENTS(layer_bytes),
        .is_index = true,
    };
    add(registry, &spec, is_served);
}

void serve_default_images(struct registry *registry, bool is_served)
{
    for (gsize i = 0; i < G_N_ELEMENTS(defaults); i++) {
        struct image_spec spec = {
            .repository = defaults[i].path,
            .tag = defaults[i].tag,
            .platforms = defaults[i].platforms,
            .layer_bytes = &defaults[i].layer_bytes,
            .layer_count = 1,
            .entrypoint = defaults[i].entrypoint,
            .is_index = true,
        };
        add(registry, &spec, is_served);
    }
}
