/* What a step does while it runs: time, output, failure; and which files COPY takes. */
#include "mocks/buildkit/build.h"
#include "mocks/dockerfile/file_mode.h"

#include "base/units.h"

#include <string.h>

enum {
    EXIT_EXEC_FORMAT = 255,
    EXIT_OUT_OF_MEMORY = 137,
    EMULATION_FACTOR_USUAL = 8
};

/* A process that cannot start tells so at once (capture 55). */
#define START_US (63 * MILLISECOND_US)

/* ---- points ---- */

static struct point_effect consult(const struct target *target, enum point point,
                                   const char *subject, const char *detail)
{
    const struct buildkitd *daemon = target->build->daemon;
    const struct point_event event = {
        .point = point,
        .machine = dockerd_machine(daemon->dockerd),
        .subject = subject,
        .detail = detail,
    };
    return world_consult(daemon->world, &event);
}

static double factor_of(const struct point_effect *effect)
{
    return effect->factor > 0 ? effect->factor : 1;
}

/* ---- RUN ---- */

/* One process while it runs. */
struct run {
    struct target *target;
    const struct stage_state *state;
    const struct plan_step *step;
    struct vertex *vertex;
    double factor; /* of its whole time */
};

static bool exit_with(const struct run *run, int exit_code, const char *output, GError **error)
{
    g_autofree char *command = build_go_quote(run->step->command);
    if (output != NULL)
        progress_output(run->target->build->progress, run->vertex, output);
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO,
                "process %s did not complete successfully: exit code: %d", command, exit_code);
    return false;
}

static bool spend(const struct run *run, int64_t duration_us, GError **error)
{
    struct loop *loop = run->target->build->daemon->loop;
    return fiber_sleep(loop, (int64_t)((double)duration_us * run->factor), error);
}

/* The official image carries buildkit-qemu-*: foreign platforms run unless the weather has taken
   the emulator away (engine-contract.md H, failures.md I1). The Engine's own BuildKit has only what
   the host has. */
static bool begin_emulation(struct run *run, GError **error)
{
    const char *platform = run->state->stage->platform;
    struct buildkitd *daemon = run->target->build->daemon;
    if (buildkitd_is_native(daemon, platform))
        return true;
    const struct point_effect effect =
        consult(run->target, POINT_EMULATION, platform, run->step->text);
    int64_t usual = dockerd_options_of(daemon->dockerd)->emulation_factor;
    if (!world_suffer(daemon->world, &effect, error))
        return false;
    bool is_unable = daemon->is_engine && !dockerd_runs_platform(daemon->dockerd, platform);
    if (effect.is_missing || effect.is_failure || is_unable) {
        if (!spend(run, START_US, error))
            return false;
        return exit_with(run, EXIT_EXEC_FORMAT, "exec /bin/sh: exec format error", error);
    }
    run->factor *= factor_of(&effect) * (double)(usual > 0 ? usual : EMULATION_FACTOR_USUAL);
    return true;
}

static bool run_process(const struct run *run, const struct point_effect *effect, GError **error)
{
    const struct plan_step *step = run->step;
    struct run_cost cost = cost_of_run(step->command);
    const struct point_effect memory =
        consult(run->target, POINT_PROCESS_MEMORY, step->text, run->state->stage->platform);
    g_autofree char *refusal =
        toolchain_refusal(step->command, step->variables, run->state->files, step->folder,
                          world_date_s(run->target->build->daemon->world));

    if (refusal != NULL)
        return spend(run, START_US, error) && exit_with(run, 1, refusal, error);
    if (!effect->is_failure && !memory.is_failure)
        return spend(run, cost.duration_us, error);
    if (!spend(run, cost.duration_us / 2, error))
        return false;
    if (memory.is_failure)
        return exit_with(run, memory.exit_code != 0 ? memory.exit_code : EXIT_OUT_OF_MEMORY,
                         "Killed", error);
    return exit_with(run, effect->exit_code != 0 ? effect->exit_code : 1, effect->message, error);
}

/* Without a process: COPY and ADD say their own, WORKDIR is a folder made. */
static bool fail_without_process(const struct plan_step *step, const struct point_effect *effect,
                                 GError **error)
{
    g_set_error(error, BASE_ERROR, BASE_ERROR_IO, "%s",
                effect->message != NULL ? effect->message : "input/output error");
    if (effect->message == NULL)
        step_word_io_error(step, error);
    return false;
}

