/* The cache service: reserve, finalize, look up, and who has to go when it is full. */
#include "mocks/cachesvc/cachesvc_private.h"

#include <string.h>

void cache_entry_free(void *data)
{
    struct cache_entry *entry = data;
    g_free(entry->key);
    g_free(entry->version);
    g_free(entry->scope);
    g_free(entry);
}

char *cache_blob_path(const struct cache_entry *entry)
{
    return g_strdup_printf("/actions-cache/%016" G_GINT64_MODIFIER "x", entry->id);
}

static void note(const struct cachesvc *service, const char *action, const char *key,
                 const char *scope)
{
    trace_note(world_trace(service->world), "cache", "action", action, "key", key, "scope", scope,
               NULL);
}

/* ---- entries ---- */

static struct cache_entry *find_entry(const struct cachesvc *service, const char *key,
                                      const char *version, const char *scope)
{
    for (guint i = 0; i < service->entries->len; i++) {
        struct cache_entry *entry = g_ptr_array_index(service->entries, i);
        if (strcmp(entry->key, key) == 0 && strcmp(entry->version, version) == 0 &&
            strcmp(entry->scope, scope) == 0)
            return entry;
    }
    return NULL;
}

static struct cache_entry *add_entry(struct cachesvc *service, const char *key, const char *version,
                                     const char *scope)
{
    struct cache_entry *entry = g_new0(struct cache_entry, 1);
    *entry = (struct cache_entry){
        .id = ++service->last_id,
        .key = g_strdup(key),
        .version = g_strdup(version),
        .scope = g_strdup(scope),
        .created_us = loop_now_us(world_loop(service->world)),
    };
    entry->used_us = entry->created_us;
    g_ptr_array_add(service->entries, entry);
    return entry;
}

int64_t cachesvc_used_bytes(const struct cachesvc *service)
{
    int64_t used_bytes = 0;
    for (guint i = 0; i < service->entries->len; i++) {
        const struct cache_entry *entry = g_ptr_array_index(service->entries, i);
        used_bytes += entry->is_final ? entry->size_bytes : 0;
    }
    return used_bytes;
}

/* ---- eviction ---- */

static struct cache_entry *longest_unused(const struct cachesvc *service,
                                          const struct cache_entry *kept)
{
    struct cache_entry *found = NULL;
    for (guint i = 0; i < service->entries->len; i++) {
        struct cache_entry *entry = g_ptr_array_index(service->entries, i);
        if (entry->is_final && entry != kept && (found == NULL || entry->used_us < found->used_us))
            found = entry;
    }
    return found;
}

/* GitHub saves first and then makes room. */
static void evict(struct cachesvc *service, const struct cache_entry *kept)
{
    while (cachesvc_used_bytes(service) > CACHE_BYTES_MAX) {
        struct cache_entry *entry = longest_unused(service, kept);
        if (entry == NULL)
            return;
        g_autofree char *path = cache_blob_path(entry);
        note(service, "evict", entry->key, entry->scope);
        blob_remove(service, path);
        g_ptr_array_remove(service->entries, entry);
    }
}

/* ---- saving ---- */

static const struct scope *writable_scope(const struct call *call)
{
    for (guint i = 0; i < call->scopes->len; i++) {
        const struct scope *scope = &g_array_index(call->scopes, struct scope, i);
        if (scope->may_write)
            return scope;
    }
    return NULL;
}

static const char *problem_of_key(const char *key, const char *version)
{
    if (*key == '\0' || *version == '\0')
        return "key and version must not be empty";
    if (strlen(key) > CACHE_KEY_BYTES_MAX)
        return "key cannot be larger than 512 characters";
    return strchr(key, ',') != NULL ? "key cannot contain commas" : NULL;
}

void cache_create(struct call *call)
{
    struct cachesvc *service = call->service;
    const char *key = call_text(call, "key");
    const char *version = call_text(call, "version");
    const struct scope *scope = writable_scope(call);
    const char *problem = problem_of_key(key, version);

    if (problem != NULL) {
        call_refuse(call, TWIRP_INVALID_ARGUMENT, problem);
    } else if (scope == NULL) {
        call_refuse(call, TWIRP_PERMISSION_DENIED, "token has no writable scopes");
    } else if (find_entry(service, key, version, scope->ref) != NULL) {
        note(service, "taken", key, scope->ref);
        call_refuse(call, TWIRP_ALREADY_EXISTS,
                    "cache entry with the same key, version, and scope already exists");
    } else if (service->entries->len >= CACHE_ENTRIES_MAX) {
        call_refuse(call, TWIRP_RESOURCE_EXHAUSTED, "rate limit exceeded");
    } else {
        g_autofree char *path = cache_blob_path(add_entry(service, key, version, scope->ref));
        g_autofree char *url = blob_prepare(service, path);
        note(service, "reserve", key, scope->ref);
        call_answer(call, json_pack("{s:b, s:s}", "ok", 1, "signed_upload_url", url));
    }
}

