/* Docker.pull() of actions-toolkit: the image's archive from the cache, then the pull itself. */
#include "actions/cache_client.h"
#include "actions/tool.h"
#include "actions/toolkit.h"

#include "base/units.h"

#include <glib/gstdio.h>
#include <string.h>

/* Causes after which newer toolkits pull again (actions-toolkit#1289): the network's and the
   registry's own; never a refusal and never a rate limit. */
static const char *const transient_texts[] = {
    "EOF",
    "connection reset by peer",
    "connection refused",
    "i/o timeout",
    "TLS handshake timeout",
    "Client.Timeout exceeded",
    "context deadline exceeded",
    "Temporary failure in name resolution",
    "server misbehaving",
    "failed to fetch oauth token",
    "received unexpected HTTP status: 5",
    "500 Internal Server Error",
    "502 Bad Gateway",
    "503 Service Unavailable",
    "504 Gateway Time",
};
static const char *const final_texts[] = {"toomanyrequests", "denied", "unauthorized",
                                          "manifest unknown", "not found"};

/* The retry was merged on 2026-08-31 (setup-buildx-action#609); the release that carries it is
   taken to have come a week later. */
#define RETRY_DATE_MS  INT64_C(1788739200000) /* 2026-09-07 */
#define RETRY_ATTEMPTS 3

/* How long a try waits for the next: what the toolkit says is that it retries, not when; the wait
   between its other retries is taken. */
#define FIRST_DELAY_US SECOND_US

unsigned toolkit_pull_attempts(const struct action_run *run, unsigned minor)
{
    g_auto(GStrv) parts = g_strsplit(action_ref(run), ".", 3);
    bool is_exact = g_strv_length(parts) > 1;
    bool is_new = is_exact ? g_ascii_strtoull(parts[1], NULL, 10) >= minor
                           : action_date_ms(run) >= RETRY_DATE_MS;
    bool is_commit = strlen(action_ref(run)) == 40;
    return action_major(run) >= 4 && is_new && !is_commit ? RETRY_ATTEMPTS : 1;
}

static bool has_any(const char *text, const char *const *parts, gsize part_count)
{
    for (gsize i = 0; i < part_count; i++)
        if (strstr(text, parts[i]) != NULL)
            return true;
    return false;
}

static bool is_transient(const char *message)
{
    return !has_any(message, final_texts, G_N_ELEMENTS(final_texts)) &&
           has_any(message, transient_texts, G_N_ELEMENTS(transient_texts));
}

static bool pull_once(struct toolkit *toolkit, const char *image, GError **error)
{
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "pull", image, NULL);
    const struct core_command command = {.arguments = arguments, .judgement = CORE_LAST_LINE};
    return core_exec(toolkit->run, &command, NULL, error);
}

static bool pull_patiently(struct toolkit *toolkit, const struct toolkit_pull *asked,
                           GError **error)
{
    int64_t delay_us = FIRST_DELAY_US;
    for (unsigned attempt = 1;; attempt++, delay_us *= 3) {
        GError *thrown = NULL;
        if (pull_once(toolkit, asked->image, &thrown))
            return true;
        bool is_last = attempt >= asked->attempts ||
                       !g_error_matches(thrown, CORE_ERROR, CORE_ERROR_THROWN) ||
                       !is_transient(thrown->message);
        if (is_last) {
            g_propagate_error(error, thrown);
            return false;
        }
        action_log(toolkit->run, "%s", thrown->message);
        g_error_free(thrown);
        if (!action_sleep(toolkit->run, delay_us, error))
            return false;
    }
}

/* ---- the archive of the image in the cache ---- */

/* Where actions-toolkit's Cache keeps an image. */
struct image_cache {
    char *key;       /* "docker.io--tonistiigi--binfmt-latest-linux-x64" */
    char *directory; /* in the action's world */
    char *file;      /* image.tar in it */
};

static void image_cache_clear(struct image_cache *cache)
{
    g_free(cache->key);
    g_free(cache->directory);
    g_free(cache->file);
}

#define IMAGE_CACHE(variable)                                                                      \
    __attribute__((cleanup(image_cache_clear))) struct image_cache variable = {0}

/* Runs of what is neither letter, digit nor dot become "--"; g_free. */
static char *path_part(const char *text)
{
    g_autoptr(GRegex) bad = g_regex_new("[^a-zA-Z0-9.]+", G_REGEX_RAW, 0, NULL);
    return g_regex_replace(bad, text, -1, 0, "--", 0, NULL);
}

/* Docker.parseRepoTag(): what stands behind '@', or behind the last ':' unless a '/' follows. */
static void fill_cache(const struct action_run *run, const char *image, struct image_cache *cache)
{
    const char *digest = strchr(image, '@');
    const char *sign = digest != NULL ? digest : strrchr(image, ':');
    bool has_tag = sign != NULL && strchr(sign, '/') == NULL;
    g_autofree char *name = has_tag ? g_strndup(image, (gsize)(sign - image)) : g_strdup(image);
    g_autofree char *repository = path_part(name);
    g_autofree char *tag = path_part(has_tag ? sign + 1 : "latest");
    g_autofree char *docker = toolkit_docker_directory(run);
    const char *architecture = tool_architecture(run);
    cache->key = g_strdup_printf("%s-%s-linux-%s", repository, tag, architecture);
    cache->directory =
        g_strdup_printf("%s/.cache/images/%s/%s/linux-%s", docker, repository, tag, architecture);
    cache->file = g_strconcat(cache->directory, "/image.tar", NULL);
}

