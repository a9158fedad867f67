/* One step: its key, its place in the cache, its run, its layer. */
#include "mocks/buildkit/build.h"

#include "base/digest.h"
#include "base/units.h"
#include "mocks/dockerd/packed.h"

#include <string.h>

enum {
    UNPACKED_TIMES_TWO = 5
}; /* as layers of the registry: two and a half times */

/* ---- keys ---- */

static void add_text(struct hasher *hasher, const char *text)
{
    hasher_update(hasher, text, strlen(text) + 1);
}

static void add_flags(struct hasher *hasher, const struct instruction *instruction)
{
    for (guint i = 0; i < instruction->flags->len; i++) {
        const struct instruction_flag *flag = g_ptr_array_index(instruction->flags, i);
        if (strcmp(flag->name, "from") == 0)
            continue;
        add_text(hasher, flag->name);
        add_text(hasher, flag->value);
    }
}

static void add_run(struct hasher *hasher, const struct stage_state *state,
                    const struct plan_step *step)
{
    add_text(hasher, state->stage->platform);
    add_text(hasher, step->command);
    for (guint i = 0; i < step->instruction->heredocs->len; i++)
        add_text(hasher,
                 ((struct heredoc *)g_ptr_array_index(step->instruction->heredocs, i))->text);
    for (guint i = 0; i < step->variables->len; i++)
        add_text(hasher, g_ptr_array_index(step->variables, i));
}

static bool binds_context(const struct plan_step *step)
{
    for (guint i = 0; step->mounts != NULL && i < step->mounts->len; i++) {
        const struct run_mount *mount = g_ptr_array_index(step->mounts, i);
        if (strcmp(mount->type, "bind") == 0 && mount->from == NULL)
            return true;
    }
    return false;
}

/* Stages that are mounted; of images the flag itself says enough. */
static void add_mounted(struct hasher *hasher, const struct target *target,
                        const struct plan_step *step)
{
    for (guint i = 0; step->mounts != NULL && i < step->mounts->len; i++) {
        const struct run_mount *mount = g_ptr_array_index(step->mounts, i);
        if (mount->from_stage == STAGE_NONE)
            continue;
        const struct stage_state *other =
            g_ptr_array_index(target->states, (guint)mount->from_stage);
        add_text(hasher, other->key);
    }
}

/* A digest over everything that the step's result depends on. */
static char *step_key(struct target *target, const struct stage_state *state,
                      const struct plan_step *step, const struct build_files *files)
{
    AUTO(hasher) hasher = hasher_new(DIGEST_SHA256);
    add_text(hasher, state->key);
    add_text(hasher, instruction_name(step->instruction->kind));
    add_text(hasher, step->folder);
    add_flags(hasher, step->instruction);
    if (files != NULL) {
        g_autofree char *digest = build_files_digest(files);
        add_text(hasher, digest);
    }
    if (step->command != NULL)
        add_run(hasher, state, step);
    add_mounted(hasher, target, step);
    if (binds_context(step)) {
        g_autofree char *digest = build_files_digest(target->build->context);
        add_text(hasher, digest);
    }
    return hasher_digest(hasher);
}

/* ---- layers ---- */

/* Packs, takes the disk for it and keeps the record. */
static struct stored *make_layer(struct buildkitd *daemon, const struct build_files *files,
                                 const char *key, GError **error)
{
    struct packed_layer packed = {0};
    struct stored *stored = g_new0(struct stored, 1);
    packed_layer_get(daemon->world, files, &packed);
    *stored = (struct stored){
        .digest = g_strdup(packed.digest),
        .diff_id = g_strdup(packed.diff_id),
        .declared_bytes = packed.declared_bytes,
        .unpacked_bytes = packed.unpacked_bytes,
        .created_us = loop_now_us(daemon->loop),
    };
    bool is_fine = store_adopt(daemon, stored, packed.bytes, error) &&
                   store_put_record(daemon, key, stored, error);
    packed_layer_clear(&packed);
    if (!is_fine)
        g_clear_pointer(&stored, stored_free);
    return stored;
}

struct stored *build_layer_of(struct build *build, const struct build_files *files, const char *key,
                              GError **error)
{
    struct stored *stored = store_find_record(build->daemon, key);
    return stored != NULL ? stored : make_layer(build->daemon, files, key, error);
}

/* ENOSPC reads differently by who writes (failures.md E4). */
static void word_disk_failure(struct target *target, const struct plan_step *step,
                              struct vertex *vertex, GError **error)
{
    if ((*error)->domain != DISK_ERROR)
        return;
    if (step->command == NULL) {
        step_word_io_error(step, error);
        return;
    }
    g_autofree char *line = g_strdup_printf("write /tmp/build: %s", (*error)->message);
    g_autofree char *command = build_go_quote(step->command);
    progress_output(target->build->progress, vertex, line);
    g_clear_error(error);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                "process %s did not complete successfully: exit code: 1", command);
}

/* ---- running ---- */

static bool run_in_slot(struct target *target, const struct stage_state *state,
                        const struct plan_step *step, const struct build_files *files,
                        struct vertex *vertex, GError **error)
{
    struct buildkitd *daemon = target->build->daemon;
    if (!fiber_slots_take(daemon->loop, &daemon->workers, "a BuildKit worker", error))
        return false;
    bool is_fine = step_execute(target, state, step, files, vertex, error);
    fiber_slots_give(&daemon->workers);
    return is_fine;
}

