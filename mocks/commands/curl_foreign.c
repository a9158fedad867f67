/* Transfers to hosts that are none of the world's: what they bring is assumed, but those to GitHub
   meet the weather that its API and its releases have. */
#include "mocks/commands/curl_private.h"

#include "mocks/commands/download.h"
#include "mocks/githubapi/githubapi.h"
#include "mocks/releases/releases.h"

#include <string.h>

/* A host that is no site of the world, one that only actions are a match for, or one that is more
   than its site, as quay.io is beside its registry. */
bool curl_is_foreign(const struct curl_transfer *transfer, const char *host, int port)
{
    if (transfer->options->unix_socket == NULL && strcmp(host, GITHUBAPI_SITE) == 0)
        return true;
    g_autofree char *with_port = g_strdup_printf("%s:%d", host, port);
    struct world *world = transfer->set->options.world;
    const struct site *site = world_find_site(world, with_port);
    const char *authority = strstr(transfer->url, "://") + strlen("://");
    const char *path = strchr(authority, '/');
    if (site == NULL)
        site = world_find_site(world, host);
    return transfer->options->unix_socket == NULL &&
           (site == NULL || !site_has_path(site, path != NULL ? path : "/"));
}

/* github.com answers with a redirect there (releases.h). */
static char *release_url(const char *url)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) release = g_regex_new("^https?://github\\.com/([^/]+/[^/]+)/releases/"
                                            "(?:download/([^/]*)|(latest)/download)/([^/?#]+)",
                                            0, 0, NULL);
    if (!g_regex_match(release, url, 0, &match))
        return NULL;
    g_autofree char *repository = g_match_info_fetch(match, 1);
    g_autofree char *version = g_match_info_fetch(match, 2);
    g_autofree char *latest = g_match_info_fetch(match, 3);
    g_autofree char *file = g_match_info_fetch(match, 4);
    return g_strdup_printf("https://" RELEASES_SITE "/%s/%s%s/%s", repository, version, latest,
                           file);
}

char *curl_weather_url(const struct curl_transfer *transfer)
{
    struct world *world = transfer->set->options.world;
    if (g_str_has_prefix(transfer->url, "https://" GITHUBAPI_SITE "/"))
        return world_find_site(world, GITHUBAPI_SITE) != NULL ? g_strdup(transfer->url) : NULL;
    return world_find_site(world, RELEASES_SITE) != NULL ? release_url(transfer->url) : NULL;
}

static bool is_for_a_script(const struct command_call *call)
{
    return call->seam->is_awaited != NULL && call->seam->is_awaited(call->self);
}

void curl_transfer_stand_in(struct curl_transfer *transfer, const char *path)
{
    bool is_file = path != NULL && strcmp(path, "-") != 0;
    if (!transfer->is_assumed || transfer->exit_code != 0 || transfer->body->len > 0 ||
        transfer->options->is_head)
        return;
    g_autoptr(GBytes) bytes = download_stand_in(transfer->url, is_file ? path : NULL,
                                                is_file || !is_for_a_script(transfer->call));
    if (bytes != NULL)
        g_byte_array_append(transfer->body, g_bytes_get_data(bytes, NULL),
                            (guint)g_bytes_get_size(bytes));
}
