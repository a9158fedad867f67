/* One step of the classic builder: its container, its layer, its failure. */
#include "mocks/dockerd/classic_build.h"

#include "base/digest.h"
#include "base/units.h"
#include "mocks/dockerd/packed.h"

#include <string.h>

enum {
    EMULATION_FACTOR_USUAL = 8,
    EXIT_OUT_OF_MEMORY = 137
};

void classic_stage_free(void *pointer)
{
    struct classic_stage *stage = pointer;
    g_free(stage->platform);
    g_free(stage->image_id);
    g_free(stage->key);
    g_clear_pointer(&stage->layers, g_ptr_array_unref);
    json_decref(stage->base);
    build_files_free(stage->files);
    g_free(stage);
}

static bool needs_buildkit(const char *option, GError **error)
{
    return engine_fail(error, 500,
                       "the --%s option requires BuildKit. Refer to "
                       "https://docs.docker.com/go/buildkit/ to learn how to build images with "
                       "BuildKit enabled",
                       option);
}

/* builder/dockerfile/dispatchers.go: no flag of RUN, --chmod of COPY and ADD. */
static bool check_flags(const struct instruction *instruction, GError **error)
{
    const struct instruction_flag *first =
        instruction->flags->len > 0 ? g_ptr_array_index(instruction->flags, 0) : NULL;
    if (instruction->kind == INSTRUCTION_RUN && first != NULL)
        return needs_buildkit(first->name, error);
    if (instruction_flag(instruction, "chmod") != NULL)
        return needs_buildkit("chmod", error);
    return true;
}

/* ---- layers ---- */

static struct layer *make_layer(struct dockerd *dockerd, const struct build_files *files)
{
    struct packed_layer packed = {0};
    struct layer *layer = g_new0(struct layer, 1);
    packed_layer_get(dockerd->world, files, &packed);
    layer->declared_bytes = packed.declared_bytes;
    layer->unpacked_bytes = packed.unpacked_bytes;
    layer->digest = g_steal_pointer(&packed.digest);
    layer->diff_id = g_steal_pointer(&packed.diff_id);
    layer->bytes = g_steal_pointer(&packed.bytes);
    return layer;
}

static char *next_key(const struct classic_stage *stage, const struct plan_step *step,
                      const struct build_files *files)
{
    g_autofree char *content = files != NULL ? build_files_digest(files) : g_strdup("");
    g_autofree char *variables = NULL;
    if (step->variables != NULL) {
        g_ptr_array_add(step->variables, NULL);
        variables = g_strjoinv("\n", (char **)step->variables->pdata);
        g_ptr_array_set_size(step->variables, (gint)step->variables->len - 1);
    }
    g_autofree char *text = g_strjoin("\n", stage->key, stage->platform, step->text, content,
                                      variables != NULL ? variables : "", NULL);
    return digest_of(text, strlen(text));
}

/* ---- COPY ---- */

static bool set_missing(const struct plan_step *step, const char *path, GError **error)
{
    return engine_fail(error, 500,
                       "%s failed: file not found in build context or excluded by .dockerignore: "
                       "stat %s: file does not exist",
                       instruction_name(step->instruction->kind), path + 1);
}

static bool is_pattern(const char *source)
{
    return strpbrk(source, "*?[") != NULL;
}

static bool are_patterns(char *const *sources)
{
    for (gsize i = 0; sources[i] != NULL; i++)
        if (!is_pattern(sources[i]))
            return false;
    return true;
}

static bool set_no_source(const struct plan_step *step, GError **error)
{
    return engine_fail(error, 500, "%s failed: no source files were specified",
                       instruction_name(step->instruction->kind));
}

/* Taken one by one: what an image or a RUN may have made is made up when it is not known. */
static bool copy_source(struct build_files *files, const struct classic_stage *other,
                        const struct build_files *from, const struct plan_step *step, char *source,
                        GError **error)
{
    char *const sources[] = {source, NULL};
    bool is_one = step->sources[1] == NULL;
    g_autofree char *destination = g_strconcat(step->destination, is_one ? "" : "/", NULL);
    g_autofree char *missing = NULL;
    const struct build_copy copy = {.from = from,
                                    .sources = sources,
                                    .destination = destination,
                                    .unpacks = instruction_unpacks(step->instruction)};
    AUTO(build_files) taken = build_files_copy(&copy, &missing);

    if (taken != NULL) {
        build_files_put_all(files, taken);
        return true;
    }
    if (!build_files_may_have(from, missing))
        return is_pattern(source) || set_missing(step, missing, error);
    g_autofree char *text =
        g_strdup_printf("%s of %s\n", source, other != NULL ? other->key : step->from_image);
    g_autofree char *target = build_copy_target(source, destination, is_one);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    build_files_put(files, target, bytes, 0755, COST_MADE_FILE_BYTES);
    build_files_open(files, destination); /* or a folder */
    return true;
}

