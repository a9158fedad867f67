/* Upload sessions and their ids. */
#include "mocks/registry/uploads.h"

#include "base/limits.h"

#include <string.h>

static void upload_clear(void *pointer)
{
    struct upload *upload = pointer;
    g_free(upload->id);
    g_free(upload->repository);
    g_byte_array_unref(upload->bytes);
}

struct upload *upload_ref(struct upload *upload)
{
    return upload != NULL ? g_rc_box_acquire(upload) : NULL;
}

void upload_unref(struct upload *upload)
{
    if (upload != NULL)
        g_rc_box_release_full(upload, upload_clear);
}

static void unref(void *upload)
{
    upload_unref(upload);
}

void uploads_init(struct registry *registry)
{
    registry->uploads = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, unref);
}

/* Shaped like a random UUID (RFC 4122 4.4), drawn from the world's chance. */
static char *draw_id(struct registry *registry)
{
    uint64_t high = rng_next(&registry->rng);
    uint64_t low = rng_next(&registry->rng);
    return g_strdup_printf("%08x-%04x-4%03x-%04x-%012" G_GINT64_MODIFIER "x",
                           (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xffff),
                           (unsigned)(high & 0xfff), (unsigned)(low >> 48 & 0x3fff) | 0x8000,
                           low & UINT64_C(0xffffffffffff));
}

struct upload *upload_new(struct registry *registry, const char *repository, GError **error)
{
    if (g_hash_table_size(registry->uploads) >= REGISTRY_UPLOADS_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "the registry holds at most %d open uploads", REGISTRY_UPLOADS_MAX);
        return NULL;
    }
    struct upload *upload = g_rc_box_new0(struct upload);
    upload->id = draw_id(registry);
    upload->repository = g_strdup(repository);
    upload->bytes = g_byte_array_new();
    g_hash_table_insert(registry->uploads, upload->id, upload);
    return upload;
}

struct upload *upload_find(struct registry *registry, const char *repository, const char *id)
{
    struct upload *upload = g_hash_table_lookup(registry->uploads, id);
    if (upload == NULL || strcmp(upload->repository, repository) != 0)
        return NULL;
    return upload;
}

void upload_close(struct registry *registry, struct upload *upload)
{
    if (upload->is_closed)
        return;
    upload->is_closed = true;
    registry->upload_bytes -= (int64_t)upload->bytes->len;
    g_hash_table_remove(registry->uploads, upload->id);
}

bool upload_append(struct registry *registry, struct upload *upload, const void *bytes,
                   gsize length_bytes, GError **error)
{
    int64_t more_bytes = (int64_t)length_bytes;
    if ((int64_t)upload->bytes->len + more_bytes > REGISTRY_MEMORY_BYTES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "a blob in memory has at most %" G_GINT64_FORMAT " bytes",
                    REGISTRY_MEMORY_BYTES_MAX);
        return false;
    }
    if (!registry_store_has_room(registry->store, registry->upload_bytes + more_bytes, error))
        return false;
    g_byte_array_append(upload->bytes, bytes, (guint)length_bytes);
    if (!upload->is_closed)
        registry->upload_bytes += more_bytes;
    return true;
}

void upload_cut(struct registry *registry, struct upload *upload, gsize length_bytes)
{
    g_assert(length_bytes <= upload->bytes->len);
    if (!upload->is_closed)
        registry->upload_bytes -= (int64_t)(upload->bytes->len - length_bytes);
    g_byte_array_set_size(upload->bytes, (guint)length_bytes);
}

void upload_set_headers(const struct upload *upload, struct exchange *exchange)
{
    g_autofree char *location =
        g_strdup_printf("/v2/%s/blobs/uploads/%s", upload->repository, upload->id);
    guint length_bytes = upload->bytes->len;
    g_autofree char *range = g_strdup_printf("0-%u", length_bytes > 0 ? length_bytes - 1 : 0);
    exchange_set_header(exchange, "Location", location);
    exchange_set_header(exchange, "Range", range);
    exchange_set_header(exchange, "Docker-Upload-UUID", upload->id);
}
