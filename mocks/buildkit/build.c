/* `buildctl build` from its command line to its exit code. */
#include "mocks/buildkit/build.h"

#include <string.h>

enum {
    NOTED_STEP_CHARACTERS = 80
};

/* ---- failure ---- */

bool build_fail(struct build *build, struct vertex *vertex, const struct instruction *instruction,
                GError *cause)
{
    bool is_first = build->error == NULL && cause->domain != FIBER_ERROR;
    if (vertex != NULL && is_first)
        progress_failed(build->progress, vertex, cause->message);
    else if (vertex != NULL)
        progress_canceled(build->progress, vertex);
    if (vertex != NULL)
        build_note(build, NULL, vertex->name, is_first ? "failed" : "canceled");
    if (!is_first) {
        g_error_free(cause);
        return false;
    }
    build->error = cause;
    build->failed = vertex;
    build->failed_instruction = instruction;
    return false;
}

void build_note(const struct build *build, const char *platform, const char *step,
                const char *action)
{
    struct trace *trace = world_trace(build->daemon->world);
    g_autofree char *cut = g_strndup(step, NOTED_STEP_CHARACTERS);
    g_autofree char *valid = g_utf8_make_valid(cut, -1);
    trace_begin(trace, "build");
    trace_string(trace, "machine", dockerd_machine(build->daemon->dockerd));
    trace_string(trace, "builder", container_name(build->daemon->container));
    if (platform != NULL)
        trace_string(trace, "platform", platform);
    trace_string(trace, "step", valid);
    trace_string(trace, "action", action);
    trace_end(trace);
}

/* util/grpcerrors: what the machine lacks or breaks has a gRPC code, told before the message. */
static const char *code_of(const struct build *build)
{
    static const struct {
        const char *ending;
        const char *code;
    } codes[] = {
        {": no space left on device", "ResourceExhausted: "},
        {": cannot allocate memory", "ResourceExhausted: "},
        {": input/output error", "Internal: "},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(codes) && buildkitd_tells_codes(build->daemon); i++)
        if (g_str_has_suffix(build->error->message, codes[i].ending))
            return codes[i].code;
    return "";
}

/* The step with its output, the lines of the Dockerfile, the reason (capture 55). */
static void say_failure(struct build *build)
{
    g_autoptr(GString) text = g_string_new(NULL);
    if (build->failed != NULL)
        g_string_append_printf(text, "------\n > %s:\n%s------\n", build->failed->name,
                               build->failed->output->str);
    if (build->failed_instruction != NULL) {
        g_autofree char *excerpt = dockerfile_excerpt(build->dockerfile, build->dockerfile_name,
                                                      build->failed_instruction->line,
                                                      build->failed_instruction->last_line);
        g_string_append(text, excerpt);
    }
    progress_say(build->progress, text->str);
    g_autofree char *last =
        g_strdup_printf("error: failed to solve: %s%s\n", code_of(build), build->error->message);
    g_autoptr(GError) ignored = NULL;
    if (!process_write(build->process, 2, last, &ignored))
        g_clear_error(&ignored);
}

/* ---- definition ---- */

static bool read_dockerfile(struct build *build)
{
    const char *folder = build_command_local(build->command, "dockerfile");
    g_autofree char *path = g_build_filename(folder, build->dockerfile_name, NULL);
    g_autofree char *name =
        g_strconcat("[internal] load build definition from ", build->dockerfile_name, NULL);
    GBytes *bytes = container_file(build->daemon->container, path);
    GError *cause = NULL;

    if (bytes == NULL) {
        build_tell(build, name, "dockerfile", 2);
        return build_fail(build, NULL, NULL,
                          g_error_new(BASE_ERROR, BASE_ERROR_INVALID,
                                      "failed to read dockerfile: open %s: no such file or "
                                      "directory",
                                      build->dockerfile_name));
    }
    gsize length_bytes;
    const void *data = g_bytes_get_data(bytes, &length_bytes);
    build_tell(build, name, "dockerfile", length_bytes);
    if (!build_take_dockerfile(build, bytes, &cause))
        return build_fail(build, NULL, NULL, cause);
    build->dockerfile = dockerfile_parse(data, length_bytes, &cause);
    return build->dockerfile != NULL || build_fail(build, NULL, NULL, cause);
}

