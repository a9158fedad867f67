/* The cache service, version 2. */
#include "actions/cache_client.h"
#include "actions/file_search.h"
#include "actions/list.h"
#include "actions/results.h"

#include "base/digest.h"
#include "base/units.h"

#include <string.h>

#define KEYS_MAX      10
#define KEY_BYTES_MAX 512

bool cache_is_available(const struct action_run *run)
{
    const char *url = action_variable(run, "ACTIONS_RESULTS_URL");
    return url != NULL && *url != '\0';
}

/* What makes caches of the same key for other paths others; g_free. */
static char *version_of(const GPtrArray *paths)
{
    g_autofree char *joined = list_join(paths, "|");
    g_autofree char *text = g_strconcat(joined, "|zstd-without-long|1.0", NULL);
    g_autofree char *digest = digest_of(text, strlen(text));
    return g_strdup(digest + strlen("sha256:"));
}

static bool check_key(const char *key, GError **error)
{
    if (strlen(key) > KEY_BYTES_MAX)
        return core_throw(error, "Key Validation Error: %s cannot be larger than 512 characters.",
                          key);
    return strchr(key, ',') == NULL ||
           core_throw(error, "Key Validation Error: %s cannot contain commas.", key);
}

static bool check(const GPtrArray *paths, const char *key, const GPtrArray *others, GError **error)
{
    guint count = others != NULL ? others->len : 0;
    if (paths->len == 0)
        return core_throw(error, "Path Validation Error: At least one directory or file path is "
                                 "required");
    if (count + 1 > KEYS_MAX)
        return core_throw(error, "Key Validation Error: Keys are limited to a maximum of 10.");
    for (guint i = 0; i < count; i++)
        if (!check_key(g_ptr_array_index(others, i), error))
            return false;
    return check_key(key, error);
}

/* ---- restoring ---- */

static bool look_up(struct action_run *run, const GPtrArray *paths, const char *key,
                    const GPtrArray *others, json_t **answer, GError **error)
{
    g_autofree char *version = version_of(paths);
    g_autoptr(json_t) keys = json_array();
    for (guint i = 0; others != NULL && i < others->len; i++)
        json_array_append_new(keys, json_text_or_null(g_ptr_array_index(others, i)));
    g_autoptr(json_t) request =
        json_pack("{s:s, s:O, s:s}", "key", key, "restore_keys", keys, "version", version);
    return results_call(run, "CacheService", "GetCacheEntryDownloadURL", request, answer, error);
}

static bool fetch(struct action_run *run, const json_t *entry, GError **error)
{
    g_autoptr(GBytes) blob = NULL;
    if (!results_download(run, results_text(entry, "signed_download_url"), &blob, error))
        return false;
    gsize size = g_bytes_get_size(blob);
    action_log(run, "Cache Size: ~%" G_GSIZE_FORMAT " MB (%" G_GSIZE_FORMAT " B)",
               (size + (gsize)MIB_BYTES / 2) / (gsize)MIB_BYTES, size);
    if (!results_unpack(run, blob, "/", error))
        return false;
    action_log(run, "Cache restored successfully");
    return true;
}

static bool restore(struct action_run *run, const GPtrArray *paths, const char *key,
                    const GPtrArray *others, bool lookup_only, char **matched, GError **error)
{
    g_autoptr(json_t) entry = NULL;
    if (!look_up(run, paths, key, others, &entry, error))
        return false;
    if (!results_is_ok(entry))
        return true;
    const char *found = results_text(entry, "matched_key");
    action_log(run, strcmp(found, key) == 0 ? "Cache hit for: %s" : "Cache hit for restore-key: %s",
               found);
    if (lookup_only)
        action_log(run, "Lookup only - skipping download");
    else if (!fetch(run, entry, error))
        return false;
    *matched = g_strdup(found);
    return true;
}

/* Anything but an interruption is told and is no failure. */
static bool tolerate(struct action_run *run, const char *what, GError *thrown, GError **error)
{
    g_autofree char *message = NULL;
    if (!core_catch(thrown, &message, error))
        return false;
    action_warn(run, "Failed to %s: %s", what, message);
    return true;
}

