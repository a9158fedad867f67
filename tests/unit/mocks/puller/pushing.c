/* Images for the tests of pushes. */
#include "pushing.h"

static GBytes *text_bytes(const char *text)
{
    return g_bytes_new(text, strlen(text));
}

static void add_blob(struct bench *bench, GPtrArray *blobs, const char *text, const char *label,
                     const char *mount_from)
{
    struct push_blob *blob = g_new0(struct push_blob, 1);
    blob->bytes = text_bytes(text);
    blob->digest = digest_of_bytes(blob->bytes);
    blob->declared_bytes = (int64_t)strlen(text);
    blob->progress_id = g_strdup(label);
    blob->mount_from = g_strdup(mount_from);
    g_ptr_array_add(bench->labels, g_strdup(blob->digest));
    g_ptr_array_add(bench->labels, g_strdup_printf("<%s>", label));
    g_ptr_array_add(blobs, blob);
}

static void blob_free(void *pointer)
{
    struct push_blob *blob = pointer;
    g_free(blob->digest);
    g_bytes_unref(blob->bytes);
    g_free(blob->mount_from);
    g_free(blob->progress_id);
    g_free(blob);
}

static void manifest_free(void *pointer)
{
    struct push_manifest *manifest = pointer;
    g_bytes_unref(manifest->bytes);
    g_free(manifest->media_type);
    g_free(manifest->reference);
    g_free(manifest);
}

static char *descriptor_text(const struct push_blob *blob, const char *type)
{
    return g_strdup_printf("{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%zu}", type,
                           blob->digest, g_bytes_get_size(blob->bytes));
}

static void add_manifest(GPtrArray *blobs, GPtrArray *manifests)
{
    guint last = blobs->len - 1;
    g_autofree char *config =
        descriptor_text(g_ptr_array_index(blobs, last), "application/vnd.oci.image.config.v1+json");
    GString *layers = g_string_new(NULL);
    for (guint i = 0; i < last; i++) {
        g_autofree char *layer = descriptor_text(g_ptr_array_index(blobs, i),
                                                 "application/vnd.oci.image.layer.v1.tar+gzip");
        g_string_append_printf(layers, "%s%s", i > 0 ? "," : "", layer);
    }
    g_autofree char *text =
        g_strdup_printf("{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest."
                        "v1+json\",\"config\":%s,\"layers\":[%s]}",
                        config, layers->str);
    struct push_manifest *manifest = g_new0(struct push_manifest, 1);
    manifest->bytes = text_bytes(text);
    manifest->media_type = g_strdup("application/vnd.oci.image.manifest.v1+json");
    manifest->reference = g_strdup("2");
    g_ptr_array_add(manifests, manifest);
    g_string_free(layers, TRUE);
}

static void push_layers(struct bench *bench, const char *name, guint layer_count,
                        const char *mount_from, int64_t declared_bytes)
{
    g_autoptr(GPtrArray) blobs = g_ptr_array_new_with_free_func(blob_free);
    g_autoptr(GPtrArray) manifests = g_ptr_array_new_with_free_func(manifest_free);
    AUTO(reference) reference = reference_parse(name, true, NULL);
    g_autoptr(GError) error = NULL;

    for (guint i = 0; i < layer_count; i++) {
        g_autofree char *text = g_strdup_printf("layer %u", i + 1);
        g_autofree char *label = g_strdup_printf("layer%u", i + 1);
        add_blob(bench, blobs, text, label, i == 0 ? mount_from : NULL);
    }
    add_blob(bench, blobs, "{}", "config", NULL);
    if (declared_bytes > 0)
        ((struct push_blob *)g_ptr_array_index(blobs, 0))->declared_bytes = declared_bytes;
    add_manifest(blobs, manifests);
    const struct push_manifest *manifest = g_ptr_array_index(manifests, 0);
    g_ptr_array_add(bench->labels, digest_of_bytes(manifest->bytes));
    g_ptr_array_add(bench->labels, g_strdup("<pushed>"));
    const struct push push = {.reference = reference, .blobs = blobs, .manifests = manifests};
    bool is_fine =
        puller_push(bench->puller, &push, &bench->plan->credentials, bench_tell, bench, &error);
    cr_assert(is_fine == (error == NULL));
    struct outcome *outcome = bench_outcome(bench);
    g_free(outcome->error);
    outcome->error = error != NULL ? g_strdup(error->message) : NULL;
    outcome->code = error != NULL && error->domain == PULLER_ERROR ? error->code : -1;
}

void push_image(struct bench *bench, const char *name, guint layer_count, const char *mount_from)
{
    push_layers(bench, name, layer_count, mount_from, 0);
}

void push_declared(struct bench *bench, const char *name, int64_t declared_bytes)
{
    push_layers(bench, name, 1, NULL, declared_bytes);
}

void push_one_layer(struct bench *bench)
{
    push_image(bench, "localhost:5000/o/new:2", 1, NULL);
}

void push_seven_layers(struct bench *bench)
{
    push_image(bench, "localhost:5000/o/new:2", 7, NULL);
}