/* Dockerfile.dockerignore counts before .dockerignore. */
static void read_ignore(struct build *build)
{
    const char *folder = build_command_local(build->command, "dockerfile");
    g_autofree char *own = g_strconcat(build->dockerfile_name, ".dockerignore", NULL);
    g_autofree char *path = g_build_filename(folder, own, NULL);
    const struct build_file *usual = build_files_find(build->whole_context, ".dockerignore");
    GBytes *bytes = container_file(build->daemon->container, path);
    if (bytes == NULL && usual != NULL)
        bytes = usual->bytes;
    gsize length_bytes = 0;
    const char *text = bytes != NULL ? g_bytes_get_data(bytes, &length_bytes) : NULL;
    build->ignore = ignore_parse(text != NULL ? text : "", length_bytes);
    build_tell(build, "[internal] load .dockerignore", "context", length_bytes + 2);
}

/* ---- platforms ---- */

static void target_free(void *pointer)
{
    struct target *target = pointer;
    build_plan_free(target->plan);
    g_ptr_array_unref(target->states);
    target_forget_image(target);
    g_free(target);
}

static bool add_target(struct build *build, const char *platform, GError **error)
{
    const struct plan_request request = {
        .platform = platform,
        .build_platform = buildkitd_platform(build->daemon),
        .target = build_command_option(build->command, "target"),
        .arguments = build->arguments,
        .labels = build->labels,
        .contexts = build->contexts,
        .has_platform_arguments = true,
        .is_multi_platform = build->platforms[1] != NULL,
    };
    struct target *target = g_new0(struct target, 1);
    target->build = build;
    target->platform = platform;
    target->states = g_ptr_array_new_with_free_func(stage_state_free);
    g_ptr_array_add(build->targets, target);
    target->plan = build_plan_new(build->dockerfile, &request, error);
    if (target->plan == NULL)
        return false;
    g_ptr_array_set_size(target->states, (gint)target->plan->stages->len);
    return true;
}

static bool read_options(struct build *build)
{
    GError *cause = NULL;
    build->arguments = build_command_options(build->command, "build-arg:");
    build->labels = build_command_options(build->command, "label:");
    build->contexts = build_command_options(build->command, "context:");
    return build_read_platforms(build, &cause) || build_fail(build, NULL, NULL, cause);
}

static bool make_targets(struct build *build)
{
    GError *cause = NULL;
    for (gsize i = 0; build->platforms[i] != NULL; i++)
        if (!add_target(build, build->platforms[i], &cause))
            return build_fail(build, NULL, NULL, cause);
    return build_check_names(build, ((struct target *)g_ptr_array_index(build->targets, 0))->plan);
}

/* ---- side by side ---- */

static bool add_bases(struct target *target)
{
    GError *cause = NULL;
    for (guint i = 0; i < target->plan->stages->len; i++) {
        const struct plan_stage *stage = g_ptr_array_index(target->plan->stages, i);
        if (stage->is_needed && stage->base_name != NULL &&
            !build_names_folder(target->build, stage->base_name) &&
            base_obtain(target->build, stage->base_name, stage->platform, stage->from, &cause) ==
                NULL)
            return build_fail(target->build, NULL, stage->from, cause);
    }
    return true;
}

static void base_main(void *argument)
{
    struct base *base = argument;
    struct build *build = base->build;
    if (base->image == NULL && !base_resolve(base) && build->resolving != NULL)
        fiber_group_cancel(build->resolving); /* the first failure ends the others */
}

/* All metadata at once, as the solver asks for it before anything runs. */
static bool resolve_bases(struct build *build)
{
    FIBER_GROUP(group);
    GError *cause = NULL;
    fiber_group_init(&group, build->daemon->loop);
    for (guint i = 0; i < build->targets->len; i++)
        if (!add_bases(g_ptr_array_index(build->targets, i)))
            return false;
    build->resolving = &group;
    for (guint i = 0; i < build->bases->len; i++)
        fiber_group_spawn(&group, "base image", base_main, g_ptr_array_index(build->bases, i));
    bool is_over = fiber_group_wait(&group, &cause);
    build->resolving = NULL;
    if (!is_over)
        return build_fail(build, NULL, NULL, cause);
    return build->error == NULL;
}

/* The first platform that fails takes the others with it (failures.md I8). */
static void target_main(void *argument)
{
    struct target *target = argument;
    struct build *build = target->build;
    bool is_fine = target_run(target);
    target->fiber = NULL;
    for (guint i = 0; i < build->targets->len && !is_fine; i++) {
        struct target *other = g_ptr_array_index(build->targets, i);
        if (other->fiber != NULL)
            fiber_cancel(other->fiber);
    }
}

static bool run_targets(struct build *build)
{
    FIBER_GROUP(group);
    GError *cause = NULL;
    fiber_group_init(&group, build->daemon->loop);
    for (guint i = 0; i < build->targets->len; i++) {
        struct target *target = g_ptr_array_index(build->targets, i);
        target->fiber = fiber_group_spawn(&group, "build", target_main, target);
    }
    if (!fiber_group_wait(&group, &cause))
        return build_fail(build, NULL, NULL, cause);
    return build->error == NULL;
}

