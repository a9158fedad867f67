/* The table of fallbacks and the faults they rescued, from the results of a run. */
#include "harness/report/report.h"

#include <string.h>

static bool is_retried(const json_t *entry);
static bool is_pre_pulled(const json_t *entry);
static bool is_docker_tier(const json_t *entry);
static bool is_manual_tier(const json_t *entry);
static bool is_single(const json_t *entry);
static bool is_side_tag(const json_t *entry);

static const struct {
    const char *name;
    bool (*rescued)(const json_t *entry);
} fallbacks[] = {
    {"retry", is_retried},           {"pre-pull", is_pre_pulled},
    {"docker tier", is_docker_tier}, {"manual tier", is_manual_tier},
    {"single platform", is_single},  {"side tag", is_side_tag},
};

struct row {
    const char *kind;
    unsigned counts[G_N_ELEMENTS(fallbacks)];
};

/* Whether a member of one of the entry's lists has this text, or is true when text is NULL. */
static bool any_member(const json_t *entry, const char *list, const char *key, const char *text)
{
    gsize index;
    json_t *member;
    json_array_foreach (json_get_array(entry, list), index, member) {
        if (text != NULL ? strcmp(json_get_string(member, key, ""), text) == 0
                         : json_get_boolean(member, key, false))
            return true;
    }
    return false;
}

static bool is_retried(const json_t *entry)
{
    return any_member(entry, "legs", "retried", NULL);
}

static bool is_pre_pulled(const json_t *entry)
{
    return any_member(entry, "legs", "used_local_image", NULL);
}

static bool is_docker_tier(const json_t *entry)
{
    return any_member(entry, "legs", "tier", "docker");
}

static bool is_manual_tier(const json_t *entry)
{
    return any_member(entry, "legs", "tier", "manual");
}

/* The only build of a policy for one platform is no rescue: it had no build for several before. */
static bool is_single(const json_t *entry)
{
    static const char single[] = "build-single-";
    gsize index;
    json_t *step;
    json_array_foreach (json_get_array(entry, "steps"), index, step) {
        const char *id = json_get_string(step, "id", "");
        if (!g_str_has_prefix(id, single) ||
            strcmp(json_get_string(step, "outcome", ""), "success") != 0)
            continue;
        g_autofree char *multi = g_strconcat("build-multi-", id + strlen(single), NULL);
        if (any_member(entry, "steps", "id", multi))
            return true;
    }
    return false;
}

static bool is_side_tag(const json_t *entry)
{
    gsize index;
    json_t *effect;
    json_array_foreach (json_get_array(entry, "effects"), index, effect) {
        if (json_get_string(effect, "side_image", NULL) != NULL)
            return true;
    }
    return false;
}

static struct row *row_of(GPtrArray *rows, const char *kind)
{
    for (guint i = 0; i < rows->len; i++) {
        struct row *row = g_ptr_array_index(rows, i);
        if (strcmp(row->kind, kind) == 0)
            return row;
    }
    struct row *row = g_new0(struct row, 1);
    row->kind = kind;
    g_ptr_array_add(rows, row);
    return row;
}

/* The columns are the fallbacks of a policy; what rescues a workflow is its own steps. Its legs
   tell what was assumed. */
static bool is_of_workflow(const json_t *entry)
{
    const json_t *leg = json_array_get(json_get_array(entry, "legs"), 0);
    return leg != NULL && json_object_get(leg, "assumptions") != NULL;
}

/* Only scenarios that ended well and as expected show a rescue. */
static void count_entry(GPtrArray *rows, const json_t *entry)
{
    const char *fate = json_get_string(entry, "fate", "");
    const json_t *fault = json_array_get(json_get_array(entry, "faults"), 0);
    if (is_of_workflow(entry) || strcmp(json_get_string(entry, "verdict", ""), "pass") != 0 ||
        (strcmp(fate, "delivered") != 0 && strcmp(fate, "degraded") != 0))
        return;
    struct row *row =
        row_of(rows, fault != NULL ? json_get_string(fault, "kind", "?") : "(the world itself)");
    for (gsize i = 0; i < G_N_ELEMENTS(fallbacks); i++)
        row->counts[i] += fallbacks[i].rescued(entry);
}

static int compare_rows(const void *left, const void *right)
{
    const struct row *const *left_row = left;
    const struct row *const *right_row = right;
    return strcmp((*left_row)->kind, (*right_row)->kind);
}

static void append_row(GString *text, const struct row *row)
{
    g_string_append_printf(text, "| %s |", row->kind);
    for (gsize i = 0; i < G_N_ELEMENTS(fallbacks); i++) {
        if (row->counts[i] > 0)
            g_string_append_printf(text, " %u |", row->counts[i]);
        else
            g_string_append(text, " |");
    }
    g_string_append_c(text, '\n');
}

static void append_head(GString *text)
{
    g_string_append(text, "| fault |");
    for (gsize i = 0; i < G_N_ELEMENTS(fallbacks); i++)
        g_string_append_printf(text, " %s |", fallbacks[i].name);
    g_string_append(text, "\n|---|");
    for (gsize i = 0; i < G_N_ELEMENTS(fallbacks); i++)
        g_string_append(text, "---|");
    g_string_append_c(text, '\n');
}

char *report_rescues(const json_t *run)
{
    g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(g_free);
    GString *text = g_string_new(NULL);
    struct row total = {.kind = "all"};
    gsize index;
    json_t *entry;

    json_array_foreach (json_get_array(run, "scenarios"), index, entry)
        count_entry(rows, entry);
    g_ptr_array_sort(rows, compare_rows);
    append_head(text);
    for (guint i = 0; i < rows->len; i++) {
        const struct row *row = g_ptr_array_index(rows, i);
        append_row(text, row);
        for (gsize k = 0; k < G_N_ELEMENTS(fallbacks); k++)
            total.counts[k] += row->counts[k];
    }
    append_row(text, &total);
    return g_string_free(text, FALSE);
}
