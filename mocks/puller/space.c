/* Downloads and unpacked layers on the virtual disk, by their declared sizes. */
#include "mocks/puller/pull.h"

#include "base/digest.h"
#include "base/limits.h"

#include <string.h>

enum {
    UNPACK_STEPS = 4,     /* progress, time and disk come in so many pieces */
    TEMPORARY_DIGITS = 9, /* of os.CreateTemp's random number */
};

/* Go's temporary names are random; ours follow from the digest, so that texts repeat. */
static char *temporary_path(const struct puller *puller, const char *digest)
{
    const struct puller_habits *habits = puller->habits;
    const char *root = puller->options.data_root;
    g_autofree char *hex = digest_of(digest, strlen(digest));
    const char *seed = strchr(hex, ':') + 1;

    if (!habits->is_classic)
        return g_strdup_printf("%s/%s/%s/data", root, puller->options.ingest_folder, seed);
    g_autofree char *word = g_strndup(seed, 8);
    uint64_t number = g_ascii_strtoull(word, NULL, 16);
    return g_strdup_printf("%s/%s/GetImageBlob%0*" G_GUINT64_FORMAT, root,
                           puller->options.ingest_folder, TEMPORARY_DIGITS, number % 1000000000);
}

void spool_init(struct spool *spool, struct puller *puller, const struct descriptor *descriptor)
{
    *spool = (struct spool){
        .puller = puller,
        .path = temporary_path(puller, descriptor->digest),
        .bytes = g_byte_array_new(),
        .size_bytes = descriptor->size_bytes,
        .declared_bytes = descriptor->declared_bytes,
    };
}

void spool_truncate(struct spool *spool)
{
    g_byte_array_set_size(spool->bytes, 0);
    disk_give(spool->puller->options.disk, DISK_TEMPORARY, spool->path, spool->taken_bytes);
    spool->taken_bytes = 0;
}

void spool_clear(struct spool *spool)
{
    if (spool->bytes == NULL)
        return;
    spool_truncate(spool);
    g_clear_pointer(&spool->bytes, g_byte_array_unref);
    g_clear_pointer(&spool->path, g_free);
}

int64_t spool_declared(const struct spool *spool, int64_t real_bytes)
{
    if (spool->size_bytes <= 0 || spool->declared_bytes == spool->size_bytes)
        return real_bytes;
    double share = (double)real_bytes / (double)spool->size_bytes;
    return real_bytes >= spool->size_bytes ? spool->declared_bytes
                                           : (int64_t)(share * (double)spool->declared_bytes);
}

static bool set_full(GError **error, const char *path, GError *cause)
{
    if (cause->domain != DISK_ERROR) {
        g_propagate_error(error, cause);
        return false;
    }
    mishap_set(error, MISHAP_NO_SPACE, 0, "write %s: %s", path, cause->message);
    g_error_free(cause);
    return false;
}

bool spool_append(struct spool *spool, GBytes *chunk, GError **error)
{
    gsize length_bytes;
    const guint8 *bytes = g_bytes_get_data(chunk, &length_bytes);
    int64_t target_bytes = spool_declared(spool, (int64_t)(spool->bytes->len + length_bytes));
    int64_t more_bytes = MAX(target_bytes - spool->taken_bytes, 0);
    GError *cause = NULL;

    if (length_bytes > (gsize)HTTP_BODY_BYTES_MAX - spool->bytes->len) {
        mishap_set(error, MISHAP_FINAL, 0, "layer is over the limit of %d bytes on the wire",
                   HTTP_BODY_BYTES_MAX);
        return false;
    }
    if (!disk_take(spool->puller->options.disk, DISK_TEMPORARY, spool->path, more_bytes, &cause))
        return set_full(error, spool->path, cause);
    spool->taken_bytes += more_bytes;
    g_byte_array_append(spool->bytes, bytes, (guint)length_bytes);
    return true;
}

static bool take_part(const struct unpacking *unpacking, int64_t bytes, GError **error)
{
    const struct puller_options *options = &unpacking->puller->options;
    GError *cause = NULL;
    if (disk_take(options->disk, options->account, unpacking->descriptor->digest, bytes, &cause))
        return true;
    g_autofree char *name = layer_file_name(unpacking->bytes);
    return set_full(error, name, cause);
}

static int64_t part_of(int64_t whole, int step)
{
    return whole * step / UNPACK_STEPS;
}

bool unpack_layer(const struct unpacking *unpacking, GError **error)
{
    const struct puller_options *options = &unpacking->puller->options;
    const struct descriptor *descriptor = unpacking->descriptor;
    int64_t taken_bytes = 0;

    for (int step = 1; step <= UNPACK_STEPS; step++) {
        int64_t more_bytes = part_of(descriptor->unpacked_bytes, step) - taken_bytes;
        int64_t time_us = more_bytes * SECOND_US / UNPACK_BYTES_PER_SECOND;
        bool is_fine = take_part(unpacking, more_bytes, error);
        taken_bytes += is_fine ? more_bytes : 0;
        if (!is_fine || (time_us > 0 && !fiber_sleep(unpacking->puller->loop, time_us, error))) {
            disk_give(options->disk, options->account, descriptor->digest, taken_bytes);
            return false;
        }
        unpacking->step(unpacking->context, part_of(descriptor->declared_bytes, step),
                        descriptor->declared_bytes);
    }
    return true;
}
