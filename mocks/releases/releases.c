/* The site of GitHub's releases. */
#include "mocks/releases/releases.h"

#include "base/limits.h"

static const struct {
    const char *folder;
    int64_t bytes; /* of its archive for linux, about */
} rows[] = {
    {"/docker/buildx/", 60 * MIB_BYTES},
    {"/google/go-containerregistry/", 9 * MIB_BYTES},
    {"/sigstore/cosign/", 110 * MIB_BYTES},
};

static void on_release(void *context, struct exchange *exchange)
{
    (void)context;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_has_prefix(exchange_path(exchange), rows[i].folder)) {
            exchange_reply_text(exchange, 200, "application/octet-stream", "program");
            exchange_set_declared_bytes(exchange, rows[i].bytes);
            return;
        }
    exchange_reply_text(exchange, 404, "text/plain", "Not Found");
}

void releases_open(struct world *world)
{
    world_add_site(world, RELEASES_SITE, on_release, NULL);
}