/* dispatchers.go, dispatchCopy() */
static bool obtain_origin(struct classic_build *build, const struct plan_step *step, GError **error)
{
    if (step->from_image == NULL ||
        classic_obtain_image(build, step->from_image, build->plan->request.platform, error))
        return true;
    g_prefix_error(error, "invalid from flag value %s: ", step->from_image);
    return false;
}

static struct build_files *copy_files(struct classic_build *build, const struct plan_step *step,
                                      GError **error)
{
    AUTO(build_files) files = build_files_new();
    AUTO(build_files) any = build_files_new();
    const struct classic_stage *other =
        step->from_stage != STAGE_NONE ? g_ptr_array_index(build->stages, (guint)step->from_stage)
                                       : NULL;
    const struct build_files *from = other != NULL              ? other->files
                                     : step->from_image != NULL ? any
                                                                : build->context;
    build_files_open(any, "");
    if (!obtain_origin(build, step, error))
        return NULL;
    for (gsize i = 0; step->sources[i] != NULL; i++)
        if (!copy_source(files, other, from, step, step->sources[i], error))
            return NULL;
    /* Patterns that match nothing, or heredocs, of which it takes no notice. */
    if (are_patterns(step->sources) && build_files_count(files) == 0 && !set_no_source(step, error))
        return NULL;
    return g_steal_pointer(&files);
}

/* ---- RUN ---- */

/* One process of a step while it runs. */
struct classic_run {
    struct classic_build *build;
    const struct classic_stage *stage;
    const struct plan_step *step;
    double factor;
    bool has_emulator; /* or needs none */
};

static bool exit_with(const struct classic_run *run, int exit_code, const char *output)
{
    g_autofree char *message = g_strdup_printf("The command '%s' returned a non-zero code: %d",
                                               run->step->command, exit_code);
    if (output != NULL)
        classic_say(run->build, "\033[91m%s\n\033[0m", output);
    return classic_tell_failure(run->build, exit_code, message);
}

static bool spend(const struct classic_run *run, int64_t duration_us, GError **error)
{
    return fiber_sleep(run->build->dockerd->loop, (int64_t)((double)duration_us * run->factor),
                       error);
}

static double factor_of(const struct point_effect *effect)
{
    return effect->factor > 0 ? effect->factor : 1;
}

/* binfmt of the host counts, not BuildKit's own emulators (engine-contract.md H). */
static bool begin_emulation(struct classic_run *run, GError **error)
{
    struct dockerd *dockerd = run->build->dockerd;
    const char *platform = run->stage->platform;
    const char *own = dockerd->options.profile->platform;
    run->has_emulator = true;
    if (strcmp(platform, own) == 0)
        return true;
    classic_say(run->build,
                " ---> [Warning] The requested image's platform (%s) does not match the detected "
                "host platform (%s) and no specific platform was requested\n",
                platform, own);
    const struct point_effect effect =
        dockerd_consult(dockerd, POINT_EMULATION, platform, run->step->text);
    int64_t usual = dockerd->options.emulation_factor;
    if (!world_suffer(dockerd->world, &effect, error))
        return false;
    run->has_emulator = dockerd_runs_platform(dockerd, platform) && !effect.is_missing;
    run->factor *= factor_of(&effect) * (double)(usual > 0 ? usual : EMULATION_FACTOR_USUAL);
    return true;
}

static bool run_process(const struct classic_run *run, const struct point_effect *effect,
                        GError **error)
{
    const struct plan_step *step = run->step;
    struct run_cost cost = cost_of_run(step->command);
    const struct point_effect memory = dockerd_consult(run->build->dockerd, POINT_PROCESS_MEMORY,
                                                       step->text, run->stage->platform);
    g_autofree char *refusal =
        toolchain_refusal(step->command, step->variables, run->stage->files, step->folder,
                          world_date_s(dockerd_world(run->build->dockerd)));

    if (refusal != NULL)
        return exit_with(run, 1, refusal);
    if (!effect->is_failure && !memory.is_failure)
        return spend(run, cost.duration_us, error);
    if (!spend(run, cost.duration_us / 2, error))
        return false;
    if (memory.is_failure)
        return exit_with(run, memory.exit_code != 0 ? memory.exit_code : EXIT_OUT_OF_MEMORY,
                         "Killed");
    return exit_with(run, effect->exit_code != 0 ? effect->exit_code : 1, effect->message);
}

static bool execute_run(struct classic_run *run, GError **error)
{
    struct dockerd *dockerd = run->build->dockerd;
    const struct point_effect effect =
        dockerd_consult(dockerd, POINT_BUILD_STEP, run->step->text, run->stage->platform);
    g_autofree char *id = dockerd_new_id(dockerd);

    run->factor = factor_of(&effect);
    if (!world_suffer(dockerd->world, &effect, error) || !begin_emulation(run, error))
        return false;
    classic_say(run->build, " ---> Running in %.12s\n", id);
    if (!run->has_emulator)
        return exit_with(run, dockerd->personality->exec_format_exit_code,
                         "exec /bin/sh: exec format error");
    if (!run_process(run, &effect, error))
        return false;
    classic_say(run->build, "Removing intermediate container %.12s\n", id);
    return true;
}

