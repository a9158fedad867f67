/* The runtime token: a JWT whose claim "ac" says which cache scopes a job may use, and whose "scp"
   names the run and the job. Nobody here checks its signature. */
#include "mocks/cachesvc/cachesvc_private.h"

#include "mocks/jwt.h"

#include <string.h>

enum {
    MAY_READ = 1,
    MAY_WRITE = 2,
};

static void add_scope(json_t *list, const char *ref, int permission)
{
    json_t *scope = json_object();
    json_object_set_new(scope, "Scope", json_string(ref));
    json_object_set_new(scope, "Permission", json_integer(permission));
    json_array_append_new(list, scope);
}

char *cachesvc_token(const char *ref, const char *default_ref, const char *run_id,
                     const char *job_id)
{
    g_autoptr(json_t) payload = json_object();
    g_autoptr(json_t) scopes = json_array();

    add_scope(scopes, ref, MAY_READ | MAY_WRITE);
    if (default_ref != NULL && strcmp(default_ref, ref) != 0)
        add_scope(scopes, default_ref, MAY_READ);
    g_autofree char *access = json_text(scopes);
    g_autofree char *scp = g_strdup_printf("Actions.Results:%s:%s", run_id, job_id);
    json_object_set_new(payload, "ac", json_string(access));
    json_object_set_new(payload, "scp", json_string(scp));
    return jwt_write(payload);
}

static void scope_clear(void *data)
{
    struct scope *scope = data;
    g_free(scope->ref);
}

static void append(GArray *scopes, const char *ref, int64_t permission)
{
    const struct scope scope = {.ref = g_strdup(ref), .may_write = (permission & MAY_WRITE) != 0};
    g_array_append_val(scopes, scope);
}

GArray *token_scopes(const char *token)
{
    GArray *scopes = g_array_new(FALSE, FALSE, sizeof(struct scope));
    g_autoptr(json_t) payload = jwt_claims(token);
    const char *access = json_get_string(payload, "ac", "");
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) list = json_parse_bytes(access, strlen(access), &error);
    size_t index;
    const json_t *each;

    g_array_set_clear_func(scopes, scope_clear);
    json_array_foreach (list, index, each)
        append(scopes, json_get_string(each, "Scope", ""), json_get_integer(each, "Permission", 0));
    if (scopes->len == 0)
        append(scopes, "refs/heads/main", MAY_READ | MAY_WRITE);
    return scopes;
}