static bool has_file(const struct action_run *run, const char *path)
{
    g_autofree char *place = action_host_path(run, path);
    return place != NULL && g_file_test(place, G_FILE_TEST_IS_REGULAR);
}

static bool load(struct action_run *run, const struct image_cache *cache, GError **error)
{
    action_log(run, "Image found from cache in %s", cache->file);
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "load", "-i", cache->file, NULL);
    const struct core_command command = {.arguments = arguments};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(run, &command, &result, error))
        return false;
    g_autofree char *line = core_last_line(result.errors);
    if (core_exec_failed(&result))
        action_warn(run, "Failed to load image from cache: %s", line);
    return true;
}

static bool find(struct action_run *run, const struct image_cache *cache, bool *is_found,
                 GError **error)
{
    if (!cache_is_available(run)) {
        action_log(run, "GitHub Actions cache feature not available");
        return true;
    }
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    g_autofree char *matched = NULL;
    g_ptr_array_add(paths, cache->directory);
    if (!cache_restore(run, paths, cache->key, NULL, /* lookup_only= */ false, &matched, error))
        return false;
    if (matched == NULL)
        return true;
    action_log(run, "Restored %s from GitHub Actions cache", cache->key);
    *is_found = has_file(run, cache->file);
    if (!*is_found)
        action_warn(run, "Cache file %s does not exist", cache->file);
    return !*is_found || load(run, cache, error);
}

/* The archive that `docker save` wrote goes where the post phase finds it. */
static bool keep(struct toolkit *toolkit, const struct image_cache *cache, const char *saved,
                 GError **error)
{
    struct action_run *run = toolkit->run;
    g_autofree char *from = action_host_path(run, saved);
    g_autofree char *folder = action_host_path(run, cache->directory);
    g_autofree char *to = action_host_path(run, cache->file);
    if (!has_file(run, saved) || folder == NULL || to == NULL)
        return true; /* a docker that writes no archives */
    action_log(run, "Copying %s to %s", saved, cache->file);
    if (g_mkdir_with_parents(folder, 0755) != 0 || g_rename(from, to) != 0)
        return core_throw(error, "ENOENT: no such file or directory, copyfile '%s' -> '%s'", saved,
                          cache->file);
    g_autoptr(json_t) state = json_pack("{s:s, s:s}", "dir", cache->directory, "key", cache->key);
    g_autofree char *text = json_text(state);
    if (cache_is_available(run))
        action_save_state(run, "postCache", text);
    action_log(run, "Image cached to %s", cache->file);
    return true;
}

static bool save(struct toolkit *toolkit, const struct image_cache *cache, const char *image,
                 GError **error)
{
    g_autofree char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, image, -1);
    const char *directory = toolkit_directory(toolkit, error);
    if (directory == NULL)
        return false;
    g_autofree char *path = g_strdup_printf("%s/%s.tar", directory, digest);
    g_autoptr(GPtrArray) arguments = core_arguments("docker", "save", "-o", path, image, NULL);
    const struct core_command command = {.arguments = arguments};
    ACTION_EXEC_RESULT(result);
    if (!core_exec(toolkit->run, &command, &result, error))
        return false;
    if (!core_exec_failed(&result))
        return keep(toolkit, cache, path, error);
    g_autofree char *line = core_last_line(result.errors);
    action_warn(toolkit->run, "Failed to save image: %s", line);
    return true;
}

bool toolkit_pull(struct toolkit *toolkit, const struct toolkit_pull *asked, GError **error)
{
    IMAGE_CACHE(cache);
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    bool is_found = false;
    fill_cache(toolkit->run, asked->image, &cache);
    if (asked->is_cached && !find(toolkit->run, &cache, &is_found, error))
        return false;
    if (pull_patiently(toolkit, asked, &thrown))
        return !asked->is_cached || save(toolkit, &cache, asked->image, error);
    if (!is_found) {
        g_propagate_error(error, thrown);
        return false;
    }
    if (!core_catch(thrown, &message, error))
        return false;
    action_warn(toolkit->run, "Failed to pull image, using one from cache: %s", message);
    return true;
}

static bool save_state(struct action_run *run, const json_t *state, GError **error)
{
    const char *key = json_get_string(state, "key", "");
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    bool is_saved = false;
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    g_ptr_array_add(paths, (char *)json_get_string(state, "dir", ""));
    action_log(run, "Caching %s to GitHub Actions cache", key);
    if (cache_save(run, paths, key, &is_saved, &thrown))
        return true;
    if (!core_catch(thrown, &message, error))
        return false;
    action_warn(run, "Failed to save cache: Error: %s", message);
    return true;
}

bool toolkit_post_cache(struct action_run *run, GError **error)
{
    CORE_GROUP(run, "Post cache");
    const char *text = action_state(run, "postCache");
    g_autoptr(json_t) state = *text != '\0' ? json_parse_bytes(text, strlen(text), NULL) : NULL;
    if (state != NULL)
        return save_state(run, state, error);
    action_log(run, "State not set");
    return true;
}
