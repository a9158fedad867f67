/* The stages of one platform, one after the other. */
#include "mocks/buildkit/build.h"

#include "base/digest.h"

#include <string.h>

void stage_state_free(void *pointer)
{
    struct stage_state *state = pointer;
    if (state == NULL)
        return;
    g_free(state->key);
    g_ptr_array_unref(state->layers);
    build_files_free(state->files);
    json_decref(state->history);
    g_free(state);
}

static struct stage_state *state_new(struct plan_stage *stage)
{
    struct stage_state *state = g_new0(struct stage_state, 1);
    state->stage = stage;
    state->layers = g_ptr_array_new_with_free_func(stored_free);
    state->files = build_files_new();
    state->history = json_array();
    return state;
}

/* A stage on a stage goes on where that one ended. */
static void continue_stage(struct stage_state *state, const struct stage_state *other)
{
    state->key = g_strdup(other->key);
    state->base = other->base;
    build_files_put_all(state->files, other->files);
    json_array_extend(state->history, other->history);
    for (guint i = 0; i < other->layers->len; i++)
        g_ptr_array_add(state->layers, stored_copy(g_ptr_array_index(other->layers, i)));
}

static void begin_on_image(struct stage_state *state, struct base *base)
{
    state->base = base;
    state->key = g_strdup(base->image->manifest_digest);
    build_files_put_all(state->files, base_files(base));
    base_add_layers(base, state->layers);
    json_t *history = json_get_array(base->config, "history");
    if (history != NULL)
        json_array_extend(state->history, history);
}

/* On a named context that is a folder: its files are all there is (dockerui/namedcontext.go). */
static bool begin_on_folder(struct target *target, struct stage_state *state,
                            const struct build_files *folder)
{
    GError *cause = NULL;
    state->key = build_files_digest(folder);
    struct stored *layer = build_layer_of(target->build, folder, state->key, &cause);
    if (layer == NULL)
        return build_fail(target->build, NULL, state->stage->from, cause);
    g_ptr_array_add(state->layers, layer);
    build_files_put_all(state->files, folder);
    json_array_append_new(state->history,
                          json_pack("{s:s}", "comment", "buildkit.exporter.image.v0"));
    return true;
}

static bool begin_stage(struct target *target, struct stage_state *state)
{
    const struct plan_stage *stage = state->stage;
    GError *cause = NULL;
    if (stage->base_stage != STAGE_NONE) {
        continue_stage(state, g_ptr_array_index(target->states, (guint)stage->base_stage));
        return true;
    }
    if (stage->is_scratch) {
        state->key = digest_of("scratch", strlen("scratch"));
        return true;
    }
    const struct build_files *folder = NULL;
    if (!build_named_files(target->build, stage->base_name, &folder, &cause))
        return build_fail(target->build, NULL, stage->from, cause);
    if (folder != NULL)
        return begin_on_folder(target, state, folder);
    struct base *base =
        base_obtain(target->build, stage->base_name, stage->platform, stage->from, &cause);
    if (base == NULL)
        return build_fail(target->build, NULL, stage->from, cause);
    begin_on_image(state, base);
    return true;
}

static void add_history(struct stage_state *state, const struct plan_step *step)
{
    json_t *entry =
        json_pack("{s:s, s:s}", "created_by", step->history, "comment", "buildkit.dockerfile.v0");
    if (step->name == NULL)
        json_object_set_new(entry, "empty_layer", json_true());
    json_array_append_new(state->history, entry);
}

/* The one at which evaluation ended. */
static const struct instruction *last_instruction(const struct plan_stage *stage)
{
    const struct plan_step *last =
        stage->steps->len > 0 ? g_ptr_array_index(stage->steps, stage->steps->len - 1) : NULL;
    return last != NULL ? last->instruction : NULL;
}

static bool run_stage(struct target *target, struct stage_state *state)
{
    const struct plan_stage *stage = state->stage;
    const json_t *config =
        state->base != NULL ? json_get_object(state->base->config, "config") : NULL;
    GError *cause = NULL;

    if (!plan_stage_evaluate(target->plan, state->stage, config, &cause))
        return build_fail(target->build, NULL, last_instruction(stage), cause);
    for (guint i = 0; i < stage->steps->len; i++) {
        const struct plan_step *step = g_ptr_array_index(stage->steps, i);
        if (step->name != NULL && !build_step_run(target, state, step))
            return false;
        add_history(state, step);
    }
    return true;
}

bool target_run(struct target *target)
{
    for (guint i = 0; i < target->plan->stages->len; i++) {
        struct plan_stage *stage = g_ptr_array_index(target->plan->stages, i);
        if (!stage->is_needed)
            continue;
        struct stage_state *state = state_new(stage);
        target->states->pdata[i] = state;
        if (!begin_stage(target, state) || !run_stage(target, state))
            return false;
    }
    return true;
}