static int64_t declared_size(struct cachesvc *service, const struct cache_entry *entry,
                             int64_t told_bytes)
{
    g_autofree char *path = cache_blob_path(entry);
    const struct blob *blob = blob_find(service, path);
    return blob != NULL && blob->declared_bytes > told_bytes ? blob->declared_bytes : told_bytes;
}

void cache_finalize(struct call *call)
{
    struct cachesvc *service = call->service;
    const char *key = call_text(call, "key");
    const struct scope *scope = writable_scope(call);
    struct cache_entry *entry =
        scope == NULL ? NULL : find_entry(service, key, call_text(call, "version"), scope->ref);
    g_autofree char *path = entry != NULL ? cache_blob_path(entry) : NULL;
    const struct blob *blob = path != NULL ? blob_find(service, path) : NULL;

    if (entry == NULL || entry->is_final || blob == NULL || blob->bytes == NULL) {
        call_refuse(call, TWIRP_NOT_FOUND, "cache entry not found");
        return;
    }
    entry->size_bytes = declared_size(service, entry, MAX(call_integer(call, "size_bytes"), 0));
    entry->is_final = true;
    note(service, "save", key, entry->scope);
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, entry->id);
    call_answer(call, json_pack("{s:b, s:s}", "ok", 1, "entry_id", id));
    evict(service, entry);
}

/* ---- looking up ---- */

/* The exact key, else the newest one that begins so. */
static struct cache_entry *match(const struct cachesvc *service, const char *key,
                                 const char *version, const char *scope)
{
    struct cache_entry *found = find_entry(service, key, version, scope);
    if (found != NULL && found->is_final)
        return found;
    found = NULL;
    for (guint i = 0; i < service->entries->len; i++) {
        struct cache_entry *entry = g_ptr_array_index(service->entries, i);
        if (entry->is_final && strcmp(entry->version, version) == 0 &&
            strcmp(entry->scope, scope) == 0 && g_str_has_prefix(entry->key, key) &&
            (found == NULL || entry->created_us >= found->created_us))
            found = entry;
    }
    return found;
}

static struct cache_entry *match_any(const struct call *call, const char *scope)
{
    const char *version = call_text(call, "version");
    const json_t *others = call_array(call, "restore_keys");
    struct cache_entry *found = match(call->service, call_text(call, "key"), version, scope);
    size_t index;
    const json_t *each;

    if (found != NULL)
        return found;
    json_array_foreach (others, index, each) {
        if (!json_is_string(each))
            continue;
        found = match(call->service, json_string_value(each), version, scope);
        if (found != NULL)
            return found;
    }
    return NULL;
}

void cache_look_up(struct call *call)
{
    struct cachesvc *service = call->service;
    const char *key = call_text(call, "key");
    struct cache_entry *found = NULL;

    for (guint i = 0; found == NULL && i < call->scopes->len; i++)
        found = match_any(call, g_array_index(call->scopes, struct scope, i).ref);
    if (found == NULL) {
        note(service, "miss", key, NULL);
        call_answer(call, json_pack("{s:b, s:s, s:s}", "ok", 0, "signed_download_url", "",
                                    "matched_key", ""));
        return;
    }
    g_autofree char *path = cache_blob_path(found);
    g_autofree char *url = blob_url(service, path);
    found->used_us = loop_now_us(world_loop(service->world));
    note(service, "hit", found->key, found->scope);
    call_answer(call, json_pack("{s:b, s:s, s:s}", "ok", 1, "signed_download_url",
                                url != NULL ? url : "", "matched_key", found->key));
}

bool cachesvc_add(struct cachesvc *service, const char *key, const char *version, const char *scope,
                  GBytes *bytes, int64_t declared_bytes, GError **error)
{
    struct cache_entry *entry;
    if (find_entry(service, key, version, scope) != NULL || problem_of_key(key, version) != NULL) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_INVALID, "cache '%s': %s", key,
                    problem_of_key(key, version) != NULL ? problem_of_key(key, version)
                                                         : "is there already");
        return false;
    }
    if (service->entries->len >= CACHE_ENTRIES_MAX) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT, "more than %d caches", CACHE_ENTRIES_MAX);
        return false;
    }
    entry = add_entry(service, key, version, scope);
    g_autofree char *path = cache_blob_path(entry);
    g_free(blob_prepare(service, path)); /* nobody asks for it by its address */
    if (!blob_store(service, blob_find(service, path), bytes, declared_bytes)) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_LIMIT,
                    "caches of more than %" G_GINT64_FORMAT " bytes in memory",
                    CACHE_MEMORY_BYTES_MAX);
        blob_remove(service, path);
        g_ptr_array_remove(service->entries, entry);
        return false;
    }
    entry->size_bytes = declared_bytes;
    entry->is_final = true;
    evict(service, entry);
    return true;
}
