/* A git URL as the context: its files came with the command, its site is asked for its refs,
   and the weather may strike it as any fetch of git. */
#include "mocks/buildkit/build.h"

#include <string.h>

enum {
    COMMIT_CHARACTERS = 40
};

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

/* Of a commit nothing is asked before it is fetched; of a branch it is what the cache's key is made
   of (source/git/source.go CacheKey, Snapshot). */
static bool names_commit(const char *context)
{
    const char *fragment = strchr(context, '#');
    const char *reference = fragment != NULL ? fragment + 1 : "";
    gsize length = strspn(reference, "0123456789abcdef");
    return length == COMMIT_CHARACTERS && (reference[length] == '\0' || reference[length] == ':');
}

static void set_failure(const struct build *build, const char *url, const char *reason,
                        GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                "failed to read dockerfile: %sfailed to fetch remote %s: git stderr:\n"
                "fatal: unable to access '%s/': %s\n: exit status 128",
                names_commit(url_of(build)) ? "" : "failed to load cache key: ", url, url, reason);
}

static char *reason_of(const char *host, const GError *cause)
{
    if (cause->domain == HTTP_ERROR && cause->code == HTTP_ERROR_NAME_NOT_FOUND)
        return g_strdup_printf("Could not resolve host: %s", host);
    return g_strdup_printf("Failed to connect to %s port 443: %s", host, cause->message);
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
    g_autofree char *reason = NULL;
    HTTP_RESPONSE(response);
    bool is_answered = http_perform(http, &request, &response, &cause);
    http_free(http);
    if (!is_answered && cause->domain == FIBER_ERROR) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    if (!is_answered)
        reason = reason_of(host, cause);
    else if (response.status >= 400)
        reason = g_strdup_printf("The requested URL returned error: %u", response.status);
    if (reason != NULL)
        set_failure(build, url, reason, error);
    return reason == NULL;
}

/* The weather knows a repository by the name that a checkout fetches it by, which has no ".git". */
static bool meet_weather(struct build *build, const char *url, GError **error)
{
    struct buildkitd *daemon = build->daemon;
    gsize length = strlen(url) - (g_str_has_suffix(url, ".git") ? strlen(".git") : 0);
    g_autofree char *what = g_strdup_printf("fetch %.*s", (int)length, url);
    const struct point_event event = {
        .point = POINT_GIT, .machine = dockerd_machine(daemon->dockerd), .subject = what};
    const struct point_effect effect = world_consult(daemon->world, &event);
    if (!world_suffer(daemon->world, &effect, error))
        return false;
    if (effect.is_failure)
        set_failure(build, url, effect.message, error);
    return !effect.is_failure;
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
    bool is_fine =
        http_url_split(parts[0], &host, &port, &cause) && meet_weather(build, parts[0], &cause);
    if (is_fine && world_find_site(build->daemon->world, host) != NULL)
        is_fine = ask(build, parts[0], host, &cause);
    if (!is_fine)
        return build_fail(build, vertex, NULL, cause);
    progress_done(build->progress, vertex);
    return true;
}
