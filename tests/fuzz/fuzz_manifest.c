/* Manifests, indexes and image configs, as the fake daemons read what a registry gives them. */
#include "fuzz.h"

#include "base/limits.h"
#include "mocks/puller/content.h"

static void check_descriptor(const struct descriptor *descriptor)
{
    g_assert(descriptor->digest != NULL && descriptor->media_type != NULL);
    g_assert(descriptor->size_bytes >= 0 && descriptor->size_bytes <= BLOB_BYTES_MAX);
    g_assert(descriptor->declared_bytes >= 0 && descriptor->declared_bytes <= BLOB_BYTES_MAX);
    g_assert(descriptor->unpacked_bytes >= 0 && descriptor->unpacked_bytes <= BLOB_BYTES_MAX);
}

static void check_descriptors(const GPtrArray *descriptors)
{
    for (guint i = 0; i < descriptors->len; i++)
        check_descriptor(descriptors->pdata[i]);
}

static void check_content(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    AUTO(content) content = content_read(bytes, /* media_type= */ NULL, &error);
    g_assert((content == NULL) == (error != NULL));
    if (content == NULL)
        return;
    g_assert(content->layers->len <= IMAGE_LAYERS_MAX);
    check_descriptors(content->layers);
    check_descriptors(content->children);
    if (content->config != NULL)
        check_descriptor(content->config);
    const struct descriptor *child = content_choose(content, "linux/arm/v7");
    g_assert(child == NULL || g_ptr_array_find(content->children, child, NULL));
}

static void check_config(GBytes *bytes)
{
    g_autoptr(GError) error = NULL;
    AUTO(image_config) config = image_config_read(bytes, &error);
    g_assert((config == NULL) == (error != NULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length_bytes)
{
    g_autoptr(GBytes) input = g_bytes_new_static(bytes, length_bytes);
    check_content(input);
    check_config(input);
    return 0;
}