static bool execute_copy(struct classic_run *run, const struct build_files *files, GError **error)
{
    struct dockerd *dockerd = run->build->dockerd;
    const struct point_effect effect =
        dockerd_consult(dockerd, POINT_BUILD_STEP, run->step->text, run->stage->platform);
    run->factor = factor_of(&effect);
    if (!world_suffer(dockerd->world, &effect, error))
        return false;
    if (effect.is_failure)
        return engine_fail(error, 500, "%s failed: %s",
                           instruction_name(run->step->instruction->kind),
                           effect.message != NULL ? effect.message : "input/output error");
    return spend(run, cost_of_copy_us(build_files_bytes(files)), error);
}

/* ---- the step ---- */

static bool is_layer_here(const struct classic_build *build, const struct layer *layer)
{
    return !build->ignores_cache &&
           image_store_find_layer(&build->dockerd->images, layer->digest) != NULL;
}

/* builder/dockerfile/dispatchers.go: WORKDIR makes its folder in a container. */
static bool make_folder(struct classic_build *build, const struct classic_stage *stage,
                        const struct plan_step *step, GError **error)
{
    if (step->instruction->kind != INSTRUCTION_WORKDIR)
        return true;
    const struct point_effect effect =
        dockerd_consult(build->dockerd, POINT_BUILD_STEP, step->text, stage->platform);
    if (!world_suffer(build->dockerd->world, &effect, error))
        return false;
    if (effect.is_failure && effect.message != NULL)
        return engine_fail(error, 500, "%s", effect.message);
    return !effect.is_failure ||
           engine_fail(error, 500, "mkdir %s: input/output error", step->folder);
}

static bool run_metadata(struct classic_build *build, const struct classic_stage *stage,
                         const struct plan_step *step, GError **error)
{
    g_autofree char *id = dockerd_new_id(build->dockerd);
    if (stage->is_cached && stage->has_cached_layer) {
        classic_say(build, " ---> Using cache\n");
        return true;
    }
    classic_say(build, " ---> Running in %.12s\n", id);
    if (!make_folder(build, stage, step, error))
        return false;
    classic_say(build, "Removing intermediate container %.12s\n", id);
    return true;
}

static void note_step(const struct classic_build *build, const struct classic_stage *stage,
                      const struct plan_step *step, const char *action)
{
    trace_note(world_trace(build->dockerd->world), "build", "machine",
               build->dockerd->options.machine, "builder", "classic", "platform", stage->platform,
               "step", instruction_name(step->instruction->kind), "action", action, NULL);
}

/* Runs what is not cached; a layer is known by its content, which follows from the step's inputs.
 */
static bool run_layer(struct classic_build *build, struct classic_stage *stage,
                      const struct plan_step *step, const struct build_files *files, GError **error)
{
    struct classic_run run = {.build = build, .stage = stage, .step = step};
    struct layer *layer = make_layer(build->dockerd, files);
    bool is_here = stage->is_cached && is_layer_here(build, layer);
    bool is_fine = true;

    stage->is_cached = is_here;
    stage->has_cached_layer = stage->has_cached_layer || is_here;
    if (is_here)
        classic_say(build, " ---> Using cache\n");
    else
        is_fine =
            step->command != NULL ? execute_run(&run, error) : execute_copy(&run, files, error);
    note_step(build, stage, step, is_here ? "cached" : is_fine ? "run" : "failed");
    if (is_fine) {
        g_ptr_array_add(stage->layers, layer);
        return true;
    }
    g_free(layer->digest);
    g_free(layer->diff_id);
    g_bytes_unref(layer->bytes);
    g_free(layer);
    return false;
}

bool classic_run_step(struct classic_build *build, struct classic_stage *stage,
                      const struct plan_step *step, GError **error)
{
    if (!check_flags(step->instruction, error))
        return false;
    AUTO(build_files) files = step->sources != NULL ? copy_files(build, step, error) : NULL;
    if (step->sources != NULL && files == NULL)
        return false;
    g_autofree char *key = next_key(stage, step, files);
    if (step->command != NULL)
        files = cost_files_of_run(step->command, key);
    bool is_fine = files != NULL ? run_layer(build, stage, step, files, error)
                                 : run_metadata(build, stage, step, error);
    if (!is_fine)
        return false;
    if (step->sources != NULL)
        build_files_put_all(stage->files, files);
    if (step->command != NULL)
        build_files_open(stage->files, "");
    if (step->instruction->kind == INSTRUCTION_WORKDIR)
        build_files_put_folder(stage->files, step->folder);
    g_free(stage->key);
    stage->key = g_strdup(key);
    g_free(stage->image_id);
    stage->image_id = g_steal_pointer(&key);
    return true;
}