/* The work itself; others who want the same step wait for it meanwhile. */
static struct stored *run_step(struct target *target, struct stage_state *state,
                               const struct plan_step *step, const struct build_files *files,
                               const char *key)
{
    struct build *build = target->build;
    struct buildkitd *daemon = build->daemon;
    g_autoptr(GError) cause = NULL;
    struct stored *stored = NULL;
    struct vertex *vertex = progress_begin(build->progress, key, step->name);

    if (!cache_fetch_lazy(build, state->layers, &cause)) {
        build_fail(build, vertex, step->instruction, g_steal_pointer(&cause));
        return NULL;
    }
    g_hash_table_add(daemon->running, g_strdup(key));
    AUTO(build_files) made = step->command != NULL ? cost_files_of_run(step->command, key) : NULL;
    if (run_in_slot(target, state, step, files, vertex, &cause)) {
        stored = make_layer(daemon, made != NULL ? made : files, key, &cause);
        if (stored == NULL)
            word_disk_failure(target, step, vertex, &cause);
    }
    g_hash_table_remove(daemon->running, key);
    fiber_queue_wake_all(&daemon->step_over);
    if (stored == NULL) {
        build_fail(build, vertex, step->instruction, g_steal_pointer(&cause));
        return NULL;
    }
    g_hash_table_add(build->fresh, g_strdup(key));
    build_note(build, state->stage->platform, step->text, "run");
    progress_done(build->progress, vertex);
    return stored;
}

/* --no-cache, and the stages of --no-cache-filter (frontend/dockerui IsNoCache). */
static bool ignores_cache(const struct build *build, const struct stage_state *state)
{
    const char *text = build_command_option(build->command, "no-cache");
    const char *name = state->stage->name;
    g_auto(GStrv) stages = g_strsplit(text != NULL ? text : "", ",", -1);
    bool is_named = false;
    for (gsize i = 0; name != NULL && stages[i] != NULL; i++)
        is_named = is_named || g_ascii_strcasecmp(stages[i], name) == 0;
    return build->command->ignores_cache || is_named;
}

static struct stored *find_cached(struct build *build, const struct stage_state *state,
                                  const char *key)
{
    bool may_use = !ignores_cache(build, state) || g_hash_table_contains(build->fresh, key);
    struct stored *stored = may_use ? store_find_record(build->daemon, key) : NULL;
    return stored != NULL || !may_use ? stored : cache_find_imported(build, key);
}

static bool wait_for_running(struct build *build, const char *key)
{
    struct buildkitd *daemon = build->daemon;
    GError *cause = NULL;
    while (g_hash_table_contains(daemon->running, key))
        if (!fiber_queue_wait(daemon->loop, &daemon->step_over, "the same step", &cause))
            return build_fail(build, NULL, NULL, cause);
    return true;
}

static struct stored *obtain_step(struct target *target, struct stage_state *state,
                                  const struct plan_step *step, const struct build_files *files,
                                  const char *key)
{
    struct build *build = target->build;
    if (!wait_for_running(build, key))
        return NULL;
    struct stored *stored = find_cached(build, state, key);
    if (stored != NULL) {
        struct vertex *vertex = progress_begin(build->progress, key, step->name);
        if (!vertex->is_over)
            build_note(build, state->stage->platform, step->text, "cached");
        progress_cached(build->progress, vertex);
        return stored;
    }
    if (state->base != NULL && state->base->state != BASE_FETCHED &&
        !base_fetch(state->base,
                    state->stage->from_name != NULL ? state->stage->from_name : "FROM "))
        return NULL;
    /* While the base came, somebody may have begun the same step. */
    if (g_hash_table_contains(build->daemon->running, key))
        return obtain_step(target, state, step, files, key);
    stored = find_cached(build, state, key);
    return stored != NULL ? stored : run_step(target, state, step, files, key);
}

/* What WORKDIR makes. */
static struct build_files *folder_of(const struct plan_step *step)
{
    struct build_files *files = build_files_new();
    build_files_put_folder(files, step->folder);
    return files;
}

bool build_step_run(struct target *target, struct stage_state *state, const struct plan_step *step)
{
    struct build *build = target->build;
    bool is_copy = step->sources != NULL;
    GError *cause = NULL;
    AUTO(build_files)
    files = is_copy                 ? step_copy_files(target, state, step, &cause)
            : step->command == NULL ? folder_of(step)
                                    : NULL;
    if ((is_copy && files == NULL) || !step_bind_files(target, state, step, &cause)) {
        struct vertex *vertex = progress_begin(build->progress, step->name, step->name);
        return build_fail(build, vertex, step->instruction, cause);
    }
    g_autofree char *key = step_key(target, state, step, files);
    struct stored *stored = obtain_step(target, state, step, files, key);
    if (stored == NULL)
        return false;
    json_object_set_new(build->records, key, stored_json(stored));
    g_ptr_array_add(state->layers, stored);
    g_free(state->key);
    state->key = g_steal_pointer(&key);
    if (files != NULL)
        build_files_put_all(state->files, files);
    if (step->command != NULL)
        build_files_open(state->files, "");
    return true;
}
