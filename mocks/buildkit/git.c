/* A git URL as the context: its files came with the command, its site is asked for its refs. */
#include "mocks/buildkit/build.h"

#include <string.h>

static const char *url_of(const struct build *build)
{
    const char *context = build_command_option(build->command, "context");
    bool is_url = context != NULL &&
                  (g_str_has_prefix(context, "https://") || g_str_has_prefix(context, "http://"));
    return is_url ? context : NULL;
}

bool build_is_git(const struct build *build)
{
    return url_of(build) != NULL;
}

static void word_failure(const char *url, const char *host, const GError *cause, GError **error)
{
    bool is_name = cause->domain == HTTP_ERROR && cause->code == HTTP_ERROR_NAME_NOT_FOUND;
    g_autofree char *reason =
        is_name ? g_strdup_printf("Could not resolve host: %s", host)
                : g_strdup_printf("Failed to connect to %s port 443: %s", host, cause->message);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                "failed to read dockerfile: failed to load cache key: failed to fetch remote %s: "
                "git stderr:\nfatal: unable to access '%s/': %s\n: exit status 128",
                url, url, reason);
}

static bool ask(struct build *build, const char *url, const char *host, GError **error)
{
    struct buildkitd *daemon = build->daemon;
    struct http *http = http_new(
        daemon->loop, world_opener(daemon->world, dockerd_machine(daemon->dockerd), "buildkit"),
        "buildkit");
    g_autofree char *refs = g_strconcat(url, "/info/refs?service=git-upload-pack", NULL);
    const struct http_request request = {.url = refs};
    g_autoptr(GError) cause = NULL;
    HTTP_RESPONSE(response);
    bool is_fine = http_perform(http, &request, &response, &cause);
    if (!is_fine && cause->domain == FIBER_ERROR)
        g_propagate_error(error, g_steal_pointer(&cause));
    else if (!is_fine)
        word_failure(url, host, cause, error);
    else if (response.status >= 400) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                    "failed to read dockerfile: failed to load cache key: failed to fetch remote "
                    "%s: git stderr:\nfatal: unable to access '%s/': The requested URL returned "
                    "error: %u\n: exit status 128",
                    url, url, response.status);
        is_fine = false;
    }
    http_free(http);
    return is_fine;
}

bool build_load_git(struct build *build)
{
    const char *context = url_of(build);
    g_auto(GStrv) parts = context != NULL ? g_strsplit(context, "#", 2) : NULL;
    g_autofree char *host = NULL;
    int port = 0;
    GError *cause = NULL;
    if (context == NULL)
        return true;
    g_autofree char *name = g_strconcat("[internal] load git source ", context, NULL);
    struct vertex *vertex = progress_begin(build->progress, name, name);
    bool is_fine = http_url_split(parts[0], &host, &port, &cause);
    if (is_fine && world_find_site(build->daemon->world, host) != NULL)
        is_fine = ask(build, parts[0], host, &cause);
    if (!is_fine)
        return build_fail(build, vertex, NULL, cause);
    progress_done(build->progress, vertex);
    return true;
}
