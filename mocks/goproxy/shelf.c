/* What is published at the world's date: the bundled table and a scenario's additions. */
#include "mocks/goproxy/goproxy_private.h"

#include <string.h>

typedef void visit_fn(void *context, const struct go_module_version *version);

static bool is_removed(const struct goproxy *proxy, const char *path, const char *version)
{
    g_autofree char *one = g_strconcat(path, "@", version, NULL);
    g_autofree char *all = g_strconcat(path, "@", NULL);
    return g_hash_table_contains(proxy->removed, one) || g_hash_table_contains(proxy->removed, all);
}

static bool is_out(const struct goproxy *proxy, const struct go_module_version *version)
{
    return version->date_s <= world_date_s(proxy->world) &&
           !is_removed(proxy, version->path, version->version);
}

static bool is_added(const struct goproxy *proxy, const char *path, const char *version)
{
    for (guint i = 0; i < proxy->added->len; i++) {
        const struct go_module_version *each = g_ptr_array_index(proxy->added, i);
        if (strcmp(each->path, path) == 0 && strcmp(each->version, version) == 0)
            return true;
    }
    return false;
}

/* Every version of a module that is out; additions stand for bundled ones of the same name. */
static void visit(const struct goproxy *proxy, const char *path, visit_fn *see, void *context)
{
    gsize count;
    const struct go_module_version *bundled = go_module_versions(&count);

    for (guint i = 0; i < proxy->added->len; i++) {
        const struct go_module_version *each = g_ptr_array_index(proxy->added, i);
        if (strcmp(each->path, path) == 0 && is_out(proxy, each))
            see(context, each);
    }
    for (gsize i = 0; i < count; i++)
        if (strcmp(bundled[i].path, path) == 0 && is_out(proxy, &bundled[i]) &&
            !is_added(proxy, path, bundled[i].version))
            see(context, &bundled[i]);
}

bool shelf_knows(const struct goproxy *proxy, const char *path)
{
    g_autofree char *all = g_strconcat(path, "@", NULL);
    if (go_module_is_known(path) || g_hash_table_contains(proxy->removed, all))
        return true;
    for (guint i = 0; i < proxy->added->len; i++)
        if (strcmp(((struct go_module_version *)g_ptr_array_index(proxy->added, i))->path, path) ==
            0)
            return true;
    return false;
}

struct search {
    const char *version;
    const struct go_module_version *found;
};

static void see_version(void *context, const struct go_module_version *version)
{
    struct search *search = context;
    if (strcmp(version->version, search->version) == 0)
        search->found = version;
}

const struct go_module_version *shelf_find(const struct goproxy *proxy, const char *path,
                                           const char *version)
{
    struct search search = {.version = version};
    visit(proxy, path, see_version, &search);
    return search.found;
}

/* A release wins over every pre-release. */
static void see_latest(void *context, const struct go_module_version *version)
{
    struct search *search = context;
    bool is_pre = strchr(version->version, '-') != NULL;
    bool was_pre = search->found != NULL && strchr(search->found->version, '-') != NULL;

    if (search->found == NULL || (was_pre && !is_pre) ||
        (was_pre == is_pre && go_semver_compare(version->version, search->found->version) > 0))
        search->found = version;
}

const struct go_module_version *shelf_latest(const struct goproxy *proxy, const char *path)
{
    struct search search = {0};
    visit(proxy, path, see_latest, &search);
    return search.found;
}

static void see_below(void *context, const struct go_module_version *version)
{
    struct search *search = context;
    bool is_below = go_semver_compare(version->version, search->version) < 0;
    if (is_below &&
        (search->found == NULL || go_semver_compare(version->version, search->found->version) > 0))
        search->found = version;
}

const struct go_module_version *shelf_below(const struct goproxy *proxy, const char *path,
                                            const char *version)
{
    struct search search = {.version = version};
    visit(proxy, path, see_below, &search);
    return search.found;
}

bool shelf_may_have(const struct goproxy *proxy, const char *path, const char *version)
{
    const struct go_module_version *latest = shelf_latest(proxy, path);
    return latest != NULL && go_semver_is_valid(version) &&
           go_semver_compare(version, latest->version) < 0 &&
           go_module_find(path, version) == NULL && !is_removed(proxy, path, version);
}

static void see_name(void *context, const struct go_module_version *version)
{
    g_ptr_array_add(context, (void *)version->version);
}

static gint compare_names(gconstpointer left, gconstpointer right)
{
    return go_semver_compare(*(const char *const *)left, *(const char *const *)right);
}

char *shelf_list(const struct goproxy *proxy, const char *path)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GString *list = g_string_new(NULL);

    visit(proxy, path, see_name, names);
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++)
        g_string_append_printf(list, "%s\n", (const char *)g_ptr_array_index(names, i));
    return g_string_free(list, FALSE);
}
