/* Stages that need each other, whether the target reaches them or not
   (validateCircularDependency()). */
#include "mocks/dockerfile/mount.h"
#include "mocks/dockerfile/plan_private.h"

#include <string.h>

/* NEW -> OPEN -> CLOSED: one on the way is OPEN. */
enum mark {
    MARK_NEW,
    MARK_OPEN,
    MARK_CLOSED,
};

/* A stage on the way, and how many of those that it needs were looked at. */
struct waypoint {
    guint index;
    guint done_count;
    GArray *needs; /* guint */
};

static void waypoint_clear(void *pointer)
{
    g_array_unref(((struct waypoint *)pointer)->needs);
}

/* ---- what a stage needs ---- */

static void add_need(const struct plan *plan, GArray *needs, const char *name, enum stage_use use)
{
    const struct plan_stage *stage =
        name != NULL && *name != '\0' ? plan_find_stage(plan, name, use, plan->stages->len) : NULL;
    guint index = stage != NULL ? (guint)stage->index : 0;
    if (stage != NULL)
        g_array_append_val(needs, index);
}

static void add_mounts(const struct plan *plan, GArray *needs,
                       const struct instruction *instruction)
{
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        g_autofree char *from =
            strcmp(flag->name, "mount") == 0 ? run_mount_from(flag->value) : NULL;
        add_need(plan, needs, from, STAGE_OF_MOUNT);
    }
}

static GArray *needs_of(const struct plan *plan, guint index)
{
    const struct plan_stage *stage = g_ptr_array_index(plan->stages, index);
    GArray *needs = g_array_new(FALSE, FALSE, sizeof(guint));
    guint base = (guint)stage->base_stage;
    if (stage->base_stage != STAGE_NONE)
        g_array_append_val(needs, base);
    for (guint i = 0; i < stage->instructions->len; i++) {
        const struct instruction *instruction = g_ptr_array_index(stage->instructions, i);
        add_need(plan, needs, instruction_flag(instruction, "from"), STAGE_OF_COPY);
        add_mounts(plan, needs, instruction);
    }
    return needs;
}

/* ---- the walk, without recursion: a file may have thousands of stages ---- */

static void open_stage(const struct plan *plan, GArray *way, guint index, enum mark *marks)
{
    const struct waypoint waypoint = {index, 0, needs_of(plan, index)};
    marks[index] = MARK_OPEN;
    g_array_append_val(way, waypoint);
}

static bool leads_to_circle(const struct plan *plan, guint start, enum mark *marks)
{
    g_autoptr(GArray) way = g_array_new(FALSE, FALSE, sizeof(struct waypoint));
    g_array_set_clear_func(way, waypoint_clear);
    if (marks[start] == MARK_NEW)
        open_stage(plan, way, start, marks);
    while (way->len > 0) {
        struct waypoint *last = &g_array_index(way, struct waypoint, way->len - 1);
        if (last->done_count == last->needs->len) {
            marks[last->index] = MARK_CLOSED;
            g_array_set_size(way, way->len - 1);
            continue;
        }
        guint next = g_array_index(last->needs, guint, last->done_count++);
        if (marks[next] == MARK_OPEN)
            return true;
        if (marks[next] == MARK_NEW)
            open_stage(plan, way, next, marks);
    }
    return false;
}

bool plan_check_circles(const struct plan *plan, GError **error)
{
    g_autofree enum mark *marks = g_new0(enum mark, plan->stages->len);
    for (guint i = 0; i < plan->stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(plan->stages, i);
        if (!leads_to_circle(plan, i, marks))
            continue;
        g_autofree char *number = g_strdup_printf("stage-%u", i);
        return plan_fail(error, "circular dependency detected on stage: %s",
                         stage->name != NULL ? stage->name : number);
    }
    return true;
}