/* fsutil/copy/copy.go; solver/llbsolver/file/backend.go takes the mount off the path. */
void step_word_io_error(const struct plan_step *step, GError **error)
{
    if (step->sources == NULL)
        g_prefix_error(error, "mkdir %s: ", step->folder);
    else
        g_prefix_error(error, "failed to copy files: %s",
                       (*error)->domain == DISK_ERROR ? "copy file range failed: " : "");
}

bool step_execute(struct target *target, const struct stage_state *state,
                  const struct plan_step *step, const struct build_files *files,
                  struct vertex *vertex, GError **error)
{
    struct buildkitd *daemon = target->build->daemon;
    const struct point_effect effect =
        consult(target, POINT_BUILD_STEP, step->text, state->stage->platform);
    struct run run = {.target = target, .state = state, .step = step, .vertex = vertex};

    run.factor = factor_of(&effect);
    if (!world_suffer(daemon->world, &effect, error))
        return false;
    if (step->command != NULL && !step_ask_session(target->build, step, error))
        return false;
    if (step->command != NULL)
        return begin_emulation(&run, error) && run_process(&run, &effect, error);
    if (effect.is_failure)
        return fail_without_process(step, &effect, error);
    return spend(&run, cost_of_copy_us(build_files_bytes(files)), error);
}

/* ---- COPY ---- */

/* A file that only a RUN, or an image that is not looked into, can have. */
static void add_made_file(struct build_files *files, const struct origin *origin,
                          const char *source, const char *destination, bool is_one)
{
    g_autofree char *text = g_strdup_printf("%s of %s\n", source, origin->key);
    g_autofree char *target = build_copy_target(source, destination, is_one);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    build_files_put(files, target, bytes, 0755, COST_MADE_FILE_BYTES);
    build_files_open(files, destination); /* or a folder */
}

static bool add_source(struct build_files *files, const struct origin *origin,
                       const struct build_copy *copy, bool is_one, GError **error)
{
    g_autofree char *missing = NULL;
    AUTO(build_files) taken = build_files_copy(copy, &missing);
    bool may_exist = taken == NULL && build_files_may_have(origin->files, missing);
    if (taken != NULL)
        build_files_put_all(files, taken);
    else if (may_exist)
        add_made_file(files, origin, copy->sources[0], copy->destination, is_one);
    else
        origin_set_missing(origin, missing, error);
    return taken != NULL || may_exist;
}

static void add_heredocs(struct build_files *files, const struct plan_step *step,
                         const char *destination, bool is_one)
{
    const GPtrArray *heredocs = step->instruction->heredocs;
    for (guint i = 0; i < heredocs->len; i++) {
        const struct heredoc *heredoc = g_ptr_array_index(heredocs, i);
        gsize length_bytes = strlen(heredoc->text);
        g_autoptr(GBytes) bytes = g_bytes_new(heredoc->text, length_bytes);
        g_autofree char *target = build_copy_target(heredoc->name, destination, is_one);
        unsigned mode = step->file_mode != NULL ? file_mode_change(step->file_mode, 0644) : 0644;
        build_files_put(files, target, bytes, mode, (int64_t)length_bytes);
    }
}

struct build_files *step_copy_files(struct target *target, const struct stage_state *state,
                                    const struct plan_step *step, GError **error)
{
    const struct origin_wanted wanted = {step->from_stage, step->from_image, step->instruction};
    struct origin origin = {0};
    guint count = g_strv_length(step->sources) + step->instruction->heredocs->len;
    bool is_one = count == 1;
    g_autofree char *destination = g_strconcat(step->destination, is_one ? "" : "/", NULL);
    g_autofree char *patterns = instruction_flag_lines(step->instruction, "exclude");
    AUTO(ignore) excluded = ignore_parse(patterns, strlen(patterns));
    AUTO(build_files) files = build_files_new();

    if (!origin_find(target, state, &wanted, &origin, error))
        return NULL;
    for (gsize i = 0; step->sources[i] != NULL; i++) {
        char *const sources[] = {step->sources[i], NULL};
        const struct build_copy copy = {.from = origin.files,
                                        .sources = sources,
                                        .destination = destination,
                                        .unpacks = instruction_unpacks(step->instruction),
                                        .keeps_parents =
                                            instruction_has(step->instruction, "parents"),
                                        .excluded = excluded,
                                        .file_mode = step->file_mode};
        if (!add_source(files, &origin, &copy, is_one, error))
            return NULL;
    }
    add_heredocs(files, step, destination, is_one);
    return g_steal_pointer(&files);
}
