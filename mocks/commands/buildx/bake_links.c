/* Targets of a bake that stand on each other (build/build.go waitContextDeps). There all begin at
   once and wait for what they stand on; here one is built after the other, so that one goes first.
 */
#include "mocks/commands/buildx/bake.h"

#include "mocks/buildkit/buildkit.h"

#include <string.h>

#define LINK "target:"

static struct build_request *find(const GPtrArray *requests, const char *name)
{
    for (guint i = 0; i < requests->len; i++) {
        struct build_request *request = g_ptr_array_index(requests, i);
        if (strcmp(request->name, name) == 0)
            return request;
    }
    return NULL;
}

static const char *linked_name(const char *context)
{
    const char *value = strchr(context, '=');
    return value != NULL && g_str_has_prefix(value + 1, LINK) ? value + 1 + strlen(LINK) : NULL;
}

/* Behind all that it stands on; the definition has no loops (bakefile_resolve()). */
static void place(GPtrArray *ordered, const GPtrArray *requests, struct build_request *request)
{
    if (g_ptr_array_find(ordered, request, NULL))
        return;
    for (guint i = 0; i < request->contexts->len; i++) {
        const char *name = linked_name(g_ptr_array_index(request->contexts, i));
        struct build_request *other = name != NULL ? find(requests, name) : NULL;
        if (other != NULL && other != request)
            place(ordered, requests, other);
    }
    g_ptr_array_add(ordered, request);
}

static void link_context(struct plugin_run *run, const GPtrArray *requests, char **context)
{
    const char *name = linked_name(*context);
    struct build_request *other = name != NULL ? find(requests, name) : NULL;
    if (other == NULL)
        return;
    if (other->kept_as == NULL)
        other->kept_as = run_identity(run);
    g_autofree char *own = g_strndup(*context, strcspn(*context, "="));
    g_free(*context);
    *context = g_strconcat(own, "=" KEPT_RESULT_PREFIX, other->kept_as, NULL);
}

void bake_link_requests(struct plugin_run *run, GPtrArray *requests)
{
    g_autoptr(GPtrArray) ordered = g_ptr_array_new();
    for (guint i = 0; i < requests->len; i++)
        place(ordered, requests, g_ptr_array_index(requests, i));
    for (guint i = 0; i < requests->len; i++) {
        struct build_request *request = g_ptr_array_index(requests, i);
        for (guint k = 0; k < request->contexts->len; k++)
            link_context(run, requests, (char **)&request->contexts->pdata[k]);
    }
    for (guint i = 0; i < ordered->len; i++)
        requests->pdata[i] = ordered->pdata[i];
}