bool cache_restore(struct action_run *run, const GPtrArray *paths, const char *key,
                   const GPtrArray *restore_keys, bool lookup_only, char **matched, GError **error)
{
    GError *thrown = NULL;
    *matched = NULL;
    if (!check(paths, key, restore_keys, error))
        return false;
    return restore(run, paths, key, restore_keys, lookup_only, matched, &thrown) ||
           tolerate(run, "restore", thrown, error);
}

/* ---- saving ---- */

static bool throw_nothing(GError **error)
{
    return core_throw(error, "Path Validation Error: Path(s) specified in the action for caching "
                             "do(es) not exist, hence no cache is being saved.");
}

/* Members are named by their absolute paths, without the leading slash. */
static GBytes *pack(struct action_run *run, const GPtrArray *paths, GError **error)
{
    g_autofree char *root = NULL;
    RESULTS_ARCHIVE(archive);
    g_autoptr(GPtrArray) files = file_search(run, paths, /* has_hidden= */ true, &root, error);
    results_archive_init(&archive);
    if (files == NULL || (files->len == 0 && !throw_nothing(error)))
        return NULL;
    for (guint i = 0; i < files->len; i++) {
        const char *path = g_ptr_array_index(files, i);
        if (!results_archive_add(&archive, run, path, path + 1, error))
            return NULL;
    }
    return results_archive_finish(&archive);
}

/* Reserving: another job may hold the key, which is a line in the log only (failures.md L7). */
static bool reserve(struct action_run *run, const char *key, const char *version, char **url,
                    GError **error)
{
    GError *thrown = NULL;
    g_autoptr(json_t) answer = NULL;
    g_autofree char *message = NULL;
    g_autoptr(json_t) request = json_pack("{s:s, s:s}", "key", key, "version", version);
    bool has_answer =
        results_call(run, "CacheService", "CreateCacheEntry", request, &answer, &thrown);
    if (has_answer && results_is_ok(answer)) {
        *url = g_strdup(results_text(answer, "signed_upload_url"));
        return true;
    }
    if (!has_answer && !core_catch(thrown, &message, error))
        return false;
    action_log(run,
               "Failed to save: Unable to reserve cache with key %s, another job may be creating "
               "this cache.",
               key);
    return true;
}

static bool finalize(struct action_run *run, const char *key, const char *version, gsize size,
                     GError **error)
{
    g_autoptr(json_t) answer = NULL;
    g_autofree char *bytes = g_strdup_printf("%" G_GSIZE_FORMAT, size);
    g_autoptr(json_t) request =
        json_pack("{s:s, s:s, s:s}", "key", key, "size_bytes", bytes, "version", version);
    if (!results_call(run, "CacheService", "FinalizeCacheEntryUpload", request, &answer, error))
        return false;
    return results_is_ok(answer) ||
           core_throw(error,
                      "Unable to finalize cache with key %s, another job may be finalizing this "
                      "cache.",
                      key);
}

static bool upload(struct action_run *run, GBytes *blob, const char *key, const char *version,
                   bool *is_saved, GError **error)
{
    g_autofree char *url = NULL;
    if (!reserve(run, key, version, &url, error))
        return false;
    if (url == NULL)
        return true;
    if (!results_upload(run, url, blob, error) ||
        !finalize(run, key, version, g_bytes_get_size(blob), error))
        return false;
    *is_saved = true;
    return true;
}

bool cache_save(struct action_run *run, const GPtrArray *paths, const char *key, bool *is_saved,
                GError **error)
{
    GError *thrown = NULL;
    *is_saved = false;
    if (!check(paths, key, NULL, error))
        return false;
    g_autoptr(GBytes) blob = pack(run, paths, error);
    if (blob == NULL)
        return false;
    g_autofree char *version = version_of(paths);
    return upload(run, blob, key, version, is_saved, &thrown) ||
           tolerate(run, "save", thrown, error);
}
