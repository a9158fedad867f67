/* What became of a promised image: the rules, and nothing else. */
#include "harness/fate.h"

#include <string.h>

const char *const fate_names[] = {"skipped", "delivered", "degraded", "cancelled", "failed",
                                  "shrunk",  "hollow",    "unknown",  NULL};

const char *fate_text(enum fate fate)
{
    return fate_names[fate];
}

enum fate fate_worse(enum fate left, enum fate right)
{
    return MAX(left, right);
}

static bool has_platform(const GPtrArray *platforms, const char *platform)
{
    for (guint i = 0; i < platforms->len; i++)
        if (strcmp(g_ptr_array_index(platforms, i), platform) == 0)
            return true;
    return false;
}

/* Whether all of `wanted` is in `present`; NULL lists are empty. */
static bool covers(const GPtrArray *present, const GPtrArray *wanted)
{
    if (wanted == NULL || wanted->len == 0)
        return true;
    for (guint i = 0; i < wanted->len; i++)
        if (present == NULL || !has_platform(present, g_ptr_array_index(wanted, i)))
            return false;
    return true;
}

static enum fate fate_of_green(const struct promise *promise)
{
    if (!covers(promise->after, promise->before))
        return FATE_SHRUNK;
    if (promise->is_from_this_run) {
        if (promise->after == NULL || promise->after->len == 0 || !promise->is_complete)
            return FATE_HOLLOW;
        return covers(promise->after, promise->promised) ? FATE_DELIVERED : FATE_DEGRADED;
    }
    if (promise->side != NULL && promise->side->len > 0 && promise->is_side_complete)
        return FATE_DEGRADED;
    return promise->promised == NULL ? FATE_DELIVERED : FATE_HOLLOW;
}

enum fate fate_of_promise(const struct promise *promise, bool is_green, bool is_cancelled)
{
    if (is_green)
        return fate_of_green(promise);
    return is_cancelled ? FATE_CANCELLED : FATE_FAILED;
}