/* ---- the whole ---- */

static void say_credentials(struct build *build)
{
    const struct attributes *output =
        build->command->outputs->len > 0 ? g_ptr_array_index(build->command->outputs, 0) : NULL;
    const char *name = output != NULL ? attributes_get(output, "name") : NULL;
    AUTO(reference)
    reference = name != NULL ? reference_parse(name, /* default_tag= */ true, NULL) : NULL;
    if (!build->has_used_credentials || reference == NULL)
        return;
    g_autofree char *text = g_strconcat("[auth] sharing credentials for ", reference->domain, NULL);
    progress_done(build->progress, progress_begin(build->progress, text, text));
}

static bool solve(struct build *build)
{
    if (!build_load_git(build) || !read_dockerfile(build) || !read_options(build) ||
        !build_load_frontend(build) || !make_targets(build) || !resolve_bases(build) ||
        !build_check_entitlements(build) || !build_check_rules(build))
        return false;
    if (build_is_check(build))
        return true;
    build->any_files = build_files_new();
    build_files_open(build->any_files, "");
    build->whole_context = build_read_folder(build, build_command_local(build->command, "context"));
    read_ignore(build);
    build->context = build_files_filter(build->whole_context, build->ignore);
    if (!cache_import(build) || !run_targets(build) || !build_keep(build) || !build_export(build) ||
        !cache_export(build))
        return false;
    say_credentials(build);
    return true;
}

static bool check_command(const struct build *build, GError **error)
{
    const struct build_command *command = build->command;
    static const char *const locals[] = {"context", "dockerfile"};
    if (g_strcmp0(command->frontend, "dockerfile.v0") != 0) {
        g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE, "failed to solve: frontend %s not found",
                    command->frontend != NULL ? command->frontend : "");
        return false;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(locals); i++)
        if (build_command_local(command, locals[i]) == NULL) {
            g_set_error(error, BASE_ERROR, BASE_ERROR_USAGE,
                        "failed to solve: failed to read dockerfile: no local sources enabled");
            return false;
        }
    return cache_check(build, error);
}

static void build_clear(struct build *build)
{
    build_give_transferred(build);
    progress_free(build->progress);
    dockerfile_free(build->dockerfile);
    g_free(build->dockerfile_name);
    build_files_free(build->whole_context);
    build_files_free(build->context);
    build_files_free(build->any_files);
    g_clear_pointer(&build->named, g_hash_table_unref);
    ignore_free(build->ignore);
    g_clear_pointer(&build->arguments, g_ptr_array_unref);
    g_clear_pointer(&build->labels, g_ptr_array_unref);
    g_clear_pointer(&build->contexts, g_ptr_array_unref);
    g_ptr_array_unref(build->targets);
    g_ptr_array_unref(build->bases);
    g_strfreev(build->platforms);
    g_hash_table_unref(build->fresh);
    json_decref(build->records);
    g_clear_pointer(&build->imports, g_ptr_array_unref);
    g_clear_pointer(&build->lazy, g_hash_table_unref);
    g_queue_clear(&build->base_over.waiters);
    g_free(build->lint_summary);
    g_clear_error(&build->error);
}

static int run_checked(struct build *build)
{
    g_autoptr(GError) error = NULL;
    if (!check_command(build, &error)) {
        g_autoptr(GError) ignored = NULL;
        if (!process_printf(build->process, 2, &ignored, "error: %s\n", error->message))
            g_clear_error(&ignored);
        return 1;
    }
    bool is_solved = solve(build);
    if (build->lint_summary != NULL)
        progress_say(build->progress, build->lint_summary);
    if (is_solved)
        return 0;
    if (build->error != NULL)
        say_failure(build);
    return 1;
}

int build_run(struct buildkitd *daemon, struct process *process,
              const struct build_command *command)
{
    const char *filename = build_command_option(command, "filename");
    struct build build = {
        .daemon = daemon,
        .process = process,
        .command = command,
        .progress = progress_new(process, daemon->loop, strcmp(command->progress, "quiet") == 0),
        .dockerfile_name = g_strdup(filename != NULL ? filename : "Dockerfile"),
        .targets = g_ptr_array_new_with_free_func(target_free),
        .bases = g_ptr_array_new_with_free_func(base_free),
        .fresh = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .records = json_object(),
    };
    int exit_code = run_checked(&build);
    build_clear(&build);
    return exit_code;
}
