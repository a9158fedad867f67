/* The expressions that metadata-action knows everywhere (setGlobalExp of its src/meta.ts). */
#include "actions/handlebars.h"
#include "actions/metadata.h"
#include "actions/moment.h"

#include <string.h>

/* The reference without a beginning; "" when it begins otherwise; g_free. */
static char *without(const struct meta *meta, const char *prefix)
{
    bool has = g_str_has_prefix(meta->reference, prefix);
    return g_strdup(has ? meta->reference + strlen(prefix) : "");
}

static char *branch(const struct meta *meta)
{
    return without(meta, "refs/heads/");
}

static char *tag(const struct meta *meta)
{
    return without(meta, "refs/tags/");
}

static char *sha(const struct meta *meta)
{
    return g_strndup(meta->commit, 7);
}

static char *base_reference(const struct meta *meta)
{
    if (g_str_has_prefix(meta->reference, "refs/tags/")) {
        const char *base = action_context(meta->run, "github.event.base_ref");
        bool is_branch = g_str_has_prefix(base, "refs/heads/");
        return g_strdup(is_branch ? base + strlen("refs/heads/") : base);
    }
    if (g_str_has_prefix(meta->reference, "refs/pull/"))
        return g_strdup(action_context(meta->run, "github.event.pull_request.base.ref"));
    return g_strdup("");
}

static bool is_default(const struct meta *meta)
{
    static const char *const events[] = {"create", "discussion", "issues", "schedule"};
    const char *name = action_context(meta->run, "github.event.repository.default_branch");
    bool is_branch = g_str_has_prefix(meta->reference, "refs/heads/");
    const char *own = is_branch ? meta->reference + strlen("refs/heads/") : meta->reference;
    if (*own == '\0')
        return false;
    if (strcmp(own, name) == 0)
        return true;
    for (gsize i = 0; i < G_N_ELEMENTS(events); i++)
        if (strstr(meta->event, events[i]) != NULL)
            return true;
    return false;
}

static char *is_default_branch(const struct meta *meta)
{
    return g_strdup(is_default(meta) ? "true" : "false");
}

static char *is_other_branch(const struct meta *meta)
{
    return g_strdup(is_default(meta) ? "false" : "true");
}

static const struct {
    const char *name;
    char *(*value)(const struct meta *meta);
} values[] = {
    {"branch", branch},
    {"tag", tag},
    {"sha", sha},
    {"base_ref", base_reference},
    {"is_default_branch", is_default_branch},
    {"is_not_default_branch", is_other_branch},
};

static char *date_value(void *self, const struct handlebars_call *call, GError **error)
{
    const struct meta *meta = self;
    bool is_commit = strcmp(call->name, "commit_date") == 0;
    if (!is_commit && strcmp(call->name, "date") != 0)
        return NULL;
    GHashTableIter iterator;
    gpointer name, value;
    const char *zone = "UTC";
    g_hash_table_iter_init(&iterator, (GHashTable *)call->named);
    while (g_hash_table_iter_next(&iterator, &name, &value)) {
        if (strcmp(name, "tz") != 0) {
            core_throw(error, "Unknown %s attribute", (const char *)name);
            return NULL;
        }
        zone = value;
    }
    const char *standard =
        strcmp(zone, "UTC") == 0 ? "YYYY-MM-DDTHH:mm:ss[Z]" : "YYYY-MM-DDTHH:mm:ssZ";
    return moment_format(is_commit ? meta->commit_date_ms : meta->date_ms, zone,
                         call->argument != NULL ? call->argument : standard);
}

static char *any_value(void *self, const struct handlebars_call *call, GError **error)
{
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++)
        if (strcmp(call->name, values[i].name) == 0)
            return values[i].value(self);
    return date_value(self, call, error);
}

char *meta_expand(const struct meta *meta, const char *text, GError **error)
{
    return handlebars_expand(text, any_value, (void *)meta, error);
}

char *meta_expand_dates(const struct meta *meta, const char *text, GError **error)
{
    return handlebars_expand(text, date_value, (void *)meta, error);
}
