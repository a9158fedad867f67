/*
 * actions/cache, actions/cache/restore and actions/cache/save (src/restoreImpl.ts and saveImpl.ts
 * of v3 to v5).
 */
#include "actions/actions.h"
#include "actions/cache_client.h"

#include <string.h>

/* The event must belong to a branch or a tag. */
static bool is_usable(struct action_run *run)
{
    if (*action_context(run, "github.ref") == '\0') {
        action_warn(run,
                    "Event Validation Error: The event type %s is not supported because it's not "
                    "tied to a branch or tag ref.",
                    action_context(run, "github.event_name"));
        return false;
    }
    if (cache_is_available(run))
        return true;
    action_warn(run, "The runner was not able to contact the cache service. Caching will be "
                     "skipped");
    return false;
}

static bool needs(const struct action_run *run, const char *input, GError **error)
{
    return action_input_is_given(run, input) ||
           core_throw(error, "Input required and not supplied: %s", input);
}

static void miss(struct action_run *run, const char *key, const GPtrArray *others)
{
    g_autoptr(GString) keys = g_string_new(key);
    for (guint i = 0; i < others->len; i++)
        g_string_append_printf(keys, ", %s", (const char *)g_ptr_array_index(others, i));
    action_log(run, "Cache not found for input keys: %s", keys->str);
}

static bool is_set(const struct action_run *run, const char *input)
{
    return g_ascii_strcasecmp(action_input(run, input), "true") == 0;
}

/* The output cache-hit of a miss stays unset, as it does there; the sub-action sets others too. */
static bool restore(struct action_run *run, bool is_sub_action, GError **error)
{
    if (!is_usable(run)) {
        action_set_output(run, "cache-hit", "false");
        return true;
    }
    if (!needs(run, "key", error) || !needs(run, "path", error))
        return false;
    const char *key = action_input(run, "key");
    g_autoptr(GPtrArray) paths = action_input_lines(run, "path");
    g_autoptr(GPtrArray) others = action_input_lines(run, "restore-keys");
    g_autofree char *matched = NULL;
    bool is_lookup = is_set(run, "lookup-only");
    action_save_state(run, "CACHE_KEY", key);
    if (is_sub_action)
        action_set_output(run, "cache-primary-key", key);
    if (!cache_restore(run, paths, key, others, is_lookup, &matched, error))
        return false;
    if (matched == NULL && is_set(run, "fail-on-cache-miss"))
        return core_throw(error,
                          "Failed to restore cache entry. Exiting as fail-on-cache-miss is set. "
                          "Input key: %s",
                          key);
    if (matched == NULL) {
        miss(run, key, others);
        return true;
    }
    action_save_state(run, "CACHE_RESULT", matched);
    if (is_sub_action)
        action_set_output(run, "cache-matched-key", matched);
    action_set_output(run, "cache-hit", g_ascii_strcasecmp(matched, key) == 0 ? "true" : "false");
    action_log(run,
               is_lookup ? "Cache found and can be restored from key: %s"
                         : "Cache restored from key: %s",
               matched);
    return true;
}

static bool save(struct action_run *run, GError **error)
{
    if (!is_usable(run))
        return true;
    const char *stored = action_state(run, "CACHE_KEY");
    const char *key = *stored != '\0' ? stored : action_input(run, "key");
    if (*key == '\0') {
        action_warn(run, "Key is not specified.");
        return true;
    }
    if (g_ascii_strcasecmp(action_state(run, "CACHE_RESULT"), key) == 0) {
        action_log(run, "Cache hit occurred on the primary key %s, not saving cache.", key);
        return true;
    }
    g_autoptr(GPtrArray) paths = action_input_lines(run, "path");
    bool is_saved = false;
    if (!needs(run, "path", error) || !cache_save(run, paths, key, &is_saved, error))
        return false;
    if (is_saved)
        action_log(run, "Cache saved with key: %s", key);
    return true;
}

static bool restore_whole(struct action_run *run, GError **error)
{
    return restore(run, /* is_sub_action= */ false, error);
}

static bool restore_alone(struct action_run *run, GError **error)
{
    return restore(run, /* is_sub_action= */ true, error);
}

static bool restore_phase(struct action_run *run, GError **error)
{
    return core_run(run, restore_whole, error);
}

static bool restore_alone_phase(struct action_run *run, GError **error)
{
    return core_run(run, restore_alone, error);
}

/* Nothing that goes wrong with saving fails a step. */
static bool save_phase(struct action_run *run, GError **error)
{
    GError *thrown = NULL;
    g_autofree char *message = NULL;
    if (save(run, &thrown))
        return true;
    if (!core_catch(thrown, &message, error))
        return false;
    action_warn(run, "%s", message);
    return true;
}

#define COMMON_INPUTS                                                                              \
    {"path", "", true}, {"key", "", true},                                                         \
    {                                                                                              \
        "enableCrossOsArchive", "false", false                                                     \
    }
#define RESTORE_INPUTS                                                                             \
    {"restore-keys", "", false}, {"fail-on-cache-miss", "false", false},                           \
    {                                                                                              \
        "lookup-only", "false", false                                                              \
    }

static const struct action_input inputs[] = {
    COMMON_INPUTS,
    RESTORE_INPUTS,
    {"upload-chunk-size", "", false},
    {"save-always", "false", false},
    {NULL, NULL, false},
};

static const struct action_input restore_inputs[] = {
    COMMON_INPUTS,
    RESTORE_INPUTS,
    {NULL, NULL, false},
};

static const struct action_input save_inputs[] = {
    COMMON_INPUTS,
    {"upload-chunk-size", "", false},
    {NULL, NULL, false},
};

const struct action action_cache = {
    .name = "actions/cache",
    .summary = "Restores folders from the cache, and saves them when the job succeeds.",
    .first_major = 2,
    .last_major = 6,
    .inputs = inputs,
    .main = restore_phase,
    .post = save_phase,
    .post_condition = "success()",
    .touches_images = false,
};

const struct action action_cache_restore = {
    .name = "actions/cache/restore",
    .summary = "Restores folders from the cache.",
    .first_major = 3,
    .last_major = 6,
    .inputs = restore_inputs,
    .main = restore_alone_phase,
    .touches_images = false,
};

const struct action action_cache_save = {
    .name = "actions/cache/save",
    .summary = "Saves folders in the cache.",
    .first_major = 3,
    .last_major = 6,
    .inputs = save_inputs,
    .main = save_phase,
    .touches_images = false,
};
