/* The cache of blobs: {"places": {"ghcr.io": {"sha256:…": ["acme/app", …]}}, "known": {"sha256:…":
   true}, "packed": {"sha256:…": ["sha256:…"]}}, what came last at the end. */
#include "mocks/commands/skopeo/blob_cache.h"

#include "base/limits.h"
#include "mocks/commands/docker/cli_private.h"

#include <string.h>

enum {
    CANDIDATES_MAX = 5, /* internal/prioritize */
    PLACES_MAX = 64,    /* of one blob that are remembered here */
    BLOBS_MAX = 100000, /* of one host */
};

struct skopeo_blob_cache {
    const struct skopeo_run *run;
    char *path;
    json_t *all;
    bool is_changed;
};

static char *cache_path(const struct command_call *call)
{
    const char *data = command_variable(call, "XDG_DATA_HOME");
    const char *home = command_variable(call, "HOME");
    static const char file[] = "containers/cache/blob-info-cache-v1.sqlite";
    if (data != NULL && *data != '\0')
        return g_build_filename(data, file, NULL);
    return home != NULL && *home != '\0' ? g_build_filename(home, ".local/share", file, NULL)
                                         : NULL;
}

struct skopeo_blob_cache *skopeo_blob_cache_open(const struct skopeo_run *run)
{
    struct skopeo_blob_cache *cache = g_new0(struct skopeo_blob_cache, 1);
    cache->run = run;
    cache->path = cache_path(run->call);
    g_autoptr(GBytes) bytes =
        cache->path != NULL ? world_read_file(run->call, cache->path, JSON_BYTES_MAX, NULL) : NULL;
    cache->all = bytes != NULL ? json_parse_gbytes(bytes, NULL) : NULL;
    if (!json_is_object(cache->all)) {
        json_decref(cache->all);
        cache->all = json_object();
    }
    return cache;
}

void skopeo_blob_cache_close(struct skopeo_blob_cache *cache)
{
    g_autofree char *text = cache->is_changed ? json_text(cache->all) : NULL;
    bool is_kept = text != NULL && cache->path != NULL &&
                   world_write_file(cache->run->call, cache->path, text, strlen(text), 0600, NULL);
    (void)is_kept; /* or this command has known it for itself */
    json_decref(cache->all);
    g_free(cache->path);
    g_free(cache);
}

/* A member; one of another kind is replaced, for anybody may have written the file. */
static json_t *object_member(json_t *object, const char *key)
{
    if (json_get_object(object, key) == NULL)
        json_object_set_new(object, key, json_object());
    return json_get_object(object, key);
}

static json_t *list_member(json_t *object, const char *key)
{
    if (json_get_array(object, key) == NULL)
        json_object_set_new(object, key, json_array());
    return json_get_array(object, key);
}

/* At the end of a list, once. */
static void append_once(json_t *list, const char *text)
{
    size_t index;
    json_t *each;
    json_array_foreach (list, index, each)
        if (g_strcmp0(json_string_value(each), text) == 0) {
            json_array_remove(list, index);
            break;
        }
    if (json_array_size(list) >= PLACES_MAX)
        json_array_remove(list, 0);
    json_array_append_new(list, json_string(text));
}

void skopeo_blob_cache_record(struct skopeo_blob_cache *cache, const char *host, const char *digest,
                              const char *path)
{
    json_t *blobs = object_member(object_member(cache->all, "places"), host);
    if (json_object_size(blobs) >= BLOBS_MAX)
        return;
    append_once(list_member(blobs, digest), path);
    cache->is_changed = true;
}

void skopeo_blob_cache_know(struct skopeo_blob_cache *cache, const char *digest)
{
    json_t *known = object_member(cache->all, "known");
    if (json_object_size(known) >= BLOBS_MAX)
        return;
    json_object_set_new(known, digest, json_true());
    cache->is_changed = true;
}

void skopeo_blob_cache_pair(struct skopeo_blob_cache *cache, const char *plain, const char *packed)
{
    json_t *all = object_member(cache->all, "packed");
    if (json_object_size(all) >= BLOBS_MAX)
        return;
    append_once(list_member(all, plain), packed);
    cache->is_changed = true;
}

/* ---- looking ---- */

static void candidate_free(void *argument)
{
    struct skopeo_candidate *candidate = argument;
    g_free(candidate->digest);
    g_free(candidate->path);
    g_free(candidate);
}

static struct skopeo_candidate *candidate_new(const char *digest, const char *path)
{
    struct skopeo_candidate *candidate = g_new0(struct skopeo_candidate, 1);
    candidate->digest = g_strdup(digest);
    candidate->path = g_strdup(path);
    return candidate;
}

static void add_places(const struct skopeo_blob_cache *cache, const char *host, const char *digest,
                       GPtrArray *found)
{
    const json_t *blobs = json_get_object(json_get_object(cache->all, "places"), host);
    const json_t *places = json_get_array(blobs, digest);
    bool is_known = json_get_boolean(json_get_object(cache->all, "known"), digest, false);
    size_t left = is_known ? json_array_size(places) : 0;
    for (; left > 0 && found->len < CANDIDATES_MAX; left--) {
        const char *path = json_string_value(json_array_get(places, left - 1));
        if (path == NULL)
            continue;
        g_ptr_array_add(found, candidate_new(digest, path));
    }
}

GPtrArray *skopeo_blob_cache_find(const struct skopeo_blob_cache *cache, const char *host,
                                  const char *digest, bool may_be_packed)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(candidate_free);
    const json_t *packed = json_get_array(json_get_object(cache->all, "packed"), digest);
    add_places(cache, host, digest, found);
    for (size_t left = may_be_packed ? json_array_size(packed) : 0; left > 0; left--) {
        const char *other = json_string_value(json_array_get(packed, left - 1));
        guint before = found->len;
        if (other == NULL)
            continue;
        add_places(cache, host, other, found);
        if (found->len == before && found->len < CANDIDATES_MAX)
            g_ptr_array_add(found, candidate_new(other, NULL));
    }
    return found;
}
