/* The site of GitHub's releases. */
#include "mocks/releases/releases.h"

#include "base/limits.h"

#define OTHERS_BYTES (20 * MIB_BYTES) /* of what scripts download: assumed */

static const struct {
    const char *folder;
    int64_t bytes; /* of its archive for linux, about */
} rows[] = {
    {"/docker/buildx/", 60 * MIB_BYTES},
    {"/google/go-containerregistry/", 9 * MIB_BYTES},
    {"/sigstore/cosign/", 110 * MIB_BYTES},
};

/* "/OWNER/REPOSITORY/VERSION/FILE": a script that did not learn a version asks for none, or for the
   one that jq prints for what is not there. */
static bool has_version(const char *path)
{
    g_auto(GStrv) parts = g_strsplit(path, "/", 5);
    return g_strv_length(parts) == 5 && *parts[3] != '\0' && !g_str_equal(parts[3], "null");
}

static void on_release(void *context, struct exchange *exchange)
{
    (void)context;
    if (!has_version(exchange_path(exchange))) {
        exchange_reply_text(exchange, 404, "text/plain", "Not Found");
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_str_has_prefix(exchange_path(exchange), rows[i].folder)) {
            exchange_reply_text(exchange, 200, "application/octet-stream", "program");
            exchange_set_declared_bytes(exchange, rows[i].bytes);
            return;
        }
    exchange_reply_text(exchange, 200, "application/octet-stream", "program");
    exchange_set_declared_bytes(exchange, OTHERS_BYTES);
}

void releases_open(struct world *world)
{
    world_add_site(world, RELEASES_SITE, on_release, NULL);
}
